/**
 * Owns what the parts of the emulator hand to one another and promise one another, and the look-ups in the state that all of
 * them need. Never changes anything by itself.
 */
import type { Operation } from '@neon/sdk/raw';
import type { PostgresServer } from '../postgres/index.ts';
import type { Clock } from './clock.ts';
import type { Clusters } from './clusters.ts';
import type { Faults } from './faults.ts';
import type { Projects } from './projects.ts';
import type { Proxies } from './proxy.ts';
import { notFound } from './refusals.ts';
import type { Resting } from './resting.ts';
import type { Rows } from './rows/rows.ts';
import type {
  Before,
  BranchRecord,
  ClusterRecord,
  EndpointRecord,
  OrganizationRecord,
  ProjectRecord,
  SnapshotRecord,
  State,
  WorkPlan,
} from './state.ts';

export interface Context {
  readonly dataDir: string;
  readonly state: State;
  save(): Promise<void>;
  readonly clock: Clock;
  /** The emulated time: what the API shows and is asked. Postgres knows machine time only; `clock` converts. */
  now(): Date;
  /** By id, the projects that a change is looking at, before its work is recorded, as it found them: lane.ts's. */
  readonly changing: Map<string, Before>;
  /** How long operations that begin now stay running after their work is done. */
  latencyMs: number;
  readonly faults: Faults;
  /** After so long without a client an endpoint goes to sleep, unless it has a time of its own. */
  readonly suspendAfterSeconds: number;
  readonly projects: Projects;
  readonly resting: Resting;
  /** So many operations of a project are remembered. */
  readonly operationsKept: number;
  readonly rows: Rows;
  readonly proxies: Proxies;
  log(line: string): void;
}

/** For what is there with real rows only. */
export interface ClusterContext extends Context {
  readonly clusters: Clusters;
  readonly travel: Travel;
}

export interface OperationStart {
  readonly action: Operation['action'];
  readonly branchId?: string | undefined;
  readonly endpointId?: string | undefined;
}

export interface Operations {
  /**
   * Records the operations and their work, saves the state and begins. The state must already show what the answer shows. If the
   * process dies before the save, the call never was; after it, the next start carries the work out.
   */
  begin(project: ProjectRecord, plan: WorkPlan, starts: readonly OperationStart[]): Promise<Operation[]>;
  /** Lists what happened without a call, as a compute's going to sleep: it is over already, and locks nothing. */
  record(project: ProjectRecord, what: OperationStart): Promise<void>;
  /** At the start: takes up the works that a stop or a crash left. */
  resume(): void;
  /** Waits until no step of any work runs. Works that only wait for their latency stay for the next start. */
  close(): Promise<void>;
}

export interface Travel {
  /**
   * A read-only server with the branch's rows of the moment, made if there is none of it yet. It lasts a minute, and as long as a
   * client is connected to it. Errors: the refusals of resolvePoint.
   */
  at(
    project: ProjectRecord,
    branch: BranchRecord,
    asked: { readonly timestamp?: string | undefined; readonly lsn?: string | undefined },
  ): Promise<PostgresServer>;
  /** Stops and removes the servers that nobody has used for a minute, and those of projects that are gone. */
  rest(): Promise<void>;
}

export function getOrganization(context: Context, project: ProjectRecord): OrganizationRecord {
  const organization = context.state.organizations.find(({ id }) => id === project.accountId);
  if (organization === undefined) throw new Error(`The emulator's state does not hold the owner of ${project.id}.`);
  return organization;
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

export function getCluster(project: Pick<ProjectRecord, 'clusters'>, id: string): ClusterRecord {
  const cluster = project.clusters.find((candidate) => candidate.id === id);
  if (cluster === undefined) throw new Error(`The emulator's state names a cluster ${id} that it does not hold.`);
  return cluster;
}

/** Where it is not in the list any more, the list stays as it is. */
export function removeFrom<T>(list: T[], member: T): void {
  const index = list.indexOf(member);
  if (index >= 0) list.splice(index, 1);
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
