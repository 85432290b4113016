// Refused requests are counted by source address too, with the last of them, so that the event which tells of many says from where they
// came and what they wanted.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Beside audit_refusals, whose key is narrower: the former version goes on counting there, and what it leaves is taken over from it.
  await sql`create table audit_refusal_counts (
    team_id text not null references teams,
    actor_id text not null,
    action text not null,
    source text not null,
    actor_kind text not null,
    actor_label text,
    told_at timestamptz not null,
    untold integer not null,
    request_id text,
    source_address text,
    code text,
    role text,
    aimed_at text,
    primary key (team_id, actor_id, action, source)
  )`.execute(db);
  // Whoever may use the one may use the other, also a role that does not own them.
  await sql`do $$ declare given record; begin
    for given in select grantee, privilege_type from information_schema.role_table_grants
      where table_schema = current_schema() and table_name = 'audit_refusals' and grantee <> current_user
    loop
      execute format('grant %s on audit_refusal_counts to %s', given.privilege_type,
        case when given.grantee = 'PUBLIC' then 'public' else quote_ident(given.grantee) end);
    end loop;
  end $$`.execute(db);
}
