// Owns how plans of retention are shown.

import type { RetentionPlanRow, RetentionPlanSummary } from '../../store/retention-plans.ts';
import type { RetentionPlanView } from '../views.ts';

export function toRetentionPlanView(row: RetentionPlanSummary & Partial<RetentionPlanRow>): RetentionPlanView {
  const { decided_by_kind: kind, decided_by: id } = row;
  return {
    id: row.id,
    policyId: row.policy_id,
    policyVersion: row.policy_version,
    cause: row.cause,
    status: row.status,
    hash: row.hash,
    branchIds: row.branch_ids,
    frozenBranchIds: row.frozen_branch_ids,
    keeps: row.keep_count,
    expires: row.expire_ids.length,
    decisions: row.decisions ?? null,
    decidedBy: kind && id ? { kind, id } : null,
    decidedAt: row.decided_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
