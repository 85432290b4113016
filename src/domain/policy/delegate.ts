// Owns the worker's half of leaving a branch's schedule to Neon: look, set, read back, and record what Neon says. It decides anew on each
// run (`core/delegation.ts`), so that it may run twice, late, or for nothing. What a person has set in Neon it leaves alone.

import { decideDelegation, isSameSchedule, type NativeSchedule } from '../../core/delegation.ts';
import { Failure, type FailureCode } from '../../core/errors.ts';
import { type BranchRow, getBranchRow } from '../../store/branches.ts';
import { type DelegationRow, findDelegation, putDelegation, removeDelegation } from '../../store/delegations.ts';
import { getProjectRow } from '../../store/projects.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { type Attempt, endOf, type Settlement } from '../job/attempt.ts';
import { findWanted } from './delegation.ts';

interface Line {
  readonly branch: BranchRow;
  readonly policyId: string;
  readonly known: DelegationRow | undefined;
  /** Empty: none is wanted any more. */
  readonly wanted: readonly NativeSchedule[];
}

/** Repeatable: setting the same schedule again changes nothing, and what was set is read back in any case. */
export async function executeDelegation(deps: Deps, attempt: Attempt): Promise<Settlement> {
  const branch = await getBranchRow(deps.db, attempt.subjectId);
  const project = await getProjectRow(deps.db, branch.project_id);
  if (branch.gone_at) return attempt.finish(({ tx }) => removeDelegation(tx, branch.id));
  if (project.removed_at || project.gone_at) return attempt.finish();
  const known = await findDelegation(deps.db, branch.id);
  const owner = await findWanted(deps.db, project, branch.id, deps.now());
  const wanted = owner?.schedules ?? [];
  const policyId = owner?.policyId ?? known?.policy_id;
  if (policyId === undefined || (!known && wanted.length === 0)) return attempt.finish();
  if (wanted.length > 0 && branch.parent_neon_branch_id !== null) {
    throw new Failure('branch_not_root', 'Neon has schedules of root branches only. Nothing was set on this one.');
  }
  const line: Line = { branch, policyId, known, wanted };
  const neon = await attempt.connect(project);
  const seen = await neon.getBackupSchedule(project.neon_project_id, branch.neon_branch_id);
  const decision = decideDelegation({ wanted, known: known && factsOf(known, branch), seen });
  if (decision !== 'set') return attempt.finish((unit) => record(unit, line, decision, seen));
  // Before the call, so that what it leaves is known as ours by whoever comes next.
  await attempt.save(({ tx, now }) =>
    putDelegation(tx, {
      ...keysOf(line),
      asked: JSON.stringify(wanted),
      replaced: JSON.stringify(seen),
      seen: JSON.stringify(seen),
      // What was refused is told as that until it is done.
      state: known?.state === 'refused' ? 'refused' : 'pending',
      error: known?.error ? JSON.stringify(known.error) : null,
      checked_at: now,
      updated_at: now,
    }),
  );
  // Dies after this: the next attempt finds what is wanted, and records it.
  await neon.setBackupSchedule(project.neon_project_id, branch.neon_branch_id, wanted);
  const found = await neon.getBackupSchedule(project.neon_project_id, branch.neon_branch_id);
  if (!isSameSchedule(found, wanted)) {
    throw new Failure('read_back_mismatch', 'Neon took the schedule and shows another one. It is tried again later.');
  }
  return attempt.finish((unit) => record(unit, line, 'agrees', found));
}

/** After a cutover the branch is another one in Neon: that its schedule is not there was no person's doing. */
function factsOf({ state, asked, replaced, neon_branch_id }: DelegationRow, branch: BranchRow) {
  return { state: neon_branch_id === branch.neon_branch_id ? state : ('pending' as const), asked, replaced };
}

/** Says why it is not as wanted. The next comparison of the project tries again. */
export async function failDelegation(deps: Deps, attempt: Attempt, failure: Failure): Promise<Settlement> {
  const { code, message } = failure;
  deps.log.info({ branchId: attempt.subjectId, code }, "a branch's schedule could not be left to Neon");
  return attempt.finish((unit) => recordRefused(unit, attempt.subjectId, { code, message }), endOf(failure));
}

export async function recordRefused(
  unit: Unit,
  branchId: string,
  error: { readonly code: FailureCode; readonly message: string },
): Promise<void> {
  const branch = await getBranchRow(unit.tx, branchId);
  const known = await findDelegation(unit.tx, branchId);
  const owner = await findWanted(unit.tx, await getProjectRow(unit.tx, branch.project_id), branchId, unit.now);
  const policyId = owner?.policyId ?? known?.policy_id;
  if (policyId === undefined) return;
  await putRefused(unit, { branch, policyId, known, wanted: owner?.schedules ?? [] }, error);
}

async function record(
  unit: Unit,
  line: Line,
  decision: 'agrees' | 'drifted' | 'foreign',
  seen: readonly NativeSchedule[],
): Promise<void> {
  const { branch, policyId, known, wanted } = line;
  if (wanted.length === 0) {
    await removeDelegation(unit.tx, branch.id);
    tell(unit, line, decision === 'agrees' ? 'removed' : 'left', { inNeon: seen });
    return;
  }
  if (decision === 'foreign') {
    const message =
      'The branch has a schedule in Neon that Afterglow did not set. Nothing was changed. Remove it in Neon: this one is set then by itself.';
    await putRefused(unit, line, { code: 'schedule_not_ours', message }, seen);
    return;
  }
  const state = decision === 'agrees' ? 'set' : 'drifted';
  const isNews = known?.state !== state || known.policy_id !== policyId || !isSameSchedule(known.asked, wanted);
  await putDelegation(unit.tx, {
    ...keysOf(line),
    asked: JSON.stringify(wanted),
    replaced: JSON.stringify(known?.replaced ?? []),
    seen: JSON.stringify(seen),
    state,
    error: null,
    checked_at: unit.now,
    updated_at: unit.now,
  });
  if (isNews || known.seen === null || !isSameSchedule(known.seen, seen)) {
    tell(unit, line, state, { asked: wanted, inNeon: seen });
  }
}

/** What was asked for stays known as ours. */
async function putRefused(
  unit: Unit,
  line: Line,
  error: { readonly code: FailureCode; readonly message: string },
  seen = line.known?.seen ?? null,
): Promise<void> {
  const { known } = line;
  await putDelegation(unit.tx, {
    ...keysOf(line),
    asked: JSON.stringify(known?.asked ?? []),
    replaced: JSON.stringify(known?.replaced ?? []),
    seen: seen && JSON.stringify(seen),
    state: 'refused',
    error: JSON.stringify(error),
    checked_at: unit.now,
    updated_at: unit.now,
  });
  if (known?.error?.code === error.code) return;
  tell(unit, line, 'refused', { asked: line.wanted, inNeon: seen, error });
}

function keysOf({ branch, policyId }: Line) {
  return {
    branch_id: branch.id,
    team_id: branch.team_id,
    project_id: branch.project_id,
    neon_branch_id: branch.neon_branch_id,
    policy_id: policyId,
  };
}

function tell(
  unit: Unit,
  { branch, policyId, known }: Line,
  state: DelegationRow['state'] | 'removed' | 'left',
  details: Readonly<Record<string, unknown>>,
): void {
  const [before, after] = [{ state: known?.state ?? null }, { state }];
  unit.audit(`delegation.${state}`, { kind: 'branch', id: branch.id }, { policyId, ...details, before, after });
}
