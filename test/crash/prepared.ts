// Makes, once, the data directory that every crash in local mode begins with a copy of: a branch that holds a row of a moment, a
// snapshot of it at that moment, and a row of later.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import type { BranchView, ProjectView, SnapshotView } from '../../src/domain/index.ts';
import { makeTemporaryDir } from '../harness/files.ts';
import { Client, embeddedNeon, readLocal, rowsOf, until } from '../process/client.ts';
import { startProcess } from '../process/running.ts';

export interface Prepared {
  readonly folder: string;
  readonly dataDir: string;
  readonly branchId: string;
  /** A moment at which the branch held what `wordsThen` says. */
  readonly at: string;
  readonly snapshotId: string;
  /** In Neon. */
  readonly branchNames: readonly string[];
}

export const wordsThen = ['then'];
export const wordsNow = ['then', 'now'];

export async function prepare(t: Test): Promise<Prepared> {
  const folder = await makeTemporaryDir(t);
  const dataDir = join(folder, 'prepared');
  const service = startProcess(t, { dataDir });
  const address = await service.ready();
  const { apiKey, sampleUri } = readLocal(dataDir);
  const client = new Client(address, apiKey);

  await rowsOf(sampleUri, `create table moments (word text)`);
  await rowsOf(sampleUri, `insert into moments values ('then')`);
  const [project] = await client.list<ProjectView>('/v1/projects');
  const [branch] = await client.list<BranchView>(`/v1/projects/${project?.id ?? ''}/branches`);
  if (!branch) throw new Error('The sample project has no branch.');
  const snapshotId = await takeSnapshot(client, branch.id);

  await sleep(50);
  const at = new Date().toISOString();
  await sleep(50);
  await rowsOf(sampleUri, `insert into moments values ('now')`);
  const branchNames = await listBranchNames(embeddedNeon(dataDir));
  const { code } = await service.end('SIGINT');
  if (code !== 0) throw new Error(`The prepared service ended with ${code}: ${service.err()}`);
  return { folder, dataDir, branchId: branch.id, at, snapshotId, branchNames };
}

/** A copy that shares blocks with the original where the file system can. */
export async function copyPrepared(prepared: Prepared, name: string): Promise<string> {
  const copy = join(prepared.folder, name);
  const reflink = process.platform === 'linux' ? ['--reflink=auto'] : ['-c'];
  await promisify(execFile)('cp', ['-a', ...reflink, prepared.dataDir, copy]);
  return copy;
}

interface NeonBranches {
  readonly branches: readonly { readonly id: string; readonly name: string }[];
}

export async function listBranchNames(neon: Client): Promise<string[]> {
  const { branches } = await neon.ask<NeonBranches>('GET', '/branches');
  return branches.map((branch) => branch.name).sort();
}

/** The words of a branch, through an endpoint that is made where there is none. */
export async function wordsOfBranch(neon: Client, neonBranchId: string): Promise<string[]> {
  await neon.call('POST', '/endpoints', { endpoint: { branch_id: neonBranchId, type: 'read_write' } });
  const asked = `branch_id=${neonBranchId}&database_name=neondb&role_name=neondb_owner`;
  const { uri } = await neon.ask<{ uri: string }>('GET', `/connection_uri?${asked}`);
  return wordsAt(uri);
}

export async function wordsAt(uri: string): Promise<string[]> {
  const rows = await rowsOf<{ word: string }>(uri, 'select word from moments order by word desc');
  return rows.map(({ word }) => word);
}

async function takeSnapshot(client: Client, branchId: string): Promise<string> {
  const { id } = await client.ask<SnapshotView>('POST', '/v1/snapshots', { branchId });
  await until(
    () => client.ask<SnapshotView>('GET', `/v1/snapshots/${id}`),
    ({ status }) => status === 'available',
  );
  return id;
}
