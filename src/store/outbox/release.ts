// Owns choosing what runs next: of every free lane the best due row, by (priority, age); behind one that the governor has turned away its
// lane waits. At most one row of a lane is released and unfinished (invariant 5); a partial unique index stands guard behind these
// statements.

import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database.ts';

export interface ReleasedJob {
  readonly id: string;
  readonly release: number;
  readonly job: string;
  readonly team_id: string;
}

/** Bounds on what is released, but for rows of at most `urgentPriority`, which have slots of their own. */
export interface ReleaseBounds {
  /** Released and taken by no worker yet, so that the queue stays short: whoever comes later is not behind much. */
  readonly queued: number;
  /** In the queue or running, of one Neon account: more would only wait for its rate limit. */
  readonly activePerAccount: number;
  readonly urgentPriority: number;
}

const uniqueViolation = '23505';

/** A row of a credential that Neon refuses is not released: no attempt of it could succeed. */
const isPayable = sql`not exists (
  select 1 from credentials where credentials.id = outbox.credential_id and credentials.status = 'refused')`;
const isDue = sql`outbox.status = 'waiting' and outbox.not_before <= now() and ${isPayable}`;

/** It stands in its lane's line: due, or turned away by the governor, which would do the same to a younger one, or let it go first. */
const isInLine = sql`outbox.status = 'waiting' and (outbox.not_before <= now() or outbox.reason = 'governor') and ${isPayable}`;

/**
 * Releases up to `limit` urgent rows (those of at most `priority`), whatever else is under way, and says which. What is released in
 * their lanes and was delivered to nobody yet gives way: an urgent row waits for none but the one that runs.
 */
export async function releaseUrgent(db: Db, priority: number, limit: number): Promise<ReleasedJob[]> {
  const { rows } = await sql`select id from outbox where ${isDue} and priority <= ${priority} limit 1`.execute(db);
  if (rows.length === 0) return [];
  await sql`
    update outbox as held set status = 'waiting', fence = fence + 1, reason = 'gave_way'
    where status = 'released' and claimed_until is null and look_at is null and priority > ${priority}
      and lane in (select lane from outbox where ${isDue} and priority <= ${priority})`.execute(db);
  return release(
    db,
    sql`
    select id, lane from (
      select distinct on (lane) id, lane, priority, due_since, not_before from outbox
      where ${isInLine} and priority <= ${priority} and lane is not null
        and not exists (select 1 from outbox taken where taken.lane = outbox.lane and taken.status = 'released')
      order by lane, priority, due_since, id
    ) best
    where not_before <= now()
    order by priority, due_since, id
    limit ${limit}`,
  );
}

/**
 * Releases as many rows as the bounds leave room for, of every free lane the best, and says which; nothing until half of the room
 * is free, because each round looks at every lane that waits. Teams take turns: the one that has least under way goes first. Two
 * relays at once pass each other by (SKIP LOCKED); where they still meet, the index refuses one, which then releases nothing this time.
 * Lanes are not locked against references to them: who promises or settles in a lane does not wait for a relay, nor a relay for them.
 */
export async function releaseJobs(db: Db, bounds: ReleaseBounds): Promise<ReleasedJob[]> {
  return release(
    db,
    sql`
    with recursive active as materialized (
      select team_id, account_id, claimed_until is null as is_queued from outbox
      where status = 'released' and look_at is null and priority > ${bounds.urgentPriority}
    ), room as materialized (
      select case when free * 2 >= ${bounds.queued} then free else 0 end as free
      from (select ${bounds.queued}::int - count(*) filter (where is_queued)::int as free from active) counted
    ), waiting (lane) as (
      -- From each lane that waits to the next one of the index, however many rows each has.
      (select lane from outbox where status = 'waiting' and (select free from room) > 0 order by lane limit 1)
      union all
      select (select lane from outbox where status = 'waiting' and lane > waiting.lane order by lane limit 1)
      from waiting where waiting.lane is not null
    ), best as (
      select best_of_lane.* from waiting cross join lateral (
        select id, lane, team_id, account_id, priority, due_since, not_before from outbox
        where lane = waiting.lane and ${isInLine}
        order by priority, due_since, id
        limit 1
      ) best_of_lane
      where not_before <= now()
        and not exists (select 1 from outbox taken where taken.lane = waiting.lane and taken.status = 'released')
      union all
      select id, lane, team_id, account_id, priority, due_since, not_before from outbox where lane is null and ${isDue}
    ), placed as (
      select best.id, best.lane, best.priority, best.due_since, best.account_id,
        coalesce(of_team.jobs, 0)
          + row_number() over (partition by best.team_id order by priority, due_since, id) as team_place,
        coalesce(of_account.jobs, 0)
          + row_number() over (partition by best.account_id order by priority, due_since, id) as account_place
      from best
      left join (select team_id, count(*) as jobs from active group by team_id) of_team using (team_id)
      left join (select account_id, count(*) as jobs from active group by account_id) of_account using (account_id)
    )
    select id, lane from placed
    where account_id is null or account_place <= ${bounds.activePerAccount}
    order by team_place, priority, due_since, id
    limit (select free from room)`,
  );
}

async function release(db: Db, chosen: RawBuilder<unknown>): Promise<ReleasedJob[]> {
  try {
    const { rows } = await sql<ReleasedJob>`
      with chosen as materialized (${chosen}), free as materialized (
        select key from lanes where key in (select lane from chosen) for no key update skip locked
      )
      update outbox
      set status = 'released', release = release + 1, released_at = now(), claimed_until = null, look_at = null, reason = null
      where status = 'waiting' and id in (select id from chosen where lane is null or lane in (select key from free))
      returning id, release, job, team_id`.execute(db);
    return rows;
  } catch (error) {
    if ((error as { code?: string }).code === uniqueViolation) return [];
    throw error;
  }
}
