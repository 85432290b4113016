// Owns running a policy by a person's word: a snapshot of the present, of every branch that it means.

import { Refusal } from '../../core/errors.ts';
import { listSelectedProjects } from '../../store/projects.ts';
import { wholeTeam } from '../../store/scope.ts';
import { listSchedules, type PolicyRow } from '../../store/policies.ts';
import type { Actor } from '../actor.ts';
import { change, type Unit } from '../change.ts';
import type { CommandDeps, Deps } from '../deps.ts';
import { checkProjectPresent } from '../project/present.ts';
import { addSnapshots } from '../snapshot/add.ts';
import { viewSnapshots } from '../snapshot/view.ts';
import type { SnapshotView } from '../views.ts';
import { listCovered } from './coverage.ts';
import { getPolicyRow } from './policy.ts';

/**
 * Takes a snapshot of every branch that the policy selects, now, paused or not. Refuses with `project_gone` where Neon shows none of its
 * projects, and with `delegation_impossible` where Neon takes the policy's snapshots: one of ours would use the cap, and nothing would expire it.
 */
export async function runPolicy(deps: CommandDeps, actor: Actor, id: string): Promise<{ snapshots: SnapshotView[] }> {
  const policy = await getPolicyRow(deps, actor, id);
  deps.allow();
  await checkOurs(deps, policy);
  await checkAnyProjectPresent(deps, policy);
  return change(deps, actor, async (unit) => {
    const snapshots = await requestOfCovered(deps, unit, policy);
    unit.audit('policy.run', { kind: 'policy', id }, { snapshots: snapshots.map((snapshot) => snapshot.id) });
    return { snapshots };
  });
}

/** One of the present of every branch that the policy means, in the caller's unit. Refuses as `addSnapshot` does. */
export async function requestOfCovered(
  deps: Pick<Deps, 'newId'>,
  unit: Unit,
  policy: PolicyRow,
): Promise<SnapshotView[]> {
  const covered = await listCovered(unit.tx, policy.team_id, policy);
  const wanted = covered.map(({ branch, project }) => ({ branch, project, policy, job: 'snapshot.create' as const }));
  return viewSnapshots(unit.tx, await addSnapshots(deps, unit, wanted));
}

async function checkOurs({ db }: Pick<Deps, 'db'>, { id }: PolicyRow): Promise<void> {
  if (!(await listSchedules(db, [id])).some(({ engine }) => engine === 'neon')) return;
  throw new Refusal(
    'delegation_impossible',
    "Neon takes this policy's snapshots by its own schedule, and takes none on demand. Nothing was done. Take one with POST /v1/snapshots.",
    { members: { reason: 'run' } },
  );
}

/** Refuses with `project_gone` where Neon shows none of its projects. */
export async function checkAnyProjectPresent({ db }: Pick<Deps, 'db'>, policy: PolicyRow): Promise<void> {
  const projects = await listSelectedProjects(db, wholeTeam(policy.team_id), policy.selector);
  if (projects.length > 0 && projects.every((project) => project.gone_at)) projects.forEach(checkProjectPresent);
}
