// A snapshot of which Neon has nothing yet may take another moment than the one that it was to capture, also where a hold covers it.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // As in 0007-holds.ts, but for `neon_id`: where a clock was ahead, a firing takes the present instead of ending without a copy.
  `create or replace function protect_snapshot() returns trigger language plpgsql as $$
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
        or ((new.requested_at_instant, new.requested_lsn) is distinct from (old.requested_at_instant, old.requested_lsn)
          and not (new.status = 'creating' and old.status = 'creating' and new.neon_id is null and old.neon_id is null))
        or (old.point_at is not null and new.point_at is distinct from old.point_at) then
        perform check_protected(old);
      end if;
      return new;
    end $$`,
];
