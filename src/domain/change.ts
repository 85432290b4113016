// Owns the unit of change: rows, audit events and promises of one command in one transaction, in the one order that cannot
// deadlock (fence, rows, idempotency answer, audit heads). A crash before the commit leaves nothing.

import { jobs, type JobName } from '../queue/jobs.ts';
import { appendAuditEvents, type NewAuditEvent } from '../store/audit.ts';
import type { Tx } from '../store/database.ts';
import { answerIdempotencyKey } from '../store/idempotency.ts';
import { type Claim, holdFence } from '../store/outbox/claim.ts';
import { type PromisedJob, promiseJobs } from '../store/outbox/promise.ts';
import { Refusal } from '../core/errors.ts';
import type { Actor } from './actor.ts';
import type { CommandDeps, Deps } from './deps.ts';

type Told = Readonly<Record<string, unknown>>;

export interface AuditDetails extends Told {
  readonly before?: Told | undefined;
  readonly after?: Told | undefined;
}

/** The events that tell of no change of what is kept, each with the reason. Of every other one the compiler asks for `before` or `after`. */
export const changesNothing = {
  'access.first_sign_in': 'somebody came',
  'access.refused': 'nothing was done',
  'audit.month_closed': 'the history itself has changed: its details name the closing head',
  'policy.run': 'each snapshot that it made tells of itself',
  'project.reconcile_requested': 'what was asked for is a comparison',
  'project.sync': 'the mirror follows Neon, which is no change of ours',
  'project.sync_requested': 'what was asked for is a comparison',
  'restore.connected': 'a secret was read',
} as const;

export type Change = AuditDetails & ({ readonly before: Told } | { readonly after: Told });

/** The request that an event tells of, where it is not that of the actor. */
type From = Pick<Actor, 'requestId' | 'sourceAddress'>;

/**
 * Says what was done; written at the end of the transaction. Of a change, `before` and `after` of the details say what it changed from
 * and to, whole or as far as it differs; absent where there was nothing. Never a secret.
 */
interface Audit {
  (
    action: keyof typeof changesNothing,
    subject: { kind: string; id: string },
    details?: AuditDetails,
    from?: From,
  ): void;
  (action: string, subject: { kind: string; id: string }, details: Change): void;
}

export interface Unit {
  readonly tx: Tx;
  readonly now: Date;
  readonly audit: Audit;
  /** Promises a job; it is released once the transaction has committed and `delayMs` have passed. */
  promise(job: JobName, subjectId: string, lane: string | null, delayMs?: number): void;
  /** Says that a job has changed which the unit neither promises nor holds: it is told to who follows jobs. */
  touch(jobId: string): void;
}

/** The attempt has lost its row to a later one: whatever it wanted to write is void. */
export class LostClaim extends Error {
  constructor() {
    super('Another attempt holds this job now.');
    this.name = 'LostClaim';
  }
}

/**
 * Runs `work` in one transaction and returns what it returns, which for a command is the answer that a repeated
 * Idempotency-Key gets again. With a claim, nothing is written unless its fence still holds, and the lease is prolonged.
 */
export async function change<T>(
  deps: Pick<Deps, 'db' | 'now' | 'newId' | 'settings' | 'reached' | 'announce'> & Pick<CommandDeps, 'idempotency'>,
  actor: Actor,
  work: (unit: Unit) => Promise<T>,
  claim?: Claim,
): Promise<T> {
  deps.reached?.('transaction.begun');
  const events: NewAuditEvent[] = [];
  const promised: PromisedJob[] = [];
  const touched = claim ? [claim.id] : [];
  const answer = await deps.db.transaction().execute(async (tx) => {
    if (claim && !(await holdFence(tx, claim, deps.settings.leaseMs))) throw new LostClaim();
    const now = deps.now();
    const answer = await work({
      tx,
      now,
      audit: (
        action: string,
        subject: NewAuditEvent['subject'],
        { before, after, ...details }: AuditDetails = {},
        { requestId, sourceAddress }: From = actor,
      ) => {
        events.push({
          id: deps.newId('evt'),
          teamId: actor.teamId,
          at: now,
          actor: { kind: actor.kind, id: actor.id, label: actor.label },
          action,
          subject,
          requestId,
          sourceAddress,
          details,
          before: before ?? null,
          after: after ?? null,
        });
      },
      promise: (job, subjectId, lane, delayMs) => {
        const { priority } = jobs[job];
        promised.push({ id: deps.newId('job'), teamId: actor.teamId, job, subjectId, lane, priority, delayMs });
      },
      touch: (jobId) => void touched.push(jobId),
    });
    await promiseJobs(tx, promised);
    const { idempotency } = deps;
    const kept = idempotency?.keep ? idempotency.keep(answer) : answer;
    if (idempotency && !(await answerIdempotencyKey(tx, idempotency, kept ?? null))) {
      throw new Refusal(
        'idempotency_key_in_flight',
        'Another request took over this Idempotency-Key. Nothing was done by this one. Send it again to get the answer.',
      );
    }
    if (events.length > 0) await appendAuditEvents(tx, events);
    deps.reached?.('transaction.written');
    return answer;
  });
  deps.reached?.('transaction.committed');
  // Dies before this: who follows the team sees it a moment later, by the clock.
  const jobIds = [...touched, ...promised.map(({ id }) => id)];
  if (events.length > 0 || jobIds.length > 0) deps.announce?.(actor.teamId, jobIds);
  return answer;
}
