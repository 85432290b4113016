// Prefer: wait=N. The domain's views move on while the caller waits.

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Refusal } from '../../src/core/errors.ts';
import type { CleanUp, ReconcileReportView, SnapshotView } from '../../src/domain/index.ts';
import { key, openDoor } from './door.ts';
import { project, reconcileReport, restore, snapshot } from './views.ts';

const body = { branchId: 'brn_1' };
const available: SnapshotView = { ...snapshot, status: 'available', version: 3 };

/** Gives each of `views` once, then the last for ever. */
function moving<V>(...views: [V, ...V[]]) {
  let next = 0;
  return async () => views[Math.min(next++, views.length - 1)] as V;
}

t.test('without a preference nothing is waited for', async (t) => {
  const { send, calls } = await openDoor(t);
  for (const prefer of ['respond-async', 'wait', 'wait=', 'wait=soon', 'wait=-1', 'wait=1.5', 'await=5', '']) {
    const answer = await send('POST', '/v1/snapshots', body, { prefer });
    t.equal(answer.statusCode, 202, prefer);
    t.equal(answer.headers['preference-applied'], undefined, prefer);
  }
  t.notOk(calls.some(({ name }) => name === 'snapshots.get'));
});

t.test('work that ends in time is answered 200, with how it ended', async (t) => {
  const get = moving<SnapshotView>({ ...snapshot, status: 'creating' }, { ...snapshot, status: 'creating' }, available);
  const { app, send } = await openDoor(t, { replace: { snapshots: { get } } });
  // Compiling all schemas is not what is measured.
  await app.ready();
  const since = performance.now();
  const answer = await send('POST', '/v1/snapshots', body, { prefer: 'respond-async, wait=20' });
  t.equal(answer.statusCode, 200);
  t.equal(answer.headers['preference-applied'], 'wait=20');
  t.equal(answer.headers['location'], '/v1/snapshots/snp_1');
  t.equal(answer.headers['etag'], '"3"');
  t.match(answer.json(), { status: 'available' });
  const ms = performance.now() - since;
  t.ok(ms > 200 && ms < 2000, `three looks, 50 ms and more apart: ${Math.round(ms)} ms`);
});

t.test('work that has not ended in time is answered 202, as it stands', async (t) => {
  const get = moving<SnapshotView>({ ...snapshot, status: 'creating', version: 2 });
  const { app, send } = await openDoor(t, { replace: { snapshots: { get } } });
  // Compiling all schemas is not what is measured.
  await app.ready();
  const since = performance.now();
  const answer = await send('POST', '/v1/snapshots', body, { prefer: 'wait=1' });
  const ms = performance.now() - since;
  t.equal(answer.statusCode, 202);
  t.equal(answer.headers['etag'], '"2"');
  t.match(answer.json(), { status: 'creating' });
  t.ok(ms >= 990 && ms < 2500, `${Math.round(ms)} ms`);
});

t.test('more than a minute is a minute; none at all is a look at what is there', async (t) => {
  const { send } = await openDoor(t, { replace: { snapshots: { get: async () => available } } });
  const long = await send('POST', '/v1/snapshots', body, { prefer: 'Wait = "3600"' });
  t.equal(long.headers['preference-applied'], 'wait=60');
  t.equal(long.statusCode, 200);
  const none = await send('POST', '/v1/snapshots', body, { prefer: 'wait=0' });
  t.equal(none.headers['preference-applied'], 'wait=0');
  t.equal(none.statusCode, 202);
});

t.test('each kind of work has its own end', async (t) => {
  const wait = { prefer: 'wait=20' };
  const purging: SnapshotView = { ...snapshot, status: 'purging' };
  const undo = { neonBranchId: 'br-2', name: 'old', waitsFor: null };
  const { send } = await openDoor(t, {
    replace: {
      snapshots: {
        get: moving<SnapshotView>(purging, { ...snapshot, status: 'purged' }, { ...snapshot, status: 'failed' }),
      },
      restores: {
        get: moving(
          { ...restore, status: 'running' as const },
          { ...restore, status: 'failed' as const },
          { ...restore, preservedBranch: { ...undo, status: 'purging' as const } },
          { ...restore, preservedBranch: { ...undo, status: 'purged' as const } },
        ),
      },
      projects: { get: moving(project, { ...project, syncedAt: '2026-03-02T00:00:00.000Z' }) },
    },
  });
  const deleted = await send('DELETE', '/v1/snapshots/snp_1', undefined, wait);
  t.match([deleted.statusCode, deleted.json().status], [200, 'purged']);
  const ran = await send('POST', '/v1/policies/pol_1/run', undefined, wait);
  t.match([ran.statusCode, ran.json().snapshots[0].status], [200, 'failed']);
  const newRestore = { source: { snapshotId: 's' }, target: { kind: 'new_branch' } };
  const restored = await send('POST', '/v1/restores', newRestore, wait);
  t.match([restored.statusCode, restored.json().status], [200, 'failed'], 'a failure is an end too');
  const undone = await send('DELETE', '/v1/restores/rst_1/preserved-branch', undefined, wait);
  t.match([undone.statusCode, undone.json().preservedBranch.status], [200, 'purged']);
  const synced = await send('POST', '/v1/projects/prj_1/sync', undefined, wait);
  t.match([synced.statusCode, synced.json().syncedAt], [200, '2026-03-02T00:00:00.000Z']);
});

t.test('a comparison with Neon has ended when its report has, or a later one', async (t) => {
  const asked = { ...reconcileReport, comparedAt: null };
  const earlier = { ...reconcileReport, id: 'rec_0', endedAt: '2026-03-01T09:00:00.000Z' };
  const later = { ...earlier, id: 'rec_2' };
  const ended = { ...reconcileReport, endedAt: '2026-03-01T10:00:00.000Z' };
  for (const last of [ended, later]) {
    const { send } = await openDoor(t, {
      replace: {
        projects: { reconcile: async () => asked, reconcileReport: moving<ReconcileReportView>(earlier, asked, last) },
      },
    });
    const answer = await send('POST', '/v1/projects/prj_1/reconcile', undefined, { prefer: 'wait=20' });
    t.match([answer.statusCode, answer.json().id, answer.headers['preference-applied']], [200, last.id, 'wait=20']);
  }
});

t.test('cancelled work has ended when nothing of it is left to be removed', async (t) => {
  const wait = { prefer: 'wait=20' };
  const snapshotOf = (cleanUp: CleanUp) => ({ ...snapshot, status: 'cancelled' as const, cleanUp });
  const restoreOf = (cleanUp: CleanUp) => ({ ...restore, status: 'cancelled' as const, cleanUp, version: 7 });
  const { send } = await openDoor(t, {
    replace: {
      snapshots: { get: moving(snapshotOf('pending'), snapshotOf('done')) },
      restores: { get: moving(restoreOf('pending'), restoreOf('left')) },
    },
  });
  const one = await send('POST', '/v1/snapshots/snp_1/cancel', undefined, wait);
  t.match([one.statusCode, one.json().cleanUp, one.headers['preference-applied']], [200, 'done', 'wait=20']);
  const other = await send('POST', '/v1/restores/rst_1/cancel', undefined, wait);
  t.match([other.statusCode, other.json().cleanUp, other.headers['etag']], [200, 'left', '"7"']);
});

t.test('work that was cancelled before it made anything is not waited for', async (t) => {
  const cancel = async () => ({ ...restore, status: 'cancelled' as const, cleanUp: null });
  const { send, calls } = await openDoor(t, { replace: { restores: { cancel } } });
  t.equal((await send('POST', '/v1/restores/rst_1/cancel', undefined, { prefer: 'wait=20' })).statusCode, 200);
  t.equal((await send('POST', '/v1/restores/rst_1/cancel')).statusCode, 202, 'nobody asked to wait');
  t.notOk(calls.some(({ name }) => name === 'restores.get'));
});

t.test('of a policy run every snapshot is waited for', async (t) => {
  const looked: string[] = [];
  const { send } = await openDoor(t, {
    replace: {
      policies: { run: async () => ({ snapshots: ['a', 'b', 'c'].map((id) => ({ ...snapshot, id })) }) },
      snapshots: {
        get: async (_, id) => {
          looked.push(id);
          return { ...snapshot, id, status: looked.length < 3 ? 'creating' : 'available' };
        },
      },
    },
  });
  const answer = await send('POST', '/v1/policies/pol_1/run', undefined, { prefer: 'wait=20' });
  t.equal(answer.statusCode, 200);
  t.strictSame(
    answer.json().snapshots.map(({ status }: SnapshotView) => status),
    ['available', 'available', 'available'],
  );
  t.strictSame(looked, ['a', 'a', 'a', 'b', 'c'], 'a look costs one query while the first is under way');
});

t.test('work that cannot be looked at was begun all the same', async (t) => {
  const faults = [new Refusal('database_unreachable', 'Away.'), new Error('broken')];
  const get = async () => {
    throw faults.shift();
  };
  const { send, lines } = await openDoor(t, { replace: { snapshots: { get } }, alarms: 1 });
  for (let count = 2; count > 0; count -= 1) {
    const answer = await send('POST', '/v1/snapshots', body, { prefer: 'wait=20' });
    t.equal(answer.statusCode, 202);
    t.match(answer.json(), { id: 'snp_1', status: 'requested' });
  }
  t.match(lines.join(''), 'request.wait_failed');
});

t.test('a server that closes answers those who wait, and refuses newcomers', async (t) => {
  let looking = false;
  const get = async () => {
    looking = true;
    await sleep(500);
    return snapshot;
  };
  const { app } = await openDoor(t, { replace: { snapshots: { get } } });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  let answers = '';
  socket.on('data', (data) => (answers += data.toString()));
  const payload = JSON.stringify(body);
  const head = `Host: a\r\nAuthorization: Bearer ${key}\r\n`;
  const rest = `Prefer: wait=30\r\nContent-Type: application/json\r\nContent-Length: ${payload.length}\r\n\r\n${payload}`;
  socket.write(`POST /v1/snapshots HTTP/1.1\r\n${head}${rest}`);
  while (!looking) await sleep(20);
  const closed = app.close();
  socket.write(`GET /v1/snapshots HTTP/1.1\r\n${head}\r\n`);
  await once(socket, 'close');
  await closed;
  t.match(answers, /^HTTP\/1\.1 202 /);
  t.match(answers, /HTTP\/1\.1 503 [^]*"code":"starting"/);
});

t.test('a caller who leaves is waited for no longer', async (t) => {
  let looks = 0;
  const get = async () => {
    looks += 1;
    return snapshot;
  };
  const { app } = await openDoor(t, { replace: { snapshots: { get } } });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', prefer: 'wait=30' };
  const call = httpRequest({ port, method: 'POST', path: '/v1/snapshots', headers });
  call.on('error', () => undefined);
  call.end(JSON.stringify(body));
  while (looks < 2) await sleep(20);
  call.destroy();
  await sleep(600);
  const before = looks;
  await sleep(1200);
  t.equal(looks, before);
});
