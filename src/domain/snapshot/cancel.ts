// Owns cancelling a snapshot that is not available yet: its status ends at once, and what was made for it is removed by the same job.

import { notFound } from '../../core/errors.ts';
import { lockJobOfSubject, takeOverJob, dropJob } from '../../store/outbox/cancel.ts';
import { findSnapshot, lockSnapshot } from '../../store/snapshots.ts';
import type { Actor } from '../actor.ts';
import { change } from '../change.ts';
import type { CommandDeps } from '../deps.ts';
import { alreadyEnded } from '../ended.ts';
import type { SnapshotView } from '../views.ts';
import { endSnapshot } from './fail.ts';
import { viewSnapshot } from './view.ts';

/** Refuses with `already_ended` what is available, or ended otherwise: an available one is deleted, not cancelled. */
export async function cancelSnapshot(deps: CommandDeps, actor: Actor, id: string): Promise<SnapshotView> {
  const known = await findSnapshot(deps.db, actor, id);
  if (!known) throw notFound('snapshot', id);
  deps.allow();
  return change(deps, actor, async (unit) => {
    // The job's row first, as its attempts do.
    const job = await lockJobOfSubject(unit.tx, id, ['snapshot.create', 'snapshot.create_scheduled']);
    const row = await lockSnapshot(unit.tx, id);
    if (row.status !== 'requested' && row.status !== 'creating') throw alreadyEnded('snapshot', row.status);
    await endSnapshot(unit, row, 'cancel');
    if (job && row.status === 'creating') await takeOverJob(unit.tx, job.id, 'cancelled');
    else if (job) await dropJob(unit.tx, job.id, 'cancelled');
    if (job) unit.touch(job.id);
    return viewSnapshot(unit.tx, await lockSnapshot(unit.tx, id));
  });
}
