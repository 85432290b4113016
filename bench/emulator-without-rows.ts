// `npm run bench:emulator -- --without-rows`: how many calls a second the emulator answers on one core where branches hold no
// rows, with 1,000 projects of 20 snapshots each, and what memory it takes (PSS, its Postgres apart). The emulator is a process of
// its own; calls come over 32 connections of this one. Never a timed test; the goal is at least 1,500 calls a second.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../src/local/neon-emulator/index.ts';

const projectCount = 1000;
const snapshotsEach = 20;
const connections = 32;
const secondsEach = 10;

interface Served {
  readonly baseUrl: string;
  readonly apiKey: string;
}

interface Project {
  readonly id: string;
  readonly branchId: string;
}

/** The emulator of the child process; it ends with the parent's connection. */
async function serve(dataDir: string): Promise<void> {
  const options = { dataDir, rows: 'none', empty: true, rateLimited: false } as const;
  const { baseUrl, apiKey, close } = await startEmulator(options);
  process.on('message', () => process.send?.(process.cpuUsage()));
  process.once('disconnect', () => void close().then(() => process.exit()));
  process.send?.({ baseUrl, apiKey } satisfies Served);
}

const agent = new http.Agent({ keepAlive: true, maxSockets: connections });

function call({ baseUrl, apiKey }: Served, method: string, to: string, body?: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${apiKey}` };
    const request = http.request(`${baseUrl}${to}`, { agent, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if ((response.statusCode ?? 500) >= 300) reject(new Error(`${method} ${to}: ${response.statusCode} ${text}`));
        else resolve(JSON.parse(text));
      });
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Each of the connections takes the next piece of work until there is none or the time is over. Answers with what was done. */
async function inParallel(work: (index: number) => Promise<number>, countMax: number, msMax = Infinity) {
  const began = performance.now();
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < countMax && performance.now() - began < msMax) {
      next += 1;
      const count = await work(next - 1);
      done += count;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return { done, seconds: (performance.now() - began) / 1000 };
}

/** What a caller does for one snapshot, and its removal: 6 calls. */
async function snapshotRound(served: Served, { id, branchId }: Project): Promise<number> {
  const { snapshot } = (await call(served, 'POST', `/projects/${id}/branches/${branchId}/snapshot`)) as {
    snapshot: { id: string };
  };
  await call(served, 'GET', `/projects/${id}/operations?limit=100`);
  await call(served, 'GET', `/projects/${id}/snapshots`);
  await call(served, 'GET', `/projects/${id}/branches/${branchId}`);
  await call(served, 'GET', `/projects/${id}/connection_uri?database_name=neondb&role_name=neondb_owner`);
  await call(served, 'DELETE', `/projects/${id}/snapshots/${snapshot.id}`);
  return 6;
}

/** In MB, with the part of the pages that it shares; of its child processes together, too. */
async function memoryOf(pid: number): Promise<{ own: number; children: number }> {
  const pssOf = async (of: number) => {
    const text = await readFile(`/proc/${of}/smaps_rollup`, 'utf8').catch(() => '');
    return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
  };
  const childrenOf = async (of: number): Promise<number[]> => {
    const text = await readFile(`/proc/${of}/task/${of}/children`, 'utf8').catch(() => '');
    const direct = text.split(' ').filter(Boolean).map(Number);
    return [...direct, ...(await Promise.all(direct.map(childrenOf))).flat()];
  };
  const children = await Promise.all((await childrenOf(pid)).map(pssOf));
  return { own: await pssOf(pid), children: children.reduce((sum, each) => sum + each, 0) };
}

/** Seconds of processor time that the child has used so far. */
async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage];
  return (user + system) / 1e6;
}

/** Says how many calls a second, of the clock and of the emulator's own processor time. */
async function report(child: ChildProcess, what: string, work: () => Promise<{ done: number; seconds: number }>) {
  const before = await cpuOf(child);
  const { done, seconds } = await work();
  const cpuSeconds = (await cpuOf(child)) - before;
  const figures = [done.toFixed(0), seconds.toFixed(1), (done / seconds).toFixed(0), (done / cpuSeconds).toFixed(0)];
  const [calls = '', time = '', rate = '', perCpu = ''] = figures.map((figure) => figure.padStart(6));
  console.log(`  ${what.padEnd(26)} ${calls} calls in ${time} s: ${rate} /s, ${perCpu} per second of one core`);
}

async function measure(child: ChildProcess, served: Served): Promise<void> {
  const projects: Project[] = [];
  const make = async () => {
    const made = (await call(served, 'POST', '/projects', { project: {} })) as {
      project: { id: string };
      branch: { id: string };
    };
    projects.push({ id: made.project.id, branchId: made.branch.id });
    return 1;
  };
  const snap = async (index: number) => {
    const { id, branchId } = projects[index % projectCount] ?? { id: '', branchId: '' };
    await call(served, 'POST', `/projects/${id}/branches/${branchId}/snapshot`);
    return 1;
  };
  await report(child, 'new projects', () => inParallel(make, projectCount));
  await report(child, 'snapshots', () => inParallel(snap, projectCount * snapshotsEach));
  const round = (index: number) => snapshotRound(served, projects[index % projectCount] ?? { id: '', branchId: '' });
  await report(child, 'a snapshot and its removal', () => inParallel(round, Infinity, secondsEach * 1000));
  const before = await cpuOf(child);
  await sleep(secondsEach * 1000);
  const idleShare = ((await cpuOf(child)) - before) / secondsEach;
  console.log(`  idle                       ${(idleShare * 100).toFixed(1)} % of one core`);
  const { own, children } = await memoryOf(child.pid ?? 0);
  console.log(`  memory (PSS)               ${own.toFixed(0)} MB, its Postgres ${children.toFixed(0)} MB`);
}

export async function measureWithoutRows(): Promise<void> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'afterglow-bench-'));
  const child = fork(fileURLToPath(import.meta.url), [dataDir]);
  const ended = once(child, 'exit');
  try {
    const [served] = (await once(child, 'message')) as [Served];
    console.log(`the Neon emulator without rows, ${projectCount} projects of ${snapshotsEach} snapshots`);
    await measure(child, served);
  } finally {
    agent.destroy();
    child.disconnect();
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  }
}

// As the child process.
if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(process.argv[2] ?? '');
