// The audit history by months, with what its events say besides (the actor's label, before and after), and what lets a month go: the
// closing heads from which a verifier starts. Three functions change the months, and nothing else may: they run as the owner of the
// tables, so that the role of the application needs neither ownership nor UPDATE, DELETE or TRUNCATE on the events.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const index = (name: string, columns: string) =>
  `create index ${name} on audit_events (team_id, ${columns ? `${columns}, ` : ''}at, sequence)`;

const statements = [
  `alter table audit_events rename to audit_events_whole`,
  ...['audit_events_pkey', 'audit_events_subject', 'audit_events_action', 'audit_events_id_key'].map(
    (name) => `alter index ${name} rename to ${name}_whole`,
  ),
  // `form` says how an event was hashed: 1 without the columns that came with it. The head row guarantees that a sequence is there once.
  `create table audit_events (
    team_id text not null,
    sequence bigint not null,
    id text not null,
    at timestamptz not null,
    actor_kind text not null,
    actor_id text not null,
    actor_label text,
    action text not null,
    subject_kind text not null,
    subject_id text not null,
    request_id text,
    source_address text,
    details jsonb not null,
    before jsonb,
    after jsonb,
    form smallint not null default 1,
    previous_hash bytea not null,
    hash bytea not null,
    primary key (team_id, sequence, at)
  ) partition by range (at)`,
  index('audit_events_time', ''),
  index('audit_events_subject', 'subject_id'),
  index('audit_events_action', 'action'),
  index('audit_events_actor', 'actor_id'),
  `create trigger audit_events_append_only before update or delete on audit_events
    for each row execute function refuse_change()`,
  `create trigger audit_events_no_truncate before truncate on audit_events
    for each statement execute function refuse_change()`,
  // The time of the team's last event: a chain goes back in time only where a clock has jumped.
  `alter table audit_heads add column at timestamptz`,
  // The head as it was at a team's last event of a month, signed before the month went: the verifier starts from the newest one.
  `create table audit_closings (
    team_id text not null references teams,
    month text not null,
    sequence bigint not null,
    hash bytea not null,
    at timestamptz not null,
    signature text not null,
    created_at timestamptz not null,
    primary key (team_id, month)
  )`,
  `create trigger audit_closings_append_only before update or delete on audit_closings
    for each row execute function refuse_change()`,
  `create trigger audit_closings_no_truncate before truncate on audit_closings
    for each statement execute function refuse_change()`,
  // Refused requests of an actor, by action: what has not been told in an event yet.
  `create table audit_refusals (
    team_id text not null references teams,
    actor_id text not null,
    action text not null,
    actor_kind text not null,
    actor_label text,
    told_at timestamptz not null,
    untold integer not null,
    primary key (team_id, actor_id, action)
  )`,
  `create table sign_ins (
    team_id text not null references teams,
    actor_id text not null,
    at timestamptz not null,
    primary key (team_id, actor_id)
  )`,
  // Months are those of UTC. Every partition refuses TRUNCATE by itself; UPDATE and DELETE the parent's trigger refuses in each.
  `create function audit_month_name(month date) returns text language sql immutable as $$
    select 'audit_events_' || to_char(month, 'YYYY_MM') $$`,
  `create function audit_guard_partition(name text) returns void language plpgsql as $$
    begin
      execute format('create trigger audit_events_no_truncate before truncate on %I for each statement execute function refuse_change()', name);
    end $$`,
  // True where it was missing. Fails where the overflow holds events of the month, which audit_spread_overflow() puts right.
  `create function audit_make_month(month date) returns boolean language plpgsql security definer set search_path from current as $$
    declare
      first date := date_trunc('month', month)::date;
      name text := audit_month_name(first);
    begin
      if to_regclass(quote_ident(name)) is not null then return false; end if;
      execute format('create table %I partition of audit_events for values from (%L) to (%L)', name,
        first::timestamp at time zone 'UTC', (first + interval '1 month')::timestamp at time zone 'UTC');
      perform audit_guard_partition(name);
      return true;
    end $$`,
  `create function audit_make_overflow() returns void language plpgsql as $$
    begin
      create table audit_events_overflow partition of audit_events default;
      perform audit_guard_partition('audit_events_overflow');
    end $$`,
  // Events whose month was not there are in the default partition. They are copied to months of their own, which is no change of any:
  // the whole of it goes once its copy is complete, or the transaction does. Returns how many there were.
  `create function audit_spread_overflow() returns bigint language plpgsql security definer set search_path from current as $$
    declare
      found bigint;
      copied bigint;
      month date;
    begin
      if not exists (select from audit_events_overflow) then return 0; end if;
      lock table audit_events in access exclusive mode;
      alter table audit_events detach partition audit_events_overflow;
      alter table audit_events_overflow rename to audit_events_spread;
      perform audit_make_overflow();
      for month in select distinct date_trunc('month', at at time zone 'UTC')::date from audit_events_spread loop
        perform audit_make_month(month);
      end loop;
      select count(*) into found from audit_events_spread;
      insert into audit_events select * from audit_events_spread order by team_id, sequence;
      get diagnostics copied = row_count;
      if copied <> found then raise exception 'only % of % audit events were copied', copied, found; end if;
      drop table audit_events_spread;
      return copied;
    end $$`,
  // The one way in which events go: a month that is wholly past, all of whose chains are closed at their last event of it. The event
  // that tells of it is in the chain by then, since closings are written with it. False where it may not go, or is not there.
  `create function audit_drop_month(month date) returns boolean language plpgsql security definer set search_path from current as $$
    declare
      first date := date_trunc('month', month)::date;
      name text := audit_month_name(first);
      is_open boolean;
    begin
      if first + interval '1 month' > clock_timestamp() at time zone 'UTC' then return false; end if;
      if to_regclass(quote_ident(name)) is null then return false; end if;
      lock table audit_events in access exclusive mode;
      execute format('select exists (
          select from (select team_id, max(sequence) as sequence from %I group by team_id) as last
          where not exists (select from audit_closings where audit_closings.team_id = last.team_id
            and audit_closings.sequence >= last.sequence))', name) into is_open;
      if is_open then return false; end if;
      execute format('alter table audit_events detach partition %I', name);
      execute format('drop table %I', name);
      return true;
    end $$`,
  `revoke execute on function audit_make_month(date), audit_spread_overflow(), audit_drop_month(date), audit_make_overflow(),
    audit_guard_partition(text) from public`,
  `select audit_make_overflow()`,
  `select audit_make_month(month::date)
    from (select date_trunc('month', at at time zone 'UTC') as month from audit_events_whole
      union select date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead) from generate_series(0, 3) ahead) months`,
  `insert into audit_events (team_id, sequence, id, at, actor_kind, actor_id, action, subject_kind, subject_id, request_id,
      source_address, details, previous_hash, hash)
    select team_id, sequence, id, at, actor_kind, actor_id, action, subject_kind, subject_id, request_id, source_address, details,
      previous_hash, hash
    from audit_events_whole order by team_id, sequence`,
  `do $$ begin
    if (select count(*) from audit_events) <> (select count(*) from audit_events_whole) then
      raise exception 'audit events were lost on their way to their months';
    end if;
  end $$`,
  `drop table audit_events_whole`,
];
