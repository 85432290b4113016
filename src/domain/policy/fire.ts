// Owns firing by the clock. Any number of schedulers may do it: a schedule is locked while it is fired, and a firing is unique on
// (schedule, branch, instant) besides.

import { dueInstants } from '../../core/firing.ts';
import { startWithinSecondsDefault } from '../../core/policy.ts';
import { nextFiring } from '../../core/schedule.ts';
import { isUnreachable } from '../../store/constraint.ts';
import { insertFirings } from '../../store/firings.ts';
import {
  listDueSchedules,
  listPolicyRows,
  lockDueSchedules,
  type PolicyRow,
  type ScheduleRow,
  setNextFirings,
} from '../../store/policies.ts';
import { schedulerActor } from '../actor.ts';
import { change, type Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { groupBy } from '../group.ts';
import { addSnapshots } from '../snapshot/add.ts';
import { listCoverage } from './coverage.ts';
import { type FiringLine, planFirings, type PlannedFiring } from './firing-plan.ts';
import { scheduleOf } from './rule.ts';

const schedulesAtOnce = 2_000;
const schedulesInUnit = 100;

/** Fires the schedules that are due, many of a team in one transaction, and returns how many. */
export async function fireDueSchedules(deps: Deps): Promise<number> {
  const due = await listDueSchedules(deps.db, deps.now(), schedulesAtOnce);
  let fired = 0;
  for (const [teamId, schedules] of groupBy(due, (schedule) => schedule.teamId)) {
    const ids = schedules.map(({ id }) => id);
    for (let from = 0; from < ids.length; from += schedulesInUnit) {
      fired += await fireTogether(deps, teamId, ids.slice(from, from + schedulesInUnit));
    }
  }
  return fired;
}

/** One that cannot fire must not keep the others from it: each is then fired alone, and that one stays due and is tried again. */
async function fireTogether(deps: Deps, teamId: string, ids: readonly string[]): Promise<number> {
  try {
    return await fire(deps, teamId, ids);
  } catch (error) {
    if (isUnreachable(error)) throw error;
    if (ids.length === 1) {
      deps.log.error({ err: error, scheduleId: ids[0] }, 'a schedule could not be fired');
      return 0;
    }
    let fired = 0;
    for (const id of ids) fired += await fireTogether(deps, teamId, [id]);
    return fired;
  }
}

async function fire(deps: Deps, teamId: string, ids: readonly string[]): Promise<number> {
  return change(deps, schedulerActor(teamId), async (unit) => {
    const schedules = await lockDueSchedules(unit.tx, ids, unit.now);
    const rows = await listPolicyRows(unit.tx, [...new Set(schedules.map(({ policy_id }) => policy_id))]);
    const policies = new Map(rows.map((policy) => [policy.id, policy] as const));
    const coverage = await listCoverage(unit.tx, teamId, rows);
    const lines = schedules.flatMap((schedule) => {
      const policy = policies.get(schedule.policy_id);
      return policy ? linesOf(schedule, policy, coverage.get(policy.id) ?? [], unit.now) : [];
    });
    await setNextFirings(
      unit.tx,
      schedules.map((schedule) => ({ id: schedule.id, at: nextFiring(scheduleOf(schedule), unit.now) })),
    );
    await record(deps, unit, await planFirings(unit, lines));
    return schedules.length;
  });
}

function linesOf(
  schedule: ScheduleRow,
  policy: PolicyRow,
  covered: readonly Pick<FiringLine, 'branch' | 'project'>[],
  now: Date,
): FiringLine[] {
  if (!schedule.next_firing_at) return [];
  const startWithinMs = (schedule.start_within_seconds ?? startWithinSecondsDefault) * 1000;
  const due = dueInstants(scheduleOf(schedule), schedule.next_firing_at, now, startWithinMs);
  return covered.map(({ branch, project }) => ({ schedule, policy, branch, project, due }));
}

async function record(deps: Deps, unit: Unit, planned: readonly PlannedFiring[]): Promise<void> {
  const served = planned.filter(({ status }) => status === 'pending');
  const snapshots = await addSnapshots(
    deps,
    unit,
    served.map(({ line: { branch, project, policy }, at, delayMs }) => {
      return { branch, project, policy, at, delayMs, job: 'snapshot.create_scheduled' as const };
    }),
  );
  const snapshotIds = new Map(served.map((firing, index) => [firing, snapshots[index]?.id] as const));
  const rows = planned.map((firing) => toRow(deps, unit, firing, snapshotIds.get(firing) ?? null));
  await insertFirings(unit.tx, rows);
  planned.forEach((firing, index) => {
    const row = rows[index];
    if (row) tell(unit, firing, row);
  });
}

type FiringRow = ReturnType<typeof toRow>;

function toRow(deps: Deps, unit: Unit, { line, dueAt, status, reason }: PlannedFiring, snapshotId: string | null) {
  return {
    id: deps.newId('fir'),
    team_id: line.policy.team_id,
    policy_id: line.policy.id,
    schedule_id: line.schedule.id,
    branch_id: line.branch.id,
    due_at: dueAt,
    status,
    reason,
    snapshot_id: snapshotId,
    created_at: unit.now,
    updated_at: unit.now,
  };
}

function tell(unit: Unit, { line, missed }: PlannedFiring, row: FiringRow): void {
  unit.audit(
    `firing.${row.status}`,
    { kind: 'firing', id: row.id },
    {
      policyId: row.policy_id,
      schedule: line.schedule.name,
      branchId: row.branch_id,
      dueAt: row.due_at.toISOString(),
      snapshotId: row.snapshot_id,
      reason: row.reason,
      missedInstants: missed,
      after: { status: row.status },
    },
  );
}
