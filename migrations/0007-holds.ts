// Legal holds and retention locks, and the triggers that let nothing of what they cover go, whatever statement asks.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // A hold names snapshots, or a branch and the moments from `from_at` to `until_at` (no end: null), both of them included.
  `create table holds (
    id text primary key,
    team_id text not null references teams,
    matter text not null,
    reason text not null,
    branch_id text references branches,
    from_at timestamptz,
    until_at timestamptz,
    placed_by_kind text not null,
    placed_by text not null,
    created_at timestamptz not null,
    turned_back text[] not null default '{}',
    too_late text[] not null default '{}',
    released_at timestamptz,
    released_by_kind text,
    released_by text,
    release_reason text,
    check ((branch_id is null) = (from_at is null) and (until_at is null or until_at >= from_at)),
    check ((released_at is null) = (released_by is null) and (released_at is null) = (release_reason is null))
  )`,
  `create index holds_team on holds (team_id, id)`,
  `create index holds_branch on holds (branch_id, from_at) where branch_id is not null`,
  // What is checked before anything goes looks at open holds alone, however many were released.
  `create index holds_branch_open on holds (branch_id, from_at) where branch_id is not null and released_at is null`,
  `create table hold_snapshots (
    hold_id text not null references holds,
    snapshot_id text not null references snapshots,
    primary key (hold_id, snapshot_id)
  )`,
  `create index hold_snapshots_snapshot on hold_snapshots (snapshot_id)`,
  // The one place that says what a hold covers. Of a position whose moment nobody knows it is only known that it was not after
  // the request: every hold that had begun by then covers it.
  `create view hold_matches as
    select hold_snapshots.snapshot_id, holds.id as hold_id, holds.released_at
    from hold_snapshots join holds on holds.id = hold_snapshots.hold_id
    union all
    select snapshots.id, holds.id, holds.released_at
    from snapshots join holds on holds.branch_id = snapshots.branch_id
      and holds.from_at <= coalesce(snapshots.point_at, snapshots.requested_at_instant, snapshots.created_at)
      and (holds.until_at is null
        or holds.until_at >= coalesce(snapshots.point_at, snapshots.requested_at_instant, snapshots.created_at)
        or (snapshots.point_at is null and snapshots.requested_lsn is not null))`,
  `alter table snapshots
    add column lock_mode text check (lock_mode in ('governance', 'compliance')),
    add column lock_until timestamptz,
    add column lock_grace_until timestamptz,
    add column locked_at timestamptz,
    add column locked_by text,
    add constraint snapshots_lock_whole check (num_nulls(lock_mode, lock_until, lock_grace_until, locked_at, locked_by) in (0, 5)),
    add constraint snapshots_lock_grace check (lock_grace_until <= lock_until)`,
  // A refusal names its code as the constraint. Of the clocks in a transaction (its beginning, the present) each question takes the
  // one that protects for longer.
  `create function refuse_protected(code text, told text) returns void language plpgsql as $$
    begin raise exception '%', told using errcode = 'check_violation', constraint = code; end $$`,
  `create function check_protected(snapshot snapshots) returns void language plpgsql as $$
    begin
      if exists (select from hold_matches where snapshot_id = snapshot.id and released_at is null) then
        perform refuse_protected('snapshot_held', format('A legal hold covers the snapshot %s', snapshot.id));
      elsif snapshot.lock_until > now() then
        perform refuse_protected('snapshot_locked', format('A retention lock covers the snapshot %s', snapshot.id));
      end if;
    end $$`,
  // From purging it goes on to purged: its copy was given up before anything could cover it.
  `create function protect_snapshot() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then
        perform check_protected(old);
        return old;
      end if;
      if old.lock_mode = 'compliance' and old.lock_until > now() and old.lock_grace_until <= clock_timestamp()
        and (new.lock_mode is distinct from 'compliance' or new.lock_until is null or new.lock_until < old.lock_until
          or new.lock_grace_until is distinct from old.lock_grace_until) then
        perform refuse_protected('compliance_lock_fixed',
          format('The grace of the compliance lock of the snapshot %s is over: it can only be extended', old.id));
      end if;
      if new.status <> old.status and (new.status in ('expiring', 'purging')
        or (new.status = 'purged' and old.status <> 'purging')
        or (old.status in ('available', 'expiring', 'missing') and new.status not in ('available', 'missing'))) then
        perform check_protected(old);
      end if;
      if (new.id, new.team_id, new.project_id, new.branch_id, new.created_at)
          is distinct from (old.id, old.team_id, old.project_id, old.branch_id, old.created_at)
        or (new.requested_at_instant, new.requested_lsn) is distinct from (old.requested_at_instant, old.requested_lsn)
        or (old.point_at is not null and new.point_at is distinct from old.point_at) then
        perform check_protected(old);
      end if;
      return new;
    end $$`,
  `create trigger snapshots_protected before update or delete on snapshots for each row execute function protect_snapshot()`,
  `create function protect_hold() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' or old.released_at is not null
        or (new.id, new.team_id, new.matter, new.reason, new.branch_id, new.from_at, new.until_at)
          is distinct from (old.id, old.team_id, old.matter, old.reason, old.branch_id, old.from_at, old.until_at)
        or (new.placed_by_kind, new.placed_by, new.created_at)
          is distinct from (old.placed_by_kind, old.placed_by, old.created_at) then
        raise exception 'a legal hold is released once, and neither changed nor removed';
      end if;
      return new;
    end $$`,
  `create trigger holds_stay before update or delete on holds for each row execute function protect_hold()`,
  `create function refuse_holds_change() returns trigger language plpgsql as $$
    begin raise exception 'what a legal hold covers is neither changed nor removed'; end $$`,
  `create trigger hold_snapshots_stay before update or delete on hold_snapshots
    for each row execute function refuse_holds_change()`,
  `create trigger holds_no_truncate before truncate on holds for each statement execute function refuse_holds_change()`,
  `create trigger hold_snapshots_no_truncate before truncate on hold_snapshots
    for each statement execute function refuse_holds_change()`,
  `create trigger snapshots_no_truncate before truncate on snapshots
    for each statement execute function refuse_holds_change()`,
];
