// Of API keys: what a rotated one had as its own end, beside the end of the overlap that stands in `expires_at`. Safe while the former
// version runs: it reads `expires_at`, which says still until when a key opens; a key that it rotates meanwhile has its overlap's end as its
// own, as before. Of Idempotency-Keys: they may be an actor's, beside a team's.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_keys add column rotated_at timestamptz, add column own_expires_at timestamptz`.execute(db);
  await sql`create index api_keys_rotated_from on api_keys (rotated_from) where rotated_from is not null`.execute(db);
  await sql`alter table idempotency_keys drop constraint idempotency_keys_team_id_fkey`.execute(db);
  // The first successor was given the key's own end, and so on to the last of the line, which stands there as it was given.
  await sql`
    with recursive line (id, rotated_at, successor) as (
      select distinct on (rotated_from) rotated_from, created_at, id
      from api_keys where rotated_from is not null
      order by rotated_from, created_at, id
    ), walk (id, at) as (
      select id, successor from line
      union all
      select walk.id, line.successor from walk join line on line.id = walk.at
    )
    update api_keys set rotated_at = line.rotated_at, own_expires_at = last.expires_at
    from line
      join walk on walk.id = line.id and not exists (select from line further where further.id = walk.at)
      join api_keys last on last.id = walk.at
    where api_keys.id = line.id`.execute(db);
}
