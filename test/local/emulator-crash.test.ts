import { readFile } from 'node:fs/promises';
import t from 'tap';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from 'node:net';
import { startEmulator, type Emulator } from '../../src/local/neon-emulator/index.ts';
import { removeDir, speakTo, sql, temporaryDir, type Neon } from './neon.ts';
import { eventually, processesOn, startVictim } from './processes.ts';

const dir = await temporaryDir();
t.after(() => removeDir(dir));

async function start(): Promise<Neon> {
  return speakTo(
    await startEmulator({
      dataDir: dir,
      sample: false,
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
    const before = [
      await first.call('GET', 'branches'),
      await first.call('GET', 'snapshots'),
      await first.call('GET', 'operations'),
    ];
    await first.emulator.close();
    t.strictSame(processesOn(dir), []);
    const second = await start();
    t.strictSame(processesOn(dir), []);
    const { close: _first, ...was } = first.emulator;
    const { close: _second, ...is } = second.emulator;
    t.strictSame(is, was);
    const after = [
      await second.call('GET', 'branches'),
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

t.test(
  'kill -9 amid a change leaves no Postgres; the next start finishes it or takes it back, and unlocks the project',
  async (t) => {
    const changes: readonly [string, (neon: Neon) => Promise<unknown>][] = [
      [
        'create',
        (neon) =>
          neon.call('POST', 'branches', {
            branch: { name: `made-${Date.now()}` },
            endpoints: [{ type: 'read_write' }],
          }),
      ],
      ['restore in place', restoreInPlace],
      ['snapshot', (neon) => neon.call('POST', `branches/${neon.emulator.branchId}/snapshot`)],
      ['restore a snapshot', restoreSnapshot],
      ['create, later', (neon) => neon.call('POST', 'branches', { branch: { name: `late-${Date.now()}` } })],
      ['restore in place, later', restoreInPlace],
      ['delete', deleteOne],
    ];
    const delays = [0, 20, 3, 60, 110, 90, 8];
    for (const [index, [name, change]] of changes.entries()) {
      const { neon, kill } = await startToKill();
      const changing = change(neon).catch(() => {});
      if (index % 2 === 0) await changing;
      await sleep(delays[index] ?? 0);
      await kill();
      t.ok(await eventually(() => processesOn(dir).length === 0), `${name}: no Postgres is left`);
      const again = await start();
      await again.settled();
      const { branches } = (await again.call('GET', 'branches?limit=1000')).body;
      t.ok(
        branches.every((branch) => branch.current_state === 'ready'),
        `${name}: no branch is half-made`,
      );
      for (const branch of branches) {
        const { endpoints } = (await again.call('GET', `branches/${branch.id}/endpoints`)).body;
        if (endpoints.length > 0)
          t.equal(await count(await again.uri(branch.id)), '10', `${name}: ${branch.name} has its rows`);
      }
      t.equal(branches.filter((branch) => branch.default).length, 1);
      t.equal(
        (await again.change('POST', 'branches', { branch: {} })).status,
        201,
        `${name}: the project is not locked`,
      );
      await again.emulator.close();
    }
  },
);

t.test('a damaged state file ends the start in one sentence', async (t) => {
  const other = await temporaryDir();
  t.teardown(() => removeDir(other));
  const { writeFile } = await import('node:fs/promises');
  await writeFile(`${other}/state.json`, (await readFile(`${dir}/state.json`, 'utf8')).slice(0, 500));
  await t.rejects(startEmulator({ dataDir: other }), {
    message: /state\.json is damaged or of another version: remove its directory to begin anew\.$/,
  });
});

t.end();

async function restoreInPlace(neon: Neon): Promise<void> {
  const { branchId } = neon.emulator;
  const body = {
    source_branch_id: branchId,
    source_timestamp: new Date().toISOString(),
    preserve_under_name: `undo-${Date.now()}`,
  };
  await neon.call('POST', `branches/${branchId}/restore`, body);
}

async function restoreSnapshot(neon: Neon): Promise<void> {
  const [snapshot] = (await neon.call('GET', 'snapshots')).body.snapshots;
  await neon.call('POST', `snapshots/${snapshot?.id}/restore`, { finalize_restore: true });
}

async function deleteOne(neon: Neon): Promise<void> {
  const { branches } = (await neon.call('GET', 'branches?search=kept-branch')).body;
  await neon.call('DELETE', `branches/${branches[0]?.id}`);
}
