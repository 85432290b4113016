// kill -9 in local mode, with real rows: one process, the embedded Postgres with the queue on it, and the emulator, all dead at once
// in the middle of a restore. The next start ends it within 15 seconds, once, and no process is left behind. Every point of every
// job is kill.test.ts's.

import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { CrashPoint } from '../../src/domain/job/points.ts';
import type { ConnectionView, RequestRestoreInput, RestoreView } from '../../src/domain/index.ts';
import { connectStore } from '../../src/store/connect.ts';
import { chainsVerify } from '../harness/world/invariants/history.ts';
import { everythingEnded } from '../harness/world/invariants/ended.ts';
import { readFacts } from '../harness/world/facts.ts';
import { nothingAsked } from '../harness/world/asked.ts';
import { Client, embeddedDatabase, embeddedNeon, readLocal, until } from '../process/client.ts';
import { startProcess, untilNothingRuns } from '../process/running.ts';
import {
  copyPrepared,
  listBranchNames,
  prepare,
  type Prepared,
  wordsAt,
  wordsNow,
  wordsOfBranch,
  wordsThen,
} from './prepared.ts';

const takenUpWithinMs = 15_000;
/** What a start takes at most on a machine at rest: what a busy one takes longer is not held against the restore. */
const readyWithinMs = 5_000;
const diedWithinMs = 60_000;
const wished = 'brought-back';
const program = fileURLToPath(new URL('local-program.ts', import.meta.url));

interface LocalCrash {
  readonly title: string;
  readonly point: CrashPoint;
  readonly isInPlace: boolean;
  input(prepared: Prepared): RequestRestoreInput;
}

const crashes: readonly LocalCrash[] = [
  {
    title: 'a restore to a new branch from an instant',
    point: 'neon.createBranch.after',
    isInPlace: false,
    input: ({ branchId, at }) => ({ source: { branchId, at }, target: { kind: 'new_branch', name: wished } }),
  },
  {
    title: 'a restore in place from a snapshot',
    point: 'neon.finalizeRestore.after',
    isInPlace: true,
    input: ({ snapshotId }) => ({ source: { snapshotId }, target: { kind: 'in_place', preserveAs: wished } }),
  },
];

t.setTimeout(300_000);
const prepared = await prepare(t);
for (const [index, one] of crashes.entries()) {
  t.test(`killed at ${one.point} of ${one.title}: the next start ends it, once`, (t) => crash(t, one, `case-${index}`));
}

async function crash(t: Test, one: LocalCrash, name: string): Promise<void> {
  const dataDir = await copyPrepared(prepared, name);
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

  const first = startProcess(t, { dataDir, program, settings: { AFTERGLOW_TEST_DIE_AT: one.point } });
  const before = new Client(await first.ready(), readLocal(dataDir).apiKey);
  t.equal((await before.call('POST', '/v1/restores', one.input(prepared))).status, 202, 'it is promised');
  const timer = setTimeout(() => void first.end('SIGTERM'), diedWithinMs);
  t.equal((await first.ended).signal, 'SIGKILL', `it died at the point ${one.point}`);
  clearTimeout(timer);
  t.equal(first.err(), '', 'and had logged no fault');
  t.strictSame(await untilNothingRuns(dataDir), [], 'kill -9 leaves no process');

  const second = startProcess(t, { dataDir });
  const client = new Client(await second.ready(), readLocal(dataDir).apiKey);
  const readyMs = Date.now() - second.startedAt;
  const restore = await untilEnded(client);
  t.match(restore, { status: 'succeeded', error: null, warnings: [] }, 'it has succeeded');
  const tookMs = takenUpAfterMs(restore, second.startedAt);
  t.ok(
    tookMs - Math.max(0, readyMs - readyWithinMs) <= takenUpWithinMs,
    `it was taken up within 15 s of the start (after ${tookMs} ms; ready after ${readyMs} ms)`,
  );
  await checkEffect(t, one, { restore, client, dataDir });
  await checkBooks(t, embeddedDatabase(dataDir));
  t.equal((await second.end('SIGINT')).code, 0, 'Ctrl-C ends it');
  t.equal(second.err(), '', 'and it has logged no fault');
  t.strictSame(await untilNothingRuns(dataDir), [], 'no process is left');
}

async function untilEnded(client: Client): Promise<RestoreView> {
  const [known] = await client.list<RestoreView>('/v1/restores');
  return until(
    () => client.ask<RestoreView>('GET', `/v1/restores/${known?.id ?? ''}`),
    ({ status }) => ['succeeded', 'failed', 'cancelled'].includes(status),
    60_000,
  );
}

/** When the first step ended that the second process took. */
function takenUpAfterMs(restore: RestoreView, startedAt: number): number {
  const ends = restore.steps.map(({ endedAt }) => Date.parse(endedAt ?? '') - startedAt);
  return Math.min(...ends.filter((after) => after >= 0));
}

interface After {
  readonly restore: RestoreView;
  readonly client: Client;
  readonly dataDir: string;
}

async function checkEffect(t: Test, { isInPlace }: LocalCrash, { restore, client, dataDir }: After): Promise<void> {
  const neon = embeddedNeon(dataDir);
  const expected = [...prepared.branchNames, wished].sort();
  t.strictSame(await listBranchNames(neon), expected, 'Neon has one branch more, by the wished name');
  const { uri } = await client.ask<ConnectionView>('POST', `/v1/restores/${restore.id}/connection`, {});
  t.strictSame(await wordsAt(uri), wordsThen, 'the target holds the rows of the moment');
  const served = await wordsAt(readLocal(dataDir).sampleUri);
  t.strictSame(served, isInPlace ? wordsThen : wordsNow, 'and the served branch what it must');
  if (!isInPlace) return;
  t.match(restore.preservedBranch, { name: wished, status: 'present' }, 'the undo copy is kept');
  const preserved = await wordsOfBranch(neon, restore.preservedBranch?.neonBranchId ?? '');
  t.strictSame(preserved, wordsNow, 'it holds what was replaced');
}

async function checkBooks(t: Test, databaseUrl: string): Promise<void> {
  const store = connectStore(databaseUrl, { connectionsMax: 2, onError: () => undefined });
  t.teardown(() => store.close());
  const noNeon = () => ({ listBranches: async () => [], listSnapshots: async () => [] });
  const facts = await until(
    () => readFacts({ db: store.db, port: noNeon }),
    (seen) => everythingEnded(seen, nothingAsked()).length === 0,
  );
  t.strictSame(chainsVerify(facts, nothingAsked()), [], 'the audit chain verifies');
  const told = facts.events.map(({ action }) => action).filter((action) => /^restore\.(?!connected)/.test(action));
  t.strictSame(told, ['restore.requested', 'restore.running', 'restore.succeeded'], 'each event is told once');
}
