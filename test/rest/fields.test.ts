// What the schemas refuse, and in which words: each fault names its field, none repeats a value.

import t from 'tap';
import { openDoor } from './door.ts';

const policy = {
  name: 'nightly',
  selector: { projects: ['prj_1'] },
  schedules: [{ name: 'night', cron: '0 3 * * *', timeZone: 'Europe/Berlin' }],
  retention: { keepLast: 7 },
};
const hold = { matter: 'm', reason: 'r', selector: { snapshotIds: ['s'] } };
const now = '2026-03-01T10:00:00Z';
const simulation = { points: [{ id: 'a', pointAt: now }], retention: { daily: 1 }, timeZone: 'UTC', now };
const target = { kind: 'new_branch' };
const source = { snapshotId: 'snp_1' };
const many = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`);
const control = 'must hold more than spaces, and no control characters';

const refused: readonly [url: string, body: object, ...errors: [path: string, message: string | RegExp][]][] = [
  ['/v1/credentials', { name: 'n', neonApiKey: 'k', key: 'k' }, ['key', 'is not a known field']],
  ['/v1/credentials', { name: 'n' }, ['neonApiKey', 'is required']],
  ['/v1/credentials', { name: 5, neonApiKey: [] }, ['name', 'must be a string'], ['neonApiKey', 'must be a string']],
  ['/v1/credentials', { name: 'n', neonApiKey: 'a b' }, ['neonApiKey', 'must hold visible ASCII characters only']],
  ['/v1/credentials', { name: '', neonApiKey: 'k' }, ['name', 'must have at least 1 character(s)']],
  ['/v1/credentials', { name: '   ', neonApiKey: 'k' }, ['name', control]],
  ['/v1/credentials', { name: 'a\nb', neonApiKey: 'k' }, ['name', control]],
  ['/v1/credentials', { name: '\ud800', neonApiKey: 'k' }, ['name', control]],
  ['/v1/credentials', { name: 'x'.repeat(129), neonApiKey: 'k' }, ['name', 'must have at most 128 character(s)']],
  [
    '/v1/projects',
    { neonProjectId: '../me', credentialId: 'c' },
    ['neonProjectId', 'must hold letters, digits, - and _ only'],
  ],
  [
    '/v1/projects',
    { neonProjectId: 'a', credentialId: 'c', labels: { Team: 'x' } },
    ['labels.Team', 'is not a valid key'],
  ],
  ['/v1/projects', { neonProjectId: 'a', credentialId: 'c', labels: { team: 1 } }, ['labels.team', 'must be a string']],
  [
    '/v1/projects',
    { neonProjectId: 'a', credentialId: 'c', labels: { team: null } },
    ['labels.team', 'must be a string'],
  ],
  [
    '/v1/projects',
    { neonProjectId: 'a', credentialId: 'c', labels: { t: 'x'.repeat(257) } },
    ['labels.t', /at most 256/],
  ],
  [
    '/v1/projects',
    { neonProjectId: 'a', credentialId: 'c', labels: Object.fromEntries(many(65).map((name) => [name, 'x'])) },
    ['labels', /more than 64/],
  ],
  ['/v1/projects/prj_1/adopt', {}, ['neonSnapshotId', 'is required']],
  [
    '/v1/projects/prj_1/adopt',
    { neonSnapshotId: '../snap', name: '  ' },
    ['neonSnapshotId', 'must hold letters, digits, - and _ only'],
    ['name', control],
  ],
  ['/v1/policies', { ...policy, selector: { labels: {} } }, ['selector.labels', /fewer than 1/]],
  ['/v1/policies', { ...policy, selector: { projects: [] } }, ['selector.projects', /fewer than 1/]],
  ['/v1/policies', { ...policy, selector: { projects: many(501) } }, ['selector.projects', /more than 500/]],
  [
    '/v1/policies',
    { ...policy, selector: { projects: ['a', 'a'] } },
    ['selector.projects', 'must not hold the same item twice'],
  ],
  [
    '/v1/policies',
    { ...policy, selector: { projects: ['a'], branches: 'all' } },
    ['selector.branches', 'must be one of "default", "roots", an array'],
  ],
  [
    '/v1/policies',
    { ...policy, selector: { projects: ['a'], branches: ['', 'b'] } },
    ['selector.branches[0]', /at least 1/],
  ],
  ['/v1/policies', { ...policy, schedules: [] }, ['schedules', /fewer than 1/]],
  ['/v1/policies', { ...policy, schedules: Array(21).fill(policy.schedules[0]) }, ['schedules', /more than 20/]],
  [
    '/v1/policies',
    { ...policy, schedules: [{ ...policy.schedules[0], cron: 5 }] },
    ['schedules[0].cron', 'must be a string'],
  ],
  [
    '/v1/policies',
    { ...policy, schedules: [{ name: 'a', cron: '* * * * *' }] },
    ['schedules[0].timeZone', 'is required'],
  ],
  ['/v1/policies', { ...policy, retention: { keepLast: 0 } }, ['retention.keepLast', />= 1$/]],
  ['/v1/policies', { ...policy, retention: { keepLast: 10_001 } }, ['retention.keepLast', /<= 10000$/]],
  ['/v1/policies', { ...policy, retention: { keepLast: 1.5 } }, ['retention.keepLast', 'must be an integer']],
  ['/v1/policies', { ...policy, retention: { keepLast: '7' } }, ['retention.keepLast', 'must be an integer']],
  ['/v1/policies', { ...policy, retention: { hourly: 0.5 } }, ['retention.hourly', 'must be an integer']],
  ['/v1/policies', { ...policy, retention: { bucketKeeps: 'middle' } }, ['retention.bucketKeeps', /first/]],
  ['/v1/policies', { ...policy, paused: true }, ['paused', 'is not a known field']],
  ['/v1/retention/simulate', { ...simulation, now: undefined }, ['now', 'is required']],
  ['/v1/retention/simulate', { ...simulation, retention: { daily: 0 } }, ['retention.daily', />= 1$/]],
  [
    '/v1/retention/simulate',
    { ...simulation, points: [{ id: '', pointAt: 5, held: 'no', age: 1 }] },
    ['points[0].age', 'is not a known field'],
    ['points[0].id', 'must have at least 1 character(s)'],
    ['points[0].pointAt', 'must be a string'],
    ['points[0].held', 'must be a boolean'],
  ],
  [
    '/v1/retention/simulate',
    { ...simulation, points: many(10_001).map((id) => ({ id, pointAt: now })) },
    ['points', /more than 10000/],
  ],
  ['/v1/policies', { ...policy, force: 'yes' }, ['force', 'must be a boolean']],
  ['/v1/policies/preview', { ...policy, retention: { keepLast: 0 } }, ['retention.keepLast', />= 1$/]],
  ['/v1/policies/preview?count=501', policy, ['count', /<= 500/]],
  ['/v1/policies/preview?count=0', policy, ['count', />= 1/]],
  ['/v1/policies/preview?until=x', policy, ['until', 'is not a known field']],
  ['/v1/snapshots', { branchId: 'b', at: 'x', lsn: '0/1' }, ['lsn', 'cannot be given together with at']],
  ['/v1/snapshots', { branchId: 'b', at: 5 }, ['at', 'must be a string']],
  ['/v1/snapshots', { branchId: 'b', lsn: 'zero' }, ['lsn', 'must be a log sequence number such as 16/B374D848']],
  ['/v1/snapshots', { branchId: 'b', name: null }, ['name', 'must be a string']],
  ['/v1/snapshots/snp_1/lock', {}, ['until', 'is required']],
  ['/v1/snapshots/snp_1/lock', { until: 5 }, ['until', 'must be a string or null']],
  ['/v1/snapshots/snp_1/lock', { until: null, mode: 'legal' }, ['mode', 'must be one of governance, compliance']],
  ['/v1/snapshots/snp_1/lock', { until: null, graceHours: 721 }, ['graceHours', /<= 720$/]],
  ['/v1/snapshots/snp_1/lock', { until: null, reason: '' }, ['reason', 'must have at least 1 character(s)']],
  ['/v1/holds', { ...hold, matter: ' ' }, ['matter', control]],
  ['/v1/holds', { ...hold, reason: 'x'.repeat(1001) }, ['reason', 'must have at most 1000 character(s)']],
  ['/v1/holds', { ...hold, selector: {} }, ['selector', 'must be one of {snapshotIds}, {branchId, from}']],
  ['/v1/holds', { ...hold, selector: { branchId: 'b', snapshotIds: ['s'] } }, ['selector', /^must be one of/]],
  ['/v1/holds', { ...hold, selector: { snapshotIds: [] } }, ['selector.snapshotIds', /fewer than 1/]],
  ['/v1/holds', { ...hold, selector: { snapshotIds: many(501) } }, ['selector.snapshotIds', /more than 500/]],
  ['/v1/holds', { ...hold, selector: { branchId: 'b', from: 5 } }, ['selector.from', 'must be a string']],
  ['/v1/holds/hld_1/release', {}, ['reason', 'is required']],
  ['/v1/restores', { source }, ['target', 'is required']],
  ['/v1/restores', { source: {}, target }, ['source', 'must be one of {snapshotId}, {branchId, at}, {branchId, lsn}']],
  [
    '/v1/restores',
    { source: 'snp_1', target },
    ['source', 'must be one of {snapshotId}, {branchId, at}, {branchId, lsn}'],
  ],
  ['/v1/restores', { source: { branchId: 'b', at: 'x', lsn: '0/1' }, target }, ['source', /^must be one of/]],
  ['/v1/restores', { source: { snapshotId: 's', branchId: 'b' }, target }, ['source', /^must be one of/]],
  ['/v1/restores', { source: { branchId: 'b', at: 5 }, target }, ['source.at', 'must be a string']],
  ['/v1/restores', { source: { branchId: 'b', lsn: '1' }, target }, ['source.lsn', /log sequence number/]],
  ['/v1/restores', { source, target: {} }, ['target.kind', 'must be one of new_branch, in_place']],
  ['/v1/restores', { source, target: { kind: 'both' } }, ['target.kind', 'must be one of new_branch, in_place']],
  [
    '/v1/restores',
    { source, target: { kind: 'new_branch', preserveAs: 'x' } },
    ['target.preserveAs', 'is not a known field'],
  ],
  ['/v1/restores', { source, target: { kind: 'in_place', name: 'x' } }, ['target.name', 'is not a known field']],
  [
    '/v1/restores',
    { source, target: { kind: 'new_branch', name: '' } },
    ['target.name', 'must have at least 1 character(s)'],
  ],
  [
    '/v1/restores',
    { source: { snapshotId: 1 }, target: { kind: 'in_place', preserveAs: 1, extra: 1 } },
    ['source.snapshotId', 'must be a string'],
    ['target.extra', 'is not a known field'],
    ['target.preserveAs', 'must be a string'],
  ],
  [
    '/v1/restores/rst_1/connection',
    { databaseName: 'x'.repeat(64) },
    ['databaseName', 'must have at most 63 character(s)'],
  ],
];

t.test('a body that does not fit is refused, each fault by its field', async (t) => {
  const { send, calls } = await openDoor(t);
  for (const [url, body, ...errors] of refused) {
    const answer = await send('POST', url, body);
    const what = `${url} ${JSON.stringify(body).slice(0, 100)}`;
    t.match(answer.json(), { code: 'invalid_request', status: 400 }, what);
    const found: { path: string; message: string }[] = answer.json().errors;
    t.equal(found.length, errors.length, `${what}: ${JSON.stringify(found)}`);
    for (const [path, message] of errors) t.match(found.find((error) => error.path === path)?.message, message, what);
    t.match(answer.json().detail, errors[0]?.[0] ?? '', 'the sentence names the field too');
  }
  t.strictSame(calls, []);
});

t.test('a patch takes any part, and null only where it removes', async (t) => {
  const { send, calls } = await openDoor(t);
  const patches: [string, object, string][] = [
    ['/v1/policies/pol_1', { name: null }, 'must be a string'],
    ['/v1/policies/pol_1', { schedules: null }, 'must be an array'],
    ['/v1/policies/pol_1', { id: 'pol_2' }, 'is not a known field'],
    ['/v1/credentials/crd_1', { neonApiKey: null }, 'must be a string'],
    ['/v1/projects/prj_1', { labels: { team: 5 } }, 'must be a string or null'],
    ['/v1/projects/prj_1', { limits: { rootBranches: '3' } }, 'must be an integer or null'],
    ['/v1/projects/prj_1', { limits: { rootBranches: 0 } }, 'must be >= 1'],
    ['/v1/projects/prj_1', { neonProjectId: 'x' }, 'is not a known field'],
  ];
  for (const [url, patch, message] of patches) {
    const answer = await send('PATCH', url, patch, { 'if-match': '"1"' });
    t.match(answer.json(), { code: 'invalid_request', errors: [{ message }] }, JSON.stringify(patch));
    t.equal(answer.json().errors.length, 1);
  }
  t.strictSame(calls, []);
});

t.test('a value is never repeated: it may be a secret', async (t) => {
  const { send, lines } = await openDoor(t);
  const bodies = [
    { name: 'n', neonApiKey: 'napi_hunter2 ' },
    { name: 'n', neonApiKey: ['hunter2'] },
    { name: 'n', neonApiKey: 'k', other: 'hunter2' },
  ];
  for (const body of bodies) t.notMatch((await send('POST', '/v1/credentials', body)).body, 'hunter2');
  t.notMatch(lines.join(''), 'hunter2');
});

t.test('at most twenty faults are listed', async (t) => {
  const { send } = await openDoor(t);
  const body = Object.fromEntries(many(300).map((name) => [name, 1]));
  const answer = await send('POST', '/v1/snapshots', body);
  t.equal(answer.json().errors.length, 20);
  t.match(answer.json().detail, /and 17 more\. Nothing was done\.$/);
});
