// Owns letting one point of a policy go: its status, and the promise that its copy is purged.

import type { PolicyRow } from '../../store/policies.ts';
import { getProjectRow } from '../../store/projects.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import type { JudgedPoint } from './judge.ts';

/** `cause` is told in the audit history. */
export async function expire(
  unit: Unit,
  policy: PolicyRow,
  { row, decision }: JudgedPoint,
  cause: Readonly<Record<string, unknown>>,
): Promise<void> {
  await advance(unit, 'snapshot', row, 'expire', {
    patch: { kept_because: [] },
    details: { ...cause, policyId: policy.id, reasons: decision.reasons, policyVersion: policy.version },
  });
  const project = await getProjectRow(unit.tx, row.project_id);
  unit.promise('snapshot.purge', row.id, project.neon_project_id);
}
