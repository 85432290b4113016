import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import t from 'tap';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from 'node:net';
import { startEmulator, type Emulator } from '../../src/local/neon-emulator/index.ts';
import type { State } from '../../src/local/neon-emulator/state.ts';
import { removeDir, speakTo, sql, temporaryDir, type Answered, type Body, type Neon } from './neon.ts';
import { eventually, processesOn, startVictim } from './processes.ts';

const dir = await temporaryDir();
t.after(() => removeDir(dir));

async function start(): Promise<Neon> {
  return speakTo(
    await startEmulator({
      dataDir: dir,
      sample: false,
      rateLimited: false,
      ...(process.env['TEST_LOG'] === undefined ? {} : { log: (line: string) => process.stderr.write(`${line}\n`) }),
    }),
    dir,
  );
}

/** The same directory served by another process, for killing. */
async function startToKill(): Promise<{ neon: Neon; kill(): Promise<void> }> {
  const victim = await startVictim('emulator', dir);
  const described: Omit<Emulator, 'close'> = JSON.parse(victim.line);
  return { neon: speakTo({ ...described, close: async () => {} }, dir), kill: victim.kill };
}

const count = (uri: string) => sql(uri, 'select count(*) from kept');

t.test(
  'a second start finds the same ids, key, ports, branches, snapshots and rows, and starts no Postgres until asked',
  async (t) => {
    const first = await start();
    await sql(first.emulator.connectionUri, 'create table kept as select generate_series(1, 10) as n');
    const branch = await first.branch({ name: 'kept-branch' });
    const branchUri = await first.uri(branch.id);
    await first.change('POST', `branches/${first.emulator.branchId}/snapshot?name=kept-snapshot`);
    await t.rejects(startEmulator({ dataDir: dir }), { message: /already serves .*\.$/ });
    const sizeOf = async () => (await first.call('GET', 'snapshots')).body.snapshots[0]?.full_size;
    for (const deadline = Date.now() + 30_000; (await sizeOf()) === undefined && Date.now() < deadline; )
      await sleep(20);
    // Sizes are looked at again now and then.
    const branchesOf = async ({ call }: Neon) =>
      (await call('GET', 'branches')).body.branches.map(({ logical_size: _size, ...branch }) => branch);
    const before = [
      await branchesOf(first),
      await first.call('GET', 'snapshots'),
      await first.call('GET', 'operations'),
    ];
    await first.emulator.close();
    t.strictSame(processesOn(dir), []);
    const second = await start();
    t.strictSame(processesOn(dir), []);
    const { close: _first, control: _firstControl, ...was } = first.emulator;
    const { close: _second, control: _secondControl, ...is } = second.emulator;
    t.strictSame(is, was);
    const after = [
      await branchesOf(second),
      await second.call('GET', 'snapshots'),
      await second.call('GET', 'operations'),
    ];
    t.strictSame(after, before);
    t.equal(await count(branchUri), '10');
    t.equal(await count(is.connectionUri), '10');
    await second.emulator.close();
  },
);

t.test('where a port was taken meanwhile, that one moves and stays moved, and the others do not', async (t) => {
  const first = await start();
  const port = Number(new URL(first.emulator.connectionUri).port);
  await first.emulator.close();
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen({ host: '127.0.0.1', port }, resolve));
  const second = await start();
  t.equal(second.emulator.baseUrl, first.emulator.baseUrl);
  t.not(second.emulator.connectionUri, first.emulator.connectionUri);
  await second.emulator.close();
  await new Promise((resolve) => squatter.close(resolve));
  const third = await start();
  t.equal(third.emulator.connectionUri, second.emulator.connectionUri);
  await third.emulator.close();
});

t.test('what was answered of a compute that sleeps is still so after kill -9', async (t) => {
  const { neon, kill } = await startToKill();
  const [branch] = (await neon.call('GET', 'branches?search=kept-branch')).body.branches;
  const [endpoint] = (await neon.call('GET', `branches/${branch?.id}/endpoints`)).body.endpoints;
  const path = `endpoints/${endpoint?.id}`;
  t.match(await neon.call('PATCH', path, { endpoint: { disabled: true } }), {
    status: 200,
    body: { endpoint: { disabled: true, current_state: 'idle' } },
  });
  await kill();
  const again = await start();
  t.teardown(() => again.emulator.close());
  t.match(await again.call('GET', path), { body: { endpoint: { disabled: true } } });
  await again.change('PATCH', path, { endpoint: { disabled: false } });
});

t.test(
  'kill -9 amid a change leaves no Postgres; the next start finishes it or takes it back, and unlocks the project',
  async (t) => {
    const changes: readonly [string, Prepare][] = [
      ['create', prepareBranch('made', [{ type: 'read_write' }])],
      ['restore in place', prepareRestoreInPlace],
      ['snapshot', prepareSnapshot],
      ['create, later', prepareBranch('late', [])],
      ['restore in place, later', prepareRestoreInPlace],
      ['restore a snapshot', prepareSnapshotRestore],
      ['delete', prepareDeletion],
    ];
    const delays = [0, 20, 3, 60, 110, 90, 8];
    for (const [index, [name, prepare]] of changes.entries()) {
      const { neon, kill } = await startToKill();
      const change = await prepare(neon, index);
      const changing = change().catch(() => undefined);
      const isAwaited = index % 2 === 0;
      if (isAwaited) await changing;
      await sleep(delays[index] ?? 0);
      await kill();
      const status = (await changing)?.status;
      const isTaken = status !== undefined && status < 300;
      t.ok(isTaken || (status === undefined && !isAwaited), `${name}: ${status ?? 'killed before the answer'}`);
      t.ok(await eventually(() => processesOn(dir).length === 0), `${name}: no Postgres is left`);
      const again = await start();
      await again.settled();
      const { branches } = (await again.call('GET', 'branches?limit=1000')).body;
      t.ok(
        branches.every((branch) => branch.current_state === 'ready'),
        `${name}: no branch is half-made`,
      );
      t.equal(branches.filter((branch) => branch.default).length, 1);
      const isInPlace = prepare === prepareRestoreInPlace;
      const isRestored = isInPlace && branches.some((branch) => branch.name === `undo-${index}`);
      if (isInPlace && isTaken) t.ok(isRestored, `${name}: what was answered is there`);
      for (const branch of branches) {
        const { endpoints } = (await again.call('GET', `branches/${branch.id}/endpoints`)).body;
        const expected = branch.default && isInPlace && !isRestored ? '11' : '10';
        if (endpoints.length > 0)
          t.equal(await count(await again.uri(branch.id)), expected, `${name}: ${branch.name} has its rows`);
      }
      await sql(again.emulator.connectionUri, 'delete from kept where n = 11');
      t.equal(
        (await again.change('POST', 'branches', { branch: {} })).status,
        201,
        `${name}: the project is not locked`,
      );
      await again.emulator.close();
    }
  },
);

t.test('a cluster whose data is lost is refused, and no empty one takes its place', async (t) => {
  const first = await start();
  const branch = await first.branch({ name: 'lost' });
  const uri = await first.uri(branch.id);
  await first.emulator.close();
  const { projects }: State = JSON.parse(await readFile(`${dir}/state.json`, 'utf8'));
  const cluster = projects[0]?.branches.find(({ id }) => id === branch.id)?.clusterId;
  const data = `${dir}/clusters/${cluster}/data`;
  await rm(data, { recursive: true });
  const second = await start();
  t.teardown(() => second.emulator.close());
  await t.rejects(sql(uri, 'select 1'));
  t.notOk(existsSync(data));
  t.equal(await count(second.emulator.connectionUri), '10', 'the others are served');
});

t.test('a damaged state file ends the start in one sentence', async (t) => {
  const other = await temporaryDir();
  t.teardown(() => removeDir(other));
  const { writeFile } = await import('node:fs/promises');
  await writeFile(`${other}/state.json`, (await readFile(`${dir}/state.json`, 'utf8')).slice(0, 500));
  await t.rejects(startEmulator({ dataDir: other }), {
    message:
      /state\.json is damaged or of another version: remove its directory, as npm run reset does, to begin anew\.$/,
  });
});

t.end();

/** Does what must be done before, and answers with the call that is to be killed. */
type Prepare = (neon: Neon, index: number) => Promise<() => Promise<Answered<Body>>>;

function prepareBranch(name: string, endpoints: readonly object[]): Prepare {
  return async (neon) => () => neon.call('POST', 'branches', { branch: { name }, endpoints });
}

/** To a moment with ten rows, where there are eleven. */
async function prepareRestoreInPlace(neon: Neon, index: number) {
  const { branchId, connectionUri } = neon.emulator;
  await sleep(5);
  const at = new Date().toISOString();
  await sleep(5);
  await sql(connectionUri, 'insert into kept values (11)');
  const body = { source_branch_id: branchId, source_timestamp: at, preserve_under_name: `undo-${index}` };
  return () => neon.call('POST', `branches/${branchId}/restore`, body);
}

async function prepareSnapshot(neon: Neon) {
  return () => neon.call('POST', `branches/${neon.emulator.branchId}/snapshot`);
}

async function prepareSnapshotRestore(neon: Neon) {
  const [snapshot] = (await neon.call('GET', 'snapshots')).body.snapshots;
  return () => neon.call('POST', `snapshots/${snapshot?.id}/restore`, { finalize_restore: true });
}

async function prepareDeletion(neon: Neon) {
  const { branches } = (await neon.call('GET', 'branches?search=kept-branch')).body;
  return () => neon.call('DELETE', `branches/${branches[0]?.id}`);
}
