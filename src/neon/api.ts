// Owns the provider port: the few calls to Neon that Afterglow makes, in its own words. It holds no state and hides no
// retry: one method is one call (listing follows its pages). Every method throws `NeonFailure` when Neon does not do it.

import type { NativeSchedule } from '../core/delegation.ts';
import type { RateShare } from '../core/rate.ts';

export interface NeonProject {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly pgVersion: number;
  /** free, launch, scale, or Neon's own word for another plan. */
  readonly plan: string;
  readonly historyRetentionSeconds: number;
}

export interface NeonBranch {
  readonly id: string;
  readonly name: string;
  /** Undefined for a root branch. */
  readonly parentId: string | undefined;
  readonly parentLsn: string | undefined;
  readonly parentTimestamp: Date | undefined;
  readonly state: string;
  readonly isDefault: boolean;
  readonly isProtected: boolean;
  readonly logicalSizeBytes: number | undefined;
  readonly createdAt: Date;
  readonly lastResetAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly restoreStatus: string | undefined;
  /** The snapshot that it was restored from. */
  readonly restoredFrom: string | undefined;
  /** The branch that it was restored for, and whose place it took when it was finalised. */
  readonly restoredAs: string | undefined;
  /** What Neon refuses for now, and why. */
  readonly restrictedActions: readonly { readonly name: string; readonly reason: string }[];
}

export interface NeonSnapshot {
  readonly id: string;
  readonly name: string;
  readonly slug: string | undefined;
  readonly lsn: string | undefined;
  readonly timestamp: Date | undefined;
  readonly sourceBranchId: string | undefined;
  readonly createdAt: Date;
  /** Undefined while Neon has not computed it; never 0 for that reason. */
  readonly sizeBytes: number | undefined;
  /** Neon took it by the branch's own schedule. */
  readonly isScheduled: boolean;
}

export interface NeonOperation {
  readonly id: string;
  readonly branchId: string | undefined;
  /** scheduling, running, finished, failed, error, cancelling, cancelled, skipped; the list grows. */
  readonly status: string;
  readonly error: string | undefined;
  /** Set while Neon itself means to try a failed operation again. */
  readonly retryAt: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An instant, an LSN, or the present. */
export type NeonPoint = { readonly at: Date } | { readonly lsn: string } | { readonly head: true };

export interface NeonApi {
  /** `GET /auth`: the cheap check of a key, and whose rate limit it draws on. */
  getAccountId(): Promise<string>;
  getProject(projectId: string): Promise<NeonProject>;
  listBranches(projectId: string): Promise<NeonBranch[]>;
  listSnapshots(projectId: string): Promise<NeonSnapshot[]>;
  /** The newest operations of the project, at most 1,000. */
  listOperations(projectId: string): Promise<NeonOperation[]>;

  /** A child branch with a compute of its own where `withCompute` is set. */
  createBranch(
    projectId: string,
    branch: { name: string; parentId: string; point: NeonPoint; expiresAt?: Date; withCompute: boolean },
  ): Promise<{ branch: NeonBranch; operationIds: string[] }>;
  updateBranch(projectId: string, branchId: string, change: { name?: string; expiresAt?: Date }): Promise<NeonBranch>;
  /** Done already (404, 204) is done. */
  deleteBranch(projectId: string, branchId: string): Promise<{ operationIds: string[] }>;
  /** In place: the branch becomes its own past, and its present is kept under `preserveUnderName`. */
  restoreBranch(
    projectId: string,
    branchId: string,
    source: { point: NeonPoint; preserveUnderName: string },
  ): Promise<{ branch: NeonBranch; operationIds: string[] }>;

  createSnapshot(
    projectId: string,
    branchId: string,
    snapshot: { name: string; slug: string; point: NeonPoint },
  ): Promise<{ snapshot: NeonSnapshot; operationIds: string[] }>;
  renameSnapshot(projectId: string, snapshotId: string, name: string): Promise<NeonSnapshot>;
  /** Done already (404) is done. */
  deleteSnapshot(projectId: string, snapshotId: string): Promise<{ operationIds: string[] }>;
  /** First step only (`finalize_restore: false`): a new root branch, not served. The target is always sent (Neon rule 8). */
  restoreSnapshot(
    projectId: string,
    snapshotId: string,
    restore: { name: string; targetBranchId: string },
  ): Promise<{ branch: NeonBranch; operationIds: string[] }>;
  /** Second step: the restored branch becomes the served one; the replaced one is kept under `preserveUnderName`. */
  finalizeRestore(
    projectId: string,
    restoredBranchId: string,
    preserveUnderName: string,
  ): Promise<{ operationIds: string[] }>;

  /** Neon's own schedule of the branch; empty where it has none. */
  getBackupSchedule(projectId: string, branchId: string): Promise<NativeSchedule[]>;
  /** Replaces it, an empty one turns it off. Root branches only. */
  setBackupSchedule(projectId: string, branchId: string, schedule: readonly NativeSchedule[]): Promise<void>;

  /** Databases with their owners, in Neon's order. */
  listDatabases(projectId: string, branchId: string): Promise<{ name: string; owner: string }[]>;
  /** A URI with the password in it: a secret, never kept. */
  getConnectionUri(
    projectId: string,
    connection: { branchId: string; databaseName: string; roleName: string; pooled: boolean },
  ): Promise<string>;
}

/** On whose account a port calls, and how long its calls wait for the account's rate limit. */
export interface NeonUse {
  readonly accountId: string;
  readonly share: RateShare;
  /** An attempt is turned away at its first call where no slot is near; a request waits a few seconds at each call. */
  readonly by: 'attempt' | 'request';
  /** Called before a wait that somebody may notice. */
  readonly beforeWait?: (waitMs: number) => Promise<void>;
  /** Called after a wait and before the call is sent: what ends by the clock can be prolonged here. */
  readonly afterWait?: () => Promise<void>;
  /** Told of each change that Neon has accepted. */
  readonly changed?: Changed;
  /** Called once, when the first call has its slot and before it is sent: what it begins can be recorded here, and not in vain. */
  readonly beforeFirstCall?: () => Promise<void>;
}

/** Told of a change that Neon has accepted, by Neon's id of the request. */
export type Changed = (neonRequestId: string) => void;

/** Makes the port for one Neon key that sends at once. */
export type SendingPorts = (neonApiKey: string, changed?: Changed) => NeonApi;

/** Makes the port for one Neon key. Each call takes a slot of the account's rate first, and throws `Throttled` where none is near; without a use, none. */
export type ConnectNeon = (neonApiKey: string, use?: NeonUse) => NeonApi;

/** Opens a real connection through the URI and runs a query; throws `NeonFailure` where the target does not answer. */
export type ProbeTarget = (uri: string) => Promise<void>;
