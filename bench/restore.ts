// `npm run bench:restore`: what Afterglow adds to a restore. Side by side in one run, round by round: the same calls made
// straight to the emulator, and a restore through the REST API from POST to `succeeded`. Prints medians, their difference and
// ratio; the goal is a difference of at most 750 ms. Never a timed test.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectNeon } from '../src/neon/client.ts';
import type { NeonApi } from '../src/neon/api.ts';
import { probeTarget } from '../src/neon/probe.ts';
import {
  type BranchView,
  connectApi,
  type Items,
  type ProjectView,
  type RestoreView,
  waitFor,
} from '../scripts/demo/api.ts';

const rounds = 20;
/** How often the straight script looks at its operations: as often as Neon lets an account ask, which is 40 times a second. */
const straightPollMs = 30;

interface Addresses {
  readonly address: string;
  readonly apiKey: string;
  readonly neonApiUrl: string;
}

async function straight(neon: NeonApi, projectId: string, parentId: string, at: Date, name: string): Promise<string> {
  await neon.listBranches(projectId);
  const { branch, operationIds } = await neon.createBranch(projectId, {
    name,
    parentId,
    point: { at },
    withCompute: true,
  });
  const unended = async (): Promise<boolean> =>
    (await neon.listOperations(projectId)).some((one) => operationIds.includes(one.id) && one.status !== 'finished');
  while (await unended()) await sleep(straightPollMs);
  await neon.listBranches(projectId);
  const [database] = await neon.listDatabases(projectId, branch.id);
  if (!database) throw new Error('The branch has no database.');
  await probeTarget(
    await neon.getConnectionUri(projectId, {
      branchId: branch.id,
      databaseName: database.name,
      roleName: database.owner,
      pooled: false,
    }),
  );
  return branch.id;
}

async function run({ address, apiKey, neonApiUrl }: Addresses, neonApiKey: string): Promise<void> {
  const api = connectApi(address, apiKey);
  const neon = connectNeon({ baseUrl: neonApiUrl, timeoutMs: 30_000 })(neonApiKey);
  const project = (await api.get<Items<ProjectView>>('/v1/projects')).items[0];
  const branch = (await api.get<Items<BranchView>>(`/v1/projects/${project?.id ?? ''}/branches`)).items.find(
    (one) => one.isDefault,
  );
  if (!project || !branch) throw new Error('The sample project is missing.');
  await sleep(500);
  const at = new Date(Date.now() - 100);
  const straightMs: number[] = [];
  const throughMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    let began = performance.now();
    const made = await straight(neon, project.neonProjectId, branch.neonBranchId, at, `bench-${round}`);
    straightMs.push(performance.now() - began);
    await remove(neon, project.neonProjectId, made);

    began = performance.now();
    const { id } = await api.send<RestoreView>('POST', '/v1/restores', {
      source: { branchId: branch.id, at: at.toISOString() },
      target: { kind: 'new_branch' },
    });
    const restored = await waitFor<RestoreView>(
      api,
      `/v1/restores/${id}`,
      (seen) => seen.endedAt !== null,
      () => undefined,
    );
    if (restored.status !== 'succeeded') throw new Error(`A restore ended as ${restored.status}.`);
    throughMs.push(Date.parse(restored.endedAt ?? '') - Date.parse(restored.createdAt));
    await remove(neon, project.neonProjectId, restored.target.neonBranchId ?? '');
  }
  const [a, b] = [median(straightMs), median(throughMs)];
  console.log(`restore to a new branch, median of ${rounds}, ${os.cpus().length} cores`);
  console.log(`  straight to the emulator  ${a.toFixed(0)} ms`);
  console.log(`  through Afterglow         ${b.toFixed(0)} ms, from POST to succeeded`);
  console.log(`  difference                ${(b - a).toFixed(0)} ms (goal: at most 750 ms)`);
  console.log(`  ratio                     ${(b / a).toFixed(2)}`);
}

async function remove(neon: NeonApi, projectId: string, branchId: string): Promise<void> {
  await neon.deleteBranch(projectId, branchId);
  while ((await neon.listOperations(projectId)).some((one) => one.status !== 'finished')) await sleep(straightPollMs);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'afterglow-bench-'));
const service = spawn(process.execPath, [fileURLToPath(new URL('../src/main.ts', import.meta.url))], {
  env: { ...process.env, AFTERGLOW_DATA_DIR: dataDir, PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = once(service, 'exit');
try {
  await Promise.race([once(service.stdout, 'data'), ended]);
  const addresses = JSON.parse(await readFile(path.join(dataDir, 'local.json'), 'utf8')) as Addresses & {
    neonApiKey: string;
  };
  await run(addresses, addresses.neonApiKey);
} finally {
  service.kill('SIGTERM');
  await ended;
  await rm(dataDir, { recursive: true, force: true });
}
