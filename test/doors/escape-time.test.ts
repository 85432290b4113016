// What is another's takes no more work than what is nowhere, for whoever is not to tell the two apart.
//
// What this can see: the statements that a request sends to Postgres, one by one, without any noise: a look-up more or less, another table,
// another order. And, coarsely, time: a slow path of some 20 ms in one operation (a call to Neon, a wait, a hash of a password), and one of a
// fraction of a millisecond where most operations have it, since it then shows in which of two interleaved requests is the slower.
// What it cannot see: microseconds within one statement (an index entry that leads to a row against one that is not there, a page that is
// in memory or not), or in one operation alone a difference that is smaller than what the machine does beside it.

import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import t, { type Test } from 'tap';
import { actionRules } from '../../src/domain/index.ts';
import { type Ids, nowhere } from './escape/ids.ts';
import { type Caller, graphqlOperations, type Operation, restOperations } from './escape/operations.ts';
import { openEscape } from './escape/world.ts';

t.setTimeout(600_000);

/** Interleaved pairs of each operation. */
const pairs = 12;
/** By how much the fastest of those may differ: what is beside them on the machine slows down all, and hardly ever all of one side. */
const differenceMaxMs = 20;
/** The share of pairs in which the real id is the slower: half, by chance. Of a thousand pairs, 0.15 is nine deviations away. */
const share = { least: 0.35, most: 0.65 };

const statements = new AsyncLocalStorage<string[]>();
noteStatements(t);
const { at, ids, callers } = await openEscape(t);
const none = nowhere(ids);
/** What is the team's as a whole may be named by another of its projects. */
const ofProject: Ids = { ...none, ...ids, team: none.team, credential: none.credential };
const operations = [...restOperations(at.app.rest, ids), ...graphqlOperations(at.app.rest, ids)].filter(
  ({ action, names, subscribes }) => names && !subscribes && actionRules[action].least !== 'none',
);

/** Every statement that is sent while somebody listens goes to who listens: the loops of the worker send theirs beside. */
function noteStatements(test: Test): void {
  const { query } = pg.Client.prototype;
  function noted(this: pg.Client, ...args: unknown[]): unknown {
    const [asked] = args;
    statements.getStore()?.push(typeof asked === 'string' ? asked : String((asked as { text?: unknown }).text));
    return Reflect.apply(query, this, args);
  }
  Object.assign(pg.Client.prototype, { query: noted });
  test.teardown(() => Object.assign(pg.Client.prototype, { query }));
}

async function statementsOf(operation: Operation, caller: Caller, of: Ids): Promise<string[]> {
  const sent: string[] = [];
  await statements.run(sent, () => operation.send(caller, of));
  return sent;
}

async function msOf(operation: Operation, caller: Caller, of: Ids): Promise<number> {
  const since = performance.now();
  await operation.send(caller, of);
  return performance.now() - since;
}

/** What a key has last done, and refusals, are noted once in a while: three comparisons do not all meet that. */
async function comparedStatements(operation: Operation, caller: Caller, real: Ids) {
  let compared = { real: [] as string[], unknown: [] as string[] };
  for (let tries = 0; tries < 3; tries += 1) {
    compared = {
      real: await statementsOf(operation, caller, real),
      unknown: await statementsOf(operation, caller, none),
    };
    if (JSON.stringify(compared.real) === JSON.stringify(compared.unknown)) break;
  }
  return compared;
}

t.test('whoever is of another team costs the same statements by a real id as by none', async (t) => {
  t.ok(operations.length > 60, `${operations.length} operations name something`);
  for (const operation of operations) {
    const { real, unknown } = await comparedStatements(operation, callers.foreign, ids);
    t.ok(real.length > 0, `${operation.name}: statements are seen`);
    t.strictSame(real, unknown, operation.name);
  }
});

t.test('a key that is narrowed to another project costs the same statements, too', async (t) => {
  const asked = operations.filter(({ action }) => actionRules[action].of === 'project');
  t.ok(asked.length > 20, `${asked.length} operations`);
  for (const operation of asked) {
    const { real, unknown } = await comparedStatements(operation, callers.narrowed, ofProject);
    t.strictSame(real, unknown, operation.name);
  }
});

t.test('nor does it take another time', async (t) => {
  let slower = 0;
  let all = 0;
  for (const operation of operations) {
    const took = { real: [] as number[], unknown: [] as number[] };
    for (let pair = 0; pair < pairs; pair += 1) {
      const order = pair % 2 === 0 ? (['real', 'unknown'] as const) : (['unknown', 'real'] as const);
      for (const side of order) took[side].push(await msOf(operation, callers.foreign, side === 'real' ? ids : none));
      if ((took.real.at(-1) ?? 0) > (took.unknown.at(-1) ?? 0)) slower += 1;
      all += 1;
    }
    const difference = Math.min(...took.real) - Math.min(...took.unknown);
    t.ok(Math.abs(difference) < differenceMaxMs, `${operation.name}: ${difference.toFixed(2)} ms`);
  }
  const found = slower / all;
  t.comment(`of ${all} pairs the real id was the slower one in ${(100 * found).toFixed(1)} %`);
  t.ok(found > share.least && found < share.most, `${(100 * found).toFixed(1)} %`);
});

t.test('a look-up more, and a slow path, would be seen', async (t) => {
  const [operation] = operations;
  if (!operation) throw new Error('there is no operation');
  const leaky: Operation = {
    ...operation,
    send: async (caller, of) => {
      if (of === ids) await at.app.domain.checkReady();
      return operation.send(caller, of);
    },
  };
  const { real, unknown } = await comparedStatements(leaky, callers.foreign, ids);
  t.ok(real.length > unknown.length, `${real.length} against ${unknown.length} statements`);
});
