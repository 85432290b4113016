/**
 * Owns the use of the machine's own pg_dump, where it is of the emulator's major version. Others refuse the server.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PostgresServer } from '../../postgres/index.ts';

const run = promisify(execFile);
const major = '17';

let found: Promise<boolean> | undefined;

/** Whether pg_dump on PATH is of the matching version; looked up once. */
export function hasPgDump(): Promise<boolean> {
  found ??= run('pg_dump', ['--version']).then(
    ({ stdout }) => new RegExp(`\\(PostgreSQL\\) ${major}\\b`).test(stdout),
    () => false,
  );
  return found;
}

/** Errors: pg_dump's own. */
export async function dumpSchema(server: PostgresServer, database: string): Promise<string> {
  const { username, password, hostname, port } = new URL(server.uri());
  // Postgres's own variables are meant for another server.
  const environment = Object.fromEntries(Object.entries({ ...process.env }).filter(([name]) => !name.startsWith('PG')));
  const { stdout } = await run('pg_dump', ['--schema-only', '--no-owner', '--no-password', '--lock-wait-timeout=10s'], {
    maxBuffer: 1 << 30,
    // Not as arguments, which every user of the machine can read.
    env: {
      ...environment,
      LC_ALL: 'C',
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: decodeURIComponent(username),
      PGPASSWORD: decodeURIComponent(password),
      PGDATABASE: database,
    },
  });
  // Newer versions guard the script for psql with a random word: no two scripts would be equal, and it would be no SQL.
  return stdout.replaceAll(/^\\(un)?restrict .*\n\n?/gm, '');
}
