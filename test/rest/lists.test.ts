import t from 'tap';
import { openDoor } from './door.ts';
import { snapshot } from './views.ts';

const lists = [
  ['/v1/credentials', 'credentials.list'],
  ['/v1/projects', 'projects.list'],
  ['/v1/projects/prj_1/branches', 'branches.list'],
  ['/v1/status', 'status.team'],
  ['/v1/policies', 'policies.list'],
  ['/v1/snapshots', 'snapshots.listWritten'],
  ['/v1/holds', 'holds.list'],
  ['/v1/retention-plans', 'retentionPlans.list'],
  ['/v1/restores', 'restores.list'],
  ['/v1/jobs', 'jobs.list'],
  ['/v1/audit-events', 'audit.list'],
] as const;

t.test('a page has 50 items unless 1 to 200 are asked for', async (t) => {
  const { send, calls } = await openDoor(t);
  for (const [url, name] of lists) {
    await send('GET', url);
    t.equal(calls.at(-1)?.name, name);
    t.strictSame(calls.at(-1)?.input.at(-1), { limit: 50, cursor: undefined }, url);
    for (const limit of [1, 200]) {
      t.equal((await send('GET', `${url}?limit=${limit}&cursor=abc`)).statusCode, 200);
      t.strictSame(calls.at(-1)?.input.at(-1), { limit, cursor: 'abc' }, url);
    }
    const asked = calls.length;
    for (const limit of ['0', '201', '-1', '1.5', 'x', '', '1e2', '0x10', ' 5', '99999999999', '5&limit=6']) {
      const answer = await send('GET', `${url}?limit=${limit}`);
      t.match(answer.json(), { code: 'invalid_request', errors: [{ path: 'limit' }] }, `${url} limit=${limit}`);
    }
    t.equal(calls.length, asked);
  }
});

t.test('a parameter that a list does not know is refused', async (t) => {
  const { send, calls } = await openDoor(t);
  for (const [url] of lists) {
    const answer = await send('GET', `${url}?sort=name&limit=5`);
    t.match(answer.json(), { code: 'invalid_request', errors: [{ path: 'sort', message: 'is not a known field' }] });
  }
  t.match(
    (await send('GET', '/v1/snapshots/snp_1?verbose=1')).json(),
    { code: 'invalid_request' },
    'nor by a single one',
  );
  t.match((await send('GET', '/v1/snapshots?cursor=')).json(), {
    code: 'invalid_request',
    errors: [{ path: 'cursor' }],
  });
  t.strictSame(calls, []);
});

t.test('filters reach the domain, and only those of the list', async (t) => {
  const { send, calls } = await openDoor(t);
  await send('GET', '/v1/snapshots?projectId=a&branchId=b&policyId=c&status=available&limit=5');
  t.strictSame(calls.at(-1)?.input[1], { projectId: 'a', branchId: 'b', policyId: 'c', status: 'available' });
  await send('GET', '/v1/status?state=at_risk&limit=5');
  t.strictSame(calls.at(-1)?.input[1], { state: 'at_risk' });
  t.equal((await send('GET', '/v1/status?state=uncovered')).json<{ code: string }>().code, 'invalid_request');
  await send('GET', '/v1/restores?projectId=a&branchId=b&status=succeeded');
  t.strictSame(calls.at(-1)?.input[1], { projectId: 'a', branchId: 'b', status: 'succeeded' });
  await send('GET', '/v1/jobs?state=waits_for_neon&projectId=a&subjectId=b&job=restore.run&limit=5');
  t.strictSame(calls.at(-1)?.input[1], { state: 'waits_for_neon', projectId: 'a', subjectId: 'b', job: 'restore.run' });
  await send('GET', '/v1/holds?state=released&branchId=b&snapshotId=s&limit=5');
  t.strictSame(calls.at(-1)?.input[1], { state: 'released', branchId: 'b', snapshotId: 's' });
  await send('GET', '/v1/projects?label=env:production&label=team/owner:a:b%2Cc&label=empty:&limit=5');
  t.strictSame(calls.at(-1)?.input[1], { labels: { env: 'production', 'team/owner': 'a:b,c', empty: '' } });
  await send('GET', '/v1/projects?limit=5');
  t.strictSame(calls.at(-1)?.input[1], {});
  const event = {
    subjectId: 's',
    action: 'policy.created',
    actorId: 'k',
    since: 'x',
    until: '2026-03-01T00:00:00+02:00',
  };
  await send('GET', `/v1/audit-events?${new URLSearchParams(event).toString()}`);
  t.strictSame(calls.at(-1)?.input[1], event);
  for (const status of ['done', 'succeeded', '']) {
    const answer = await send('GET', `/v1/snapshots?status=${status}`);
    t.match(answer.json(), {
      code: 'invalid_request',
      errors: [{ path: 'status', message: /^must be one of requested, / }],
    });
  }
  t.match((await send('GET', '/v1/jobs?state=failed')).json(), {
    code: 'invalid_request',
    errors: [{ path: 'state', message: /^must be one of waiting, / }],
  });
});

t.test('a label that is none, and a key with two values, are refused', async (t) => {
  const { send, calls } = await openDoor(t);
  const key = 'k'.repeat(63);
  const many = Array.from({ length: 65 }, (_, n) => `label=k${n}:v`).join('&');
  for (const query of [
    'label=',
    'label=env',
    'label=:x',
    'label=Env:x',
    `label=k${key}:x`,
    `label=a:${'x'.repeat(257)}`,
  ]) {
    const { code, errors } = (await send('GET', `/v1/projects?${query}`)).json();
    t.match({ code, errors }, { code: 'invalid_request', errors: [{ path: 'label[0]' }] }, query);
  }
  for (const query of [many, 'label=a:b&label=a:c', 'label=a:b&label=a:b']) {
    const answer = (await send('GET', `/v1/projects?${query}`)).json();
    t.match(answer, { code: 'invalid_request', errors: [{ path: 'label' }] }, query);
  }
  t.strictSame(calls, []);
  t.equal((await send('GET', `/v1/projects?label=${key}:${'x'.repeat(256)}`)).statusCode, 200);
});

t.test('the next page is linked, with the filters of this one', async (t) => {
  let nextCursor: string | null = 'c2';
  const written = { json: JSON.stringify(snapshot), version: 1 };
  const listWritten = async () => ({ items: [written], nextCursor });
  const { send, calls } = await openDoor(t, { replace: { snapshots: { listWritten } } });
  const first = await send('GET', '/v1/snapshots?status=available&branchId=b%20c&limit=1&cursor=c1');
  t.equal(first.json().nextCursor, 'c2');
  const link = String(first.headers['link']);
  t.equal(link, '</v1/snapshots?status=available&branchId=b+c&limit=1&cursor=c2>; rel="next"');

  nextCursor = null;
  const next = await send('GET', /<(.*)>/.exec(link)?.[1] ?? '');
  t.strictSame(calls.at(-1)?.input.slice(1), [
    { status: 'available', branchId: 'b c' },
    { limit: 1, cursor: 'c2' },
  ]);
  t.equal(next.headers['link'], undefined, 'the last page has none');
  t.equal(next.json().nextCursor, null);
});
