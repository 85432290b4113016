// By which id Neon knows a request: told of every change that it has accepted, and kept of what it refused.

import { once } from 'node:events';
import { createServer } from 'node:http';
import t from 'tap';
import { connectNeon } from '../../../src/neon/client.ts';

const answers: Record<string, { status: number; body: object }> = {
  'DELETE /projects/p/snapshots/taken': { status: 200, body: { operations: [] } },
  'DELETE /projects/p/snapshots/gone': { status: 404, body: { code: '', message: 'not found' } },
  'DELETE /projects/p/snapshots/kept': { status: 412, body: { code: '', message: 'it has children' } },
  'DELETE /projects/p/snapshots/said': { status: 412, body: { code: '', message: 'no', request_id: 'of the body' } },
  'GET /projects/p/snapshots': { status: 200, body: { snapshots: [] } },
};
let asked = 0;
const server = createServer((request, response) => {
  asked += 1;
  const { status, body } = answers[`${request.method} ${request.url}`] ?? { status: 500, body: {} };
  response.writeHead(status, { 'content-type': 'application/json', 'x-neon-ret-request-id': `req-${asked}` });
  response.end(JSON.stringify(body));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
t.teardown(() => server.close());
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const changes: string[] = [];
const connect = connectNeon({ baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 2_000 });
const neon = connect('key', (id) => changes.push(id));
t.beforeEach(() => {
  asked = 0;
  changes.length = 0;
});

t.test('a change that is accepted is told; to read, and what is gone already, are no changes', async (t) => {
  await neon.listSnapshots('p');
  await neon.deleteSnapshot('p', 'taken');
  await neon.deleteSnapshot('p', 'gone');
  t.strictSame(changes, ['req-2']);
});

t.test('a refusal carries the id of its body, or else of its header', async (t) => {
  const refusalOf = (snapshotId: string) => neon.deleteSnapshot('p', snapshotId).catch((error: unknown) => error);
  t.match(await refusalOf('kept'), { status: 412, requestId: 'req-1' });
  t.match(await refusalOf('said'), { status: 412, requestId: 'of the body' });
  t.strictSame(changes, []);
});
