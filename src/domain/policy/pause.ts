// Owns pausing and resuming a policy. It fires nothing, expires nothing, and changes nothing that the policy says.

import { Refusal } from '../../core/errors.ts';
import { parseInstant } from '../../core/instant.ts';
import {
  beginSchedulesAnew,
  listSchedules,
  lockPolicy,
  type PolicyRow,
  setNextFirings,
  setPause,
} from '../../store/policies.ts';
import type { Actor } from '../actor.ts';
import { change, type Unit } from '../change.ts';
import type { PausePolicyInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { staleVersion } from '../version.ts';
import type { PolicyView } from '../views.ts';
import { promiseDelegations } from './delegation.ts';
import { firesNext, isInPause } from './next.ts';
import { getPolicyRow } from './policy.ts';
import { scheduleOf } from './rule.ts';
import { viewPolicy } from './view.ts';

const daysMax = 3_660;

/**
 * Nothing fires from now on, until `until` or until a person resumes it; what was asked for already goes on, and `run` still works. What
 * would have been due meanwhile is neither missed nor repaired. One that is paused gets the new end. No new version.
 * Refuses with `invalid_instant`, and `pause_out_of_range` for an end that is not within ten years from now.
 */
export async function pausePolicy(deps: CommandDeps, actor: Actor, input: PausePolicyInput): Promise<PolicyView> {
  const { id } = await getPolicyRow(deps, actor, input.id);
  const until = input.until === undefined || input.until === null ? null : parseInstant(input.until, 'until');
  deps.allow();
  checkEnd(until, deps.now());
  return change(deps, actor, async (unit) => {
    const row = await lockPresent(unit, id);
    const since = isInPause(row, unit.now) ? row.paused_at : unit.now;
    const paused = await setPause(unit.tx, id, { paused_at: since, paused_until: until });
    await setSchedules(unit, paused);
    unit.audit(
      'policy.paused',
      { kind: 'policy', id },
      { until: until?.toISOString() ?? null, reason: input.reason ?? null, before: tell(row), after: tell(paused) },
    );
    return viewPolicy(unit.tx, paused, unit.now);
  });
}

/** It fires again, first at its next instant after now. Refuses with `transition_refused` one that is not paused. */
export async function resumePolicy(deps: CommandDeps, actor: Actor, policyId: string): Promise<PolicyView> {
  const { id } = await getPolicyRow(deps, actor, policyId);
  deps.allow();
  return change(deps, actor, async (unit) => {
    const row = await lockPresent(unit, id);
    if (!isInPause(row, unit.now)) throw notPaused();
    const resumed = await setPause(unit.tx, id, { paused_at: null, paused_until: null });
    await beginSchedulesAnew(unit.tx, id, unit.now);
    await setSchedules(unit, resumed);
    unit.audit(
      'policy.resumed',
      { kind: 'policy', id },
      { pausedAt: row.paused_at?.toISOString() ?? null, before: tell(row), after: tell(resumed) },
    );
    return viewPolicy(unit.tx, resumed, unit.now);
  });
}

function tell({ paused_at, paused_until }: PolicyRow) {
  return { pausedAt: paused_at?.toISOString() ?? null, pausedUntil: paused_until?.toISOString() ?? null };
}

/** Whoever edits it waits for this unit, or this unit for the edit. */
async function lockPresent({ tx }: Unit, id: string): Promise<PolicyRow> {
  const row = await lockPolicy(tx, id);
  if (!row) throw staleVersion(undefined);
  return row;
}

/** A scheduler that has one of them locked is waited for: what it has set for the next time is then replaced. Neon's schedules follow. */
async function setSchedules(unit: Unit, policy: PolicyRow): Promise<void> {
  const schedules = await listSchedules(unit.tx, [policy.id]);
  await setNextFirings(
    unit.tx,
    schedules.map((schedule) => ({ id: schedule.id, at: firesNext(scheduleOf(schedule), policy, unit.now) })),
  );
  await promiseDelegations(unit, policy);
}

function checkEnd(until: Date | null, now: Date): void {
  if (until === null || (until > now && until.getTime() - now.getTime() <= daysMax * 86_400_000)) return;
  throw new Refusal(
    'pause_out_of_range',
    `until must be after now, and at most ${daysMax} days from now. Nothing was paused. Leave it out to pause until somebody resumes the policy.`,
    { members: { field: 'until' } },
  );
}

function notPaused(): Refusal {
  return new Refusal('transition_refused', 'The policy is not paused. Nothing was changed.', {
    members: { presentStatus: 'active', event: 'resume' },
  });
}
