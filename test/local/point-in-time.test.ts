/**
 * The proof that time travel tells the truth: while rows are written, branches are taken at random instants and LSNs of roots,
 * children, grandchildren, branches restored in place and branches restored from snapshots, and each holds exactly the rows that
 * were committed by then. AFTERGLOW_TEST_POINTS says how many (`npm run test:points`: 300), AFTERGLOW_TEST_SEED repeats a run.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { setTimeout as sleep } from 'node:timers/promises';
import { adminRole } from '../../src/local/neon-emulator/clusters.ts';
import { randomFrom } from '../../src/local/neon-emulator/random.ts';
import type { State } from '../../src/local/neon-emulator/state.ts';
import { openNeon, sql, withConnection } from './neon.ts';
import {
  History,
  instantOf,
  lsnOf,
  lsnText,
  microsOf,
  readMoment,
  rowsOf,
  startWriters,
  writeMuch,
  type Moment,
  type Writers,
} from './numbered-rows.ts';

const points = Number(process.env['AFTERGLOW_TEST_POINTS'] ?? 30);
const seed = Number(process.env['AFTERGLOW_TEST_SEED'] ?? Math.floor(Math.random() * 1e6));
const random = randomFrom(seed);
const neon = await openNeon();
t.after(async () => {
  await Promise.allSettled(origins.map(stopWriting));
  await neon.close();
});
t.comment(`${points} points, AFTERGLOW_TEST_SEED=${seed}`);

/** A branch that points are taken of. */
interface Origin {
  readonly what: string;
  readonly id: string;
  readonly uri: string | undefined;
  readonly history: History;
  /** Before this moment it has no history: an instant that the API told, and the LSN where its own WAL begins. */
  readonly start: Moment;
  writers: Writers | undefined;
}

interface Point {
  readonly fields: { readonly timestamp?: string; readonly lsn?: string };
  readonly possible: () => number[][];
}

const origins: Origin[] = [];
let checked = 0;

function pick<T>(from: readonly T[]): T {
  const chosen = from[Math.floor(random() * from.length)];
  if (chosen === undefined) throw new Error('There is nothing to pick from.');
  return chosen;
}

function between(low: number, high: number): number {
  return Math.floor(low + random() * Math.max(0, high - low));
}

/** What Postgres says of the origin's head. Of one without a compute no LSN is known. */
async function headOf({ uri, start }: Origin): Promise<Moment> {
  if (uri !== undefined) return withConnection(uri, readMoment);
  return { micros: Date.now() * 1000, lsn: start.lsn };
}

/** A random point: any, one at the very edge of a transaction, or the present moment, after which writing goes on. */
async function choosePoint(origin: Origin): Promise<Point> {
  const { history, start } = origin;
  const head = await headOf(origin);
  const own = history.transactions.flatMap(({ after, by }) =>
    by !== undefined && after.micros > start.micros && after.lsn > start.lsn ? [{ after, by }] : [],
  );
  const kind = random();
  const edge = own.length > 0 && kind < 0.5 ? pick(own) : undefined;
  const lowest = kind > 0.8 ? head : start;
  if (origin.uri === undefined || random() < 0.5) {
    const micros = edge
      ? pick([edge.by.micros, edge.after.micros - 1, edge.after.micros, edge.by.micros + 1])
      : between(lowest.micros, head.micros);
    const asked = Math.max(micros, start.micros);
    return { fields: { timestamp: instantOf(asked) }, possible: () => history.possibleAt({ micros: asked }) };
  }
  const lsn = edge ? pick([edge.by.lsn, edge.after.lsn]) : BigInt(between(Number(lowest.lsn), Number(head.lsn)));
  return { fields: { lsn: lsnText(lsn) }, possible: () => history.possibleAt({ lsn }) };
}

/** Fails unless the rows are what one of the possible outcomes says. The rows are the answer. */
async function expectRows(t: Test, uri: string, possible: () => number[][], told: string): Promise<number[]> {
  const rows = await rowsOf(uri);
  const outcomes = possible().map((outcome) => JSON.stringify(outcome));
  const isOne = outcomes.includes(JSON.stringify(rows));
  if (isOne) t.pass(told);
  else {
    const expected = new Set(possible()[0]);
    const held = new Set(rows);
    t.fail(told, {
      missing: [...expected].filter((number) => !held.has(number)).slice(0, 20),
      surplus: rows.filter((number) => !expected.has(number)).slice(0, 20),
      outcomes: outcomes.length,
      seed,
    });
  }
  checked += 1;
  return rows;
}

function told(origin: Origin, { fields }: Point): string {
  return `${origin.what} at ${fields.timestamp ?? fields.lsn}`;
}

/** A branch at a random point of an origin, checked. Kept as an origin of its own, or deleted. */
async function takeBranch(t: Test, origin: Origin, keptAs?: string): Promise<void> {
  const point = await choosePoint(origin);
  const asked = { parent_timestamp: point.fields.timestamp, parent_lsn: point.fields.lsn };
  const branch = await neon.branch({ parent_id: origin.id, ...asked });
  if (point.fields.timestamp !== undefined) t.equal(branch.parent_timestamp, point.fields.timestamp);
  if (point.fields.lsn !== undefined) t.equal(branch.parent_lsn, point.fields.lsn);
  const uri = await neon.uri(branch.id);
  const rows = await expectRows(t, uri, point.possible, told(origin, point));
  if (keptAs === undefined) await neon.change('DELETE', `branches/${branch.id}`);
  else await adopt(keptAs, branch.id, uri, rows, branch.created_at);
}

/** Makes a branch an origin, and begins to write to it. */
async function adopt(what: string, id: string, uri: string, began: number[], since: string): Promise<Origin> {
  const { lsn } = await withConnection(uri, readMoment);
  const origin: Origin = {
    what,
    id,
    uri,
    history: new History(began),
    start: { micros: microsOf(since), lsn },
    writers: undefined,
  };
  origin.writers = startWriters(uri, origin.history, random);
  origins.push(origin);
  return origin;
}

async function stopWriting(origin: Origin): Promise<void> {
  await origin.writers?.stop();
  origin.writers = undefined;
}

/** Only so many are written to at a time. */
async function calm(): Promise<void> {
  const busy = origins.filter(({ writers }) => writers !== undefined);
  for (const origin of busy.slice(0, Math.max(0, busy.length - 2))) await stopWriting(origin);
}

async function restoreInPlace(t: Test, origin: Origin, name: string): Promise<void> {
  const point = await choosePoint(origin);
  await stopWriting(origin);
  if (origin.uri === undefined) throw new Error('It has no compute.');
  const body = {
    source_branch_id: origin.id,
    source_timestamp: point.fields.timestamp,
    source_lsn: point.fields.lsn,
    preserve_under_name: name,
  };
  const { branch } = (await neon.change('POST', `branches/${origin.id}/restore`, body)).body;
  const rows = await expectRows(t, origin.uri, point.possible, `restored in place: ${told(origin, point)}`);
  origins.splice(origins.indexOf(origin), 1);
  const [preserved] = (await neon.call('GET', `branches?search=${name}`)).body.branches;
  if (preserved === undefined) throw new Error('Nothing was preserved.');
  const lastWritten = origin.history.transactions.findLast(({ by }) => by !== undefined)?.by ?? origin.start;
  const start = { micros: microsOf(preserved.created_at), lsn: lastWritten.lsn };
  origins.push({
    ...origin,
    what: `preserved ${origin.what.replace(/^restored /, '')}`,
    id: preserved.id,
    uri: undefined,
    start,
    writers: undefined,
  });
  await adopt(
    `restored ${origin.what.replace(/^restored /, '')}`,
    origin.id,
    origin.uri,
    rows,
    branch.last_reset_at ?? '',
  );
}

async function restoreSnapshot(t: Test, origin: Origin, keep: boolean): Promise<void> {
  const point = await choosePoint(origin);
  const query = new URLSearchParams(point.fields).toString();
  const { snapshot } = (await neon.change('POST', `branches/${origin.id}/snapshot?${query}`)).body;
  await sleep(random() * 300);
  const restored = await neon.change('POST', `snapshots/${snapshot.id}/restore`, { target_branch_id: origin.id });
  const { branch } = restored.body;
  const uri = await neon.uri(branch.id);
  const rows = await expectRows(t, uri, point.possible, `from a snapshot: ${told(origin, point)}`);
  await neon.change('DELETE', `snapshots/${snapshot.id}`);
  if (keep)
    await adopt(`snapshot of ${origin.what.replace(/^snapshot of /, '')}`, branch.id, uri, rows, branch.created_at);
  else await neon.change('DELETE', `branches/${branch.id}`);
}

async function expectRefused(t: Test, origin: Origin, fields: Record<string, string>, told: string): Promise<void> {
  const { status } = await neon.call('POST', 'branches', { branch: { parent_id: origin.id, ...fields } });
  t.equal(status, 422, `${told} is refused`);
}

t.test(
  'to the very microsecond and byte of a commit, it is part of the branch, and just before it is not',
  async (t) => {
    const { dir, emulator } = neon;
    const { adminPassword }: State = JSON.parse(await readFile(join(dir, 'state.json'), 'utf8'));
    const admin = new URL(emulator.connectionUri);
    Object.assign(admin, { username: adminRole, password: adminPassword });
    await withConnection(emulator.connectionUri, (client) => client.query('create table exact (n integer)'));
    const commit = await withConnection(admin.href, async (client) => {
      await client.query(`set timezone to 'UTC'; create extension pg_walinspect`);
      const { lsn } = await readMoment(client);
      const { rows } = await client.query('insert into exact values (1) returning pg_current_xact_id()::xid as xid');
      await client.query('insert into exact values (2)');
      const { rows: records } = await client.query<{ start: string; end: string; text: string }>(
        `select start_lsn as start, end_lsn as end, description as text
       from pg_get_wal_records_info($1, pg_current_wal_flush_lsn()) where record_type = 'COMMIT' and xid = $2`,
        [lsnText(lsn), rows[0]?.xid],
      );
      const [record] = records;
      const [, day, time, fraction = ''] = /(\S+) ([\d:]+)(?:\.(\d+))?\+00/.exec(record?.text ?? '') ?? [];
      if (record === undefined || day === undefined) throw new Error('The commit is not in the WAL.');
      return { ...record, micros: microsOf(`${day}T${time}.${fraction.padEnd(6, '0')}Z`) };
    });
    const cases: [Record<string, string>, string][] = [
      [{ parent_timestamp: instantOf(commit.micros) }, '1'],
      [{ parent_timestamp: instantOf(commit.micros - 1) }, '0'],
      [{ parent_lsn: commit.end }, '1'],
      [{ parent_lsn: commit.start }, '0'],
    ];
    for (const [fields, count] of cases) {
      const branch = await neon.branch(fields);
      t.equal(await sql(await neon.uri(branch.id), 'select count(*) from exact'), count, JSON.stringify(fields));
      await neon.change('DELETE', `branches/${branch.id}`);
    }
  },
);

t.test('branches at random points hold exactly the rows that were committed by then', { timeout: 0 }, async (t) => {
  const { branchId, connectionUri } = neon.emulator;
  const { created_at } = (await neon.call('GET', `branches/${branchId}`)).body.branch;
  await withConnection(connectionUri, (client) =>
    client.query('create table numbered (n integer primary key, text text not null)'),
  );
  const root = await adopt('root', branchId, connectionUri, [], created_at);
  const rootStart = { ...root.start, micros: microsOf(new Date().toISOString()) };
  origins.splice(0, 1, { ...root, start: rootStart });
  await sleep(300);
  for (let round = 0; checked < points; round += 1) {
    const [main] = origins;
    if (main === undefined) throw new Error('There is no root.');
    const roots = origins.filter(({ what }) => !what.startsWith('child'));
    const newest = pick(origins.slice(-3));
    await takeBranch(t, pick(origins));
    if (round % 4 === 0) await takeBranch(t, newest, `child of ${newest.what}`);
    if (round % 6 === 1) await restoreSnapshot(t, pick(roots.filter(({ uri }) => uri !== undefined)), round % 12 === 1);
    if (round % 8 === 2) await restoreInPlace(t, restorable(roots), `undo-${round}`);
    if (round % 8 === 3 && newest.uri !== undefined) await writeMuch(newest.uri, round % 16 === 3 ? 40 : 5);
    await calm();
    await makeRoom();
  }
  const young = origins.findLast(({ what }) => what.startsWith('child'));
  if (young !== undefined) {
    await expectRefused(
      t,
      young,
      { parent_timestamp: instantOf(young.start.micros - 1000) },
      'an instant before its creation',
    );
    await expectRefused(t, young, { parent_lsn: lsnText(lsnOf('0/1')) }, 'an LSN before its creation');
  }
  const preserved = origins.find(({ what }) => what.startsWith('preserved'));
  const early = preserved?.history.transactions[0];
  if (preserved !== undefined && early !== undefined)
    await expectRefused(
      t,
      preserved,
      { parent_lsn: lsnText(early.after.lsn) },
      'an LSN before a preserved branch was made',
    );
  for (const origin of origins) await stopWriting(origin);
  t.comment(`${checked} points of ${origins.length} branches: ${origins.map(({ what }) => what).join(', ')}`);
});

t.end();

/** A root that is not one restored from a snapshot within the day. */
function restorable(roots: readonly Origin[]): Origin {
  return pick(roots.filter(({ what, uri }) => !what.includes('snapshot') && uri !== undefined));
}

/** Few roots are allowed, and each running branch takes memory. */
async function makeRoom(): Promise<void> {
  for (let index = origins.length - 1; origins.length > 12 && index > 1; index -= 1) {
    const origin = origins[index - 1];
    const { branches } = (await neon.call('GET', 'branches?limit=1000')).body;
    if (
      origin === undefined ||
      branches.some(({ id, parent_id, default: is }) => parent_id === origin.id || (is && id === origin.id))
    )
      continue;
    await stopWriting(origin);
    await neon.change('DELETE', `branches/${origin.id}`);
    origins.splice(index - 1, 1);
  }
}
