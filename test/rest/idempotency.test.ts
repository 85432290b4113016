import t from 'tap';
import { Refusal } from '../../src/core/errors.ts';
import { openDoor } from './door.ts';

const policy = {
  name: 'nightly',
  selector: { projects: ['prj_1'] },
  schedules: [{ name: 'night', cron: '0 3 * * *', timeZone: 'UTC' }],
  retention: { keepLast: 7 },
};

/** Every POST that creates or starts work. */
const posts: [url: string, body?: object][] = [
  ['/v1/teams', { slug: 'shop', name: 'Shop' }],
  ['/v1/teams/tem_1/members', { subject: 'mary', role: 'viewer' }],
  ['/v1/api-keys', { name: 'n', role: 'viewer' }],
  ['/v1/api-keys/key_1/rotate', { overlapSeconds: 60 }],
  ['/v1/credentials', { name: 'n', neonApiKey: 'k' }],
  ['/v1/projects', { neonProjectId: 'a', credentialId: 'c' }],
  ['/v1/projects/prj_1/sync'],
  ['/v1/projects/prj_1/reconcile'],
  ['/v1/projects/prj_1/adopt', { neonSnapshotId: 'snap-2' }],
  ['/v1/policies', policy],
  ['/v1/policies/pol_1/run'],
  ['/v1/snapshots', { branchId: 'brn_1' }],
  ['/v1/snapshots/snp_1/cancel'],
  ['/v1/snapshots/snp_1/lock', { until: '2099-01-01T00:00:00Z' }],
  ['/v1/holds', { matter: 'm', reason: 'r', selector: { snapshotIds: ['s'] } }],
  ['/v1/policies/pol_1/retention-plan'],
  ['/v1/retention-plans/rtp_1/approve', { hash: 'a'.repeat(64) }],
  ['/v1/retention-plans/rtp_1/reject'],
  ['/v1/holds/hld_1/release', { reason: 'r' }],
  ['/v1/restores/rst_1/cancel'],
  ['/v1/restores', { source: { snapshotId: 's' }, target: { kind: 'in_place' } }],
];

t.test('the key and a fingerprint of the request reach the domain', async (t) => {
  const { send, calls } = await openDoor(t);
  const fingerprints = new Set<string>();
  for (const [url, body] of posts) {
    t.ok((await send('POST', url, body, { 'idempotency-key': 'k-1' })).statusCode < 300, url);
    const options = calls.at(-1)?.input[2] as { idempotency: { key: string; fingerprint: string } };
    t.equal(options.idempotency.key, 'k-1', url);
    t.match(options.idempotency.fingerprint, /^[0-9a-f]{64}$/);
    fingerprints.add(options.idempotency.fingerprint);
    t.ok((await send('POST', url, body)).statusCode < 300, url);
    t.strictSame(calls.at(-1)?.input[2], {}, 'no key, no options');
  }
  t.equal(fingerprints.size, posts.length, 'each request has its own');
});

t.test('every POST takes a key, but those that change nothing', async (t) => {
  const { app } = await openDoor(t);
  const { paths }: { paths: Record<string, { post?: { parameters?: { name: string }[] } }> } = (
    await app.inject('/openapi.json')
  ).json();
  const without = Object.entries(paths).filter(
    ([, { post }]) => post && !post.parameters?.some(({ name }) => name === 'Idempotency-Key'),
  );
  t.strictSame(without.map(([path]) => path).toSorted(), [
    '/v1/policies/preview',
    '/v1/restores/{id}/connection',
    '/v1/retention/simulate',
  ]);
});

t.test('the fingerprint tells requests apart by method, path and body, and by nothing else', async (t) => {
  const { send, calls } = await openDoor(t);
  const fingerprintOf = async (url: string, body: unknown, headers = {}) => {
    await send('POST', url, body, { 'idempotency-key': 'k', ...headers });
    return JSON.stringify(calls.at(-1)?.input[2]);
  };
  const url = '/v1/snapshots';
  const first = await fingerprintOf(url, '{"branchId":"b","name":"n"}');
  t.equal(await fingerprintOf(url, ' {"name": "n",\n "branchId": "b"}', { prefer: 'wait=0' }), first, 'the same JSON');
  t.not(await fingerprintOf(url, { branchId: 'b', name: 'm' }), first);
  t.not(await fingerprintOf(url, { branchId: 'b' }), first);
  t.not(
    await fingerprintOf('/v1/policies/pol_1/run', undefined),
    await fingerprintOf('/v1/policies/pol_2/run', undefined),
  );
});

t.test('a key is 1 to 255 visible characters', async (t) => {
  const { send, calls } = await openDoor(t);
  for (const key of ['a', '"8e03978e-40d5"', '~'.repeat(255)]) {
    t.equal((await send('POST', '/v1/snapshots', { branchId: 'b' }, { 'idempotency-key': key })).statusCode, 202, key);
  }
  const accepted = calls.length;
  for (const key of ['', 'a b', 'ü', 'x'.repeat(256)]) {
    const answer = await send('POST', '/v1/snapshots', { branchId: 'b' }, { 'idempotency-key': key });
    const errors = [{ path: 'idempotency-key', message: 'must be 1 to 255 visible ASCII characters' }];
    t.match(answer.json(), { code: 'invalid_request', errors }, key);
  }
  t.equal(calls.length, accepted);
});

t.test('a replay has the status, the headers and the body of the first answer', async (t) => {
  const { send } = await openDoor(t);
  for (const [url, body] of posts) {
    const [first, replay] = [
      await send('POST', url, body, { 'idempotency-key': 'k' }),
      await send('POST', url, body, { 'idempotency-key': 'k' }),
    ];
    t.equal(replay.statusCode, first.statusCode, url);
    t.equal(replay.body, first.body, url);
    for (const name of ['etag', 'location', 'content-type'])
      t.equal(replay.headers[name], first.headers[name], `${url} ${name}`);
  }
});

t.test('what the domain says of a key is answered', async (t) => {
  let refusal = new Refusal('idempotency_key_reused', 'Another request.');
  const request = async () => {
    throw refusal;
  };
  const { send } = await openDoor(t, { replace: { snapshots: { request } } });
  const post = () => send('POST', '/v1/snapshots', { branchId: 'b' }, { 'idempotency-key': 'k' });
  t.match((await post()).json(), { code: 'idempotency_key_reused', status: 422 });
  refusal = new Refusal('idempotency_key_in_flight', 'Under way.', { retryAfterSeconds: 1 });
  const answer = await post();
  t.match(answer.json(), { code: 'idempotency_key_in_flight', status: 409 });
  t.equal(answer.headers['retry-after'], '1');
});
