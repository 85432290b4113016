// Who may act: memberships of people, and what a key is bound to (an end, projects, source networks) with where it comes from.
// Safe while the former version runs: it finds a key by the plain hash alone, and a key that is bound to anything is kept under
// another one (`store/api-keys.ts`), so it refuses what it could not hold to its bounds.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table api_keys
    add column expires_at timestamptz,
    add column projects text[] check (cardinality(projects) > 0),
    add column cidrs text[] check (cardinality(cidrs) > 0),
    add column last_used_at timestamptz,
    add column rotated_from text references api_keys,
    add column created_by_kind text,
    add column created_by text,
    add column is_platform boolean not null default false`,
  `update api_keys set is_platform = true where name = 'AFTERGLOW_API_KEY'`,
  `create index api_keys_team on api_keys (team_id, id)`,
  `create table memberships (
    id text primary key,
    team_id text not null references teams,
    issuer text not null,
    subject text not null,
    role text not null check (role in ('viewer', 'operator', 'approver', 'admin')),
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint memberships_person unique (issuer, subject, team_id)
  )`,
  `create index memberships_team on memberships (team_id, id)`,
];
