import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import t from 'tap';
import { answerChannel, type PublishedAnswer } from '../../src/local/neon-emulator/answers.ts';
import type { FaultOrder, FaultView } from '../../src/local/neon-emulator/faults.ts';
import { openNeon, type Answered } from './neon.ts';
import { eventually } from './processes.ts';

const neon = await openNeon({ controlPort: 0 });
t.after(() => neon.close());
const { call, change, emulator } = neon;
const { control, branchId: main, projectId } = emulator;
const hour = 3_600_000;

const branches = 'POST /projects/:projectId/branches';
const make = (name: string) => call('POST', 'branches', { branch: { name } });
const names = async () => (await call('GET', 'branches?limit=1000')).body.branches.map(({ name }) => name);
const isOver = (id: string) => control.list().find((fault) => fault.id === id)?.state !== 'active';

/** What the caller of a cut connection has: no answer. */
async function noAnswer(calling: Promise<unknown>): Promise<boolean> {
  return calling.then(
    () => false,
    () => true,
  );
}

t.setTimeout(120_000);
t.beforeEach(() => control.clear());

t.test(
  'a status is answered instead, as often as ordered, with and without a time to wait, before authentication',
  async (t) => {
    for (const status of [423, 429, 500, 502, 503, 524] as const) {
      await control.add({ route: branches, times: 1, fault: { kind: 'status', status } });
      const answer = await make(`never-${status}`);
      t.match(answer, { status, body: { code: '', message: /./, request_id: /./ } });
    }
    await control.add({
      times: 2,
      fault: { kind: 'status', status: 503, retryAfterSeconds: 17, message: 'not today' },
    });
    const answer = await fetch(`${emulator.baseUrl}/projects`);
    t.equal(answer.status, 503);
    t.equal(answer.headers.get('retry-after'), '17');
    t.match(await answer.json(), { message: 'not today' });
    t.equal((await call('GET', '/nothing-of-the-kind')).status, 503, 'without a route every call is struck');
    t.equal((await call('GET', 'branches')).status, 200);
    t.notMatch((await names()).join(' '), 'never');
  },
);

t.test('a fault strikes only its route, however its parameters are written, and only its project', async (t) => {
  await control.add({ route: 'GET /projects/{project_id}/snapshots', fault: { kind: 'status', status: 500 } });
  await control.add({
    route: 'GET /projects/:p/branches',
    projectId: 'another',
    fault: { kind: 'status', status: 502 },
  });
  await control.add({ route: 'GET /projects/:p', projectId, fault: { kind: 'status', status: 503 } });
  t.equal((await call('GET', 'snapshots')).status, 500);
  t.equal((await call('GET', 'branches')).status, 200);
  t.equal((await call('GET', '')).status, 503);
  t.equal((await call('GET', '/projects')).status, 200);
});

t.test('a connection cut before leaves no change, one cut after leaves the change without its answer', async (t) => {
  await control.add({ route: branches, times: 1, fault: { kind: 'drop', when: 'before' } });
  t.ok(await noAnswer(make('cut-before')));
  t.notOk((await names()).includes('cut-before'));
  const { id } = await control.add({ route: branches, times: 1, fault: { kind: 'drop', when: 'after' } });
  t.equal((await make('main')).status, 409, 'a refusal is not struck: nothing was changed');
  t.notOk(isOver(id));
  t.ok(await noAnswer(make('cut-after')));
  t.ok((await names()).includes('cut-after'));
  await neon.settled();
});

t.test('a delayed call is carried out later, even where its caller has left', async (t) => {
  await control.add({ route: branches, times: 2, fault: { kind: 'delay', ms: 300 } });
  const before = Date.now();
  t.equal((await make('delayed')).status, 201);
  t.ok(Date.now() - before >= 295);
  await neon.settled();
  const left = fetch(`${emulator.baseUrl}/projects/${projectId}/branches`, {
    method: 'POST',
    headers: { authorization: `Bearer ${emulator.apiKey}` },
    body: JSON.stringify({ branch: { name: 'delayed-and-left' } }),
    signal: AbortSignal.timeout(50),
  });
  t.ok(await noAnswer(left));
  t.notOk((await names()).includes('delayed-and-left'));
  t.ok(await eventually(async () => (await names()).includes('delayed-and-left')));
  await neon.settled();
});

t.test(
  'a hung call has no answer until its fault is cleared, and is not carried out where its caller left',
  async (t) => {
    const { id } = await control.add({ route: branches, times: 2, fault: { kind: 'hang' } });
    let isAnswered = false;
    const hung = make('hung').then((answer) => {
      isAnswered = true;
      return answer;
    });
    const url = `${emulator.baseUrl}/projects/${projectId}/branches`;
    t.ok(await noAnswer(fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(200) })));
    t.ok(isOver(id), 'both are struck');
    t.notOk(isAnswered);
    control.clear(id);
    t.equal((await hung).status, 201);
    await neon.settled();
    const later = await control.add({ route: branches, times: 1, fault: { kind: 'hang', when: 'after' } });
    const held = make('held');
    t.ok(await eventually(async () => (await names()).includes('held')), 'or it hangs after the change was made');
    control.clear(later.id);
    t.equal((await held).status, 201);
    await neon.settled();
  },
);

t.test('a malformed answer is broken JSON with 200, after the change was made', async (t) => {
  await control.add({ route: branches, times: 1, fault: { kind: 'malformed' } });
  await t.rejects(make('malformed'), { name: 'SyntaxError' });
  t.ok((await names()).includes('malformed'));
  await control.add({ route: 'GET /projects/:projectId/branches', times: 1, fault: { kind: 'malformed' } });
  const answer = await fetch(`${emulator.baseUrl}/projects/${projectId}/branches`, {
    headers: { authorization: `Bearer ${emulator.apiKey}` },
  });
  t.equal(answer.status, 200);
  t.match(answer.headers.get('content-type'), /^application\/json/);
  t.throws(() => JSON.parse('['));
  await t.rejects(answer.json(), { name: 'SyntaxError' });
  await neon.settled();
});

t.test('a branch that is not ready yet is refused', async (t) => {
  const route = 'POST /projects/:projectId/branches/:branchId/snapshot';
  await control.add({ route, times: 1, fault: { kind: 'not_ready' } });
  t.match(await call('POST', `branches/${main}/snapshot`), { status: 422, body: { message: /branch not ready yet/ } });
  t.equal((await change('POST', `branches/${main}/snapshot?name=ready`)).status, 200);
});

t.test('a share with a seed strikes the same calls each time', async (t) => {
  const statuses = async (seed: number) => {
    await control.add({ share: 0.4, seed, fault: { kind: 'status', status: 500 } });
    const struck: number[] = [];
    for (let index = 0; index < 40; index += 1) {
      const { status } = await call('GET', 'snapshots');
      if (status === 500) struck.push(index);
    }
    t.equal(control.list()[0]?.struck, struck.length);
    control.clear();
    return struck;
  };
  const first = await statuses(7);
  t.ok(first.length > 4 && first.length < 36, `${first.length} of 40`);
  t.strictSame(await statuses(7), first);
  t.notSame(await statuses(8), first);
});

t.test(
  'a snapshot or branch removed from the console is gone at once, protected or not, with operations of its own',
  async (t) => {
    const { snapshot } = (await change('POST', `branches/${main}/snapshot?name=doomed`)).body;
    const branch = await neon.branch({ name: 'doomed', protected: true });
    const count = async () => (await call('GET', 'operations?limit=1000')).body.operations.length;
    const before = await count();
    await control.add({ fault: { kind: 'remove', snapshotId: snapshot.id } });
    t.notOk((await call('GET', 'snapshots')).body.snapshots.some(({ id }) => id === snapshot.id));
    t.equal(await count(), before + 1);
    await control.add({ fault: { kind: 'remove', branchId: branch.id } });
    t.equal((await call('GET', `branches/${branch.id}`)).status, 404);
    t.equal(await count(), before + 3, 'its compute and its timeline');
    t.match(control.list(), [
      { struck: 1, state: 'spent' },
      { struck: 1, state: 'spent' },
    ]);
    await neon.settled();
    await t.rejects(control.add({ fault: { kind: 'remove', branchId: branch.id } }), {
      name: 'Refusal',
      message: /not found/,
    });
    await t.rejects(control.add({ fault: { kind: 'remove', branchId: main } }), {
      name: 'Refusal',
      message: /default/,
    });
    t.equal(control.list().length, 2);
  },
);

t.test('a removal with a route happens right before the call is carried out', async (t) => {
  const branch = await neon.branch({ name: 'doomed-later' });
  const fault = { kind: 'remove', branchId: branch.id } as const;
  await control.add({ route: 'GET /projects/:projectId/branches/:branchId', fault });
  t.equal((await call('GET', 'branches?search=doomed-later')).body.branches.length, 1);
  t.equal((await call('GET', `branches/${branch.id}`)).status, 404);
  await neon.settled();
});

t.test(
  'a clock offset moves what the API shows, the window and expirations; the rows of an instant stay',
  async (t) => {
    const other = await openNeon();
    t.teardown(() => other.close());
    const made = await other.branch({ name: 'before-the-jump', expires_at: new Date(Date.now() + hour).toISOString() });
    const { id } = await other.emulator.control.add({ fault: { kind: 'clock', offsetMs: 2 * hour } });
    t.match(other.emulator.control.list(), [{ id, struck: 1, state: 'spent' }]);
    t.ok(
      await eventually(async () => (await other.call('GET', `branches/${made.id}`)).status === 404),
      'it has expired',
    );
    await other.settled();
    const { branch } = (await other.change('POST', 'branches', { branch: { name: 'after' } })).body;
    const ahead = Date.parse(branch.created_at) - Date.now();
    t.ok(Math.abs(ahead - 2 * hour) < 60_000, 'created_at');
    t.ok(Math.abs(Date.parse(branch.parent_timestamp ?? '') - Date.now() - 2 * hour) < 60_000, 'parent_timestamp');
    const inTheGap = new Date(Date.now() + hour).toISOString();
    const at = async (parent_timestamp: string) => other.call('POST', 'branches', { branch: { parent_timestamp } });
    t.equal((await at(inTheGap)).status, 201, 'an instant that the clock left out is in the window');
    await other.settled();
    const future = await at(new Date(Date.now() + 3 * hour).toISOString());
    t.match(future, { status: 422, body: { message: /future/ } });
    await other.emulator.control.setClock(30 * hour);
    t.match(await at(inTheGap), { status: 422, body: { message: /retention/ } });
  },
);

t.test('over HTTP faults are ordered, listed with how often they struck, ended and forgotten', async (t) => {
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answered<{ id: string; message: string; faults: FaultView[] }>> => {
    const response = await fetch(`${emulator.controlUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  };
  const order: FaultOrder = { route: branches, projectId, times: 1, fault: { kind: 'status', status: 423 } };
  const added = await ask('POST', '/faults', order);
  t.equal(added.status, 201);
  t.equal((await make('locked')).status, 423);
  t.strictSame((await ask('GET', '/faults')).body.faults, [{ ...order, id: added.body.id, struck: 1, state: 'spent' }]);
  const second = await ask('POST', '/faults', { fault: { kind: 'not_ready' } });
  t.equal((await ask('DELETE', `/faults/${second.body.id}`)).status, 204);
  t.match((await ask('GET', '/faults')).body.faults, [{ state: 'spent' }, { struck: 0, state: 'cleared' }]);
  t.equal((await call('GET', 'branches')).status, 200);
  t.equal((await ask('DELETE', '/faults/nobody')).status, 404);
  t.equal((await ask('DELETE', '/faults')).status, 204);
  t.strictSame((await ask('GET', '/faults')).body.faults, []);
  t.equal((await ask('PUT', '/clock', { offsetMs: 60_000 })).status, 204);
  const { branch } = (await change('POST', 'branches', { branch: { name: 'a-minute-ahead' } })).body;
  t.ok(Date.parse(branch.created_at) - Date.now() > 40_000);
  t.equal((await ask('PUT', '/clock', { offsetMs: 0 })).status, 204);
  t.equal((await ask('PUT', '/latency', { ms: 500 })).status, 204);
  const { operations } = (await call('POST', 'branches', { branch: { name: 'slow' } })).body;
  t.match(operations, [{ status: 'scheduling' }]);
  t.equal((await ask('PUT', '/latency', { ms: 0 })).status, 204);
  t.equal((await ask('PUT', '/latency', { ms: -1 })).status, 400);
  for (const bad of [
    {},
    { fault: {} },
    { fault: { kind: 'earthquake' } },
    { fault: { kind: 'status', status: 418 } },
    { fault: { kind: 'drop' } },
    { fault: { kind: 'delay', ms: -1 } },
    { fault: { kind: 'remove' } },
    { fault: { kind: 'remove', branchId: 'a', snapshotId: 'b' } },
    { fault: { kind: 'operation', outcome: 'explodes' } },
    { route: 'GET /nothing', fault: { kind: 'hang' } },
    { times: 0, fault: { kind: 'hang' } },
    { times: 1, share: 0.5, fault: { kind: 'hang' } },
    { share: 2, fault: { kind: 'hang' } },
    { seed: 1, fault: { kind: 'hang' } },
  ]) {
    const { status, body } = await ask('POST', '/faults', bad);
    t.equal(status, 400, JSON.stringify(bad));
    t.ok(body.message.length > 10);
  }
  t.equal((await ask('PUT', '/clock', {})).status, 400);
  t.equal((await ask('GET', '/projects')).status, 404);
  t.equal((await call('GET', '/faults')).status, 404, 'never on the paths of the API');
});

t.test('what a fault forged is told as forged on the channel of answers', async (t) => {
  const told: PublishedAnswer[] = [];
  const listen = (message: unknown) => void told.push(message as PublishedAnswer);
  subscribe(answerChannel, listen);
  t.teardown(() => unsubscribe(answerChannel, listen));
  await control.add({ times: 1, fault: { kind: 'status', status: 502 } });
  await control.add({ times: 1, fault: { kind: 'malformed' } });
  await call('GET', 'snapshots');
  await t.rejects(call('GET', 'snapshots'));
  await call('GET', 'snapshots');
  t.match(told, [
    { status: 502, forged: true },
    { status: 200, forged: true },
    { status: 200, forged: false },
  ]);
});

t.test('closing ends calls that hang or are delayed', async (t) => {
  const other = await openNeon();
  await other.emulator.control.add({ route: 'GET /projects', fault: { kind: 'hang' } });
  await other.emulator.control.add({ route: 'GET /auth', fault: { kind: 'delay', ms: 3_000_000 } });
  const waiting = [noAnswer(other.call('GET', '/projects')), noAnswer(other.call('GET', '/auth'))];
  t.ok(await eventually(() => other.emulator.control.list().every(({ struck }) => struck === 1)));
  await other.close();
  t.strictSame(await Promise.all(waiting), [true, true]);
});

t.end();
