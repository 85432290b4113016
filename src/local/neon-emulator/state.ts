/**
 * Owns the shape of everything that the emulator remembers, and nothing else. What Neon's API shows is derived from it in
 * render.ts; the rows themselves are in the clusters' directories.
 */
import type { Operation } from '@neon/sdk/raw';

export type Plan = 'free' | 'launch' | 'scale';

export interface State {
  readonly version: 1;
  apiPort: number | undefined;
  readonly accounts: AccountRecord[];
  readonly projects: ProjectRecord[];
}

export interface AccountRecord {
  readonly id: string;
  readonly name: string;
  apiKey: string;
}

export interface ProjectRecord {
  readonly id: string;
  readonly accountId: string;
  name: string;
  plan: Plan;
  readonly regionId: string;
  historyRetentionSeconds: number;
  readonly createdAt: string;
  updatedAt: string;
  /** Password of the superuser of every cluster of the project; Neon's users never see it. */
  readonly adminPassword: string;
  readonly rolePasswords: Record<string, string>;
  readonly branches: BranchRecord[];
  readonly deletedBranchIds: string[];
  readonly endpoints: EndpointRecord[];
  readonly snapshots: SnapshotRecord[];
  /** Newest last; the oldest are forgotten. */
  operations: Operation[];
  /** Calls that were answered and whose work is not over. */
  readonly works: WorkRecord[];
  readonly clusters: ClusterRecord[];
}

export interface BranchRecord {
  readonly id: string;
  name: string;
  parentId: string | undefined;
  parentLsn: string | undefined;
  parentTimestamp: string | undefined;
  state: 'init' | 'ready' | 'resetting';
  stateChangedAt: string;
  isDefault: boolean;
  isProtected: boolean;
  readonly createdAt: string;
  updatedAt: string;
  lastResetAt: string | undefined;
  expiresAt: string | undefined;
  ttlSeconds: number | undefined;
  logicalSizeBytes: number | undefined;
  clusterId: string;
  restore: RestoredRecord | undefined;
}

/** How a branch came from a snapshot. */
export interface RestoredRecord {
  readonly snapshotId: string;
  /** The branch that finalising replaces, and after it the branch that was replaced. */
  readonly targetBranchId: string;
  status: 'restored' | 'finalized';
}

export interface EndpointRecord {
  readonly id: string;
  branchId: string;
  readonly type: 'read_write' | 'read_only';
  port: number | undefined;
  state: 'init' | 'active' | 'idle';
  readonly createdAt: string;
  updatedAt: string;
  startedAt: string | undefined;
  suspendedAt: string | undefined;
  lastActiveAt: string | undefined;
}

export interface SnapshotRecord {
  readonly id: string;
  name: string;
  readonly slug: string;
  readonly lsn: string | undefined;
  readonly timestamp: string | undefined;
  readonly sourceBranchId: string;
  readonly createdAt: string;
  expiresAt: string | undefined;
  fullSizeBytes: number | undefined;
  readonly point: RecoveryPoint;
}

/** A moment of one cluster's history. Recovery to it gives the same rows at any later time. */
export type RecoveryPoint =
  | { readonly clusterId: string; readonly lsn: string }
  | { readonly clusterId: string; readonly time: string };

/**
 * One Postgres cluster on disk. Its history is its own archived WAL after that of the cluster it was recovered from, so a
 * cluster stays, without its data, as long as a snapshot or another cluster needs its history.
 */
export interface ClusterRecord {
  readonly id: string;
  /** What it was recovered from; absent for the first one of a project. */
  readonly origin: RecoveryPoint | undefined;
  timeline: number;
  /** Absent until its data is whole. Instants and LSNs before are its origin's, not its own. */
  startedAt: string | undefined;
  startLsn: string | undefined;
  readonly bases: BaseRecord[];
  /** True once no branch uses it: its data is gone, its history is kept. */
  isRetired: boolean;
}

/** A copy of a cluster's data, from which WAL is replayed. */
export interface BaseRecord {
  readonly id: string;
  /** Only points after these can be recovered from this base. */
  readonly endLsn: string;
  readonly endAt: string;
}

/** What is left to do for one answered call. Doing it again from the beginning gives the same result. */
export interface WorkRecord {
  readonly id: string;
  readonly operationIds: readonly string[];
  readonly plan: WorkPlan;
  /** True once its effect is in the state and only the operations' end is left. */
  isApplied: boolean;
}

export type WorkPlan =
  | { readonly kind: 'create_branch'; readonly branchId: string }
  | { readonly kind: 'restore_branch'; readonly branchId: string; readonly undo: RestoreUndo }
  | { readonly kind: 'restore_snapshot'; readonly branchId: string; readonly finalize: boolean }
  | { readonly kind: 'finalize_restore'; readonly branchId: string; readonly oldName: string | undefined }
  | { readonly kind: 'take_snapshot'; readonly snapshotId: string; readonly sizeBytes: number }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'start_endpoint'; readonly endpointId: string }
  | { readonly kind: 'suspend_endpoint'; readonly endpointId: string }
  | { readonly kind: 'restart_endpoint'; readonly endpointId: string }
  | { readonly kind: 'stop_cluster'; readonly clusterId: string };

/** What an in-place restore that cannot be finished puts back. */
export interface RestoreUndo {
  readonly clusterId: string;
  readonly preservedBranchId: string | undefined;
  readonly movedChildIds: readonly string[];
  readonly parentLsn: string | undefined;
  readonly parentTimestamp: string | undefined;
  readonly lastResetAt: string | undefined;
}
