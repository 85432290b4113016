// Owns reading what a policy was and what its schedules have done: its versions and its firings. It changes nothing.

import { notFound } from '../../core/errors.ts';
import { type FiringRow, listFirings as listFiringRows } from '../../store/firings.ts';
import { isPolicyOfTeam, listPolicyVersions as listVersionRows } from '../../store/policies.ts';
import type { Actor } from '../actor.ts';
import { readBounds } from '../bounds.ts';
import type { ListFiringsFilter, PageRequest } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import type { FiringView, Page, PolicyVersionView } from '../views.ts';
import { toRuleView } from './view.ts';

/** Every version that the policy has had, newest first; also of one that is deleted: its snapshots still name them. */
export async function listPolicyVersions(
  deps: CommandDeps,
  actor: Actor,
  policyId: string,
  page: PageRequest,
): Promise<Page<PolicyVersionView>> {
  if (!(await isPolicyOfTeam(deps.db, actor.teamId, policyId))) throw notFound('policy', policyId);
  deps.allow();
  const { items, nextCursor } = await listVersionRows(deps.db, policyId, page);
  return {
    items: items.map((row) => ({
      version: row.version,
      ...toRuleView(row.rule),
      createdAt: row.created_at.toISOString(),
      by: { kind: row.actor_kind, id: row.actor_id },
    })),
    nextCursor,
  };
}

/** Of every policy, deleted ones included; the newest recorded first. */
export async function listFirings(
  deps: CommandDeps,
  actor: Actor,
  filter: ListFiringsFilter,
  page: PageRequest,
): Promise<Page<FiringView>> {
  const bounded = readBounds(filter);
  deps.allow();
  const { items, nextCursor } = await listFiringRows(deps.db, actor, bounded, page);
  return { items: items.map(toFiringView), nextCursor };
}

function toFiringView(row: FiringRow & { schedule: string }): FiringView {
  return {
    id: row.id,
    policyId: row.policy_id,
    schedule: row.schedule,
    branchId: row.branch_id,
    dueAt: row.due_at.toISOString(),
    status: row.status,
    reason: row.reason,
    snapshotId: row.snapshot_id,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
