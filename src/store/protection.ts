// Owns the refusal to let a snapshot go while a legal hold or a retention lock covers it: `status.ts` asks here before any snapshot takes
// a step on its way out, whoever wants it. A trigger asks the same once more.

import { sql } from 'kysely';
import { Refusal } from '../core/errors.ts';
import type { SnapshotStatus } from '../core/lifecycle.ts';
import type { Clocks } from '../core/protection.ts';
import type { Db, Tx } from './database.ts';

/** What keeps a snapshot from going. */
export interface Cover {
  readonly holdIds: readonly string[];
  /** Null without a lock, and where both the process's and the database's clock say that it has run out. */
  readonly lockedUntil: Date | null;
}

/** By snapshot id, in one statement; those that nothing covers are absent. `now` is the process's clock. */
export async function findCovers(db: Db, snapshotIds: readonly string[], now: Date): Promise<Map<string, Cover>> {
  if (snapshotIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; hold_ids: string[]; locked_until: Date | null }>`
    select id, hold_ids, locked_until from (
      select id,
        array(select hold_id from hold_matches where snapshot_id = snapshots.id and released_at is null order by hold_id) as hold_ids,
        case when lock_until > least(${now}::timestamptz, now()) then lock_until end as locked_until
      from snapshots where id = any(${snapshotIds})
    ) as covers where cardinality(hold_ids) > 0 or locked_until is not null`.execute(db);
  return new Map(rows.map((row) => [row.id, { holdIds: row.hold_ids, lockedUntil: row.locked_until }] as const));
}

/** Whether the step leads a snapshot out. Once it is purging its copy is given up, and nothing covers it any more. */
export function isWayOut(from: SnapshotStatus, to: SnapshotStatus): boolean {
  return to === 'expiring' || to === 'purging' || (to === 'purged' && from !== 'purging');
}

/**
 * Locks the snapshot's row, so that whoever places a hold or a lock comes before this or after the caller's commit, and refuses with
 * `snapshot_held` or `snapshot_locked` what is covered.
 */
export async function refuseCovered(tx: Tx, snapshotId: string, now: Date): Promise<void> {
  await tx.selectFrom('snapshots').select('id').where('id', '=', snapshotId).forUpdate().execute();
  const cover = (await findCovers(tx, [snapshotId], now)).get(snapshotId);
  if (!cover) return;
  const { holdIds, lockedUntil } = cover;
  const members = { snapshotId, holdIds, lockedUntil: lockedUntil?.toISOString() ?? null };
  if (holdIds.length > 0) {
    const told = `${holdIds.slice(0, 5).join(', ')}${holdIds.length > 5 ? ` and ${holdIds.length - 5} more` : ''}`;
    throw new Refusal(
      'snapshot_held',
      `The snapshot is under legal hold (${told}). It was not removed. It can go once every hold of it is released${
        lockedUntil ? `, and its lock has run out at ${lockedUntil.toISOString()}` : ''
      }.`,
      { members },
    );
  }
  throw new Refusal(
    'snapshot_locked',
    `The snapshot is locked until ${lockedUntil?.toISOString()}. It was not removed. It can go once its lock has run out.`,
    { members },
  );
}

/** The clock of this process beside the database's. */
export async function readClocks(db: Db, now: Date): Promise<Clocks> {
  const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(db);
  const [at = now] = rows.map((row) => row.at);
  return at < now ? { earliest: at, latest: now } : { earliest: now, latest: at };
}
