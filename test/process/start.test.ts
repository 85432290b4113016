// The service as a newcomer meets it: what the first start says, what the next one finds again, and that it leaves nothing.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { ProjectView, SnapshotView } from '../../src/domain/index.ts';
import { makeTemporaryDir } from '../harness/files.ts';
import { Client, readLocal, rowsOf, until } from './client.ts';
import { type Running, startProcess, untilNothingRuns } from './running.ts';

t.setTimeout(120_000);

t.test('one data directory, from start to start', async (t) => {
  const dataDir = join(await makeTemporaryDir(t), 'data');
  let found: {
    apiKey: string;
    sampleUri: string;
    projects: readonly ProjectView[];
    snapshots: readonly SnapshotView[];
  };

  await t.test('the first start says where everything is, and keeps the key for its owner alone', async (t) => {
    const service = startProcess(t, { dataDir });
    const address = await service.ready();
    const { apiKey, sampleUri, neonApiUrl } = readLocal(dataDir);
    const block = service.out();
    t.match(block, new RegExp(`address +${address}\n`));
    t.match(block, new RegExp(`docs +${address}/docs\n`));
    t.match(block, new RegExp(`API key +${apiKey}\n`));
    t.match(block, `Neon API   ${neonApiUrl}\n`);
    t.match(block, `psql '${sampleUri}'`);
    t.match(block, /database +.*embedded default/);
    t.match(block, /queue +.*embedded default/);
    t.match(block, /Neon +.*embedded default/);
    t.equal(readFileSync(join(dataDir, 'api-key'), 'utf8').trim(), apiKey, 'the file holds the key');
    t.equal(statSync(join(dataDir, 'api-key')).mode & 0o777, 0o600);
    t.equal((await fetch(`${address}/docs`)).status, 200, 'the docs are there');
    const [row] = await rowsOf<{ count: string }>(sampleUri, 'select count(*) from orders');
    t.equal(Number(row?.count), 3_000, 'the sample branch holds rows');

    const client = new Client(address, apiKey);
    const projects = await client.list<ProjectView>('/v1/projects');
    t.equal(projects.length, 1, 'the sample project is registered');
    await takeSnapshot(client, projects[0]?.id ?? '');
    found = { apiKey, sampleUri, projects, snapshots: await client.list<SnapshotView>('/v1/snapshots') };
    await endWell(t, service, 'SIGINT', dataDir);
  });

  await t.test('the second start finds the same; kill -9 leaves no process', async (t) => {
    const service = startProcess(t, { dataDir });
    const address = await service.ready();
    t.comment(`ready after ${Date.now() - service.startedAt} ms on the second start`);
    await checkSame(t, address, dataDir, found);
    t.equal((await service.end('SIGKILL')).signal, 'SIGKILL');
    t.strictSame(await untilNothingRuns(dataDir), [], 'Postgres and the emulator ended with it');
  });

  await t.test('the start after a kill -9 finds the same; SIGTERM ends it well', async (t) => {
    const service = startProcess(t, { dataDir });
    await checkSame(t, await service.ready(), dataDir, found);
    await endWell(t, service, 'SIGTERM', dataDir);
  });

  const presets = ['preset-key-number-one', 'preset-key-number-two'];
  for (const [index, preset] of presets.entries()) {
    await t.test(
      `AFTERGLOW_API_KEY presets the key for the ${index + 1}. time: the former one is refused`,
      async (t) => {
        const service = startProcess(t, { dataDir, settings: { AFTERGLOW_API_KEY: preset } });
        const address = await service.ready();
        t.match(service.out(), new RegExp(`API key +${preset}\n`));
        const former = presets[index - 1] ?? found.apiKey;
        t.equal((await new Client(address, preset).call('GET', '/v1/projects')).status, 200);
        t.match(await new Client(address, former).call('GET', '/v1/projects'), {
          status: 401,
          body: { code: 'unauthenticated' },
        });
        await endWell(t, service, 'SIGTERM', dataDir);
      },
    );
  }

  await t.test('without the preset key, the one in the data directory works again', async (t) => {
    const service = startProcess(t, { dataDir });
    await checkSame(t, await service.ready(), dataDir, found);
    await endWell(t, service, 'SIGINT', dataDir);
  });
});

async function takeSnapshot(client: Client, projectId: string): Promise<void> {
  const [branch] = await client.list<{ id: string }>(`/v1/projects/${projectId}/branches`);
  const { id } = await client.ask<SnapshotView>('POST', '/v1/snapshots', { branchId: branch?.id });
  await until(
    () => client.ask<SnapshotView>('GET', `/v1/snapshots/${id}`),
    ({ status }) => status === 'available',
  );
}

async function checkSame(
  t: Test,
  address: string,
  dataDir: string,
  found: { apiKey: string; sampleUri: string; projects: readonly ProjectView[]; snapshots: readonly SnapshotView[] },
): Promise<void> {
  const { apiKey, sampleUri } = readLocal(dataDir);
  t.equal(apiKey, found.apiKey, 'the same key');
  t.equal(sampleUri, found.sampleUri, 'the same sample branch at the same address');
  const client = new Client(address, apiKey);
  const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);
  t.strictSame(ids(await client.list('/v1/projects')), ids(found.projects), 'the same project');
  t.strictSame(ids(await client.list('/v1/snapshots')), ids(found.snapshots), 'the same snapshots');
}

async function endWell(t: Test, service: Running, signal: NodeJS.Signals, dataDir: string): Promise<void> {
  t.strictSame(await service.end(signal), { code: 0, signal: null }, `${signal} ends it well`);
  t.equal(service.err(), '', 'it has logged no fault');
  t.strictSame(await untilNothingRuns(dataDir), [], 'no process is left');
}
