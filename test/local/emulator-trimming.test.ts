import { readdir, readFile, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../src/local/neon-emulator/context.ts';
import { createRealRows } from '../../src/local/neon-emulator/rows/real.ts';
import type { State } from '../../src/local/neon-emulator/state.ts';
import { sweepProject } from '../../src/local/neon-emulator/sweep.ts';
import { segmentNamed, segmentOf } from '../../src/local/neon-emulator/wal.ts';
import { openNeon, removeDir, sql, temporaryDir, type Neon } from './neon.ts';
import { writeMuch } from './numbered-rows.ts';

const dayMs = 24 * 3_600_000;
const dir = await temporaryDir();
t.after(() => removeDir(dir));
let neon = await openNeon({ dataDir: dir });
t.after(() => neon.emulator.close());

async function stateOf({ dir }: Neon): Promise<State> {
  return JSON.parse(await readFile(join(dir, 'state.json'), 'utf8'));
}

async function clusterOf(branchId: string) {
  const { projects } = await stateOf(neon);
  const id = projects[0]?.branches.find((branch) => branch.id === branchId)?.clusterId;
  const cluster = projects[0]?.clusters.find((candidate) => candidate.id === id);
  if (cluster === undefined) throw new Error(`no cluster of ${branchId}`);
  return cluster;
}

async function archivedSegments(clusterId: string): Promise<bigint[]> {
  const names = await readdir(join(dir, 'clusters', clusterId, 'archive'));
  return names.flatMap((name) => segmentNamed(name) ?? []).toSorted((a, b) => (a < b ? -1 : 1));
}

/** Waits for a fact that upkeep brings about. */
async function until(told: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) if (await isSo()) return;
  throw new Error(`not within 30 seconds: ${told}`);
}

const rows = (uri: string) => sql(uri, 'select count(*) from kept');
const add = (count: number) =>
  sql(neon.emulator.connectionUri, `insert into kept select generate_series(1, ${count})`).then(() => undefined);

interface Moment {
  readonly at: string;
  readonly lsn: string;
}

async function momentOf(uri: string): Promise<Moment> {
  const text = `select json_build_object('at', clock_timestamp(), 'lsn', pg_current_wal_insert_lsn())::text`;
  const { at, lsn }: Moment = JSON.parse(await sql(uri, text));
  return { at: new Date(at).toISOString(), lsn };
}

t.test(
  'what is outside the window goes; what the window, a snapshot or a child needs stays',
  { timeout: 0 },
  async (t) => {
    const { branchId, connectionUri } = neon.emulator;
    await sql(connectionUri, 'create table kept (n integer)');
    await add(10);
    const early = await momentOf(connectionUri);
    await sleep(5);
    await add(10);
    const snapshot = (await neon.change('POST', `branches/${branchId}/snapshot?timestamp=${early.at}`)).body.snapshot;
    const child = (await neon.change('POST', 'branches', { branch: { name: 'idle-child' } })).body.branch;
    await writeMuch(connectionUri, 45);
    await until('a base of what was written', async () => (await clusterOf(branchId)).bases.length === 2);
    await add(10);
    const late = await momentOf(connectionUri);
    const before = await archivedSegments((await clusterOf(branchId)).id);
    await neon.emulator.control.setClock(2 * dayMs);
    await until('no base from before', async () => {
      const { bases } = await clusterOf(branchId);
      return bases.filter(({ keptUntil }) => keptUntil === undefined).length === 1;
    });
    const { id, bases } = await clusterOf(branchId);
    const [old, kept] = bases;
    t.equal(bases.length, 2, 'the child, which never wrote, still needs the first base');
    const limit = segmentOf(old?.keptUntil ?? '');
    const redo = segmentOf(kept?.redoLsn ?? '');
    await until('no WAL that nobody needs', async () =>
      (await archivedSegments(id)).every((segment) => segment <= limit || segment >= redo),
    );
    const after = await archivedSegments(id);
    t.ok(after.length < before.length - 20, `of ${before.length} segments ${after.length} are left`);

    t.equal((await neon.call('POST', 'branches', { branch: { parent_timestamp: early.at } })).status, 422);
    t.equal(
      (await neon.call('POST', 'branches', { branch: { parent_lsn: early.lsn } })).status,
      422,
      'an old LSN, too',
    );
    const grandchild = await neon.branch({ parent_id: child.id });
    t.equal(await rows(await neon.uri(grandchild.id)), '20', 'a branch of the idle child holds its rows');
    const start = await neon.branch({ parent_timestamp: new Date(Date.now() + dayMs + 60_000).toISOString() });
    t.equal(await rows(await neon.uri(start.id)), '30', 'the start of the window is what was there when it began');
    await add(10);
    const restored = await neon.change('POST', `snapshots/${snapshot.id}/restore`, { target_branch_id: branchId });
    t.equal(await rows(await neon.uri(restored.body.branch.id)), '10', 'a snapshot outlives the window');

    await neon.change('PATCH', '', { project: { history_retention_seconds: 30 * 86_400 } });
    t.equal((await neon.call('POST', 'branches', { branch: { parent_timestamp: early.at } })).status, 422);
    const reached = await neon.branch({ parent_timestamp: late.at });
    t.equal(await rows(await neon.uri(reached.id)), '30', 'a longer window reaches back to what is left');
  },
);

t.test('the next start removes what a crash left of what was trimmed, and nothing else', async (t) => {
  const { branchId } = neon.emulator;
  const { id, bases } = await clusterOf(branchId);
  const paths = join(dir, 'clusters', id);
  const names = await readdir(join(paths, 'archive'));
  const gone = BigInt(segmentOf(bases[0]?.keptUntil ?? '')) + 1n;
  const name = `00000001${'0'.repeat(8)}${gone.toString(16).toUpperCase().padStart(8, '0')}`;
  t.notOk(names.includes(name));
  await neon.emulator.close();
  const closed = await readdir(join(paths, 'archive'));
  await writeFile(join(paths, 'archive', name), '');
  await mkdir(join(paths, 'bases', 'base-half.new'));
  await mkdir(join(paths, 'bases', 'base-forgotten'));
  neon = await openNeon({ dataDir: dir });
  t.strictSame(new Set(await readdir(join(paths, 'archive'))), new Set(closed));
  t.strictSame(new Set(await readdir(join(paths, 'bases'))), new Set(bases.map((base) => base.id)));
  const branch = await neon.branch({});
  t.equal(await rows(await neon.uri(branch.id)), '40');
});

t.test('without children and snapshots all goes that came before the window', { timeout: 0 }, async (t) => {
  const { branchId } = neon.emulator;
  await neon.change('PATCH', '', { project: { history_retention_seconds: 86_400 } });
  for (const snapshot of (await neon.call('GET', 'snapshots')).body.snapshots)
    await neon.change('DELETE', `snapshots/${snapshot.id}`);
  const { branches } = (await neon.call('GET', 'branches?limit=100')).body;
  const others = branches.filter(({ id }) => id !== branchId);
  const isParent = ({ id }: { id: string }) => others.some(({ parent_id }) => parent_id === id);
  for (const { id } of [...others.filter((branch) => !isParent(branch)), ...others.filter(isParent)])
    await neon.change('DELETE', `branches/${id}`);
  await until('one base', async () => (await clusterOf(branchId)).bases.length === 1);
  const { id, bases } = await clusterOf(branchId);
  const redo = segmentOf(bases[0]?.redoLsn ?? '');
  await until('only its WAL', async () => (await archivedSegments(id)).every((segment) => segment >= redo));
  await until('one cluster', async () => (await readdir(join(dir, 'clusters'))).length === 1);
  const branch = await neon.branch({});
  t.equal(await rows(await neon.uri(branch.id)), '40');
});

t.test('two sweeps at once remove what nothing needs, and leave the clusters that branches use', async (t) => {
  const elsewhere = await temporaryDir();
  t.teardown(() => removeDir(elsewhere));
  const [shown] = (await stateOf(neon)).projects;
  const [branch, cluster] = [shown?.branches[0], shown?.clusters[0]];
  if (shown === undefined || branch === undefined || cluster === undefined) throw new Error('nothing is there');
  const project = {
    ...shown,
    branches: ['first', 'last'].map((clusterId) => ({ ...branch, clusterId })),
    clusters: ['first', 'unneeded', 'last'].map((id) => ({ ...cluster, id, origin: undefined })),
  };
  const rows = createRealRows(() => context, { dataDir: elsewhere, password: '', log: () => {} });
  const parts: Partial<Context> = { dataDir: elsewhere, rows, changing: new Map(), save: async () => {} };
  // All that a sweep asks for.
  const context = parts as Context;
  await Promise.all([sweepProject(context, project), sweepProject(context, project)]);
  t.strictSame(
    project.clusters.map(({ id }) => id),
    ['first', 'last'],
  );
});

t.test('the size of a branch is that of its running cluster', { timeout: 0 }, async (t) => {
  const { branchId, connectionUri } = neon.emulator;
  const sizeOf = async () => (await neon.call('GET', `branches/${branchId}`)).body.branch.logical_size ?? 0;
  const before = await sizeOf();
  await sql(connectionUri, `create table large as select repeat(md5(n::text), 30) from generate_series(1, 10000) as n`);
  await until('a larger size', async () => (await sizeOf()) > before + 9_000_000);
  t.pass();
});

t.end();
