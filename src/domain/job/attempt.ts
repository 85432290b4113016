// Owns one attempt of a job: its claim, and the only ways in which it may write and end.

import type { Actor } from '../actor.ts';
import { schedulerActor } from '../actor.ts';
import { change, LostClaim, type Unit } from '../change.ts';
import type { NeonApi } from '../../neon/api.ts';
import { portOf } from '../credential/port.ts';
import type { Deps } from '../deps.ts';
import { type Claim, type ClaimedRow, renewClaim } from '../../store/outbox/claim.ts';
import { finishJob } from '../../store/outbox/settle.ts';

/** How an executor ended its attempt: finished (in its own last transaction), or to be looked at again while Neon works. */
export type Settlement = { readonly kind: 'finished' } | { readonly kind: 'waits_for_neon' };

export interface Attempt {
  readonly claim: Claim;
  readonly subjectId: string;
  readonly actor: Actor;
  /** Since the first attempt began: waiting in the queue is not counted against a job, nor is a process's clock trusted. */
  readonly ageMs: number;
  /** How many attempts before this one did not succeed. */
  readonly earlierAttempts: number;
  /** Writes under the fence and prolongs the lease. Throws `LostClaim` where a later attempt has taken over. */
  save<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
  /** Prolongs the lease before something slow. Throws `LostClaim` as `save` does. */
  renew(): Promise<void>;
  /** The provider port of the project. Each call prolongs the lease first, and is shorter than it: none outlives its attempt. */
  connect(project: { readonly credential_id: string }): Promise<NeonApi>;
  /** Writes for the last time and ends the job, together or not at all. */
  finish(work?: (unit: Unit) => Promise<unknown>): Promise<Settlement>;
}

export function openAttempt(deps: Deps, row: ClaimedRow): Attempt {
  const claim = { id: row.id, fence: row.fence };
  const actor = schedulerActor(row.team_id);
  const save = <T>(work: (unit: Unit) => Promise<T>): Promise<T> => change(deps, actor, work, claim);
  const renew = async (): Promise<void> => {
    if (!(await renewClaim(deps.db, claim, deps.settings.leaseMs))) throw new LostClaim();
  };
  return {
    claim,
    subjectId: row.subject_id,
    actor,
    ageMs: row.age_ms,
    earlierAttempts: row.attempts,
    save,
    renew,
    connect: async (project) => renewing(await portOf(deps, project), renew),
    async finish(work) {
      await save(async (unit) => {
        await work?.(unit);
        if (!(await finishJob(unit.tx, claim))) throw new LostClaim();
      });
      return { kind: 'finished' };
    },
  };
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
