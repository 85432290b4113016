// Owns firing: which branches a policy means now, and the snapshots that it asks for, by the clock or by a person.

import { lastFiring, nextFiring } from '../../core/schedule.ts';
import { selectsBranch } from '../../core/selector.ts';
import { notFound } from '../../core/errors.ts';
import { type BranchRow, listPresentBranches } from '../../store/branches.ts';
import type { FiringStatus } from '../../core/lifecycle.ts';
import { isUnreachable } from '../../store/constraint.ts';
import { hasFiring, hasPendingFiring, insertFiring } from '../../store/firings.ts';
import {
  findPolicy,
  findPolicyRow,
  listDueSchedules,
  lockDueSchedule,
  type PolicyRow,
  type ScheduleRow,
  setNextFiring,
} from '../../store/policies.ts';
import { findProjects, type ProjectRow } from '../../store/projects.ts';
import { listPreservedNeonIds } from '../../store/restores.ts';
import type { Db } from '../../store/database.ts';
import type { SnapshotRow } from '../../store/snapshots.ts';
import type { Actor } from '../actor.ts';
import { schedulerActor } from '../actor.ts';
import { change, type Unit } from '../change.ts';
import type { CommandDeps, Deps } from '../deps.ts';
import { checkProjectPresent } from '../project/present.ts';
import { addSnapshot } from '../snapshot/add.ts';
import { viewSnapshots } from '../snapshot/view.ts';
import type { SnapshotView } from '../views.ts';

/** Takes a snapshot of every branch that the policy selects, now. Refuses with `project_gone` where Neon shows none of its projects. */
export async function runPolicy(deps: CommandDeps, actor: Actor, id: string): Promise<{ snapshots: SnapshotView[] }> {
  const policy = await findPolicy(deps.db, actor.teamId, id);
  if (!policy) throw notFound('policy', id);
  deps.allow();
  await checkAnyProjectPresent(deps, policy);
  return change(deps, actor, async (unit) => {
    const rows: SnapshotRow[] = [];
    for (const { branch, project } of await selectBranches(unit.tx, policy)) {
      rows.push(await addSnapshot(deps, unit, { branch, project, policy, job: 'snapshot.create' }));
    }
    const snapshots = await viewSnapshots(unit.tx, rows);
    unit.audit(
      'policy.run',
      { kind: 'policy', id: policy.id },
      { snapshots: snapshots.map((snapshot) => snapshot.id) },
    );
    return { snapshots };
  });
}

async function checkAnyProjectPresent({ db }: Pick<Deps, 'db'>, policy: PolicyRow): Promise<void> {
  const projects = await findProjects(db, policy.team_id, policy.selector.projects);
  if (projects.length > 0 && projects.every((project) => project.gone_at)) projects.forEach(checkProjectPresent);
}

const missedInstantsCounted = 10_000;
const schedulesAtOnce = 500;

/**
 * Fires the schedules that are due, each in a transaction of its own, and returns how many. Two schedulers pass each other
 * by; a firing is unique on (schedule, branch, instant) besides. After an outage the instants that were missed coalesce into
 * the last one: one snapshot, not one for each.
 */
export async function fireDueSchedules(deps: Deps): Promise<number> {
  const due = await listDueSchedules(deps.db, deps.now(), schedulesAtOnce);
  let fired = 0;
  for (const { id, teamId } of due) {
    try {
      await change(deps, schedulerActor(teamId), async (unit) => {
        const schedule = await lockDueSchedule(unit.tx, id, unit.now);
        const policy = schedule && (await findPolicyRow(unit.tx, schedule.policy_id));
        if (!schedule || !policy) return;
        await fireSchedule(deps, unit, policy, schedule);
        fired += 1;
      });
    } catch (error) {
      if (isUnreachable(error)) throw error;
      // One that cannot fire must not keep the others from it; it stays due and is tried again.
      deps.log.error({ err: error, scheduleId: id }, 'a schedule could not be fired');
    }
  }
  return fired;
}

async function fireSchedule(deps: Deps, unit: Unit, policy: PolicyRow, schedule: ScheduleRow): Promise<void> {
  if (!schedule.next_firing_at) return;
  const rule = { cron: schedule.cron, timeZone: schedule.time_zone };
  const due = lastFiring(rule, schedule.next_firing_at, unit.now, missedInstantsCounted);
  await setNextFiring(unit.tx, schedule.id, nextFiring(rule, unit.now));
  if (due.count > 1) {
    deps.log.info({ policyId: policy.id, schedule: schedule.name, instants: due.count }, 'missed instants coalesce');
  }
  for (const { branch, project } of await selectBranches(unit.tx, policy)) {
    await fireForBranch(deps, unit, { policy, schedule, dueAt: due.at, missed: due.count - 1, branch, project });
  }
}

async function fireForBranch(
  deps: Deps,
  unit: Unit,
  firing: {
    policy: PolicyRow;
    schedule: ScheduleRow;
    dueAt: Date;
    missed: number;
    branch: BranchRow;
    project: ProjectRow;
  },
): Promise<void> {
  const { policy, schedule, dueAt, branch, project } = firing;
  if (await hasFiring(unit.tx, schedule.id, branch.id, dueAt)) return;
  const overlaps = await hasPendingFiring(unit.tx, schedule.id, branch.id);
  const snapshot = overlaps
    ? null
    : await addSnapshot(deps, unit, { branch, project, policy, job: 'snapshot.create_scheduled' });
  const status: FiringStatus = overlaps ? 'coalesced' : 'pending';
  const id = deps.newId('fir');
  await insertFiring(unit.tx, {
    id,
    team_id: policy.team_id,
    policy_id: policy.id,
    schedule_id: schedule.id,
    branch_id: branch.id,
    due_at: dueAt,
    status,
    reason: overlaps ? 'previous_under_way' : firing.missed > 0 ? `coalesces_${firing.missed}_missed` : null,
    snapshot_id: snapshot?.id ?? null,
    created_at: unit.now,
    updated_at: unit.now,
  });
  unit.audit(
    `firing.${status}`,
    { kind: 'firing', id },
    {
      policyId: policy.id,
      schedule: schedule.name,
      branchId: branch.id,
      dueAt: dueAt.toISOString(),
      snapshotId: snapshot?.id ?? null,
      missedInstants: firing.missed,
    },
  );
}

/** What the policy means now, in projects that Neon shows; an undo copy is never meant, whatever it is named. */
async function selectBranches(db: Db, policy: PolicyRow): Promise<{ branch: BranchRow; project: ProjectRow }[]> {
  const registered = await findProjects(db, policy.team_id, policy.selector.projects);
  const projects = registered.filter((project) => !project.gone_at);
  const byId = new Map(projects.map((project) => [project.id, project] as const));
  const branches = await listPresentBranches(db, [...byId.keys()]);
  const preserved = await listPreservedNeonIds(db, [...byId.keys()]);
  const selected = branches.flatMap((branch) => {
    const project = preserved.has(branch.neon_branch_id) ? undefined : byId.get(branch.project_id);
    const facts = { name: branch.name, isDefault: branch.is_default, isRoot: branch.parent_neon_branch_id === null };
    return project && selectsBranch(policy.selector.branches, facts) ? [{ branch, project }] : [];
  });
  // Projects are locked in this order: the same for all, so that two firings cannot deadlock.
  return selected.sort((a, b) => (a.project.id < b.project.id ? -1 : a.project.id > b.project.id ? 1 : 0));
}
