// Owns the rate limit of Neon accounts in Postgres: `core/rate.ts` as one statement each, by the database's clock, under the
// row's lock. It knows no Neon and waits for nothing.

import { type RawBuilder, sql } from 'kysely';
import {
  divisorMax,
  lookAt,
  type RateAsk,
  type RateBucket,
  type RateLimits,
  routeKey,
  sameRefusalUs,
  shrinkStepUs,
  type Taken,
  toGates,
  toMs,
  toUs,
} from '../core/rate.ts';
import type { Db } from './database.ts';

interface DecidedRow {
  readonly now_us: number;
  readonly divisor: number;
  readonly wait_us: number;
  readonly denied_for_us: number;
}

const dividedBy = (nowUs: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`greatest(1, divisor >> least(30, greatest(0, (${nowUs} - shrunk_at_us) / ${shrinkStepUs}::bigint))::int)`;

const clockUs = sql`(extract(epoch from clock_timestamp()) * 1000000)::bigint`;

/** A bucket for every account, in one table. A call costs one statement, the first one of an account three. */
export function rateBucketOnPostgres(db: Db, limits: RateLimits): RateBucket {
  const gates = toGates(limits);

  async function decide(accountId: string, ask: RateAsk): Promise<DecidedRow | undefined> {
    const { all, rest, route, restReachUs } = gates;
    const key = routeKey(ask);
    const isRest = ask.share === 'rest';
    // The row is locked first and the clock is read after that: who waited for the lock decides by the state and time it finds.
    const { rows } = await sql<DecidedRow>`
      with locked as materialized (
        select account_id, all_us, rest_us, coalesce((routes_us ->> ${key})::bigint, 0) as route_us, held_until_us,
          shrunk_at_us, divisor
        from rate_buckets where account_id = ${accountId} for update
      ), timed as materialized (
        select *, ${clockUs} as now_us from locked
      ), slotted as (
        select account_id, all_us, rest_us, route_us, now_us,
          ${dividedBy(sql`now_us`)} as divisor,
          greatest(now_us, held_until_us, route_us - ${route.toleranceUs}::bigint,
            case when ${isRest}::boolean then rest_us - ${rest.toleranceUs}::bigint
              else all_us - ${all.toleranceUs}::bigint end) as slot_us
        from timed
      ), decided as (
        select *, slot_us - now_us as wait_us,
          greatest(slot_us - now_us - ${toUs(ask.waitMaxMs)}::bigint,
            case when ${isRest}::boolean then greatest(all_us, slot_us) - now_us - ${restReachUs}::bigint
              else 0 end) as denied_for_us
        from slotted
      ), charged as (
        update rate_buckets set
          all_us = greatest(decided.all_us, slot_us) + ${all.emissionUs}::bigint * decided.divisor,
          rest_us = case when ${isRest}::boolean
            then greatest(decided.rest_us, slot_us) + ${rest.emissionUs}::bigint * decided.divisor
            else decided.rest_us end,
          routes_us = routes_us || jsonb_build_object(${key}::text,
            greatest(decided.route_us, slot_us) + ${route.emissionUs}::bigint * decided.divisor)
        from decided
        where rate_buckets.account_id = decided.account_id and denied_for_us <= 0
      )
      select now_us, divisor, wait_us, denied_for_us from decided`.execute(db);
    return rows[0];
  }

  return {
    async take(accountId, ask) {
      let decided = await decide(accountId, ask);
      if (!decided) {
        await sql`insert into rate_buckets (account_id) values (${accountId}) on conflict do nothing`.execute(db);
        decided = await decide(accountId, ask);
      }
      if (!decided) throw new Error(`The rate of the account ${accountId} is not kept: nothing was decided.`);
      return toTaken(decided);
    },
    async shrink(accountId, retryAfterMs) {
      await shrink(db, accountId, retryAfterMs);
    },
    async getHeldMs(accountId) {
      const { rows } = await sql<{ held_us: number }>`
        select held_until_us - ${clockUs} as held_us from rate_buckets where account_id = ${accountId}`.execute(db);
      return Math.max(0, toMs(rows[0]?.held_us ?? 0));
    },
    async look(accountId) {
      const { rows } = await sql<{ used_us: number; divisor: number }>`
        select all_us - ${clockUs} as used_us, ${dividedBy(clockUs)} as divisor
        from rate_buckets where account_id = ${accountId}`.execute(db);
      return lookAt(gates, { usedUs: rows[0]?.used_us ?? 0, divisor: rows[0]?.divisor ?? 1 });
    },
  };
}

async function shrink(db: Db, accountId: string, retryAfterMs: number): Promise<void> {
  const isSame = sql`excluded.shrunk_at_us < kept.shrunk_at_us + ${sameRefusalUs}::bigint`;
  const steps = sql`(excluded.shrunk_at_us - kept.shrunk_at_us) / ${shrinkStepUs}::bigint`;
  await sql`
    with present as materialized (select ${clockUs} as now_us)
    insert into rate_buckets as kept (account_id, held_until_us, shrunk_at_us, divisor)
    select ${accountId}, now_us + ${toUs(retryAfterMs)}::bigint, now_us, 2 from present
    on conflict (account_id) do update set
      held_until_us = greatest(kept.held_until_us, excluded.held_until_us),
      shrunk_at_us = case when ${isSame} then kept.shrunk_at_us else excluded.shrunk_at_us end,
      divisor = case when ${isSame} then kept.divisor
        else least(${divisorMax}::int, 2 * greatest(1, kept.divisor >> least(30, greatest(0, ${steps}))::int)) end`.execute(
    db,
  );
}

function toTaken(row: DecidedRow): Taken {
  const { now_us: atUs, divisor } = row;
  if (row.denied_for_us > 0) return { atUs, divisor, deniedForMs: toMs(row.denied_for_us) };
  return { atUs, divisor, waitMs: toMs(row.wait_us) };
}
