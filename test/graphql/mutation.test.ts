import t from 'tap';
import { openDoor } from './door.ts';
import * as samples from './samples.ts';

const { credential, hold, member, newApiKey, policy, project, reconcileReport, restore, snapshot, team } = samples;
const selector = { projects: ['prj_1'], branches: ['main', 'dev'] };
const schedules = [{ name: 'night', cron: '0 2 * * *', timeZone: 'Europe/Berlin' }];

interface Sample {
  readonly mutation: string;
  readonly type: string;
  readonly input: Record<string, unknown>;
  readonly selection: string;
  readonly answer: unknown;
  readonly call: string;
  /** What the domain is given, where it is not the input. */
  readonly given?: unknown;
  readonly takesKey?: boolean;
}

const samplesOfCommands: readonly Sample[] = [
  {
    mutation: 'createTeam',
    type: 'CreateTeamInput',
    input: { slug: 'shop', name: 'Shop' },
    selection: '{ id slug }',
    answer: { id: team.id, slug: 'shop' },
    call: 'teams.create',
    takesKey: true,
  },
  {
    mutation: 'addMember',
    type: 'AddMemberInput',
    input: { teamId: 'tem_1', subject: 'mary', issuer: null, role: 'approver' },
    selection: '{ id }',
    answer: { id: member.id },
    call: 'members.add',
    given: { teamId: 'tem_1', subject: 'mary', role: 'approver' },
    takesKey: true,
  },
  {
    mutation: 'updateMember',
    type: 'UpdateMemberInput',
    input: { teamId: 'tem_1', id: 'mbr_1', version: 1, role: 'viewer' },
    selection: '{ id }',
    answer: { id: member.id },
    call: 'members.update',
  },
  {
    mutation: 'removeMember',
    type: 'RemoveMemberInput',
    input: { teamId: 'tem_1', id: 'mbr_1' },
    selection: '{ id }',
    answer: { id: 'mbr_1' },
    call: 'members.remove',
  },
  {
    mutation: 'createApiKey',
    type: 'CreateApiKeyInput',
    input: { name: 'pipeline', role: 'operator', kind: null, expiresAt: null, projects: ['prj_1'], cidrs: null },
    selection: '{ id key }',
    answer: { id: newApiKey.id, key: newApiKey.key },
    call: 'apiKeys.create',
    given: { name: 'pipeline', role: 'operator', projects: ['prj_1'] },
    takesKey: true,
  },
  {
    mutation: 'rotateApiKey',
    type: 'RotateApiKeyInput',
    input: { id: 'key_1', overlapSeconds: 60 },
    selection: '{ id key }',
    answer: { id: newApiKey.id, key: newApiKey.key },
    call: 'apiKeys.rotate',
    takesKey: true,
  },
  {
    mutation: 'revokeApiKey',
    type: 'RevokeApiKeyInput',
    input: { id: 'key_1' },
    selection: '{ id }',
    answer: { id: 'key_1' },
    call: 'apiKeys.revoke',
    given: 'key_1',
  },
  {
    mutation: 'createCredential',
    type: 'CreateCredentialInput',
    input: { name: 'main', neonApiKey: 'napi_1' },
    selection: '{ id status }',
    answer: { id: credential.id, status: 'active' },
    call: 'credentials.create',
    takesKey: true,
  },
  {
    mutation: 'updateCredential',
    type: 'UpdateCredentialInput',
    input: { id: 'crd_1', version: 1, name: 'other' },
    selection: '{ id }',
    answer: { id: credential.id },
    call: 'credentials.update',
  },
  {
    mutation: 'deleteCredential',
    type: 'DeleteCredentialInput',
    input: { id: 'crd_1' },
    selection: '{ id }',
    answer: { id: 'crd_1' },
    call: 'credentials.delete',
    given: 'crd_1',
  },
  {
    mutation: 'registerProject',
    type: 'RegisterProjectInput',
    input: { neonProjectId: 'shop-1', credentialId: 'crd_1', labels: { tier: 'gold' } },
    selection: '{ id labels }',
    answer: { id: project.id, labels: project.labels },
    call: 'projects.register',
    takesKey: true,
  },
  {
    mutation: 'updateProject',
    type: 'UpdateProjectInput',
    input: { id: 'prj_1', version: 1, labels: { tier: null, new: 'x' }, limits: { rootBranches: null, snapshots: 3 } },
    selection: '{ id }',
    answer: { id: project.id },
    call: 'projects.update',
  },
  {
    mutation: 'removeProject',
    type: 'RemoveProjectInput',
    input: { id: 'prj_1' },
    selection: '{ id }',
    answer: { id: 'prj_1' },
    call: 'projects.remove',
    given: 'prj_1',
  },
  {
    mutation: 'syncProject',
    type: 'SyncProjectInput',
    input: { id: 'prj_1' },
    selection: '{ id }',
    answer: { id: project.id },
    call: 'projects.requestSync',
    given: 'prj_1',
    takesKey: true,
  },
  {
    mutation: 'reconcileProject',
    type: 'ReconcileProjectInput',
    input: { id: 'prj_1' },
    selection: '{ id present { snapshots } findings { kind reason } }',
    answer: {
      id: reconcileReport.id,
      present: { snapshots: 3 },
      findings: [
        { kind: 'leftover', reason: 'has_children' },
        { kind: 'orphan', reason: null },
      ],
    },
    call: 'projects.reconcile',
    given: 'prj_1',
    takesKey: true,
  },
  {
    mutation: 'adoptSnapshot',
    type: 'AdoptSnapshotInput',
    input: { id: 'prj_1', neonSnapshotId: 'snap-2', name: null, branchId: 'brn_1' },
    selection: '{ id status }',
    answer: { id: snapshot.id, status: 'available' },
    call: 'projects.adopt',
    given: { id: 'prj_1', neonSnapshotId: 'snap-2', branchId: 'brn_1' },
    takesKey: true,
  },
  {
    mutation: 'createPolicy',
    type: 'CreatePolicyInput',
    input: { name: 'nightly', selector, schedules, retention: { keepLast: 7 } },
    selection: '{ id selector { branches } }',
    answer: { id: policy.id, selector: { branches: ['main', 'dev'] } },
    call: 'policies.create',
    takesKey: true,
  },
  {
    mutation: 'updatePolicy',
    type: 'UpdatePolicyInput',
    input: { id: 'pol_1', version: 2, selector: { branches: 'roots' }, retention: { keepLast: 3 } },
    selection: '{ id }',
    answer: { id: policy.id },
    call: 'policies.update',
  },
  {
    mutation: 'deletePolicy',
    type: 'DeletePolicyInput',
    input: { id: 'pol_1', lastSnapshot: true },
    selection: '{ id snapshots { id } }',
    answer: { id: 'pol_1', snapshots: [{ id: snapshot.id }] },
    call: 'policies.delete',
    given: { id: 'pol_1', lastSnapshot: true },
  },
  {
    mutation: 'runPolicy',
    type: 'RunPolicyInput',
    input: { id: 'pol_1' },
    selection: '{ snapshots { id } }',
    answer: { snapshots: [{ id: snapshot.id }] },
    call: 'policies.run',
    given: 'pol_1',
    takesKey: true,
  },
  {
    mutation: 'pausePolicy',
    type: 'PausePolicyInput',
    input: { id: 'pol_1', until: '2026-03-01T09:30:00Z', reason: null },
    selection: '{ id isPaused }',
    answer: { id: policy.id, isPaused: true },
    call: 'policies.pause',
    given: { id: 'pol_1', until: '2026-03-01T09:30:00Z' },
    takesKey: true,
  },
  {
    mutation: 'resumePolicy',
    type: 'ResumePolicyInput',
    input: { id: 'pol_1' },
    selection: '{ id }',
    answer: { id: policy.id },
    call: 'policies.resume',
    given: 'pol_1',
    takesKey: true,
  },
  {
    mutation: 'importPolicies',
    type: 'ImportPoliciesInput',
    input: {
      document: { policies: { night: { selector, schedules, retention: { daily: 7 } } } },
      dryRun: true,
      remove: null,
    },
    selection: '{ isDryRun changes { name change } }',
    answer: { isDryRun: true, changes: samples.policyImport.changes.map(({ name, change }) => ({ name, change })) },
    call: 'policies.import',
    given: { dryRun: true, policies: { night: { selector, schedules, retention: { daily: 7 } } } },
  },
  {
    mutation: 'requestSnapshot',
    type: 'RequestSnapshotInput',
    input: { branchId: 'brn_1', name: null, at: '2026-03-01T09:30:00Z' },
    selection: '{ id status }',
    answer: { id: snapshot.id, status: 'available' },
    call: 'snapshots.request',
    given: { branchId: 'brn_1', at: '2026-03-01T09:30:00Z' },
    takesKey: true,
  },
  {
    mutation: 'cancelSnapshot',
    type: 'CancelSnapshotInput',
    input: { id: 'snp_1' },
    selection: '{ id cleanUp }',
    answer: { id: snapshot.id, cleanUp: null },
    call: 'snapshots.cancel',
    given: 'snp_1',
    takesKey: true,
  },
  {
    mutation: 'deleteSnapshot',
    type: 'DeleteSnapshotInput',
    input: { id: 'snp_1' },
    selection: '{ id }',
    answer: { id: snapshot.id },
    call: 'snapshots.delete',
    given: 'snp_1',
  },
  {
    mutation: 'lockSnapshot',
    type: 'LockSnapshotInput',
    input: { id: 'snp_1', mode: null, until: null, reason: 'Over.' },
    selection: '{ id lock { mode } }',
    answer: { id: snapshot.id, lock: { mode: 'governance' } },
    call: 'snapshots.lock',
    given: { id: 'snp_1', until: null, reason: 'Over.' },
    takesKey: true,
  },
  {
    mutation: 'placeHold',
    type: 'PlaceHoldInput',
    input: {
      matter: 'Smith',
      reason: 'The court asked.',
      selector: { branchId: 'brn_1', from: '2026-03-01T00:00:00Z', until: null },
    },
    selection: '{ id turnedBack }',
    answer: { id: hold.id, turnedBack: ['snp_1'] },
    call: 'holds.place',
    given: {
      matter: 'Smith',
      reason: 'The court asked.',
      selector: { branchId: 'brn_1', from: '2026-03-01T00:00:00Z' },
    },
    takesKey: true,
  },
  {
    mutation: 'releaseHold',
    type: 'ReleaseHoldInput',
    input: { id: 'hld_1', reason: 'Settled.' },
    selection: '{ id releaseReason }',
    answer: { id: hold.id, releaseReason: 'It is settled.' },
    call: 'holds.release',
    takesKey: true,
  },
  {
    mutation: 'requestRestore',
    type: 'RequestRestoreInput',
    input: { source: { branchId: 'brn_1', lsn: '0/1A2B3C4' }, target: { kind: 'new_branch', name: 'rescued' } },
    selection: '{ id }',
    answer: { id: restore.id },
    call: 'restores.request',
    takesKey: true,
  },
  {
    mutation: 'cancelRestore',
    type: 'CancelRestoreInput',
    input: { id: 'rst_1' },
    selection: '{ id cleanUp }',
    answer: { id: restore.id, cleanUp: 'pending' },
    call: 'restores.cancel',
    given: 'rst_1',
    takesKey: true,
  },
  {
    mutation: 'connectRestore',
    type: 'ConnectRestoreInput',
    input: { id: 'rst_1', databaseName: 'shop', pooled: true },
    selection: '{ uri }',
    answer: { uri: 'postgresql://shop:secret@127.0.0.1/shop' },
    call: 'restores.connect',
  },
  {
    mutation: 'deletePreservedBranch',
    type: 'DeletePreservedBranchInput',
    input: { id: 'rst_1' },
    selection: '{ id }',
    answer: { id: restore.id },
    call: 'restores.deletePreservedBranch',
    given: 'rst_1',
  },
];

for (const { mutation, type, input, selection, answer, call, given = input } of samplesOfCommands) {
  t.test(`${mutation} hands its input to the domain and answers what the domain gave`, async (t) => {
    const door = await openDoor(t);
    const query = `mutation Command($input: ${type}!) { done: ${mutation}(input: $input) ${selection} }`;
    const result = await door.ask(query, { input });
    t.equal(result.status, 200);
    t.strictSame(result.errors, []);
    t.strictSame(result.data, { done: answer });
    t.equal(door.calls.length, 1);
    t.equal(door.calls[0]?.name, call);
    t.strictSame(JSON.parse(JSON.stringify(door.calls[0]?.input[0])), given);
    t.strictSame(door.calls[0]?.input[1] ?? {}, {}, 'without a key nothing is said of idempotency');
  });
}

for (const { mutation, type, input, selection, takesKey } of samplesOfCommands) {
  const title = takesKey ? 'hands on an idempotency key' : 'takes no idempotency key';
  t.test(`${mutation} ${title}`, async (t) => {
    const door = await openDoor(t);
    const query = `mutation Command($input: ${type}!) { done: ${mutation}(input: $input, idempotencyKey: "k-1") ${selection} }`;
    const first = await door.ask(query, { input });
    if (!takesKey) {
      t.equal(first.errors[0]?.extensions['code'], 'invalid_request');
      t.strictSame(door.calls, []);
      return;
    }
    const backwards = Object.fromEntries(Object.entries(input).reverse());
    await door.ask(query.replace(selection, '{ __typename }'), { input: backwards });
    await door.ask(query.replace('k-1', 'k-2'), { input });
    const options = door.calls.map((made) => made.input[1]);
    t.match(options[0], { idempotency: { key: 'k-1', fingerprint: /^[0-9a-f]{64}$/ } });
    t.strictSame(options[1], options[0], 'the same command, however it is written and whatever is read of its answer');
    t.match(options[2], { idempotency: { key: 'k-2' } });
  });
}

t.test('a document is checked as what createPolicy takes, with the path of the fault', async (t) => {
  const door = await openDoor(t);
  const night = { selector, schedules, retention: { daily: 7 } };
  const documents = [
    [5, 'document'],
    [{ policies: {}, version: 1 }, 'version'],
    [{ policies: [] }, 'policies'],
    [{ policies: { night: 'no' } }, 'policies.night'],
    [{ policies: { night: { ...night, name: 'night' } } }, 'policies.night.name'],
    [{ policies: { night: { ...night, nightly: true } } }, 'policies.night'],
    [{ policies: { night: { ...night, retention: { daily: 0 } } } }, 'policies.night.retention.daily'],
    [
      { policies: { night: { ...night, schedules: [{ ...schedules[0], cron: 5 }] } } },
      'policies.night.schedules[0].cron',
    ],
    [{ policies: { night: { ...night, selector: { labels: { A: 'x' } } } } }, 'policies.night.selector.labels.A'],
    [{ policies: { 'ni\nght': night } }, 'policies.ni\nght.name'],
  ] as const;
  for (const [document, path] of documents) {
    const query = 'mutation ($input: ImportPoliciesInput!) { importPolicies(input: $input) { isDryRun } }';
    const { errors } = await door.ask(query, { input: { document } });
    t.match(errors, [{ extensions: { code: 'invalid_request', errors: [{ path }] } }], path);
    t.notMatch(errors[0]?.message ?? '', /nightly: true|cron: 5/);
  }
  t.strictSame(door.calls, []);
});

t.test('another input or another command has another fingerprint', async (t) => {
  const door = await openDoor(t);
  const run = (mutation: string, id: string) =>
    door.ask(`mutation { ${mutation}(input: { id: "${id}" }, idempotencyKey: "k") { __typename } }`);
  await run('runPolicy', 'a');
  await run('runPolicy', 'b');
  await run('syncProject', 'a');
  const prints = door.calls.map(
    ({ input }) => (input[1] as { idempotency: { fingerprint: string } }).idempotency.fingerprint,
  );
  t.equal(new Set(prints).size, 3);
});

t.test('every source and target of a restore reaches the domain as REST has it', async (t) => {
  const at = '2026-03-01T09:30:00Z';
  const cases = [
    [{ snapshotId: 'snp_1', branchId: null }, { kind: 'in_place', preserveAs: 'old' }, { snapshotId: 'snp_1' }],
    [
      { branchId: 'brn_1', at },
      { kind: 'new_branch', expiresAt: at },
      { branchId: 'brn_1', at },
    ],
    [{ branchId: 'brn_1', lsn: '0/1' }, { kind: 'in_place' }, { branchId: 'brn_1', lsn: '0/1' }],
  ] as const;
  for (const [source, target, given] of cases) {
    const door = await openDoor(t);
    await door.ask('mutation ($input: RequestRestoreInput!) { requestRestore(input: $input) { id } }', {
      input: { source, target },
    });
    t.strictSame(JSON.parse(JSON.stringify(door.calls[0]?.input[0])), { source: given, target });
  }
});

t.test('of several commands one that is refused leaves the answers of the others', async (t) => {
  const door = await openDoor(t);
  const { status, data, errors } = await door.ask(`mutation {
    first: runPolicy(input: { id: "pol_1" }) { snapshots { id } }
    second: requestSnapshot(input: { branchId: "brn_1", at: "a", lsn: "0/1" }) { id }
    third: deleteSnapshot(input: { id: "snp_1" }) { id }
  }`);
  t.equal(status, 200);
  t.strictSame(data, { first: { snapshots: [{ id: 'snp_1' }] }, second: null, third: { id: 'snp_1' } });
  t.match(errors, [{ path: ['second'], extensions: { code: 'invalid_request' } }]);
  t.strictSame(
    door.calls.map(({ name }) => name),
    ['policies.run', 'snapshots.delete'],
  );
});
