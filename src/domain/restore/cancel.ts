// Owns cancelling a restore between any two of its steps: its status ends at once, and what was made for it is removed by the same job,
// but never an undo copy or the served branch.

import { notFound, Refusal } from '../../core/errors.ts';
import { hasEnded } from '../../core/lifecycle.ts';
import { hasBegunToChange, isPastPointOfNoReturn } from '../../core/restore-plan.ts';
import { dropJob, lockJobOfSubject, takeOverJob } from '../../store/outbox/cancel.ts';
import { findRestore, lockRestore } from '../../store/restores.ts';
import type { Actor } from '../actor.ts';
import { advance } from '../advance.ts';
import { alreadyEnded } from '../ended.ts';
import { change } from '../change.ts';
import type { CommandDeps } from '../deps.ts';
import type { RestoreView } from '../views.ts';
import { toRestoreViews } from './view.ts';

/** Refuses with `already_ended`, and with `past_point_of_no_return` once the served branch is, or may be, another. */
export async function cancelRestore(deps: CommandDeps, actor: Actor, id: string): Promise<RestoreView> {
  const known = await findRestore(deps.db, actor, id);
  if (!known) throw notFound('restore', id);
  deps.allow();
  return change(deps, actor, async (unit) => {
    // The job's row first, as its attempts do: none can begin a step while this decides.
    const job = await lockJobOfSubject(unit.tx, id, ['restore.run']);
    const row = await lockRestore(unit.tx, id);
    if (hasEnded('restore', row.status)) throw alreadyEnded('restore', row.status);
    if (isPastPointOfNoReturn(row.steps)) {
      throw new Refusal(
        'past_point_of_no_return',
        'Neon was told to change the branch already. The restore was not cancelled, and goes on to its end. Once it has succeeded, its preserved branch is the way back.',
        { members: { presentStatus: row.status } },
      );
    }
    const hasBegun = hasBegunToChange(row.steps);
    await advance(unit, 'restore', row, 'cancel', {
      patch: { ended_at: unit.now, clean_up: hasBegun ? 'pending' : null },
    });
    if (job && hasBegun) await takeOverJob(unit.tx, job.id, 'cancelled');
    else if (job) await dropJob(unit.tx, job.id, 'cancelled');
    if (job) unit.touch(job.id);
    const [view] = await toRestoreViews({ db: unit.tx }, [await lockRestore(unit.tx, id)]);
    if (!view) throw notFound('restore', id);
    return view;
  });
}
