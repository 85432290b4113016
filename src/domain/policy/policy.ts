// Owns policies: what must be kept, of which branches, and when. Editing one never fires it.

import { compareFields } from '../../core/document.ts';
import { notFound, Refusal } from '../../core/errors.ts';
import type { PolicyRule, PolicySchedule } from '../../core/policy.ts';
import { violatedUnique } from '../../store/constraint.ts';
import {
  findPolicy,
  findPolicyVersionRule,
  insertPolicy,
  insertPolicyVersion,
  isPolicyNameTaken,
  listPolicies as listPolicyRows,
  listSchedules,
  type PolicyRow,
  putSchedule,
  removeSchedulesExcept,
  updatePolicy as updatePolicyRow,
} from '../../store/policies.ts';
import { listSavedPolicies as listSavedPolicyRows } from '../../store/saved-policies.ts';
import type { Actor } from '../actor.ts';
import { change, type Unit } from '../change.ts';
import type { CreatePolicyInput, PageRequest, UpdatePolicyInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { checkProjects } from '../project/named.ts';
import { staleVersion } from '../version.ts';
import type { Page, PolicyReachView, PolicyView, SavedPolicyView } from '../views.ts';
import { checkCaps } from './caps.ts';
import { checkDelegation, promiseDelegations } from './delegation.ts';
import { firesNext } from './next.ts';
import { patchRule, readRule, ruleOf } from './rule.ts';
import { toRuleView, toSavedView, viewPolicies, viewPoliciesByBranch, viewPolicy, viewReaches } from './view.ts';

/**
 * Refuses with what `readRule` refuses, `name_taken`, `not_found` for a project that is not the team's, and what `checkCaps` refuses
 * unless it is forced.
 */
export async function createPolicy(deps: CommandDeps, actor: Actor, input: CreatePolicyInput): Promise<PolicyView> {
  const rule = readRule(input, deps.now());
  await checkProjects(deps, actor, rule.selector.projects ?? []);
  deps.allow();
  if (await isPolicyNameTaken(deps.db, actor.teamId, rule.name)) throw nameTaken(rule.name);
  await checkDelegation(deps, actor.teamId, rule);
  if (!input.force) await checkCaps(deps, actor.teamId, rule);
  return refusingTakenName(rule.name, () =>
    change(deps, actor, async (unit) => viewPolicy(unit.tx, await addPolicy(deps, unit, actor, rule), unit.now)),
  );
}

/** Records the policy in the caller's unit. A name that is taken violates `policies_name`. */
export async function addPolicy(deps: CommandDeps, unit: Unit, actor: Actor, rule: PolicyRule): Promise<PolicyRow> {
  const row = await insertPolicy(unit.tx, {
    id: deps.newId('pol'),
    team_id: actor.teamId,
    created_at: unit.now,
    ...columnsOf(rule, unit.now),
  });
  await putSchedules(deps, unit, row, rule.schedules);
  await promiseDelegations(unit, row);
  await recordVersion(unit, actor, row, rule, 'policy.created');
  return row;
}

export async function listPolicies(deps: CommandDeps, actor: Actor, page: PageRequest): Promise<Page<PolicyView>> {
  deps.allow();
  const { items, nextCursor } = await listPolicyRows(deps.db, actor.teamId, page);
  return { items: await viewPolicies(deps.db, actor.teamId, items, deps.now()), nextCursor };
}

/** As they are saved: `getPolicyReaches` says what becomes of them. */
export async function listSavedPolicies(
  deps: CommandDeps,
  actor: Actor,
  page: PageRequest,
): Promise<Page<SavedPolicyView>> {
  deps.allow();
  const { items, nextCursor } = await listSavedPolicyRows(deps.db, actor.teamId, page);
  const now = deps.now();
  return { items: items.map((row) => toSavedView(row, row.schedules, now)), nextCursor };
}

/** By policy id; what is not the team's is absent. */
export async function getPolicyReaches(
  deps: CommandDeps,
  actor: Actor,
  ids: readonly string[],
): Promise<Map<string, PolicyReachView>> {
  deps.allow();
  return viewReaches(deps.db, actor.teamId, ids, deps.now());
}

/** Of each branch those that cover it, by its id; what is not the team's is absent. */
export async function listPoliciesByBranch(
  deps: CommandDeps,
  actor: Actor,
  branchIds: readonly string[],
): Promise<Map<string, PolicyView[]>> {
  deps.allow();
  return viewPoliciesByBranch(deps.db, actor.teamId, branchIds, deps.now());
}

export async function getPolicy(deps: CommandDeps, actor: Actor, id: string): Promise<PolicyView> {
  const row = await getPolicyRow(deps, actor, id);
  deps.allow();
  return viewPolicy(deps.db, row, deps.now());
}

/**
 * A merge-patch, as `patchRule` reads it; what changes nothing makes no version. Unchanged schedules keep their next firing, changed ones
 * fire next after now. Refuses with `version_stale` and what `createPolicy` refuses.
 */
export async function updatePolicy(deps: CommandDeps, actor: Actor, input: UpdatePolicyInput): Promise<PolicyView> {
  const row = await getPolicyRow(deps, actor, input.id);
  const present = ruleOf(row, await listSchedules(deps.db, [row.id]));
  const rule = patchRule(present, input, deps.now());
  if (input.selector) await checkProjects(deps, actor, rule.selector.projects ?? []);
  deps.allow();
  if (row.version !== input.version) throw staleVersion(row.version);
  // No new version: plans of retention that wait for a person stay what they are.
  if (compareFields(toRuleView(present), toRuleView(rule)).length === 0) return viewPolicy(deps.db, row, deps.now());
  const taken = rule.name !== row.name && (await isPolicyNameTaken(deps.db, actor.teamId, rule.name));
  if (taken) throw nameTaken(rule.name);
  await checkDelegation(deps, actor.teamId, rule, [row.id]);
  const { selector, schedules, retention, protection, store } = input;
  const keepsOther = [selector, schedules, retention, protection, store].some((part) => part !== undefined);
  if (keepsOther && !input.force) await checkCaps(deps, actor.teamId, rule, { policyId: row.id });
  return refusingTakenName(rule.name, () =>
    change(deps, actor, async (unit) => {
      const updated = await savePolicy(deps, unit, actor, { id: row.id, version: input.version, rule });
      return viewPolicy(unit.tx, updated, unit.now);
    }),
  );
}

/** Makes the rule the policy's next version, in the caller's unit. Refuses with `version_stale`. */
export async function savePolicy(
  deps: CommandDeps,
  unit: Unit,
  actor: Actor,
  { id, version, rule }: { readonly id: string; readonly version: number; readonly rule: PolicyRule },
): Promise<PolicyRow> {
  const updated = await updatePolicyRow(unit.tx, id, version, columnsOf(rule, unit.now));
  if (!updated) throw staleVersion(undefined);
  await putSchedules(deps, unit, updated, rule.schedules);
  await promiseDelegations(unit, updated);
  await recordVersion(unit, actor, updated, rule, 'policy.updated');
  return updated;
}

/** Deletes it in the caller's unit: what it made stays. Refuses with `version_stale`. */
export async function dropPolicy(unit: Unit, row: PolicyRow): Promise<void> {
  const { id, name, version } = row;
  const deleted = await updatePolicyRow(unit.tx, id, version, { deleted_at: unit.now, updated_at: unit.now });
  if (!deleted) throw staleVersion(undefined);
  const before = await findPolicyVersionRule(unit.tx, id, version);
  await removeSchedulesExcept(unit.tx, id, [], unit.now);
  await promiseDelegations(unit, row);
  unit.audit('policy.deleted', { kind: 'policy', id }, { name, version, before: before ?? { name } });
}

export async function getPolicyRow(deps: CommandDeps, actor: Actor, id: string): Promise<PolicyRow> {
  const row = await findPolicy(deps.db, actor.teamId, id);
  if (!row) throw notFound('policy', id);
  return row;
}

function columnsOf(rule: PolicyRule, now: Date) {
  return {
    name: rule.name,
    selector: JSON.stringify(rule.selector),
    retention: JSON.stringify(rule.retention),
    protection: rule.protection && JSON.stringify(rule.protection),
    store: rule.store,
    objectives: JSON.stringify(rule.objectives),
    missed_firings: rule.missedFirings,
    limits: JSON.stringify(rule.limits),
    updated_at: now,
  };
}

async function putSchedules(
  deps: CommandDeps,
  { tx, now }: Unit,
  policy: PolicyRow,
  wished: readonly PolicySchedule[],
): Promise<void> {
  for (const schedule of wished) {
    const { name, cron, timeZone, jitterSeconds, startWithinSeconds, engine } = schedule;
    await putSchedule(tx, {
      id: deps.newId('sch'),
      policy_id: policy.id,
      name,
      cron,
      time_zone: timeZone,
      jitter_seconds: jitterSeconds,
      start_within_seconds: startWithinSeconds,
      engine,
      next_firing_at: firesNext(schedule, policy, now),
      since: now,
    });
  }
  await removeSchedulesExcept(
    tx,
    policy.id,
    wished.map((schedule) => schedule.name),
    now,
  );
}

/** Each version is kept as it was saved, and by whom. */
async function recordVersion(
  unit: Unit,
  actor: Actor,
  row: PolicyRow,
  rule: PolicyRule,
  action: string,
): Promise<void> {
  await insertPolicyVersion(unit.tx, {
    policy_id: row.id,
    version: row.version,
    team_id: row.team_id,
    rule: JSON.stringify(rule),
    actor_kind: actor.kind,
    actor_id: actor.id,
    created_at: unit.now,
  });
  const before =
    action === 'policy.updated' ? await findPolicyVersionRule(unit.tx, row.id, row.version - 1) : undefined;
  const { name } = rule;
  unit.audit(action, { kind: 'policy', id: row.id }, { name, version: row.version, before, after: { ...rule } });
}

async function refusingTakenName<T>(name: string, save: () => Promise<T>): Promise<T> {
  try {
    return await save();
  } catch (error) {
    throw violatedUnique(error) === 'policies_name' ? nameTaken(name) : error;
  }
}

function nameTaken(name: string): Refusal {
  return new Refusal('name_taken', `A policy is named ${JSON.stringify(name)} already. Nothing was saved.`, {
    members: { field: 'name' },
  });
}
