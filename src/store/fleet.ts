// Owns the figures of the whole installation. It reads no row of a team's data but to count it.

import { sql } from 'kysely';
import type { Db } from './database.ts';

export interface FleetCounts {
  readonly teams: number;
  readonly members: number;
  /** Neither revoked nor past their end. */
  readonly apiKeys: number;
  /** Registered ones. */
  readonly projects: number;
}

export async function countFleet(db: Db, now: Date): Promise<FleetCounts> {
  const { rows } = await sql<FleetCounts>`
    select (select count(*) from teams)::int as teams,
      (select count(distinct (issuer, subject)) from memberships)::int as members,
      (select count(*) from api_keys
        where revoked_at is null and (expires_at is null or expires_at > ${now}))::int as "apiKeys",
      (select count(*) from projects where removed_at is null)::int as projects`.execute(db);
  const [counts] = rows;
  if (!counts) throw new Error('the fleet was not counted');
  return counts;
}
