// Owns legal holds: placed once, released once, never changed or removed (triggers refuse it). What a hold covers, the view `hold_matches`
// says, so that it also covers what is made later.

import { type Insertable, type Selectable, sql } from 'kysely';
import type { Database, Db, Tx } from './database.ts';
import { type Page, type PageRequest, readPage } from './page.ts';
import { inScope, type Scope } from './scope.ts';
import type { SnapshotRow } from './snapshots.ts';

export type HoldRow = Selectable<Database['holds']> & {
  /** Of those that it names; empty where it names a branch. */
  readonly snapshot_ids: string[];
};

export interface HoldFilter {
  readonly state?: 'open' | 'released' | undefined;
  readonly branchId?: string | undefined;
  /** Holds that cover it, or did until they were released. */
  readonly snapshotId?: string | undefined;
}

/**
 * Locks the projects, then the snapshots, each in the order of their ids, as every other path does: to be called first, because inserting
 * what a hold names would lock the same rows in whatever order they were named. One that is still being taken is passed over: who makes
 * it available has its row already, and then locks older ones. It can go only after that, and the purge finds the hold.
 */
export async function lockForHold(
  tx: Tx,
  projectIds: readonly string[],
  snapshotIds: readonly string[],
): Promise<void> {
  await sql`select from projects where id = any(${projectIds}) order by id for no key update`.execute(tx);
  await sql`
    select from snapshots where id = any(${snapshotIds}) and status not in ('requested', 'creating')
    order by id for update`.execute(tx);
}

export async function insertHold(
  tx: Tx,
  row: Insertable<Database['holds']>,
  snapshotIds: readonly string[],
): Promise<void> {
  await tx.insertInto('holds').values(row).execute();
  if (snapshotIds.length === 0) return;
  const named = snapshotIds.map((snapshot_id) => ({ hold_id: row.id, snapshot_id }));
  await tx.insertInto('hold_snapshots').values(named).execute();
}

/**
 * The snapshots that the hold covers and that are there, or on their way out, with the purged ones that it names, locked in the order of
 * their ids: whoever wants one of them gone meanwhile waits, and then sees the hold.
 */
export async function lockCoveredBy(tx: Tx, holdId: string): Promise<SnapshotRow[]> {
  return tx
    .selectFrom('snapshots')
    .selectAll()
    .where('id', 'in', (eb) => eb.selectFrom('hold_matches').select('snapshot_id').where('hold_id', '=', holdId))
    .where((eb) =>
      eb.or([
        eb('status', 'in', ['available', 'expiring', 'purging', 'missing']),
        eb.and([
          eb('status', '=', 'purged'),
          eb('id', 'in', (named) =>
            named.selectFrom('hold_snapshots').select('snapshot_id').where('hold_id', '=', holdId),
          ),
        ]),
      ]),
    )
    .orderBy('id')
    .forUpdate()
    .execute();
}

/**
 * The ids of snapshots that the hold covers, or did until it was released, and that are there, being made or on their way out: the newest, at
 * most `limit`.
 */
export async function listCoveredBy(db: Db, scope: Scope, holdId: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('snapshots')
    .select('id')
    .where(inScope(scope, 'snapshots'))
    .where('id', 'in', (eb) => eb.selectFrom('hold_matches').select('snapshot_id').where('hold_id', '=', holdId))
    .where('status', 'not in', ['failed', 'cancelled', 'purged'])
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** What the placing of the hold came to. */
export async function noteOutcome(
  tx: Tx,
  id: string,
  outcome: { readonly turnedBack: string[]; readonly tooLate: string[] },
): Promise<void> {
  const patch = { turned_back: outcome.turnedBack, too_late: outcome.tooLate };
  await tx.updateTable('holds').set(patch).where('id', '=', id).execute();
}

export async function findHold(db: Db, teamId: string, id: string): Promise<HoldRow | undefined> {
  return holdsOf(db, teamId).where('id', '=', id).executeTakeFirst();
}

/** The row, locked. */
export async function lockHold(tx: Tx, teamId: string, id: string): Promise<HoldRow> {
  return holdsOf(tx, teamId).where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

export async function releaseHold(
  tx: Tx,
  id: string,
  release: Pick<HoldRow, 'released_at' | 'released_by_kind' | 'released_by' | 'release_reason'>,
): Promise<void> {
  await tx.updateTable('holds').set(release).where('id', '=', id).execute();
}

export async function listHolds(db: Db, teamId: string, filter: HoldFilter, page: PageRequest): Promise<Page<HoldRow>> {
  let query = holdsOf(db, teamId);
  if (filter.state !== undefined) query = query.where('released_at', filter.state === 'open' ? 'is' : 'is not', null);
  if (filter.branchId !== undefined) query = query.where('branch_id', '=', filter.branchId);
  const { snapshotId } = filter;
  if (snapshotId !== undefined) {
    query = query.where('id', 'in', (eb) =>
      eb.selectFrom('hold_matches').select('hold_id').where('snapshot_id', '=', snapshotId),
    );
  }
  return readPage(query, page, { start: 'hld_' });
}

function holdsOf(db: Db, teamId: string) {
  return db
    .selectFrom('holds')
    .selectAll()
    .select(
      sql<string[]>`array(select snapshot_id from hold_snapshots where hold_id = holds.id order by snapshot_id)`.as(
        'snapshot_ids',
      ),
    )
    .where('team_id', '=', teamId);
}
