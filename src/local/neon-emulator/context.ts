/**
 * Owns what the parts of the emulator hand to one another, and the look-ups in the state that all of them need. Never changes
 * anything.
 */
import type { Clusters } from './clusters.ts';
import type { Proxies } from './proxy.ts';
import { notFound } from './refusals.ts';
import type { BranchRecord, ClusterRecord, EndpointRecord, ProjectRecord, SnapshotRecord, State } from './state.ts';

export interface Context {
  readonly dataDir: string;
  readonly state: State;
  save(): Promise<void>;
  now(): Date;
  readonly latencyMs: number;
  readonly clusters: Clusters;
  readonly proxies: Proxies;
  log(line: string): void;
}

export function getBranch(project: ProjectRecord, id: string): BranchRecord {
  const branch = project.branches.find((candidate) => candidate.id === id);
  if (branch === undefined) throw notFound('branch');
  return branch;
}

export function getDefaultBranch(project: ProjectRecord): BranchRecord {
  const branch = project.branches.find((candidate) => candidate.isDefault);
  if (branch === undefined) throw notFound('default branch');
  return branch;
}

export function getSnapshot(project: ProjectRecord, id: string): SnapshotRecord {
  const snapshot = project.snapshots.find((candidate) => candidate.id === id);
  if (snapshot === undefined) throw notFound('snapshot');
  return snapshot;
}

export function getEndpoint(project: ProjectRecord, id: string): EndpointRecord {
  const endpoint = project.endpoints.find((candidate) => candidate.id === id);
  if (endpoint === undefined) throw notFound('endpoint');
  return endpoint;
}

export function getCluster(project: ProjectRecord, id: string): ClusterRecord {
  const cluster = project.clusters.find((candidate) => candidate.id === id);
  if (cluster === undefined) throw new Error(`The emulator's state names a cluster ${id} that it does not hold.`);
  return cluster;
}

export function childrenOf(project: ProjectRecord, branchId: string): BranchRecord[] {
  return project.branches.filter((branch) => branch.parentId === branchId);
}

export function endpointsOf(project: ProjectRecord, branchId: string): EndpointRecord[] {
  return project.endpoints.filter((endpoint) => endpoint.branchId === branchId);
}

export function isLocked(project: ProjectRecord): boolean {
  return project.works.length > 0;
}
