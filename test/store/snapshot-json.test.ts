// How the database writes a snapshot: what the schema of the answer names and nothing else, and what JavaScript would have written.

import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import t from 'tap';
import { Snapshot } from '../../src/rest/schemas/snapshots.ts';
import { findSnapshotJson, listSnapshotJson, writeSnapshots } from '../../src/store/snapshot-json.ts';
import { findSnapshot } from '../../src/store/snapshots.ts';
import { wholeTeam } from '../../src/store/scope.ts';
import { openStore } from './open.ts';
import { addRows } from './protected.ts';

const { db } = await openStore(t);
const rows = await addRows(db);
const scope = wholeTeam('tem_a');
const ajv = addFormats.default(new Ajv({ strict: false }));
const fits = ajv.compile({ ...Snapshot, additionalProperties: false });

async function read(id: string): Promise<Record<string, unknown>> {
  return JSON.parse((await findSnapshotJson(db, scope, id))?.json ?? 'null') as Record<string, unknown>;
}

const whole = {
  name: 'quote " backslash \\ tab \t line \n zero-width \u200b separator \u2028 face \u{1f642} </script>',
  policy_version: 3,
  requested_at_instant: '2026-03-29T01:59:59.9999Z',
  requested_lsn: '16/B374D848',
  point_at: '2026-03-29T02:00:00+02:00',
  lsn: 'FFFFFFFF/FFFFFFFF',
  neon_id: 'snap-1',
  size_bytes: '9007199254740991',
  kept_because: ['nightly: daily', 'a "word"'],
  unverified: ['lsn'],
  warnings: JSON.stringify([{ code: 'name_not_given', message: 'Not named: Neon refused, twice.' }]),
  error: JSON.stringify({ code: 'neon_refused', message: 'No: "no".' }),
  steps: JSON.stringify([{ name: 'create', startedAt: '2026-03-01T09:30:00.000Z', endedAt: null }]),
  clean_up: 'left',
  created_at: '0999-12-31T23:59:59.0015Z',
  updated_at: '2026-03-01T09:30:00.1Z',
  available_at: '2026-03-01T09:30:00Z',
  ended_at: '2026-12-31T23:59:59.999999Z',
};

t.test('every member is the one of the row, instants cut to milliseconds', async (t) => {
  const id = await rows.snapshot('failed', whole);
  const hold = await rows.hold(id);
  const row = await findSnapshot(db, scope, id);
  if (!row) throw new Error('the snapshot is not there');
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  t.strictSame(await read(id), {
    id,
    projectId: 'prj_1',
    branchId: 'brn_1',
    policyId: null,
    policyVersion: 3,
    name: whole.name,
    kind: 'neon_snapshot',
    status: 'failed',
    steps: [{ name: 'create', startedAt: '2026-03-01T09:30:00.000Z', endedAt: null }],
    requestedAt: iso(row.requested_at_instant),
    requestedLsn: '16/B374D848',
    pointAt: '2026-03-29T00:00:00.000Z',
    lsn: 'FFFFFFFF/FFFFFFFF',
    neonId: 'snap-1',
    sizeBytes: 9_007_199_254_740_991,
    keptBecause: ['nightly: daily', 'a "word"'],
    holds: [hold],
    lock: null,
    unverified: ['lsn'],
    warnings: row.warnings,
    error: row.error,
    cleanUp: 'left',
    version: 1,
    createdAt: iso(row.created_at),
    updatedAt: '2026-03-01T09:30:00.100Z',
    availableAt: iso(row.available_at),
    endedAt: '2026-12-31T23:59:59.999Z',
  });
});

t.test('it has the members of the answer, no more and no fewer', async (t) => {
  const full = await rows.snapshot('available', whole);
  await rows.lock(full, 'compliance', 24, 1);
  const empty = await rows.snapshot('requested');
  for (const id of [full, empty]) {
    const view = await read(id);
    t.strictSame(Object.keys(view), Object.keys(Snapshot.properties));
    t.ok(fits(view), JSON.stringify(fits.errors));
  }
  const { lock } = await read(full);
  t.match(lock, { mode: 'compliance', until: /Z$/, graceUntil: /Z$/, lockedAt: /Z$/, lockedBy: 'key_1' });
});

t.test('what is written before a column is added is written after it, on the same connections', async (t) => {
  const { db } = await openStore(t, 1);
  const { snapshot } = await addRows(db);
  const id = await snapshot('available');
  const before = await findSnapshotJson(db, scope, id);
  await db.schema.alterTable('snapshots').addColumn('more', 'text').execute();
  await db.schema.alterTable('snapshots').dropColumn('started_at').execute();
  t.strictSame(await findSnapshotJson(db, scope, id), before);
});

t.test('another team, and a key narrowed to another project, find and list nothing', async (t) => {
  const id = await rows.snapshot('available');
  for (const other of [wholeTeam('tem_b'), { teamId: 'tem_a', projects: ['prj_2'] }]) {
    t.equal(await findSnapshotJson(db, other, id), undefined);
    t.strictSame(await listSnapshotJson(db, other, {}, { limit: 200 }), { items: [], nextCursor: null });
  }
  t.equal((await findSnapshotJson(db, { teamId: 'tem_a', projects: ['prj_1'] }, id))?.id, id);
});

t.test('of those that are asked for at once, each asker finds what its own scope lets be seen', async (t) => {
  const [one, two] = [await rows.snapshot('available'), await rows.snapshot('available')];
  const hold = await rows.hold(two);
  const inProject = (...projects: string[]) => ({ teamId: 'tem_a', projects });
  const asked = [
    [scope, one, one],
    [wholeTeam('tem_b'), one, undefined],
    [inProject('prj_1'), two, two],
    [inProject('prj_2', 'prj_3'), two, undefined],
    [inProject('prj_2', 'prj_1'), one, one],
    [scope, 'snp_none', undefined],
    [scope, one, one],
  ] as const;
  const found = await Promise.all(asked.map(([scope, id]) => findSnapshotJson(db, scope, id)));
  t.strictSame(
    found.map((written) => written?.id),
    asked.map(([, , id]) => id),
  );
  t.match(JSON.parse(found[2]?.json ?? ''), { id: two, holds: [hold] });
});

t.test('each filter leaves what it names, newest first, page by page', async (t) => {
  const one = await rows.snapshot('missing', { branch_id: 'brn_2' });
  const two = await rows.snapshot('missing', { branch_id: 'brn_2' });
  const of = async (filter: object, limit = 200, cursor?: string) => {
    const page = await listSnapshotJson(db, scope, filter, { limit, cursor });
    return { ids: page.items.map(({ id }) => id), nextCursor: page.nextCursor };
  };
  for (const filter of [{ branchId: 'brn_2' }, { status: 'missing' }, { projectId: 'prj_1', status: 'missing' }])
    t.strictSame((await of(filter)).ids, [two, one]);
  t.strictSame((await of({ policyId: 'pol_1' })).ids, []);
  const first = await of({ branchId: 'brn_2' }, 1);
  t.strictSame(first.ids, [two]);
  t.strictSame(await of({ branchId: 'brn_2' }, 1, first.nextCursor ?? ''), { ids: [one], nextCursor: null });
  t.strictSame([...(await writeSnapshots(db, [one, two, 'snp_none'])).keys()].sort(), [one, two]);
});
