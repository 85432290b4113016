// kill -9 of the process at each point of a restore (invariants 2, 3 and 4): the next start takes it up and ends it, once.
// A seeded tenth of the points, or all of them with AFTERGLOW_TEST_CRASH=all (`npm run test:crash`).

import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { ConnectionView, RequestRestoreInput, RestoreView } from '../../src/domain/index.ts';
import { Client, embeddedDatabase, embeddedNeon, readLocal, rowsOf, until } from '../process/client.ts';
import { startProcess, untilNothingRuns } from '../process/running.ts';
import { checkAuditChains } from './audit-chain.ts';
import { chooseTenth, type CrashCase, listCases, type RestoreKind } from './cases.ts';
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
const program = fileURLToPath(new URL('process.ts', import.meta.url));

const isWhole = process.env['AFTERGLOW_TEST_CRASH'] === 'all';
const seed = Number(process.env['AFTERGLOW_TEST_SEED'] ?? Math.floor(Math.random() * 1e6));
const all = listCases();
const cases = isWhole ? all : chooseTenth(all, seed);

t.setTimeout(isWhole ? 1_800_000 : 300_000);
t.jobs = 4;
t.comment(
  isWhole ? `all ${all.length} points` : `${cases.length} of ${all.length} points, AFTERGLOW_TEST_SEED=${seed}`,
);

const prepared = await prepare(t);
for (const [index, one] of cases.entries()) {
  const title = `killed at ${one.point} of a restore ${one.kind.name}: the next start ends it, once`;
  t.test(title, { buffered: true, timeout: 120_000 }, (t) => crash(t, prepared, one, `case-${index}`));
}

async function crash(t: Test, prepared: Prepared, { kind, point }: CrashCase, name: string): Promise<void> {
  const dataDir = await copyPrepared(prepared, name);
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

  const first = startProcess(t, {
    dataDir,
    program,
    settings: { AFTERGLOW_TEST_DIE_AT: point },
  });
  const before = new Client(await first.ready(), readLocal(dataDir).apiKey);
  // The process may die before this answer is sent.
  const posted = await before.call('POST', '/v1/restores', inputOf(prepared, kind)).catch(() => undefined);
  if (posted) t.equal(posted.status, 202, 'it is promised');
  const timer = setTimeout(() => void first.end('SIGTERM'), diedWithinMs);
  t.equal((await first.ended).signal, 'SIGKILL', `it died at the point ${point}`);
  clearTimeout(timer);
  t.equal(first.err(), '', 'and had logged no fault');
  t.strictSame(await untilNothingRuns(dataDir), [], 'kill -9 leaves no process');

  const second = startProcess(t, { dataDir });
  const client = new Client(await second.ready(), readLocal(dataDir).apiKey);
  const readyMs = Date.now() - second.startedAt;
  const restores = await client.list<RestoreView>('/v1/restores');
  t.equal(restores.length, 1, 'the restore is known');
  const restore = await until(
    () => client.ask<RestoreView>('GET', `/v1/restores/${restores[0]?.id ?? ''}`),
    ({ status }) => ['succeeded', 'failed', 'cancelled'].includes(status),
    60_000,
  );
  t.match(restore, { status: 'succeeded', error: null, warnings: [] }, 'it has succeeded');
  const tookMs = takenUpAfterMs(restore, second.startedAt);
  const lateMs = Math.max(0, readyMs - readyWithinMs);
  t.ok(
    tookMs - lateMs <= takenUpWithinMs,
    `it was taken up within 15 s of the start (after ${tookMs} ms; ready after ${readyMs} ms)`,
  );
  await checkEffect(t, prepared, { kind, restore, client, dataDir });
  await checkBooks(t, embeddedDatabase(dataDir));
  t.equal((await second.end('SIGINT')).code, 0, 'Ctrl-C ends it');
  t.equal(second.err(), '', 'and it has logged no fault');
  t.strictSame(await untilNothingRuns(dataDir), [], 'no process is left');
}

function inputOf(prepared: Prepared, { source, target }: RestoreKind): RequestRestoreInput {
  return {
    source: {
      point: { branchId: prepared.rootBranchId, at: prepared.at },
      neon_snapshot: { snapshotId: prepared.rootSnapshotId },
      branch_snapshot: { snapshotId: prepared.childSnapshotId },
    }[source],
    target: target === 'in_place' ? { kind: target, preserveAs: wished } : { kind: target, name: wished },
  };
}

/** When the first step ended that the second process took. */
function takenUpAfterMs(restore: RestoreView, startedAt: number): number {
  const ends = restore.steps.map(({ endedAt }) => Date.parse(endedAt ?? '') - startedAt);
  return Math.min(...ends.filter((after) => after >= 0));
}

interface After {
  readonly kind: RestoreKind;
  readonly restore: RestoreView;
  readonly client: Client;
  readonly dataDir: string;
}

async function checkEffect(t: Test, prepared: Prepared, { kind, restore, client, dataDir }: After): Promise<void> {
  const neon = embeddedNeon(dataDir);
  const expected = [...prepared.branchNames, wished].sort();
  t.strictSame(await listBranchNames(neon), expected, 'Neon has one branch more, by the wished name');
  const { uri } = await client.ask<ConnectionView>('POST', `/v1/restores/${restore.id}/connection`, {});
  t.strictSame(await wordsAt(uri), wordsThen, 'the target holds the rows of the moment');
  const served = await wordsAt(readLocal(dataDir).sampleUri);
  if (kind.target === 'new_branch') {
    t.equal(restore.preservedBranch, null);
    t.strictSame(served, wordsNow, 'the source is as it was');
    return;
  }
  t.match(restore.preservedBranch, { name: wished, status: 'present' }, 'the undo copy is kept');
  t.strictSame(served, wordsThen, 'the served branch holds the rows of the moment');
  const preserved = await wordsOfBranch(neon, restore.preservedBranch?.neonBranchId ?? '');
  t.strictSame(preserved, wordsNow, 'the undo copy holds what was replaced');
}

async function checkBooks(t: Test, databaseUrl: string): Promise<void> {
  const unfinished = () =>
    rowsOf<{ job: string; status: string }>(databaseUrl, `select job, status from outbox where status <> 'done'`);
  t.strictSame(await until(unfinished, (rows) => rows.length === 0, 15_000), [], 'no job is unfinished');
  const ends = await rowsOf(
    databaseUrl,
    `select action from audit_events where action like 'restore.%' order by sequence`,
  );
  const told = ends.map(({ action }) => action as string).filter((action) => action !== 'restore.connected');
  t.strictSame(told, ['restore.requested', 'restore.running', 'restore.succeeded'], 'each event is told once');
  await checkAuditChains(t, databaseUrl);
}
