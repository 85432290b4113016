// Nobody sees or changes what is not theirs: every operation of both doors, asked for by every kind of caller with the real ids of one team.
// The table of roles and actions says what the answer must be, nothing may have changed, and an id that is another's must be answered as
// one that is nowhere.

import t, { type Test } from 'tap';
import { actionRules, auditKeyOf, cursorOf, statusKeyOf, versionKeyOf } from '../../src/domain/index.ts';
import { digestTables } from '../harness/refusal.ts';
import { type Ids, mentions, nowhere, withoutIds } from './escape/ids.ts';
import { type Answer, type Caller, graphqlOperations, type Operation, restOperations } from './escape/operations.ts';
import { openEscape, roles } from './escape/world.ts';

t.setTimeout(300_000);

const { at, ids, callers, sql } = await openEscape(t);
const operations = [...restOperations(at.app.rest, ids), ...graphqlOperations(at.app.rest, ids)];

/** Every row but when a key was last used, and but what the history says of refusals and of signing in. */
async function digest(): Promise<object> {
  const tables = await digestTables(at.databaseUrl);
  const events = await sql(`select count(*) from audit_events where action not like 'access.%'`);
  return { ...Object.fromEntries(Object.entries(tables).filter(([name]) => !/^(audit_|sign_ins)/.test(name))), events };
}

const before = await digest();
const none = nowhere(ids);
/** What is the team's as a whole may be named by another of its projects. */
const { team: _team, credential: _credential, ...ofProject } = ids;

const rankOf = (role: string) => roles.indexOf(role as (typeof roles)[number]);

/** What the same caller is told of the real ids and of those that are nowhere: the same, but for the ids. */
async function answersAlike(test: Test, operation: Operation, caller: Caller): Promise<Answer> {
  const real = await operation.send(caller, ids);
  const unknown = await operation.send(caller, none);
  test.strictSame(
    [real.status, withoutIds(real.text, ids)],
    [unknown.status, withoutIds(unknown.text, none)],
    `${operation.name} does not tell what exists`,
  );
  return real;
}

/** What lies outside: not found where it is named, left out where it is listed. */
async function findsNothing(test: Test, operation: Operation, caller: Caller, hidden: Partial<Ids>): Promise<void> {
  if (operation.names) {
    const answer = await answersAlike(test, operation, caller);
    test.equal(answer.code, 'not_found', operation.name);
    return;
  }
  if (!operation.reads) return;
  const answer = await operation.send(caller, ids);
  test.equal(answer.code, 'ok', `${operation.name}: ${answer.text}`);
  test.strictSame(mentions(answer.text, hidden), [], `${operation.name} tells nothing`);
  if (!operation.pages) return;
  for (const id of Object.values(ids)) {
    const next = await operation.send(caller, ids, cursorOf(id));
    test.ok(['ok', 'invalid_cursor'].includes(next.code), operation.name);
    test.strictSame(mentions(next.text, hidden), [], `${operation.name} tells nothing after a cursor of another`);
  }
}

for (const operation of operations) {
  const { name, action, reads } = operation;
  const { least, of, ...rule } = actionRules[action];
  const forPlatform = 'platform' in rule;

  t.test(`${name} (${action}) answers each caller as the table says, and changes nothing`, async (t) => {
    for (const caller of [{}, { key: 'ag_unknown' }, callers.ended]) {
      const answer = await operation.send(caller, ids);
      t.match(answer, { status: 401, code: 'unauthenticated' });
    }
    for (const role of roles) {
      const may = least === 'any' || (least !== 'none' && rankOf(role) >= rankOf(least));
      if (may && !reads) continue;
      const answer = await operation.send({ key: callers.roles[role] }, ids);
      if (may) t.equal(answer.code, 'ok', `${role}: ${answer.text}`);
      else t.match(answer, { code: 'forbidden', action }, `${role}: ${answer.text}`);
    }
    if (least === 'none') t.match(await operation.send(callers.foreign, ids), { code: 'forbidden', action });
    else await findsNothing(t, operation, callers.foreign, ids);
    if (of === 'project') await findsNothing(t, operation, callers.narrowed, ofProject);
    else if (least !== 'any')
      t.match(await answersAlike(t, operation, callers.narrowed), { code: 'forbidden', action });
    if (!forPlatform && least !== 'any') {
      t.match(await answersAlike(t, operation, callers.platform), { code: 'forbidden', action });
    } else if (reads) {
      t.equal((await operation.send(callers.platform, ids)).code, 'ok', 'the platform');
    }
    t.strictSame(await digest(), before, 'nothing has changed');
  });
}

t.test('every list takes cursors of its own, and refuses those of every other list', async (t) => {
  const { branch, policy } = ids;
  const keys = [
    ...Object.values(ids),
    'fir_1',
    statusKeyOf({ branchId: branch }),
    versionKeyOf(policy, { version: 2 }),
    versionKeyOf('pol_2', { version: 2 }),
    auditKeyOf({ at: new Date(), sequence: 2 }),
  ];
  const takenBy = new Map<string, string>();
  for (const operation of operations.filter(({ pages }) => pages)) {
    const taken: string[] = [];
    for (const key of keys) {
      const { code } = await operation.send({ key: callers.roles.admin }, ids, cursorOf(key));
      t.ok(['ok', 'invalid_cursor'].includes(code), `${operation.name}: ${code}`);
      if (code === 'ok') taken.push(key);
    }
    t.equal(taken.length, 1, `${operation.name} takes ${taken.join(', ')}`);
    const door = operation.name.split(' ', 1)[0] ?? '';
    t.notOk(takenBy.get(`${door} ${taken[0]}`), `${operation.name} takes what another list does`);
    takenBy.set(`${door} ${taken[0]}`, operation.name);
  }
});

t.test('every action of the table is done by an operation', async (t) => {
  const done = new Set<string>(operations.map(({ action }) => action));
  // Further actions of `lockSnapshot`, asked for by the use-case where a lock becomes a compliance lock, or is weakened.
  t.strictSame(
    Object.keys(actionRules).filter((action) => !done.has(action)),
    ['lock.set_compliance', 'lock.shorten'],
  );
});
