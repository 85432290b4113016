// Gives a test file its real Postgres and Redis: those that scripts/test.ts has started, or, when the file is run by
// itself, servers of its own that end with it. It never uses a server that the machine happens to run.

import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import root, { type Test } from 'tap';
import { type DatabaseServer, query, startDatabaseServer } from './database-server.ts';
import { startRedis } from './redis-server.ts';

let databaseServer: Promise<Pick<DatabaseServer, 'url' | 'template'>> | undefined;
let redisUrl: Promise<string | undefined> | undefined;

/** The Postgres server of this test run. One per process; one of our own is stopped when the file ends. */
export function testDatabaseServer(_t: Test): Promise<Pick<DatabaseServer, 'url' | 'template'>> {
  databaseServer ??= findDatabaseServer();
  return databaseServer;
}

/** A fresh database with every migration applied, dropped when `t` ends. Resolves with its URI (of the superuser). */
export async function cloneDatabase(t: Test): Promise<string> {
  const server = await testDatabaseServer(t);
  const name = `test_${process.pid}_${randomUUID().slice(0, 8)}`;
  await query(server.url, `create database ${name} template ${server.template} strategy file_copy`);
  t.teardown(() => query(server.url, `drop database if exists ${name} with (force)`));
  const uri = new URL(server.url);
  uri.pathname = `/${name}`;
  return uri.href;
}

/**
 * The Redis that scripts/test.ts has started or was given; undefined where there is none, and in a file that is run by itself.
 * @public
 */
export function testRedisUrl(): string | undefined {
  return process.env['TEST_REDIS_URL'] || undefined;
}

/**
 * As `testRedisUrl`, but a file that is run by itself gets a Redis of its own where `redis-server` is on PATH.
 * @public
 */
export function testRedisServer(_t: Test): Promise<string | undefined> {
  redisUrl ??= findRedis();
  return redisUrl;
}

async function findDatabaseServer(): Promise<Pick<DatabaseServer, 'url' | 'template'>> {
  const url = process.env['AFTERGLOW_TEST_DATABASE_URL'];
  const template = process.env['AFTERGLOW_TEST_TEMPLATE'];
  if (url && template) return { url, template };
  const server = await startDatabaseServer(await makeFolder());
  root.teardown(() => server.stop());
  return server;
}

async function findRedis(): Promise<string | undefined> {
  const given = testRedisUrl();
  if (given !== undefined || process.env['AFTERGLOW_TEST_DATABASE_URL']) return given;
  const server = await startRedis(await makeFolder());
  if (server) root.teardown(() => server.stop());
  return server?.url;
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'afterglow-test-'));
  // Postgres may run under another uid, which must reach its own folder in here.
  await chmod(folder, 0o711);
  root.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
