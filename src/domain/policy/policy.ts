// Owns policies: what must be kept, of which branches, and when. Editing one never fires it.

import { notFound, Refusal } from '../../core/errors.ts';
import { checkSchedule, nextFiring } from '../../core/schedule.ts';
import type { PolicySelector } from '../../core/selector.ts';
import { violatedUnique } from '../../store/constraint.ts';
import type { Db } from '../../store/database.ts';
import {
  findPolicy,
  insertPolicy,
  listPolicies as listPolicyRows,
  listSchedules,
  type PolicyRow,
  putSchedule,
  removeSchedulesExcept,
  type ScheduleRow,
  updatePolicy as updatePolicyRow,
} from '../../store/policies.ts';
import { findProjects, listGoneProjectIds } from '../../store/projects.ts';
import type { Actor } from '../actor.ts';
import { change, type Unit } from '../change.ts';
import type { CreatePolicyInput, PageRequest, ScheduleInput, SelectorInput, UpdatePolicyInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { groupBy } from '../group.ts';
import { staleVersion } from '../version.ts';
import { checkRetention, toRetentionView } from './retention.ts';
import type { Page, PolicyView } from '../views.ts';

/** Refuses with `invalid_cron`, `invalid_time_zone`, `invalid_duration`, `retention_keeps_nothing`, `name_taken`, and `not_found` for a project that is not the team's. */
export async function createPolicy(deps: CommandDeps, actor: Actor, input: CreatePolicyInput): Promise<PolicyView> {
  await checkProjects(deps, actor, input.selector.projects);
  deps.allow();
  checkSchedules(input.schedules, deps.now());
  const retention = checkRetention(input.retention);
  return refusingTakenName(input.name, () =>
    change(deps, actor, async (unit) => {
      const row = await insertPolicy(unit.tx, {
        id: deps.newId('pol'),
        team_id: actor.teamId,
        name: input.name,
        selector: JSON.stringify(wholeSelector(input.selector)),
        retention: JSON.stringify(retention),
        created_at: unit.now,
        updated_at: unit.now,
      });
      await putSchedules(deps, unit, row.id, [], input.schedules);
      return audited(unit, row, 'policy.created');
    }),
  );
}

export async function listPolicies(deps: CommandDeps, actor: Actor, page: PageRequest): Promise<Page<PolicyView>> {
  deps.allow();
  const { items, nextCursor } = await listPolicyRows(deps.db, actor.teamId, page);
  const schedules = groupBy(
    await listSchedules(
      deps.db,
      items.map((row) => row.id),
    ),
    (schedule) => schedule.policy_id,
  );
  const gone = await listGoneProjectIds(
    deps.db,
    items.flatMap((row) => row.selector.projects),
  );
  return { items: items.map((row) => toPolicyView(row, schedules.get(row.id) ?? [], gone)), nextCursor };
}

export async function getPolicy(deps: CommandDeps, actor: Actor, id: string): Promise<PolicyView> {
  const row = await getRow(deps, actor, id);
  deps.allow();
  return viewOf(deps.db, row);
}

/**
 * A merge-patch: what is given replaces what was. Unchanged schedules keep their next firing, changed ones fire next after
 * now. Refuses with `version_stale` and what `createPolicy` refuses.
 */
export async function updatePolicy(deps: CommandDeps, actor: Actor, input: UpdatePolicyInput): Promise<PolicyView> {
  const row = await getRow(deps, actor, input.id);
  if (input.selector?.projects) await checkProjects(deps, actor, input.selector.projects);
  deps.allow();
  if (row.version !== input.version) throw staleVersion(row.version);
  if (input.schedules) checkSchedules(input.schedules, deps.now());
  const retention = input.retention ? checkRetention(input.retention) : row.retention;
  const selector = wholeSelector({ ...row.selector, ...input.selector });
  return refusingTakenName(input.name ?? row.name, () =>
    change(deps, actor, async (unit) => {
      const updated = await updatePolicyRow(unit.tx, row.id, input.version, {
        name: input.name ?? row.name,
        selector: JSON.stringify(selector),
        retention: JSON.stringify(retention),
        updated_at: unit.now,
      });
      if (!updated) throw staleVersion(undefined);
      if (input.schedules) {
        await putSchedules(deps, unit, row.id, await listSchedules(unit.tx, [row.id]), input.schedules);
      }
      return audited(unit, updated, 'policy.updated');
    }),
  );
}

/** Nothing that it made is removed: its snapshots stay until a person deletes them. */
export async function deletePolicy(deps: CommandDeps, actor: Actor, id: string): Promise<void> {
  const row = await getRow(deps, actor, id);
  deps.allow();
  await change(deps, actor, async (unit) => {
    const deleted = await updatePolicyRow(unit.tx, row.id, row.version, { deleted_at: unit.now, updated_at: unit.now });
    if (!deleted) throw staleVersion(undefined);
    await removeSchedulesExcept(unit.tx, row.id, [], unit.now);
    unit.audit('policy.deleted', { kind: 'policy', id: row.id }, { name: row.name });
  });
}

async function getRow(deps: CommandDeps, actor: Actor, id: string): Promise<PolicyRow> {
  const row = await findPolicy(deps.db, actor.teamId, id);
  if (!row) throw notFound('policy', id);
  return row;
}

async function checkProjects(deps: CommandDeps, actor: Actor, ids: readonly string[]): Promise<void> {
  const known = new Set((await findProjects(deps.db, actor.teamId, ids)).map((project) => project.id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined) throw notFound('project', unknown);
}

function checkSchedules(schedules: readonly ScheduleInput[], now: Date): void {
  const names = new Set<string>();
  for (const [index, schedule] of schedules.entries()) {
    checkSchedule(schedule, `schedules[${index}]`, now);
    if (names.has(schedule.name)) {
      throw new Refusal(
        'name_taken',
        `schedules[${index}].name: two schedules are named ${JSON.stringify(schedule.name)}. Nothing was saved.`,
        { members: { field: `schedules[${index}].name` } },
      );
    }
    names.add(schedule.name);
  }
}

async function putSchedules(
  deps: CommandDeps,
  { tx, now }: Unit,
  policyId: string,
  present: readonly ScheduleRow[],
  wished: readonly ScheduleInput[],
): Promise<void> {
  for (const { name, cron, timeZone } of wished) {
    const same = present.find((row) => row.name === name && row.cron === cron && row.time_zone === timeZone);
    if (same) continue;
    await putSchedule(tx, {
      id: deps.newId('sch'),
      policy_id: policyId,
      name,
      cron,
      time_zone: timeZone,
      next_firing_at: nextFiring({ cron, timeZone }, now),
    });
  }
  await removeSchedulesExcept(
    tx,
    policyId,
    wished.map((schedule) => schedule.name),
    now,
  );
}

async function audited(unit: Unit, row: PolicyRow, action: string): Promise<PolicyView> {
  const view = await viewOf(unit.tx, row);
  const { name, selector, retention, version } = view;
  const schedules = view.schedules.map((schedule) => ({
    name: schedule.name,
    cron: schedule.cron,
    timeZone: schedule.timeZone,
  }));
  unit.audit(action, { kind: 'policy', id: row.id }, { name, selector, schedules, retention, version });
  return view;
}

async function refusingTakenName<T>(name: string, save: () => Promise<T>): Promise<T> {
  try {
    return await save();
  } catch (error) {
    if (violatedUnique(error) !== 'policies_name') throw error;
    throw new Refusal('name_taken', `A policy is named ${JSON.stringify(name)} already. Nothing was saved.`, {
      members: { field: 'name' },
    });
  }
}

function wholeSelector(selector: SelectorInput): PolicySelector {
  return { projects: selector.projects, branches: selector.branches ?? 'default' };
}

async function viewOf(db: Db, row: PolicyRow): Promise<PolicyView> {
  const gone = await listGoneProjectIds(db, row.selector.projects);
  return toPolicyView(row, await listSchedules(db, [row.id]), gone);
}

function toPolicyView(row: PolicyRow, schedules: readonly ScheduleRow[], gone: ReadonlySet<string>): PolicyView {
  return {
    id: row.id,
    name: row.name,
    selector: row.selector,
    schedules: schedules.map((schedule) => ({
      name: schedule.name,
      cron: schedule.cron,
      timeZone: schedule.time_zone,
      nextFiringAt: schedule.next_firing_at?.toISOString() ?? null,
    })),
    retention: toRetentionView(row.retention),
    stops: row.selector.projects
      .filter((projectId) => gone.has(projectId))
      .map((projectId) => ({ projectId, code: 'project_gone' })),
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
