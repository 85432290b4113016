// `npm run bench:emulator [-- 30 500 | -- --without-rows]`: what the Neon emulator costs, at no configured latency. For a fresh project (a cluster of
// about 30 MB) and for databases of the given sizes in MB: median and p95 of each call, from its POST until no operation
// runs, and the disk that one more branch takes. With `--without-rows` see emulator-without-rows.ts. Never a timed test; the goal is at most 250 ms and 40 MB for 30 MB.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { startEmulator, type Emulator } from '../src/local/neon-emulator/index.ts';
import { measureWithoutRows } from './emulator-without-rows.ts';

/** Of the calls that copy everything, for a small database and for a large one. */
const roundsOf = (megabytes: number) => (megabytes > 100 ? 5 : 15);
/** How often a call's operations are looked at: often, so that it is not made slow. */
const pollMs = 4;
const run = promisify(execFile);

interface Answer {
  readonly branch: { readonly id: string };
  readonly snapshot: { readonly id: string };
  readonly operations: readonly { readonly status: string; readonly error?: string }[];
  readonly message?: string;
}

async function call(emulator: Emulator, method: string, to: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${emulator.baseUrl}/projects/${emulator.projectId}/${to}`, {
    method,
    headers: { authorization: `Bearer ${emulator.apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Answer;
  if (!response.ok) throw new Error(`${method} ${to}: ${response.status} ${answer.message ?? ''}`);
  return answer;
}

/** The call, and the milliseconds from its sending until no operation of the project runs. */
async function timed(emulator: Emulator, method: string, to: string, body?: unknown): Promise<[Answer, number]> {
  const began = performance.now();
  const answer = await call(emulator, method, to, body);
  for (;;) {
    const { operations } = await call(emulator, 'GET', 'operations?limit=10');
    const bad = operations.find(({ status }) => status === 'error');
    if (bad) throw new Error(`${method} ${to}: ${bad.error ?? 'an operation ended badly'}`);
    if (operations.every(({ status }) => status === 'finished')) return [answer, performance.now() - began];
    await sleep(pollMs);
  }
}

async function fill(client: pg.Client, megabytes: number): Promise<void> {
  const size = async () => {
    const { rows } = await client.query<{ size: string }>('select pg_database_size(current_database()) as size');
    return Number(rows[0]?.size ?? 0);
  };
  await client.query('create table filler (id bigint generated always as identity primary key, text text)');
  for (let left = megabytes * 1e6 - (await size()); left > 0; left = megabytes * 1e6 - (await size())) {
    const rows = Math.max(100, Math.min(100_000, Math.floor(left / 280)));
    await client.query(
      `insert into filler (text) select repeat(md5(n::text), 7) from generate_series(1, ${rows}) as n`,
    );
  }
}

async function measure(megabytes: number): Promise<void> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'afterglow-bench-'));
  const emulator = await startEmulator({ dataDir, sample: false, rateLimited: false });
  try {
    const client = new pg.Client({ connectionString: emulator.connectionUri });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('create table ticks (n integer)');
    if (megabytes > 0) await fill(client, megabytes);
    const sizes = await client.query<{ database: number; cluster: number }>(
      `select pg_database_size(current_database())::int as database,
              (select sum(pg_database_size(oid))::int from pg_database) as cluster`,
    );
    const { database = 0, cluster = 0 } = sizes.rows[0] ?? {};
    console.log(`database ${mb(database)}, cluster ${mb(cluster)}`);
    const times: Record<string, number[]> = {};
    const note = (what: string, ms: number) => (times[what] ??= []).push(ms);
    const withCompute = { endpoints: [{ type: 'read_write' }] };
    const [first, firstMs] = await timed(emulator, 'POST', 'branches', { branch: {}, ...withCompute });
    await timed(emulator, 'DELETE', `branches/${first.branch.id}`);
    console.log(`  first branch after the load    ${firstMs.toFixed(0).padStart(6)} ms`);
    await sleep(megabytes > 100 ? 5000 : 500);
    const disk: number[] = [];
    let { branchId } = emulator;
    for (let round = 0; round < roundsOf(megabytes); round += 1) {
      await client.query('insert into ticks values ($1)', [round]);
      const at = new Date(Date.now() - 20).toISOString();
      const before = await diskOf(dataDir);
      const [head, headMs] = await timed(emulator, 'POST', 'branches', { branch: {}, ...withCompute });
      note('branch at the head', headMs);
      disk.push((await diskOf(dataDir)) - before);
      await timed(emulator, 'DELETE', `branches/${head.branch.id}`);
      const [past, pastMs] = await timed(emulator, 'POST', 'branches', {
        branch: { parent_id: branchId, parent_timestamp: at },
        ...withCompute,
      });
      note('branch at an instant', pastMs);
      await timed(emulator, 'DELETE', `branches/${past.branch.id}`);
    }
    for (let round = 0; round < 5; round += 1) {
      const [{ snapshot }, snapshotMs] = await timed(emulator, 'POST', `branches/${branchId}/snapshot`);
      note('snapshot', snapshotMs);
      const [restored, restoreMs] = await timed(emulator, 'POST', `snapshots/${snapshot.id}/restore`, {
        target_branch_id: branchId,
      });
      note('restore a snapshot', restoreMs);
      const [, finaliseMs] = await timed(emulator, 'POST', `branches/${restored.branch.id}/finalize_restore`, {});
      note('finalise', finaliseMs);
      await timed(emulator, 'DELETE', `branches/${branchId}`);
      await timed(emulator, 'DELETE', `snapshots/${snapshot.id}`);
      branchId = restored.branch.id;
    }
    await client.end().catch(() => undefined);
    for (const [what, values] of Object.entries(times)) {
      const [median, p95] = [quantile(values, 0.5), quantile(values, 0.95)].map((ms) => ms.toFixed(0).padStart(6));
      console.log(`  ${what.padEnd(30)} ${median} ms median ${p95} ms p95 of ${values.length}`);
    }
    console.log(`  disk of one more branch        ${mb(quantile(disk, 0.5)).padStart(9)}`);
  } finally {
    await emulator.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** What the files take on disk; a file with several names counts once. */
async function diskOf(dir: string): Promise<number> {
  const { stdout } = await run('du', ['-sk', dir]);
  return Number.parseInt(stdout, 10) * 1024;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const words = process.argv.slice(2);
const given = words.map(Number);
console.log(`the Neon emulator at no latency, ${os.cpus().length} cores`);
if (words[0] === '--without-rows') await measureWithoutRows();
else for (const megabytes of given.length > 0 ? given : [0, 30, 500]) await measure(megabytes);
