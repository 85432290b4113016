// Owns choosing what runs next: of every free lane the best due row, by (priority, not-before). At most one row of a lane is
// released and unfinished (invariant 5); a partial unique index stands guard behind this statement.

import { sql } from 'kysely';
import type { Db } from '../database.ts';

export interface ReleasedJob {
  readonly id: string;
  readonly release: number;
  readonly job: string;
}

const uniqueViolation = '23505';

/**
 * Releases up to `limit` rows and says which. Two relays at once pass each other by (SKIP LOCKED); where they still meet,
 * the index refuses one, which then releases nothing this time.
 */
export async function releaseJobs(db: Db, limit: number): Promise<ReleasedJob[]> {
  try {
    const { rows } = await sql<ReleasedJob>`
      with free_lanes as (
        select lanes.key from lanes
        where exists (select 1 from outbox where lane = lanes.key and status = 'waiting' and not_before <= now())
          and not exists (select 1 from outbox where lane = lanes.key and status = 'released')
        limit ${limit}
        for update skip locked
      ), best_of_lanes as (
        select best.id from free_lanes cross join lateral (
          select id from outbox
          where lane = free_lanes.key and status = 'waiting' and not_before <= now()
          order by priority, not_before, id
          limit 1
        ) best
      ), without_lane as (
        select id from outbox
        where lane is null and status = 'waiting' and not_before <= now()
        order by priority, not_before, id
        limit ${limit}
        for update skip locked
      )
      update outbox
      set status = 'released', release = release + 1, released_at = now(), claimed_until = null, reason = null
      where status = 'waiting' and id in (select id from best_of_lanes union all select id from without_lane)
      returning id, release, job`.execute(db);
    return rows;
  } catch (error) {
    if ((error as { code?: string }).code === uniqueViolation) return [];
    throw error;
  }
}
