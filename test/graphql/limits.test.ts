import t from 'tap';
import { openDoor } from './door.ts';

const type = (mutation: string) => `${mutation.slice(0, 1).toUpperCase()}${mutation.slice(1)}Input`;
const schedule = { name: 'night', cron: '0 2 * * *', timeZone: 'UTC' };
const policy = { name: 'p', selector: { projects: ['prj_1'] }, schedules: [schedule], retention: { keepLast: 1 } };
const hold = { matter: 'm', reason: 'r', selector: { snapshotIds: ['s'] } };
const source = { snapshotId: 'snp_1' };
const many = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`);

const outside: ReadonlyArray<readonly [mutation: string, field: string, input: Record<string, unknown>]> = [
  ['createCredential', 'name', { name: '', neonApiKey: 'k' }],
  ['createCredential', 'name', { name: ' ', neonApiKey: 'k' }],
  ['createCredential', 'name', { name: 'a\nb', neonApiKey: 'k' }],
  ['createCredential', 'name', { name: 'n'.repeat(129), neonApiKey: 'k' }],
  ['createCredential', 'name', { name: 'a\0', neonApiKey: 'k' }],
  ['createCredential', 'neonApiKey', { name: 'a', neonApiKey: 'a b' }],
  ['createCredential', 'neonApiKey', { name: 'a', neonApiKey: 'k'.repeat(513) }],
  ['updateCredential', 'name', { id: 'crd_1', version: 1, name: null }],
  ['updateCredential', 'neonApiKey', { id: 'crd_1', version: 1, neonApiKey: '' }],
  ['registerProject', 'neonProjectId', { neonProjectId: 'a/b', credentialId: 'crd_1' }],
  ['registerProject', 'credentialId', { neonProjectId: 'a', credentialId: 'crd\0' }],
  ['registerProject', 'labels', { neonProjectId: 'a', credentialId: 'c', labels: [] }],
  ['registerProject', 'labels.Tier', { neonProjectId: 'a', credentialId: 'c', labels: { Tier: 'x' } }],
  ['registerProject', 'labels.tier', { neonProjectId: 'a', credentialId: 'c', labels: { tier: null } }],
  ['registerProject', 'labels.tier', { neonProjectId: 'a', credentialId: 'c', labels: { tier: 'x'.repeat(257) } }],
  [
    'registerProject',
    'labels',
    { neonProjectId: 'a', credentialId: 'c', labels: Object.fromEntries(many(65).map((key) => [key, ''])) },
  ],
  ['updateProject', 'labels', { id: 'p', version: 1, labels: null }],
  ['updateProject', 'labels.a', { id: 'p', version: 1, labels: { a: 1 } }],
  ['updateProject', 'limits', { id: 'p', version: 1, limits: null }],
  ['updateProject', 'limits.rootBranches', { id: 'p', version: 1, limits: { rootBranches: 0 } }],
  ['updateProject', 'limits.snapshots', { id: 'p', version: 1, limits: { snapshots: 100_001 } }],
  ['createPolicy', 'selector.projects', { ...policy, selector: { projects: [] } }],
  ['createPolicy', 'selector.projects', { ...policy, selector: { projects: ['a', 'a'] } }],
  ['createPolicy', 'selector.projects', { ...policy, selector: { projects: many(501) } }],
  ['createPolicy', 'schedules', { ...policy, schedules: [] }],
  ['createPolicy', 'schedules[0].cron', { ...policy, schedules: [{ ...schedule, cron: '*'.repeat(257) }] }],
  [
    'createPolicy',
    'schedules[1].timeZone',
    { ...policy, schedules: [schedule, { ...schedule, timeZone: 'z'.repeat(65) }] },
  ],
  ['createPolicy', 'retention.keepLast', { ...policy, retention: { keepLast: 0 } }],
  ['updatePolicy', 'selector.branches', { id: 'p', version: 1, selector: { branches: null } }],
  ['updatePolicy', 'retention.keepLast', { id: 'p', version: 1, retention: { keepLast: 10_001 } }],
  ['requestSnapshot', 'lsn', { branchId: 'b', lsn: 'x' }],
  ['requestSnapshot', 'lsn', { branchId: 'b', lsn: '0/1', at: '2026-03-01T09:30:00Z' }],
  ['requestSnapshot', 'at', { branchId: 'b', at: '2026\ud800' }],
  ['lockSnapshot', 'until', { id: 's' }],
  ['lockSnapshot', 'graceHours', { id: 's', until: null, graceHours: 721 }],
  ['lockSnapshot', 'reason', { id: 's', until: null, reason: ' ' }],
  ['placeHold', 'matter', { ...hold, matter: 'm'.repeat(129) }],
  ['placeHold', 'reason', { ...hold, reason: '' }],
  ['placeHold', 'selector', { ...hold, selector: {} }],
  ['placeHold', 'selector', { ...hold, selector: { branchId: 'b' } }],
  ['placeHold', 'selector', { ...hold, selector: { snapshotIds: ['s'], from: 'a' } }],
  ['placeHold', 'selector.snapshotIds', { ...hold, selector: { snapshotIds: [] } }],
  ['placeHold', 'selector.snapshotIds', { ...hold, selector: { snapshotIds: many(501) } }],
  ['releaseHold', 'reason', { id: 'h', reason: 'r'.repeat(1001) }],
  ['requestRestore', 'source', { source: {}, target: { kind: 'in_place' } }],
  ['requestRestore', 'source', { source: { branchId: 'b' }, target: { kind: 'in_place' } }],
  ['requestRestore', 'source', { source: { ...source, at: 'a' }, target: { kind: 'in_place' } }],
  ['requestRestore', 'source', { source: { ...source, branchId: 'b', at: 'a' }, target: { kind: 'in_place' } }],
  ['requestRestore', 'source', { source: { branchId: 'b', at: 'a', lsn: '0/1' }, target: { kind: 'in_place' } }],
  ['requestRestore', 'target.name', { source, target: { kind: 'in_place', name: 'a' } }],
  ['requestRestore', 'target.expiresAt', { source, target: { kind: 'in_place', expiresAt: 'a' } }],
  ['requestRestore', 'target.preserveAs', { source, target: { kind: 'new_branch', preserveAs: 'a' } }],
  ['requestRestore', 'target.name', { source, target: { kind: 'new_branch', name: 'n'.repeat(257) } }],
  ['connectRestore', 'databaseName', { id: 'r', databaseName: 'd'.repeat(64) }],
];

for (const [mutation, field, input] of outside) {
  t.test(`${mutation} refuses ${field} in ${JSON.stringify(input).slice(0, 100)}`, async (t) => {
    const door = await openDoor(t);
    const { data, errors } = await door.ask(
      `mutation ($input: ${type(mutation)}!) { done: ${mutation}(input: $input) { __typename } }`,
      { input },
    );
    t.strictSame(data, { done: null });
    t.match(errors, [{ extensions: { code: 'invalid_request', errors: [{ path: field, message: String }] } }]);
    t.strictSame(door.calls, []);
  });
}

/** What has no field of its own to speak of: the variable does not fit. */
const misfits: ReadonlyArray<readonly [mutation: string, input: Record<string, unknown>]> = [
  ['createCredential', { name: 'a', neonApiKey: 'k', extra: 1 }],
  ['createCredential', { name: 'a' }],
  ['createPolicy', { ...policy, selector: { projects: ['p'], branches: 'all' } }],
  ['createPolicy', { ...policy, selector: { projects: ['p'], branches: [] } }],
  ['createPolicy', { ...policy, selector: { projects: ['p'], branches: ['a', 'a'] } }],
  ['createPolicy', { ...policy, selector: { projects: ['p'], branches: ['n'.repeat(257)] } }],
  ['updateCredential', { id: 'crd_1', name: 'a' }],
  ['requestRestore', { source, target: { kind: 'sideways' } }],
  ['requestSnapshot', { branchId: 'b', at: 5 }],
];

for (const [mutation, input] of misfits) {
  t.test(`${mutation} refuses ${JSON.stringify(input).slice(0, 100)} before it runs`, async (t) => {
    const door = await openDoor(t);
    const { status, errors } = await door.ask(
      `mutation ($input: ${type(mutation)}!) { ${mutation}(input: $input) { __typename } }`,
      { input },
    );
    t.equal(status, 400);
    t.match(errors, [{ extensions: { code: 'invalid_request' } }]);
    t.strictSame(door.calls, []);
  });
}

t.test('an idempotency key that is none is refused', async (t) => {
  const door = await openDoor(t);
  for (const key of ['', 'a b', 'k'.repeat(256), 'ü']) {
    const { errors } = await door.ask(
      'mutation ($key: String) { runPolicy(input: { id: "p" }, idempotencyKey: $key) { __typename } }',
      { key },
    );
    t.match(errors, [{ extensions: { code: 'invalid_request', errors: [{ path: 'idempotencyKey' }] } }]);
  }
  t.strictSame(door.calls, []);
});

t.test('the largest values that are allowed are allowed, in characters and not in bytes', async (t) => {
  const door = await openDoor(t);
  const { errors } = await door.ask('mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { id } }', {
    input: {
      name: '🌅'.repeat(128),
      selector: { projects: many(500), branches: many(500) },
      schedules: Array.from({ length: 20 }, () => schedule),
      retention: { keepLast: 10_000 },
    },
  });
  t.strictSame(errors, []);
});

t.test('labels that are none, and no label at all, choose no projects', async (t) => {
  const door = await openDoor(t);
  for (const [labels, path] of [
    [{}, 'filter.labels'],
    [[], 'filter.labels'],
    ['env', 'filter.labels'],
    [{ Env: 'x' }, 'filter.labels.Env'],
    [{ env: 1 }, 'filter.labels.env'],
    [{ env: null }, 'filter.labels.env'],
    [{ env: 'x'.repeat(257) }, 'filter.labels.env'],
  ] as const) {
    const query = 'query ($labels: JSON) { projects(filter: { labels: $labels }) { edges { cursor } } }';
    const { errors } = await door.ask(query, { labels });
    t.match(errors, [{ extensions: { code: 'invalid_request', errors: [{ path }] } }]);
  }
  t.strictSame(door.calls, []);
  await door.ask('{ projects(filter: { labels: null }) { edges { cursor } } }');
  t.match(door.calls, [{ name: 'projects.list', input: [{}, {}] }], 'null chooses all');
});

t.test('the limits of nested fields hold too', async (t) => {
  const door = await openDoor(t);
  const { data, errors } = await door.ask(
    '{ branch(id: "brn_1") { id timeline { branchId } snapshots(first: 201) { edges { cursor } } } }',
  );
  t.equal(data, undefined, 'before anything is read');
  t.match(errors, [{ extensions: { code: 'invalid_request', errors: [{ path: 'first' }] } }]);
  t.strictSame(door.calls, []);
});
