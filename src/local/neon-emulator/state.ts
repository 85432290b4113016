/**
 * Owns the shape of everything that the emulator remembers, and nothing else. What Neon's API shows is derived from it in
 * render.ts; the rows themselves are in the clusters' directories. One file, longer than others: it is written as a whole, and
 * its `version` stands for all of it.
 */
import type { Operation } from '@neon/sdk/raw';
import type { ClockShift } from './clock.ts';

/** `custom` has caps of its own. */
export type Plan = 'free' | 'launch' | 'scale' | 'custom';

/** The caps of a plan. */
export interface Limits {
  readonly historySecondsMax: number;
  readonly historySecondsDefault: number;
  readonly manualSnapshots: number;
  readonly backupSchedules: boolean;
  readonly rootBranches: number;
  readonly branches: number;
  /** What is more is billed as extra branches. */
  readonly branchesIncluded: number;
  readonly projects: number;
}

export interface State {
  readonly version: 2;
  apiPort: number | undefined;
  /** Oldest first. */
  readonly clockShifts: ClockShift[];
  /** Password of the superuser of every cluster; Neon's users never see it. */
  readonly adminPassword: string;
  readonly persons: PersonRecord[];
  readonly organizations: OrganizationRecord[];
  apiKeys: ApiKeyRecord[];
  /** Ids of revoked keys are not given again. */
  lastKeyId: number;
  /** Only projects.ts adds and removes. */
  readonly projects: ProjectRecord[];
}

export interface PersonRecord {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly organizationIds: string[];
}

export interface OrganizationRecord {
  readonly id: string;
  readonly name: string;
  plan: Plan;
  customLimits: Limits | undefined;
  readonly createdAt: string;
  updatedAt: string;
}

export interface ApiKeyRecord {
  readonly id: number;
  key: string;
  readonly name: string;
  /** A person or an organization. */
  readonly ownerId: string;
  /** The only project that it reaches; only for a key of an organization. */
  readonly projectId: string | undefined;
  /** A person. */
  readonly createdBy: string;
  readonly createdAt: string;
  lastUsedAt: string | undefined;
  lastUsedFrom: string;
}

export interface ProjectRecord {
  readonly id: string;
  /** The organization that owns it. */
  readonly accountId: string;
  name: string;
  plan: Plan;
  /** For the plan `custom`; without them it has those of `scale`. */
  customLimits: Limits | undefined;
  readonly regionId: string;
  historyRetentionSeconds: number;
  readonly createdAt: string;
  updatedAt: string;
  /** What its first branch began with. */
  readonly content: ProjectContent;
  /** What endpoints begin with unless they are made with others. */
  endpointDefaults: Pick<EndpointRecord, 'suspendTimeoutSeconds' | 'minUnits' | 'maxUnits'>;
  /** Every password that a call gave to a role of this name, newest last. Which one is in force a branch's catalog says. */
  readonly rolePasswords: { readonly role: string; readonly password: string }[];
  branches: BranchRecord[];
  endpoints: EndpointRecord[];
  snapshots: SnapshotRecord[];
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
  state: 'init' | 'ready' | 'resetting' | 'archived';
  stateChangedAt: string;
  readonly initSource: 'parent-data' | 'schema-only';
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
  /** When it is backed up; empty: never. */
  schedule: ScheduleItem[];
}

export interface ScheduleItem {
  readonly frequency: 'daily' | 'weekly' | 'monthly';
  /** In UTC. */
  readonly hour: number | undefined;
  /** Of the week (1 is Monday) or of the month. */
  readonly day: number | undefined;
  readonly retentionSeconds: number | undefined;
  /** What was due until then is over: its snapshot was taken, or the schedule was not set yet. */
  handledUntil: string;
}

/** How a branch came from a snapshot. */
export interface RestoredRecord {
  readonly snapshotId: string;
  /** The branch that finalising replaces, and after it the branch that was replaced. */
  readonly targetBranchId: string;
  status: 'restored' | 'finalized';
  /** When it was restored, and after finalising when that was. */
  since: string;
}

export interface EndpointRecord {
  readonly id: string;
  name: string | undefined;
  branchId: string;
  readonly type: 'read_write' | 'read_only';
  port: number | undefined;
  poolerPort: number | undefined;
  /** Absent: it has them for itself. */
  sharesPorts?: boolean;
  /** 0: the emulator's default; -1: never. */
  suspendTimeoutSeconds: number;
  /** Compute units, which the emulator shows and has not. */
  minUnits: number;
  maxUnits: number;
  isDisabled: boolean;
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
  /** Of a past moment, the one of the two that was not asked is not known at once, and may never be. */
  lsn: string | undefined;
  timestamp: string | undefined;
  readonly sourceBranchId: string;
  readonly createdAt: string;
  expiresAt: string | undefined;
  /** False: a backup schedule took it. */
  readonly isManual: boolean;
  /** Measured when it was taken, of a snapshot of the head only. */
  readonly headSizeBytes: number | undefined;
  /** One of the two is what Neon would charge for; both are absent until that is computed. */
  fullSizeBytes: number | undefined;
  diffSizeBytes: number | undefined;
  readonly point: RecoveryPoint;
}

/** A moment of one cluster's history, in machine time. Recovery to it gives the same rows at any later time. */
export type RecoveryPoint =
  | { readonly clusterId: string; readonly lsn: string }
  | { readonly clusterId: string; readonly time: string };

/**
 * One Postgres cluster on disk. Its history is its own archived WAL after that of the cluster it was recovered from, so a
 * cluster stays, without its data, as long as a snapshot or another cluster needs its history.
 */
export interface ClusterRecord {
  readonly id: string;
  /** What it was recovered from; absent where nothing of another one is in it, as for the first one of a project. */
  origin: RecoveryPoint | undefined;
  /** True of a cluster that is no branch's: it holds the rows of its origin, so that a snapshot of that point needs no more WAL. */
  readonly isCopy: boolean;
  timeline: number;
  /** Machine time. Absent until its data is whole. Instants and LSNs before are its origin's, not its own. */
  startedAt: string | undefined;
  startLsn: string | undefined;
  readonly bases: BaseRecord[];
  /** How far the WAL from its start on is kept, as a base's; it is needed before the first base only. */
  originKeptUntil: string | undefined;
  /** True once its own bases reach back as far as anybody may ask: it needs its origin's history no more. */
  isDetached: boolean;
  /** True once no branch uses it: its data is gone, its history is kept. */
  isRetired: boolean;
  /** A few moments of it, oldest first: which LSNs were written before which instant. */
  readonly samples: HeadSample[];
  /** Of all its databases, when it was last looked at. */
  sizeBytes: number | undefined;
}

/** All that was committed before the LSN was committed before the instant (machine time). */
export interface HeadSample {
  readonly lsn: string;
  readonly at: string;
}

/** A copy of a cluster's data, from which WAL is replayed. */
export interface BaseRecord {
  readonly id: string;
  /** Where its replay begins: the oldest WAL that it needs. */
  readonly redoLsn: string;
  /** Only points after these can be recovered from this base. */
  readonly endLsn: string;
  /** Machine time. */
  readonly endAt: string;
  /** The WAL after it is kept up to this LSN; absent: all of it is. */
  keptUntil: string | undefined;
}

/** What is left to do for one answered call. Doing it again from the beginning gives the same result. */
export interface WorkRecord {
  readonly id: string;
  readonly operationIds: readonly string[];
  readonly plan: WorkPlan;
  /** Absent once its effect is in the state, and for what changes nothing before its work is done. */
  before: Before | undefined;
  /** What a fault makes of it; absent where none does. */
  readonly fault: OperationFault | undefined;
  /** True once its effect is in the state and only the operations' end is left. */
  isApplied: boolean;
}

/** What a call had found, for putting back if its work cannot be done. */
export interface Before {
  readonly branches: BranchRecord[];
  readonly endpoints: EndpointRecord[];
  readonly snapshots: SnapshotRecord[];
}

export interface OperationFault {
  /** `fails_once` is tried again and ends well; the other two undo the whole call. */
  readonly outcome: 'fails_once' | 'errors' | 'cancelled';
  /** The operations that end so. Of an undone call the others are cancelled. */
  readonly operationIds: readonly string[];
  /** How long a failed operation waits for being tried again. */
  readonly retryAfterMs: number;
  readonly message: string;
}

export type WorkPlan =
  | { readonly kind: 'create_project'; readonly branchId: string }
  | { readonly kind: 'create_branch'; readonly branchId: string; readonly becomes: 'ready' | 'archived' }
  | { readonly kind: 'restore_branch'; readonly branchId: string }
  | { readonly kind: 'restore_snapshot'; readonly branchId: string; readonly finalize: boolean }
  | { readonly kind: 'finalize_restore'; readonly branchId: string; readonly oldName: string | undefined }
  | { readonly kind: 'take_snapshot'; readonly snapshotId: string }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'start_endpoint'; readonly endpointId: string }
  | { readonly kind: 'suspend_endpoint'; readonly endpointId: string }
  | { readonly kind: 'restart_endpoint'; readonly endpointId: string }
  | { readonly kind: 'stop_cluster'; readonly clusterId: string }
  | { readonly kind: 'apply_config'; readonly branchId: string; readonly change: CatalogChange };

export interface ProjectContent {
  readonly roleName: string;
  readonly databaseName: string;
  readonly isSample: boolean;
}

/** What a call changes in a branch's databases and roles. */
export type CatalogChange =
  /** Without a password it cannot log in. */
  | { readonly kind: 'create_role'; readonly name: string; readonly password: string | undefined }
  | { readonly kind: 'set_password'; readonly name: string; readonly password: string }
  | { readonly kind: 'drop_role'; readonly name: string }
  | { readonly kind: 'create_database'; readonly id: number; readonly name: string; readonly ownerName: string }
  | { readonly kind: 'alter_database'; readonly name: string; readonly newName: string; readonly ownerName: string }
  | { readonly kind: 'drop_database'; readonly name: string };
