import { chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { LocalPostgresError, startPostgres, type PostgresFailure } from '../../src/local/postgres/index.ts';
import { listenNear } from '../../src/local/postgres/ports.ts';
import { removeDir, sql, temporaryDir } from './neon.ts';
import { eventually, isAlive, killAfter, processesOn, startVictim } from './processes.ts';

const root = await temporaryDir();
t.after(() => removeDir(root));

async function failureOf(start: Promise<unknown>): Promise<{ code: PostgresFailure | undefined; message: string }> {
  try {
    await start;
  } catch (error) {
    if (error instanceof LocalPostgresError) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: undefined, message: 'it started' };
}

function isOneSentence(message: string): boolean {
  return /^[A-Z].*\.$/.test(message) && !message.includes('\n');
}

t.test('an absent directory becomes a cluster in UTF8 and locale C that wants a password', async (t) => {
  const server = await startPostgres({ dataDir: join(root, 'fresh', 'data'), durable: true, password: 'p@ss/w:rd' });
  t.teardown(() => server.stop());
  t.equal(await sql(server.uri(), 'show server_encoding'), 'UTF8');
  t.equal(await sql(server.uri(), 'select datcollate from pg_database limit 1'), 'C');
  t.equal(await sql(server.uri(), 'show fsync'), 'on');
  t.equal(await sql(server.uri(), 'show listen_addresses'), '127.0.0.1');
  t.match(await sql(server.uri(), 'select rolpassword from pg_authid where rolname = current_user'), /^SCRAM-SHA-256/);
  await t.rejects(sql(server.uri().replace(/:[^:@]*@/, ':wrong@'), 'select 1'), { code: '28P01' });
});

t.test('a stopped server finds its rows and its port again when started a second time', async (t) => {
  const dataDir = join(root, 'again');
  const first = await startPostgres({ dataDir, durable: false });
  await sql(first.uri(), 'create table kept as select 7 as number');
  await Promise.all([first.stop(), first.stop()]);
  t.notOk(isAlive(first.pid));
  const second = await startPostgres({ dataDir, durable: false, port: first.port, settings: { work_mem: '1MB' } });
  t.teardown(() => second.stop());
  t.equal(second.port, first.port);
  t.equal(await sql(second.uri(), 'select number from kept'), '7');
  t.equal(await sql(second.uri(), 'show work_mem'), '1MB');
});

t.test('a second start on a directory in use is refused and leaves the first one running', async (t) => {
  const dataDir = join(root, 'twice');
  const server = await startPostgres({ dataDir, durable: false });
  t.teardown(() => server.stop());
  const { code, message } = await failureOf(startPostgres({ dataDir, durable: false }));
  t.equal(code, 'already_running');
  t.ok(isOneSentence(message), message);
  t.equal(await sql(server.uri(), 'select 1'), '1');
});

t.test('a lock file of a dead server whose pid another process now has does not prevent a start', async (t) => {
  const dataDir = join(root, 'stale');
  const first = await startPostgres({ dataDir, durable: false });
  await first.stop();
  await writeFile(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n1\n5432\n\n127.0.0.1\n\nready   \n`);
  const second = await startPostgres({ dataDir, durable: false });
  t.teardown(() => second.stop());
  t.equal(await sql(second.uri(), 'select 1'), '1');
});

t.test('a directory that is no cluster, or a damaged one, is refused and not touched', async (t) => {
  const foreign = join(root, 'foreign');
  await mkdir(foreign);
  await writeFile(join(foreign, 'novel.txt'), 'once upon a time');
  const other = await failureOf(startPostgres({ dataDir: foreign, durable: false }));
  t.equal(other.code, 'data_corrupt');
  t.ok(isOneSentence(other.message), other.message);

  const dataDir = join(root, 'damaged');
  const server = await startPostgres({ dataDir, durable: false });
  await server.stop();
  await rm(join(dataDir, 'global', 'pg_control'));
  const damaged = await failureOf(startPostgres({ dataDir, durable: false }));
  t.equal(damaged.code, 'data_corrupt');
  t.ok(isOneSentence(damaged.message), damaged.message);
  await writeFile(join(dataDir, 'PG_VERSION'), '12\n');
  t.match(await failureOf(startPostgres({ dataDir, durable: false })), {
    code: 'data_corrupt',
    message: /by Postgres 12/,
  });
});

t.test('a directory of another user is refused in one sentence', async (t) => {
  let dataDir = '/usr';
  if (process.getuid?.() === 0) {
    dataDir = join(root, 'others');
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'PG_VERSION'), '17\n');
    await chown(dataDir, 12_345, 12_345);
  }
  const { code, message } = await failureOf(startPostgres({ dataDir, durable: false }));
  t.equal(code, 'wrong_owner');
  t.ok(isOneSentence(message), message);
});

t.test('a fixed port that is taken is refused in one sentence', async (t) => {
  const taken = createServer();
  const port = await listenNear(taken, undefined);
  t.teardown(() => taken.close());
  const { code, message } = await failureOf(startPostgres({ dataDir: join(root, 'port'), durable: false, port }));
  t.equal(code, 'port_in_use');
  t.match(message, String(port));
});

t.test(
  'kill -9 of the starting process leaves no Postgres behind, and the rows are there at the next start',
  async (t) => {
    const dataDir = join(root, 'killed');
    const victim = await startVictim('postgres', dataDir);
    const { pid, uri }: { pid: number; uri: string } = JSON.parse(victim.line);
    await sql(uri, 'create table kept as select 7 as number');
    t.ok(isAlive(pid));
    await victim.kill();
    const server = await startPostgres({ dataDir, durable: false });
    t.teardown(() => server.stop());
    t.notOk(isAlive(pid));
    t.equal(await sql(server.uri(), 'select number from kept'), '7');
  },
);

t.test(
  'kill -9 while the cluster is being made leaves nothing half-made in its place, and the next start succeeds',
  async (t) => {
    const dataDir = join(root, 'half');
    await killAfter('postgres', dataDir, 350);
    t.ok(await eventually(() => processesOn(dataDir).length === 0));
    const server = await startPostgres({ dataDir, durable: false });
    t.teardown(() => server.stop());
    t.equal(await sql(server.uri(), 'select 1'), '1');
    t.strictSame(
      (await readdir(root)).filter((name) => name.startsWith('.half')),
      [],
    );
  },
);
