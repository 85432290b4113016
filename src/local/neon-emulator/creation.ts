/**
 * Owns new records: a branch, the cluster it will have, an endpoint with its open port. Never makes data, never saves.
 */
import * as ids from './ids.ts';
import type { Context } from './context.ts';
import type { BranchRecord, ClusterRecord, EndpointRecord, ProjectRecord, RecoveryPoint } from './state.ts';

export function newCluster(project: ProjectRecord, origin: RecoveryPoint): ClusterRecord {
  const cluster: ClusterRecord = {
    id: ids.clusterId(),
    origin,
    timeline: 0,
    startedAt: undefined,
    startLsn: undefined,
    bases: [],
    isRetired: false,
  };
  project.clusters.push(cluster);
  return cluster;
}

/** A root branch in state `init`; without a name it is called as its id. */
export function newBranch(
  context: Context,
  project: ProjectRecord,
  cluster: ClusterRecord,
  name: string | undefined,
): BranchRecord {
  const at = context.now().toISOString();
  const id = ids.branchId();
  const branch: BranchRecord = {
    id,
    name: name ?? id,
    parentId: undefined,
    parentLsn: undefined,
    parentTimestamp: undefined,
    state: 'init',
    stateChangedAt: at,
    isDefault: false,
    isProtected: false,
    createdAt: at,
    updatedAt: at,
    lastResetAt: undefined,
    expiresAt: undefined,
    ttlSeconds: undefined,
    logicalSizeBytes: undefined,
    clusterId: cluster.id,
    restore: undefined,
  };
  project.branches.push(branch);
  return branch;
}

export async function openEndpoint(
  context: Context,
  project: ProjectRecord,
  branchId: string,
  type: EndpointRecord['type'],
): Promise<EndpointRecord> {
  const at = context.now().toISOString();
  const endpoint: EndpointRecord = {
    id: ids.endpointId(),
    branchId,
    type,
    port: undefined,
    state: 'init',
    createdAt: at,
    updatedAt: at,
    startedAt: undefined,
    suspendedAt: undefined,
    lastActiveAt: undefined,
  };
  project.endpoints.push(endpoint);
  endpoint.port = await context.proxies.open(endpoint.id, undefined);
  return endpoint;
}
