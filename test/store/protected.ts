// Rows for tests of what protects snapshots: a branch, snapshots of any status, holds and locks, all in raw SQL.

import { sql } from 'kysely';
import type { SnapshotStatus } from '../../src/core/lifecycle.ts';
import type { Db } from '../../src/store/database.ts';

export interface Rows {
  /** A snapshot of the branch that captures the moment. */
  snapshot(status: SnapshotStatus, columns?: Readonly<Record<string, unknown>>): Promise<string>;
  /** An open hold on moments of the branch. */
  rangeHold(from: Date, until: Date | null): Promise<string>;
  hold(...snapshotIds: string[]): Promise<string>;
  release(holdId: string): Promise<void>;
  /** In hours from now by the database's clock. */
  lock(snapshotId: string, mode: 'governance' | 'compliance', untilHours: number, graceHours: number): Promise<void>;
}

/** In the team `tem_a`, with the branch `brn_1`. */
export async function addRows(db: Db): Promise<Rows> {
  const run = (text: string) => sql.raw(text).execute(db);
  await run(`insert into credentials (id, team_id, name, sealed_key, neon_account_id, status, created_at, updated_at)
    values ('crd_1', 'tem_a', 'neon', 'sealed', 'org', 'active', now(), now())`);
  await run(`insert into projects (id, team_id, credential_id, neon_project_id, name, region, pg_version, plan,
      history_retention_seconds, labels, limits, created_at, updated_at, synced_at)
    values ('prj_1', 'tem_a', 'crd_1', 'shop-1', 'shop', 'here', 17, 'scale', 3600, '{}', '{}', now(), now(), now())`);
  for (const id of ['brn_1', 'brn_2']) {
    await run(`insert into branches (id, team_id, project_id, neon_branch_id, name, is_default, is_protected, state,
        neon_created_at, history_started_at, created_at, updated_at)
      values ('${id}', 'tem_a', 'prj_1', 'br-${id}', '${id}', false, false, 'ready', now(), now(), now(), now())`);
  }
  let count = 0;
  const next = (prefix: string): string => {
    count += 1;
    return `${prefix}_${String(count).padStart(6, '0')}`;
  };
  const addHold = async (branchId: string | null, from: Date | null, until: Date | null): Promise<string> => {
    const id = next('hld');
    await sql`insert into holds (id, team_id, matter, reason, branch_id, from_at, until_at, placed_by_kind, placed_by, created_at)
      values (${id}, 'tem_a', 'matter', 'reason', ${branchId}, ${from}, ${until}, 'person', 'key_1', now())`.execute(
      db,
    );
    return id;
  };
  return {
    async snapshot(status, columns = {}) {
      const id = next('snp');
      const row = {
        id,
        team_id: 'tem_a',
        project_id: 'prj_1',
        branch_id: 'brn_1',
        name: id,
        kind: 'neon_snapshot',
        status,
        kept_because: [],
        created_at: new Date(),
        updated_at: new Date(),
        ...columns,
      };
      const names = Object.keys(row).map((name) => sql.ref(name));
      await sql`insert into snapshots (${sql.join(names)}) values (${sql.join(Object.values(row))})`.execute(db);
      return id;
    },
    rangeHold: (from, until) => addHold('brn_1', from, until),
    async hold(...snapshotIds) {
      const id = await addHold(null, null, null);
      await sql`insert into hold_snapshots select ${id}, unnest(${snapshotIds}::text[])`.execute(db);
      return id;
    },
    async release(holdId) {
      await sql`update holds set released_at = now(), released_by_kind = 'person', released_by = 'key_1', release_reason = 'over'
        where id = ${holdId}`.execute(db);
    },
    async lock(snapshotId, mode, untilHours, graceHours) {
      await sql`update snapshots set lock_mode = ${mode}, locked_at = now(), locked_by = 'key_1',
        lock_until = now() + make_interval(mins => ${Math.round(untilHours * 60)}),
        lock_grace_until = now() + make_interval(mins => ${Math.round(graceHours * 60)}) where id = ${snapshotId}`.execute(
        db,
      );
    },
  };
}
