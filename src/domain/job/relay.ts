// Owns handing promised work to the queue, and finding what the queue has lost. The outbox is the truth; the queue may be
// wiped at any time and costs delay alone.

import { type JobName, jobs } from '../../queue/jobs.ts';
import { dropOldJobs } from '../../store/outbox/list.ts';
import { listUnclaimedReleases, unreleaseJob } from '../../store/outbox/reconcile.ts';
import { type ReleasedJob, releaseJobs, releaseUrgent } from '../../store/outbox/release.ts';
import type { Deps } from '../deps.ts';
import { groupBy } from '../group.ts';

const urgentPriority = jobs['restore.run'].priority;
const urgentAtOnce = 100;

/** Releases restores that are due and hands them to the queue; returns how many. */
export async function relayUrgent(deps: Deps): Promise<number> {
  return handOver(deps, await releaseUrgent(deps.db, urgentPriority, urgentAtOnce));
}

/** Releases what is due, as far as the bounds leave room, and hands it to the queue; returns how many. */
export async function relay(deps: Deps): Promise<number> {
  const { queuedJobsMax, activeJobsPerAccountMax } = deps.settings;
  const bounds = { queued: queuedJobsMax, activePerAccount: activeJobsPerAccountMax, urgentPriority };
  return handOver(deps, await releaseJobs(deps.db, bounds));
}

/** Dies in between: the reconcile loop finds them released and in no queue. */
async function handOver(deps: Deps, released: readonly ReleasedJob[]): Promise<number> {
  if (released.length === 0) return 0;
  const byTeam = groupBy(released, ({ team_id }) => team_id);
  for (const [teamId, jobs] of byTeam) {
    deps.announce?.(
      teamId,
      jobs.map(({ id }) => id),
    );
  }
  deps.reached?.('queue.add.before');
  await deps.queue.add(released.map(({ id, release, job }) => ({ outboxId: id, release, job: job as JobName })));
  deps.reached?.('queue.add.after');
  return released.length;
}

/** What is so late is delivered by no queue, whatever it says: its clock may have jumped. */
const hopelessMs = 60_000;

/** Makes rows wait again that should have been delivered, that nobody holds, and that the queue does not know. */
export async function reconcileQueue(deps: Deps): Promise<number> {
  const unclaimed = await listUnclaimedReleases(deps.db, deps.settings.deliveredWithinMs, 1_000);
  const suspects = unclaimed.filter(({ late_ms }) => late_ms < hopelessMs);
  const missing = await deps.queue.findMissing(
    suspects.map((row) => ({ outboxId: row.id, release: row.release, job: row.job as JobName })),
  );
  const lost = [
    ...unclaimed.filter(({ late_ms }) => late_ms >= hopelessMs),
    ...missing.map(({ outboxId, release, job }) => ({ id: outboxId, release, job })),
  ];
  let unreleased = 0;
  for (const { id, release, job } of lost) {
    if (!(await unreleaseJob(deps.db, { id, release, job }))) continue;
    deps.reached?.('job.unreleased');
    unreleased += 1;
  }
  if (unreleased > 0) deps.log.info({ jobs: unreleased }, 'released again what was in no queue');
  return unreleased;
}

const jobsKeptMs = 30 * 24 * 3_600_000;

/** Forgets jobs that ended 30 days ago, with their attempts. */
export async function forgetOldJobs(deps: Deps): Promise<number> {
  return dropOldJobs(deps.db, new Date(deps.now().getTime() - jobsKeptMs), 10_000);
}
