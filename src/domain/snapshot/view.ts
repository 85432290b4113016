// Owns reading what a snapshot is shown as (`store/snapshot-json.ts`), for whoever needs more than to pass it on.

import type { Db } from '../../store/database.ts';
import { writeSnapshots } from '../../store/snapshot-json.ts';
import type { SnapshotRow } from '../../store/snapshots.ts';
import type { SnapshotView } from '../views.ts';

/** In the order of the rows, as they are now, with one statement for all. */
export async function viewSnapshots(db: Db, rows: readonly Pick<SnapshotRow, 'id'>[]): Promise<SnapshotView[]> {
  const written = await writeSnapshots(
    db,
    rows.map(({ id }) => id),
  );
  return rows.flatMap(({ id }) => readSnapshot(written.get(id)) ?? []);
}

export async function viewSnapshot(db: Db, { id }: Pick<SnapshotRow, 'id'>): Promise<SnapshotView> {
  const view = readSnapshot((await writeSnapshots(db, [id])).get(id));
  if (!view) throw new Error(`The snapshot ${id} is gone, and snapshots never go.`);
  return view;
}

export function readSnapshot(json: string): SnapshotView;
export function readSnapshot(json: string | undefined): SnapshotView | undefined;
export function readSnapshot(json: string | undefined): SnapshotView | undefined {
  return json === undefined ? undefined : (JSON.parse(json) as SnapshotView);
}
