// Asserting that a request was refused, with which code, and that nothing was left behind: no row of any table differs, and
// Neon holds what it held.

import type { Test } from 'tap';
import pg from 'pg';
import { Refusal, type RefusalCode, refusals } from '../../src/core/errors.ts';
import type { Started } from './app.ts';

/** The refusal with which it ends; throws whatever else it ends with. */
export async function refusalOf(act: Promise<unknown>): Promise<Refusal> {
  try {
    await act;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

type Watched = Pick<Started, 'databaseUrl' | 'neon' | 'emulator'>;

/**
 * Every row of every table of ours but when keys were last used, as digests by table; the queue has a schema of its own, and calls that only
 * read use up the rate.
 */
export async function digestTables(databaseUrl: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'rate_buckets' order by 1",
    );
    const digests: Record<string, string> = {};
    for (const { name } of rows) {
      const found = await client.query<{ digest: string }>(
        `select count(*) || ' ' || md5(coalesce(string_agg((to_jsonb(row) - 'last_used_at')::text, '|' order by (to_jsonb(row) - 'last_used_at')::text), '')) as digest from ${name} row`,
      );
      digests[name] = found.rows[0]?.digest ?? '';
    }
    return digests;
  } finally {
    await client.end();
  }
}

async function stateOf({ databaseUrl, neon, emulator }: Watched) {
  const [tables, branches, snapshots, operations] = await Promise.all([
    digestTables(databaseUrl),
    neon.listBranches(emulator.projectId),
    neon.listSnapshots(emulator.projectId),
    neon.listOperations(emulator.projectId),
  ]);
  return {
    tables,
    // Sizes are computed when Neon finds the time, and so is what of a snapshot's moment was not asked.
    branches: branches.map((branch) => ({ ...branch, logicalSizeBytes: undefined })),
    snapshots: snapshots.map((snapshot) => ({
      ...snapshot,
      sizeBytes: undefined,
      lsn: undefined,
      timestamp: undefined,
    })),
    operations: operations.map(({ id }) => id),
  };
}

/** A refusal for want of authority is itself an event. */
function withoutTold(state: Awaited<ReturnType<typeof stateOf>>): object {
  const rest = Object.entries(state.tables).filter(([name]) => !name.startsWith('audit_'));
  return { ...state, tables: Object.fromEntries(rest) };
}

/** Asserts the code and members of the refusal, and that nothing in the database or in Neon has changed. */
export async function refuses(
  t: Test,
  watched: Watched,
  code: RefusalCode,
  act: () => Promise<unknown>,
  members: object = {},
): Promise<Refusal> {
  const before = await stateOf(watched);
  const refusal = await refusalOf(act());
  t.equal(refusal.code, code);
  t.match(refusal.members, members, `${code} says what a program needs`);
  const after = await stateOf(watched);
  const isTold = refusals[code].status === 403;
  t.strictSame(
    isTold ? withoutTold(after) : after,
    isTold ? withoutTold(before) : before,
    `${code} leaves nothing behind`,
  );
  return refusal;
}
