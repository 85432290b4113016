// Owns counting unfinished jobs and missing snapshots, for those who watch. It reads partial indexes, never the jobs that are done or
// the snapshots that are there.

import { sql } from 'kysely';
import type { Db } from './database.ts';
import type { JobState } from './outbox/list.ts';

export interface JobCount {
  readonly job: string;
  /** As in the list of jobs. */
  readonly status: Exclude<JobState, 'done'>;
  readonly count: number;
  /** Since the oldest of them was promised. */
  readonly oldestSeconds: number;
}

/** Ours and gone from Neon, over all teams. */
export async function countMissingSnapshots(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from snapshots where status = 'missing'`.execute(db);
  return rows[0]?.count ?? 0;
}

export async function countJobs(db: Db): Promise<JobCount[]> {
  const { rows } = await sql<JobCount>`
    select job, status, count(*)::int as count,
      greatest(0, extract(epoch from now() - min(created_at)))::float8 as "oldestSeconds"
    from (
      select job, 'waiting' as status, created_at from outbox where status = 'waiting'
      union all
      select job,
        case when claimed_until > now() and claimed_until is distinct from awaited_until then 'running'
          when claimed_until > now() or look_at is null then 'released'
          else 'waits_for_neon' end,
        created_at
      from outbox where status = 'released'
    ) unfinished
    group by job, status
    order by job, status`.execute(db);
  return rows;
}
