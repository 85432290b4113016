// Owns counting unfinished jobs, for those who watch. It reads the partial indexes of what waits and what is released, never the
// jobs that are done.

import { sql } from 'kysely';
import type { Db } from './database.ts';

export interface JobCount {
  readonly job: string;
  /** Released and held by an attempt is running. */
  readonly status: 'waiting' | 'released' | 'running';
  readonly count: number;
  /** Since the oldest of them was promised. */
  readonly oldestSeconds: number;
}

export async function countJobs(db: Db): Promise<JobCount[]> {
  const { rows } = await sql<JobCount>`
    select job, status, count(*)::int as count,
      greatest(0, extract(epoch from now() - min(created_at)))::float8 as "oldestSeconds"
    from (
      select job, 'waiting' as status, created_at from outbox where status = 'waiting'
      union all
      select job, case when claimed_until > now() then 'running' else 'released' end, created_at
      from outbox where status = 'released'
    ) unfinished
    group by job, status
    order by job, status`.execute(db);
  return rows;
}
