/**
 * Owns new records: a branch, the cluster it will have, an endpoint with its open port. Never makes data, never saves.
 */
import * as ids from './ids.ts';
import type { Context } from './context.ts';
import type { BranchRecord, ClusterRecord, EndpointRecord, ProjectRecord, RecoveryPoint } from './state.ts';

export function newCluster(project: ProjectRecord, origin: RecoveryPoint | undefined, isCopy = false): ClusterRecord {
  const cluster: ClusterRecord = {
    id: ids.clusterId(),
    origin,
    isCopy,
    timeline: 0,
    startedAt: undefined,
    startLsn: undefined,
    bases: [],
    originKeptUntil: undefined,
    isDetached: false,
    isRetired: false,
    samples: [],
    sizeBytes: undefined,
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
  initSource: BranchRecord['initSource'] = 'parent-data',
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
    initSource,
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
    schedule: [],
  };
  project.branches.push(branch);
  return branch;
}

/** What a caller may wish of an endpoint. */
export type EndpointWish = Pick<EndpointRecord, 'type'> &
  Partial<Pick<EndpointRecord, 'name' | 'suspendTimeoutSeconds' | 'minUnits' | 'maxUnits' | 'isDisabled'>>;

/** An endpoint in state `init`, without ports. */
export function newEndpoint(branchId: string, wish: EndpointWish, at: string): EndpointRecord {
  return {
    id: ids.endpointId(),
    name: undefined,
    branchId,
    port: undefined,
    poolerPort: undefined,
    suspendTimeoutSeconds: 0,
    minUnits: 0.25,
    maxUnits: 0.25,
    isDisabled: false,
    ...wish,
    state: 'init',
    createdAt: at,
    updatedAt: at,
    startedAt: undefined,
    suspendedAt: undefined,
    lastActiveAt: undefined,
  };
}

export async function openEndpoint(
  context: Context,
  project: ProjectRecord,
  branchId: string,
  wish: EndpointWish,
): Promise<EndpointRecord> {
  const endpoint = newEndpoint(branchId, { ...project.endpointDefaults, ...wish }, context.now().toISOString());
  project.endpoints.push(endpoint);
  await context.proxies.open(endpoint);
  return endpoint;
}
