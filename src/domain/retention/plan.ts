// Owns plans of retention: asked for, approved, rejected and read. A pass that would let too much go makes one too.

import { notFound, Refusal } from '../../core/errors.ts';
import { findPolicyRow } from '../../store/policies.ts';
import {
  findRetentionPlan,
  listRetentionPlans as listPlanRows,
  lockPendingRequests,
  lockRetentionPlan,
  type RetentionPlanRow,
} from '../../store/retention-plans.ts';
import { listBranchesOfPolicy } from '../../store/snapshots.ts';
import type { Actor } from '../actor.ts';
import { advance } from '../advance.ts';
import { change, type Unit } from '../change.ts';
import type { ApproveRetentionPlanInput, ListRetentionPlansFilter, PageRequest } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { listCovered } from '../policy/coverage.ts';
import { getPolicyRow } from '../policy/policy.ts';
import type { Page, RetentionPlanView } from '../views.ts';
import { addPlan } from './add-plan.ts';
import { expire } from './expire.ts';
import { isSelected, type Judgement, judgeBranch } from './judge.ts';
import { toRetentionPlanView } from './view.ts';

/** Decides over all that the policy has made of the branches that it selects, and expires nothing until the plan is approved. */
export async function requestRetentionPlan(deps: CommandDeps, actor: Actor, id: string): Promise<RetentionPlanView> {
  const policy = await getPolicyRow(deps, actor, id);
  deps.allow();
  return change(deps, actor, async (unit) => {
    const covered = new Set((await listCovered(unit.tx, actor.teamId, policy)).map(({ branch }) => branch.id));
    const judged: Judgement[] = [];
    for (const branchId of await listBranchesOfPolicy(unit.tx, policy.id)) {
      if (covered.has(branchId)) judged.push(await judgeBranch(unit, policy, branchId));
    }
    // A newer look takes the place of those that nobody has decided.
    for (const plan of await lockPendingRequests(unit.tx, policy.id))
      await advance(unit, 'retention_plan', plan, 'supersede');
    return toRetentionPlanView(await addPlan(deps, unit, policy, 'requested', judged));
  });
}

/**
 * Expires what the plan names, frozen or not. Refuses with `person_required`, `already_decided`, and with `plan_stale` where the hash
 * is another one, the policy has changed or no longer selects a branch of it, or something that it names is kept or gone by now: then
 * nothing of it expires.
 */
export async function approveRetentionPlan(
  deps: CommandDeps,
  actor: Actor,
  { id, hash }: ApproveRetentionPlanInput,
): Promise<RetentionPlanView> {
  await getRow(deps, actor, id);
  deps.allow();
  checkPerson(actor);
  return change(deps, actor, async (unit) => {
    const plan = await lockRetentionPlan(unit.tx, id);
    checkPending(plan);
    const policy = await findPolicyRow(unit.tx, plan.policy_id);
    if (hash !== plan.hash) throw stale('the hash is not that of this plan');
    if (!policy || policy.version !== plan.policy_version) throw stale('the policy has changed since');
    const judged: Judgement[] = [];
    for (const branchId of [...plan.branch_ids].sort()) {
      if (!(await isSelected(unit, policy, branchId))) throw stale('the policy no longer selects a branch of it');
      judged.push(await judgeBranch(unit, policy, branchId));
    }
    const going = new Map(judged.flatMap(({ expires }) => expires.map((one) => [one.row.id, one] as const)));
    const kept = plan.expire_ids.filter((snapshotId) => !going.has(snapshotId));
    if (kept.length > 0) throw stale(`${kept.length} of the snapshots that it names are kept or gone by now`, kept);
    for (const snapshotId of plan.expire_ids) {
      const one = going.get(snapshotId);
      if (one) await expire(unit, policy, one, { cause: 'plan', planId: plan.id });
    }
    return decided(unit, actor, plan, 'approve');
  });
}

/** Nothing of it expires, now or by a later pass, until the policy is changed. Refuses with `person_required` and `already_decided`. */
export async function rejectRetentionPlan(deps: CommandDeps, actor: Actor, id: string): Promise<RetentionPlanView> {
  await getRow(deps, actor, id);
  deps.allow();
  checkPerson(actor);
  return change(deps, actor, async (unit) => {
    const plan = await lockRetentionPlan(unit.tx, id);
    checkPending(plan);
    return decided(unit, actor, plan, 'reject');
  });
}

export async function getRetentionPlan(deps: CommandDeps, actor: Actor, id: string): Promise<RetentionPlanView> {
  const row = await getRow(deps, actor, id);
  deps.allow();
  return toRetentionPlanView(row);
}

/** Without their decisions: read one plan for them. */
export async function listRetentionPlans(
  deps: CommandDeps,
  actor: Actor,
  filter: ListRetentionPlansFilter,
  page: PageRequest,
): Promise<Page<RetentionPlanView>> {
  deps.allow();
  const { items, nextCursor } = await listPlanRows(deps.db, actor.teamId, filter, page);
  return { items: items.map(toRetentionPlanView), nextCursor };
}

async function decided(
  unit: Unit,
  actor: Actor,
  plan: RetentionPlanRow,
  event: 'approve' | 'reject',
): Promise<RetentionPlanView> {
  await advance(unit, 'retention_plan', plan, event, {
    patch: { decided_by_kind: actor.kind, decided_by: actor.id, decided_at: unit.now },
    details: { policyId: plan.policy_id, hash: plan.hash, expires: plan.expire_ids.length },
  });
  return toRetentionPlanView(await lockRetentionPlan(unit.tx, plan.id));
}

async function getRow(deps: CommandDeps, actor: Actor, id: string): Promise<RetentionPlanRow> {
  const row = await findRetentionPlan(deps.db, actor.teamId, id);
  if (!row) throw notFound('retention plan', id);
  return row;
}

function checkPerson({ kind }: Actor): void {
  if (kind === 'person') return;
  throw new Refusal(
    'person_required',
    'What removes so many recovery points is decided by a person, not by a service. Nothing was done. Use a key of kind person.',
  );
}

function checkPending({ status }: RetentionPlanRow): void {
  if (status === 'pending') return;
  throw new Refusal('already_decided', `The plan is ${status} already. Nothing was done. Ask for a new plan.`, {
    members: { presentStatus: status },
  });
}

function stale(why: string, kept: readonly string[] = []): Refusal {
  return new Refusal('plan_stale', `The plan is stale: ${why}. Nothing expired. Ask for a new plan and look at it.`, {
    members: kept.length > 0 ? { snapshotIds: kept.slice(0, 100) } : {},
  });
}
