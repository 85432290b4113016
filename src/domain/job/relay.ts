// Owns handing promised work to the queue, and finding what the queue has lost. The outbox is the truth; the queue may be
// wiped at any time and costs delay alone.

import type { JobName } from '../../queue/jobs.ts';
import { listUnclaimedReleases, unreleaseJob } from '../../store/outbox/reconcile.ts';
import { releaseJobs } from '../../store/outbox/release.ts';
import type { Deps } from '../deps.ts';

const jobsAtOnce = 100;

/** Releases due rows and hands them to the queue. Dies in between: the reconcile loop finds them released and in no queue. */
export async function relay(deps: Deps): Promise<number> {
  const released = await releaseJobs(deps.db, jobsAtOnce);
  await Promise.all(
    released.map(({ id, release, job }) => deps.queue.add({ outboxId: id, release, job: job as JobName })),
  );
  return released.length;
}

/** Longer than a relay needs between its commit and the queue. */
const graceMs = 3_000;

/** Makes rows wait again that were released, that nobody holds, and that the queue does not know. */
export async function reconcileQueue(deps: Deps): Promise<number> {
  const unclaimed = await listUnclaimedReleases(deps.db, graceMs, 1_000);
  const missing = await deps.queue.findMissing(
    unclaimed.map((row) => ({ outboxId: row.id, release: row.release, job: row.job as JobName })),
  );
  let unreleased = 0;
  for (const { outboxId, release, job } of missing) {
    if (await unreleaseJob(deps.db, { id: outboxId, release, job })) unreleased += 1;
  }
  if (unreleased > 0) deps.log.info({ jobs: unreleased }, 'released again what was in no queue');
  return unreleased;
}
