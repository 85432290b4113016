// Owns one attempt of a job: its claim, and the only ways in which it may write and end.

import type { Failure } from '../../core/errors.ts';
import type { RateShare } from '../../core/rate.ts';
import type { Actor } from '../actor.ts';
import { schedulerActor } from '../actor.ts';
import { change, LostClaim, type Unit } from '../change.ts';
import type { NeonApi } from '../../neon/api.ts';
import { portOf } from '../credential/port.ts';
import type { Deps } from '../deps.ts';
import { type Claim, type ClaimedRow, noteSlot, renewClaim } from '../../store/outbox/claim.ts';
import { type AttemptEnd, finishJob, handOnJob } from '../../store/outbox/settle.ts';

/**
 * How an executor ended its attempt: finished (in its own last transaction), handed on to the clean-up (likewise), to be looked at
 * again while Neon works, or stopped between two steps because the process ends.
 */
export type Settlement = { readonly kind: 'finished' | 'handed_on' | 'waits_for_neon' | 'stopped' };

export interface Attempt {
  readonly claim: Claim;
  readonly subjectId: string;
  readonly actor: Actor;
  /** Since the first attempt began: waiting in the queue is not counted against a job, nor is a process's clock trusted. */
  readonly ageMs: number;
  /** How many attempts before this one did not succeed. */
  readonly earlierAttempts: number;
  /** The process is to end: no further step is begun. */
  isStopping(): boolean;
  /** Writes under the fence and prolongs the lease. Throws `LostClaim` where a later attempt has taken over. */
  save<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
  /** Prolongs the lease before something slow. Throws `LostClaim` as `save` does. */
  renew(): Promise<void>;
  /**
   * The provider port of the project; its share of the rate limit is the job's. Each call prolongs the lease first, and is shorter than
   * it: none outlives its attempt. Its calls throw `Throttled` where nothing could be sent; `beforeFirstCall` has not been called then.
   */
  connect(project: { readonly credential_id: string }, beforeFirstCall?: () => Promise<void>): Promise<NeonApi>;
  /** As it is kept: with Neon's id of the last change that the attempt made, where no request of a known id failed. */
  told(end: AttemptEnd): AttemptEnd;
  /** Writes for the last time and ends the job, together or not at all. */
  finish(work?: (unit: Unit) => Promise<unknown>, end?: AttemptEnd): Promise<Settlement>;
  /** Writes for the last time and leaves the rest of the job, the clean-up, to a next attempt with a budget of its own. */
  handOn(work: (unit: Unit) => Promise<unknown>, end: AttemptEnd): Promise<Settlement>;
}

/** `claimedSince`: when the claim was asked for, by `deps.elapsedMs`. */
export function openAttempt(deps: Deps, row: ClaimedRow, claimedSince: number): Attempt {
  const claim = { id: row.id, fence: row.fence };
  const actor = schedulerActor(row.team_id);
  const save = async <T>(work: (unit: Unit) => Promise<T>): Promise<T> => {
    const since = deps.elapsedMs();
    const answer = await change(deps, actor, work, claim);
    lease.prolonged(since);
    return answer;
  };
  let changedBy: string | undefined;
  const told = (of: AttemptEnd): AttemptEnd => ({ ...of, neonRequestId: of.neonRequestId ?? changedBy });
  const lease = holdLease(deps, claim, claimedSince);
  const end = (work: ((unit: Unit) => Promise<unknown>) | undefined, settle: (unit: Unit) => Promise<boolean>) =>
    save(async (unit) => {
      await work?.(unit);
      if (!(await settle(unit))) throw new LostClaim();
    });
  return {
    claim,
    subjectId: row.subject_id,
    actor,
    ageMs: row.age_ms,
    earlierAttempts: row.attempts,
    isStopping: () => deps.isStopping?.() ?? false,
    save,
    renew: lease.renew,
    connect: async (project, beforeFirstCall = async () => undefined) => {
      const use = {
        share: shareOf(row.job),
        by: 'attempt',
        beforeWait: (waitMs: number) => noteSlot(deps.db, claim, waitMs),
        afterWait: lease.renew,
        beforeFirstCall,
        changed: (neonRequestId: string) => (changedBy = neonRequestId),
      } as const;
      return renewing(await portOf(deps, project, use), lease.renewIfOld);
    },
    told,
    async finish(work, of = { outcome: 'finished' }) {
      await end(work, ({ tx }) => finishJob(tx, claim, told(of)));
      return { kind: 'finished' };
    },
    async handOn(work, of) {
      await end(work, ({ tx }) => handOnJob(tx, claim, told(of)));
      return { kind: 'handed_on' };
    },
  };
}

/** What is told of an attempt that ends its job without success. */
export function endOf({ code, message, neonRequestId }: Failure): AttemptEnd {
  return { outcome: 'failed', code, message, neonRequestId };
}

function renewing(port: NeonApi, renew: () => Promise<void>): NeonApi {
  return new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...given: unknown[]): Promise<unknown> => {
        await renew();
        return Reflect.apply(method, target, given) as unknown;
      };
    },
  });
}

interface Lease {
  renew(): Promise<void>;
  /** Unless it was prolonged so lately that a call, which is shorter than two thirds of it, ends before it does. */
  renewIfOld(): Promise<void>;
  /** A statement begun at that time has prolonged it. */
  prolonged(since: number): void;
}

function holdLease(deps: Deps, claim: Claim, claimedSince: number): Lease {
  const { leaseMs } = deps.settings;
  let prolongedAt = claimedSince;
  const renew = async (): Promise<void> => {
    const since = deps.elapsedMs();
    if (!(await renewClaim(deps.db, claim, leaseMs))) throw new LostClaim();
    prolongedAt = since;
  };
  return {
    renew,
    async renewIfOld() {
      if (deps.elapsedMs() - prolongedAt > leaseMs / 4) await renew();
    },
    prolonged(since) {
      prolongedAt = since;
    },
  };
}

function shareOf(job: string): RateShare {
  return job === 'restore.run' ? 'restore' : 'rest';
}
