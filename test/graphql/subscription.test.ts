// Subscriptions over the WebSocket of the GraphQL door: what each shows, and what is refused.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { Refusal } from '../../src/core/errors.ts';
import { subscribeAt } from '../harness/streams.ts';
import { openDoor } from './door.ts';

async function openSocket(test: Test, options: Parameters<typeof openDoor>[1] = {}) {
  const door = await openDoor(test, options);
  const url = await door.app.listen({ port: 0, host: '127.0.0.1' });
  const follow = (query: string, variables = {}) => subscribeAt(test, url, query, { variables });
  return { ...door, url, follow };
}

const shown = [
  {
    query: 'restoreChanged(id: "rst_1", after: 4) { sequence restore { id } }',
    call: { name: 'streams.restore', input: [{ id: 'rst_1', after: 4 }] },
    results: [{ restoreChanged: { sequence: 2, restore: { id: 'rst_1' } } }],
  },
  {
    query: 'snapshotChanged(projectId: "prj_1") { sequence snapshot { id branch { name } } }',
    call: { name: 'streams.snapshots', input: [{ projectId: 'prj_1' }] },
    results: [
      { snapshotChanged: { sequence: 1, snapshot: null } },
      { snapshotChanged: { sequence: 3, snapshot: { id: 'snp_1', branch: { name: 'main' } } } },
    ],
  },
  {
    query: 'jobsChanged { sequence missed jobs { id } }',
    call: { name: 'streams.jobs', input: [{}] },
    results: [{ jobsChanged: { sequence: 4, missed: false, jobs: [{ id: 'job_1' }] } }],
  },
  {
    query: 'statusChanged { sequence change { from to reasons branch { id } } }',
    call: { name: 'streams.statuses', input: [{}] },
    results: [
      { statusChanged: { sequence: 1, change: null } },
      {
        statusChanged: {
          sequence: 4,
          change: { from: 'ok', to: 'late', reasons: ['point_late'], branch: { id: 'brn_1' } },
        },
      },
    ],
  },
  {
    query: 'auditEventAdded(after: 0) { sequence event { action } }',
    call: { name: 'streams.auditEvents', input: [{ after: 0 }] },
    results: [
      { auditEventAdded: { sequence: 1, event: null } },
      { auditEventAdded: { sequence: 5, event: { action: 'snapshot.requested' } } },
    ],
  },
];

for (const { query, call, results } of shown) {
  t.test(`subscription { ${query} }`, async (t) => {
    const { follow, calls } = await openSocket(t);
    const socket = follow(`subscription { ${query} }`);
    t.strictSame(await socket.ended(), {});
    t.match(socket.results, results);
    t.equal(socket.results.length, results.length);
    t.match(calls[0], call);
  });
}

const refused = [
  { title: 'a query', query: '{ __typename }' },
  { title: 'a mutation', query: 'mutation { createTeam(input: {slug: "x", name: "x"}) { id } }' },
  { title: 'two fields', query: 'subscription { jobsChanged { missed } statusChanged { sequence } }' },
  { title: 'a field that is not there', query: 'subscription { jobsChanged { nothing } }' },
  { title: 'an argument out of its bounds', query: 'subscription { statusChanged(after: -1) { sequence } }' },
  { title: 'no GraphQL', query: 'subscription {' },
  {
    title: 'too much of it',
    query: `subscription { jobsChanged { missed } } #${'x'.repeat(16 * 1024)}`,
    code: 'query_too_long',
  },
];

for (const { title, query, code = 'invalid_request' } of refused) {
  t.test(`${title} is refused, and nothing is asked of the domain`, async (t) => {
    const { follow, calls } = await openSocket(t);
    const { errors } = await follow(query).ended();
    t.match(errors, [{ extensions: { code, requestId: /./ } }]);
    t.strictSame(calls, []);
  });
}

t.test('a refusal of the domain is the error of its subscription', async (t) => {
  const { follow, fail } = await openSocket(t);
  fail('streams.jobs', new Refusal('too_many_streams', 'As many are open as may be. None was opened.'));
  const { errors } = await follow('subscription { jobsChanged { missed } }').ended();
  t.match(errors, [{ message: /As many/, extensions: { code: 'too_many_streams' } }]);
});

t.test('a fault of ours is told without a word of what it was', async (t) => {
  const { follow, fail } = await openSocket(t);
  fail('streams.jobs', new Error('the secret is hunter2'));
  const { errors } = await follow('subscription { jobsChanged { missed } }').ended();
  t.match(errors, [{ extensions: { code: 'internal' } }]);
  t.notMatch(JSON.stringify(errors), /hunter2/);
});

t.test(
  'a connection stays while it cannot be known who asks, and is closed when it is known that nobody does',
  async (t) => {
    const { url, fail, log } = await openSocket(t, { lookMs: 20 });
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    t.teardown(() => socket.terminate());
    const closed = once(socket, 'close');
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
    const isLogged = async (word: string) => {
      while (!log.some((line) => line.includes(word))) await sleep(10);
    };
    fail('authenticate', new Error('what it was'));
    await isLogged('what it was');
    fail('authenticate', new Refusal('database_unreachable', 'The database is away.'));
    await sleep(200);
    t.equal(socket.readyState, WebSocket.OPEN);
    fail('authenticate', new Refusal('unauthenticated', 'Nobody known.'));
    t.match(await closed, [4401]);
  },
);

t.test('over HTTP a subscription is refused', async (t) => {
  const { ask, calls } = await openSocket(t);
  const { errors } = await ask('subscription { jobsChanged { missed } }');
  t.match(errors, [{ extensions: { code: 'invalid_request' } }]);
  t.strictSame(calls, []);
});
