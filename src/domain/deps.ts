// Owns what use-cases are given: every clock, random number, identifier and connection is an argument.

import type { JobQueue } from '../queue/jobs.ts';
import type { ConnectNeon, ProbeTarget } from '../neon/api.ts';
import type { Db } from '../store/database.ts';
import type { IdempotencyClaim } from '../store/idempotency.ts';
import type { Keyring } from '../store/seal.ts';
import type { Actor } from './actor.ts';
import type { Signer } from '../store/signing.ts';
import type { CrashPoint } from './job/points.ts';
import type { VerifyToken } from './team/token.ts';

export type IdPrefix =
  | 'tem'
  | 'crd'
  | 'prj'
  | 'brn'
  | 'pol'
  | 'sch'
  | 'fir'
  | 'snp'
  | 'rst'
  | 'hld'
  | 'evt'
  | 'key'
  | 'mbr'
  | 'job'
  | 'rec'
  | 'rtp';

export interface DomainLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** Told of what is counted and belongs to no team. */
export interface AccessRecorder {
  unauthenticated(): void;
}

/** Told of what is found out about the audit history. */
export interface AuditRecorder {
  /** An export has met an event that is missing, or there twice. */
  breached(): void;
}

/** Told of streams: each by what it tells of. */
export interface StreamRecorder {
  opened(kind: string): void;
  /** There were too many, and it was not opened. `connection` for one that carries streams. */
  refused(kind: string): void;
  /** `left` where the reader has gone by itself; otherwise the code with which it was cut off. */
  ended(kind: string, code: string): void;
}

export interface Prices {
  /** For a gigabyte (10^9 bytes) of a manual snapshot, a month. */
  readonly snapshotGbMonth: number;
  /** For a branch beyond those that the plan includes, a month. */
  readonly branchMonth: number;
}

export interface DomainSettings {
  /** How long an attempt may go without a sign of life; longer than any one call to Neon. */
  readonly leaseMs: number;
  /** How long a request holds its Idempotency-Key without an answer, before it counts as dead. */
  readonly keyClaimMs: number;
  /** Longer than the queue needs to deliver what is due: what is later and in no queue is lost. */
  readonly deliveredWithinMs: number;
  /** The pause between looks at Neon's operations: the first one, growing to `pollMaxMs`. */
  readonly pollMinMs: number;
  readonly pollMaxMs: number;
  /** How long a job may be tried again before it fails for good. */
  readonly snapshotBudgetMs: number;
  readonly restoreBudgetMs: number;
  /** The first pause before a failed call is sent again, growing to `retryMaxMs`, with full jitter. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** Bounds on released jobs, but for restores: those that no worker has taken yet, and those of one Neon account that are not at rest. */
  readonly queuedJobsMax: number;
  readonly activeJobsPerAccountMax: number;
  /** Past them the reaper ends what waits: from the promise until the first attempt, and from that until the end. */
  readonly beginWithinMs: number;
  readonly snapshotEndsWithinMs: number;
  readonly restoreEndsWithinMs: number;
  readonly purgeEndsWithinMs: number;
  /** How long after the end of a job something that it made may still show up in Neon's lists. */
  readonly lateMs: number;
  /** A project whose mirror is older than this is compared with Neon. */
  readonly mirrorMaxAgeMs: number;
  /** How often one that Neon does not show any more is looked for. */
  readonly goneRecheckMs: number;
  /** What Neon asks for, in US dollars: for forecasts. */
  readonly prices: Prices;
  /** Of the identity provider; undefined where there is none. */
  readonly issuer?: string | undefined;
  /** The claim of its tokens that lists `team:role`; where there is none, memberships say which teams a person is of. */
  readonly teamsClaim?: string | undefined;
  /** The claim that is true for who is of the platform. */
  readonly platformClaim?: string | undefined;
  /** How many whole months of the audit history are kept; null for ever. */
  readonly auditRetentionMonths: number | null;
  /** How many streams a process keeps open at once for one actor, and for one team. */
  readonly streamsPerActorMax: number;
  readonly streamsPerTeamMax: number;
  /** A stream without news says after so long that it is alive. */
  readonly streamBeatMs: number;
  /** How often a process looks by the clock whether the histories that it follows have grown: what was not heard comes so late at most. */
  readonly streamPollMs: number;
}

export interface Deps {
  readonly db: Db;
  readonly now: () => Date;
  /** Milliseconds that only grow, whatever becomes of the clock: for how long something has lasted in this process. */
  readonly elapsedMs: () => number;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  readonly newId: (prefix: IdPrefix) => string;
  readonly keyring: Keyring;
  /** A secret of 256 random bits, as text of the URL alphabet. */
  readonly newSecret: () => string;
  readonly signer: Signer;
  readonly connectNeon: ConnectNeon;
  /** Of the identity provider's tokens; undefined where there is none. */
  readonly verifyToken?: VerifyToken | undefined;
  readonly probeTarget: ProbeTarget;
  readonly queue: JobQueue;
  readonly log: DomainLog;
  readonly access: AccessRecorder;
  readonly audits: AuditRecorder;
  readonly streams: StreamRecorder;
  readonly settings: DomainSettings;
  /** This process, as its attempts are told. */
  readonly worker: string;
  /** The process is to end: no attempt and no step is begun any more. */
  readonly isStopping?: () => boolean;
  /** Tells every process, after a commit, that the team's history may have grown and which of its jobs have changed. Never throws. */
  readonly announce?: (teamId: string, jobs?: readonly string[]) => void;
  /** Told of each point at which a process may die, by name: crash tests end it there. Nothing else listens. */
  readonly reached?: (point: CrashPoint) => void;
}

/** What a use-case called by a door is given. */
export interface CommandDeps extends Deps {
  /**
   * Refuses with `forbidden`; every use-case calls it after its 404s and before anything else is said. With an actor where it acts in a
   * team that the request has named.
   */
  readonly allow: (acting?: Actor) => void;
  /** Set where the request carried an Idempotency-Key: the change keeps its answer under it. */
  readonly idempotency?: IdempotencyClaim & Keeping;
}

interface Keeping {
  /** What is kept of the answer, where that is not all of it. */
  keep?(answer: unknown): unknown;
}
