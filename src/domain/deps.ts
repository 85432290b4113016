// Owns what use-cases are given: every clock, random number, identifier and connection is an argument.

import type { RestoreStepName } from '../core/restore-plan.ts';
import type { JobQueue } from '../queue/jobs.ts';
import type { ConnectNeon, ProbeTarget } from '../neon/api.ts';
import type { Db } from '../store/database.ts';
import type { IdempotencyClaim } from '../store/idempotency.ts';
import type { Keyring } from '../store/seal.ts';

export type IdPrefix = 'tem' | 'crd' | 'prj' | 'brn' | 'pol' | 'sch' | 'fir' | 'snp' | 'rst' | 'evt' | 'key' | 'job';

export interface DomainLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface DomainSettings {
  /** How long an attempt may go without a sign of life; longer than any one call to Neon. */
  readonly leaseMs: number;
  /** The pause between looks at Neon's operations: the first one, growing to `pollMaxMs`. */
  readonly pollMinMs: number;
  readonly pollMaxMs: number;
  /** How long a job may be tried again before it fails for good. */
  readonly snapshotBudgetMs: number;
  readonly restoreBudgetMs: number;
  /** The first pause before a failed call is sent again, growing to `retryMaxMs`, with full jitter. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** A mirror older than this is refreshed. */
  readonly mirrorMaxAgeMs: number;
}

export interface Deps {
  readonly db: Db;
  readonly now: () => Date;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  readonly newId: (prefix: IdPrefix) => string;
  readonly keyring: Keyring;
  readonly connectNeon: ConnectNeon;
  readonly probeTarget: ProbeTarget;
  readonly queue: JobQueue;
  readonly log: DomainLog;
  readonly settings: DomainSettings;
  /** Told of each point at which a process may die, by name: crash tests end it there. Nothing else listens. */
  readonly reached?: (point: CrashPoint) => void;
}

/** A step has begun (recorded), its effect is there (not recorded), and its end is recorded. */
export type CrashPoint = `restore.${RestoreStepName}.${'begun' | 'made' | 'recorded'}`;

/** What a use-case called by a door is given. */
export interface CommandDeps extends Deps {
  /** Refuses with `forbidden`; every use-case calls it after its 404s and before anything else is said. */
  readonly allow: () => void;
  /** Set where the request carried an Idempotency-Key: the change keeps its answer under it. */
  readonly idempotency?: IdempotencyClaim;
}
