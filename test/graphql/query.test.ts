import t from 'tap';
import { openDoor } from './door.ts';
import { fields } from './fields.ts';
import {
  apiKey,
  auditEvent,
  auditHead,
  branch,
  branchStatus,
  credential,
  fleet,
  hold,
  retentionPlan,
  job as jobWithAttempts,
  me,
  member,
  policy,
  policyCoverage,
  policyPreview,
  firing,
  policyDocument,
  policyVersion,
  project,
  restore,
  simulation,
  snapshot,
  team,
  teamStatus,
  timeline,
  waits,
} from './samples.ts';

/** A type of GraphQL has all its fields always, and what is absent is null. */
const noWait = { jobId: null, job: null, subjectId: null, at: null, because: null, credentialId: null };
const { attempts, ...listedJob } = jobWithAttempts;
const job = { ...listedJob, waitsFor: { ...noWait, ...listedJob.waitsFor } };
const samples = {
  apiKey,
  fleet,
  me,
  member,
  team,
  auditEvent,
  branch,
  credential,
  hold,
  job,
  policy,
  project,
  restore,
  retentionPlan,
  firing,
  policyVersion,
  snapshot,
  timeline,
};

const gets = [
  { field: 'me', of: 'me', call: { name: 'me.get', input: [] } },
  { field: 'fleet', of: 'fleet', call: { name: 'fleet.get', input: [] } },
  { field: 'apiKey(id: "key_1")', of: 'apiKey', call: { name: 'apiKeys.get', input: ['key_1'] } },
  { field: 'credential(id: "crd_1")', of: 'credential', call: { name: 'credentials.get', input: ['crd_1'] } },
  { field: 'project(id: "prj_1")', of: 'project', call: { name: 'projects.get', input: ['prj_1'] } },
  { field: 'branch(id: "brn_1")', of: 'branch', call: { name: 'branches.get', input: ['brn_1'] } },
  { field: 'timeline(branchId: "brn_1")', of: 'timeline', call: { name: 'branches.timeline', input: ['brn_1'] } },
  { field: 'policy(id: "pol_1")', of: 'policy', call: { name: 'policies.get', input: ['pol_1'] } },
  { field: 'snapshot(id: "snp_1")', of: 'snapshot', call: { name: 'snapshots.get', input: ['snp_1'] } },
  { field: 'retentionPlan(id: "rtp_1")', of: 'retentionPlan', call: { name: 'retentionPlans.get', input: ['rtp_1'] } },
  { field: 'hold(id: "hld_1")', of: 'hold', call: { name: 'holds.get', input: ['hld_1'] } },
  { field: 'restore(id: "rst_1")', of: 'restore', call: { name: 'restores.get', input: ['rst_1'] } },
  { field: 'job(id: "job_1")', of: 'job', call: { name: 'jobs.get', input: ['job_1'] } },
] as const;

for (const { field, of, call } of gets) {
  t.test(`${field} answers the view as it is`, async (t) => {
    const door = await openDoor(t);
    const answer = await door.ask(`{ found: ${field} { ${fields[of]} } }`);
    t.equal(answer.status, 200);
    t.strictSame(answer.errors, []);
    t.strictSame(answer.data?.['found'], samples[of]);
    t.strictSame(door.calls, [call]);
  });
}

t.test('simulateRetention hands on what it is given, and answers the decisions', async (t) => {
  const door = await openDoor(t);
  const input = {
    points: [
      { id: 'snp_1', pointAt: 'x', branchId: 'b', held: true, lockedUntil: 'y', proven: false },
      { id: 'snp_2', pointAt: 'x', branchId: null, held: null, lockedUntil: null, proven: null },
    ],
    retention: { daily: 7, bucketKeeps: 'last' },
    timeZone: 'UTC',
    now: 'z',
  };
  const query = `query ($input: SimulateRetentionInput!) { simulateRetention(input: $input) { ${fields.simulation} } }`;
  const answer = await door.ask(query, { input });
  t.strictSame(answer.data, { simulateRetention: simulation });
  t.strictSame(JSON.parse(JSON.stringify(door.calls)), [{ name: 'retention.simulate', input: [input] }]);
  const point = { id: 'a', pointAt: 'x' };
  for (const [path, points] of [
    ['points', Array(10_001).fill(point)],
    ['points[0].id', [{ ...point, id: '' }]],
    ['points[0].branchId', [{ ...point, branchId: 'b'.repeat(129) }]],
  ] as const) {
    const { errors } = await door.ask(query, { input: { ...input, points } });
    t.match(errors, [{ extensions: { code: 'invalid_request', errors: [{ path }] } }]);
  }
  t.equal(door.calls.length, 1);
});

const page = { limit: 50 };
const lists = [
  { field: 'teams', of: 'team', call: { name: 'teams.list', input: [page] } },
  { field: 'members(teamId: "tem_1")', of: 'member', call: { name: 'members.list', input: ['tem_1', page] } },
  { field: 'apiKeys', of: 'apiKey', call: { name: 'apiKeys.list', input: [page] } },
  { field: 'credentials', of: 'credential', call: { name: 'credentials.list', input: [page] } },
  { field: 'projects', of: 'project', call: { name: 'projects.list', input: [{}, page] } },
  { field: 'branches(projectId: "prj_1")', of: 'branch', call: { name: 'branches.list', input: ['prj_1', page] } },
  {
    field: 'policies',
    of: 'policy',
    call: { name: 'policies.listSaved', input: [page] },
    // Its members share one reading.
    after: [{ name: 'policies.reaches', input: [['pol_1']] }],
  },
  { field: 'firings', of: 'firing', call: { name: 'firings.list', input: [{}, page] } },
  {
    field: 'policyVersions(policyId: "pol_1")',
    of: 'policyVersion',
    call: { name: 'policies.versions', input: ['pol_1', page] },
  },
  { field: 'snapshots', of: 'snapshot', call: { name: 'snapshots.list', input: [{}, page] } },
  { field: 'retentionPlans', of: 'retentionPlan', call: { name: 'retentionPlans.list', input: [{}, page] } },
  { field: 'holds', of: 'hold', call: { name: 'holds.list', input: [{}, page] } },
  { field: 'restores', of: 'restore', call: { name: 'restores.list', input: [{}, page] } },
  { field: 'jobs', of: 'job', call: { name: 'jobs.list', input: [{}, page] } },
  { field: 'auditEvents', of: 'auditEvent', call: { name: 'audit.list', input: [{}, page] } },
] as const;

for (const { field, of, call, ...more } of lists) {
  t.test(`${field} answers a connection of the views`, async (t) => {
    const door = await openDoor(t);
    const answer = await door.ask(
      `{ found: ${field} { edges { node { ${fields[of]} } cursor }
         pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    );
    const keys = {
      auditEvent: `${Date.parse(auditEvent.at)}.9000000000`,
      policyVersion: `version.pol_1.${policyVersion.version}`,
    };
    const key = of === 'auditEvent' || of === 'policyVersion' ? keys[of] : samples[of].id;
    const cursor = Buffer.from(key).toString('base64url');
    t.strictSame(answer.errors, []);
    t.strictSame(answer.data?.['found'], {
      edges: [{ node: samples[of], cursor }],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: cursor, endCursor: cursor },
    });
    t.strictSame(door.calls, [call, ...('after' in more ? more.after : [])]);
  });
}

t.test('what becomes of policies is read where it is asked for, and not where a policy came with it', async (t) => {
  const door = await openDoor(t);
  const listed = await door.ask('{ policies { edges { node { id name schedules { name nextFiringAt } isPaused } } } }');
  const one = await door.ask(
    '{ policy(id: "pol_1") { stops { code } delegation { branches { state } } warnings { code } } }',
  );
  t.strictSame([listed.errors, one.errors], [[], []]);
  t.match(one.data, { policy: { stops: [{ code: 'project_gone' }], warnings: [{ code: 'selects_nothing' }] } });
  t.strictSame(
    door.calls.map(({ name }) => name),
    ['policies.listSaved', 'policies.get'],
  );
});

t.test('auditHeads answers the views', async (t) => {
  const door = await openDoor(t);
  const answer = await door.ask(`{ auditHeads { ${fields.auditHead} } }`);
  t.strictSame([answer.errors, answer.data], [[], { auditHeads: [auditHead] }]);
  t.strictSame(door.calls, [{ name: 'audit.heads', input: [] }]);
});

const filters = [
  {
    field: 'projects(filter: { labels: { env: "production", owner: "shop" } }, first: 3)',
    call: { name: 'projects.list', input: [{ labels: { env: 'production', owner: 'shop' } }, { limit: 3 }] },
  },
  {
    field: 'snapshots(filter: { projectId: "prj_1", branchId: null, policyId: "pol_1", status: available }, first: 3)',
    call: {
      name: 'snapshots.list',
      input: [{ projectId: 'prj_1', policyId: 'pol_1', status: 'available' }, { limit: 3 }],
    },
  },
  {
    field: 'holds(filter: { state: open, branchId: null, snapshotId: "snp_1" })',
    call: { name: 'holds.list', input: [{ state: 'open', snapshotId: 'snp_1' }, page] },
  },
  {
    field: 'firings(filter: { policyId: "pol_1", branchId: "brn_1", status: missed }, first: 3)',
    call: { name: 'firings.list', input: [{ policyId: 'pol_1', branchId: 'brn_1', status: 'missed' }, { limit: 3 }] },
  },
  {
    field: 'restores(filter: { projectId: "prj_1", branchId: "brn_1", status: running }, first: null)',
    call: { name: 'restores.list', input: [{ projectId: 'prj_1', branchId: 'brn_1', status: 'running' }, page] },
  },
  {
    field: 'jobs(filter: { state: waits_for_neon, projectId: null, subjectId: "rst_1", job: "restore.run" })',
    call: { name: 'jobs.list', input: [{ state: 'waits_for_neon', subjectId: 'rst_1', job: 'restore.run' }, page] },
  },
  {
    field: `auditEvents(filter: { subjectId: "snp_1", action: "snapshot.requested", actorId: "key_1",
      since: "2026-01-01T00:00:00Z", until: "not an instant" })`,
    call: {
      name: 'audit.list',
      input: [
        {
          subjectId: 'snp_1',
          action: 'snapshot.requested',
          actorId: 'key_1',
          since: '2026-01-01T00:00:00Z',
          until: 'not an instant',
        },
        page,
      ],
    },
  },
];

for (const { field, call } of filters) {
  t.test(`a filter reaches the domain: ${field.split('(', 1)[0]}`, async (t) => {
    const door = await openDoor(t);
    const answer = await door.ask(`{ ${field} { pageInfo { hasNextPage } } }`);
    t.strictSame(answer.errors, []);
    t.strictSame(JSON.parse(JSON.stringify(door.calls)), [call]);
  });
}

t.test(
  'the status of a branch is its view as it is, and that of the team a page with a cursor for each branch',
  async (t) => {
    const door = await openDoor(t);
    const one = await door.ask(`{ branch(id: "brn_1") { status { ${fields.branchStatus} } } }`);
    t.strictSame([one.data, one.errors], [{ branch: { status: branchStatus } }, []]);
    door.calls.length = 0;
    const team =
      await door.ask(`{ status(state: missing, first: 3) { counts { ok late at_risk missing } checkedAt branches {
    edges { node { ${fields.statusItem} branch { id } } cursor } pageInfo { hasNextPage } } } }`);
    t.strictSame(team.errors, []);
    const { counts, checkedAt, items } = teamStatus;
    t.strictSame(team.data?.['status'], {
      counts,
      checkedAt,
      branches: {
        edges: items.map((node) => {
          return {
            node: { ...node, branch: { id: 'brn_1' } },
            cursor: Buffer.from(`status.${node.branchId}`).toString('base64url'),
          };
        }),
        pageInfo: { hasNextPage: false },
      },
    });
    t.match(door.calls, [
      { name: 'status.team', input: [{ state: 'missing' }, { limit: 3 }] },
      { name: 'branches.getMany', input: [['brn_1']] },
    ]);
  },
);
t.test('the document of all policies is answered as it is', async (t) => {
  const door = await openDoor(t);
  const { data } = await door.ask('{ exportPolicies }');
  t.strictSame(data, { exportPolicies: policyDocument });
});

t.test('each reason why a job waits is answered with what is particular to it', async (t) => {
  const door = await openDoor(t);
  door.jobs = [
    { ...jobWithAttempts, waitsFor: null },
    ...waits.map((waitsFor) => ({ ...jobWithAttempts, waitsFor })),
  ].map((one, index) => ({ ...one, id: `job_${index}` }));
  const answer = await door.ask(`{ jobs { edges { node { ${fields.job} } } } }`);
  t.strictSame(answer.errors, []);
  const found = answer.data?.['jobs'] as { edges: { node: { waitsFor: unknown } }[] } | undefined;
  t.strictSame(found?.edges.map(({ node }) => node.waitsFor).reverse(), [
    null,
    ...waits.map((wait) => ({ ...noWait, ...wait })),
  ]);
});

t.test('the attempts of many jobs are read at once', async (t) => {
  const door = await openDoor(t);
  door.jobs = [jobWithAttempts, { ...jobWithAttempts, id: 'job_2', attempts: [] }];
  const { data } = await door.ask(`{ jobs { edges { node { attempts { ${fields.attempt} } } } } }`);
  t.strictSame(data, { jobs: { edges: [{ node: { attempts: [] } }, { node: { attempts } }] } });
  t.strictSame(door.calls.at(-1), { name: 'jobs.attemptsOf', input: [['job_2', 'job_1']] });
  t.equal(door.calls.length, 2);
  const alone = await door.ask(`{ job(id: "job_1") { attempts { ${fields.attempt} } } }`);
  t.strictSame(alone.data, { job: { attempts } });
});

const form = '{ name: "p", selector: { projects: ["prj_1"] }, preset: gfs }';

t.test('a preview of a policy that is not saved is asked for as it would be saved', async (t) => {
  const door = await openDoor(t);
  const range = 'policyId: "pol_1", from: "2026-03-28T00:00:00Z", count: 3';
  const answer = await door.ask(`{ found: previewPolicy(input: ${form}, ${range}) { ${fields.policyPreview} } }`);
  t.strictSame(answer.data?.['found'], policyPreview);
  const input = { name: 'p', selector: { projects: ['prj_1'] }, preset: 'gfs' };
  const asked = { form: input, policyId: 'pol_1', from: '2026-03-28T00:00:00Z', count: 3 };
  t.match(door.calls, [{ name: 'policies.preview', input: [asked] }]);
  const many = await door.ask(`{ previewPolicy(input: ${form}, count: 501) { keeps { total } } }`);
  t.match(many.errors, [{ extensions: { code: 'invalid_request' } }]);
});

t.test('preview and coverage are nested in a policy, of a few at once', async (t) => {
  // More than the bound on cost lets be asked for by default.
  const door = await openDoor(t, { costMax: 200_000 });
  const nested = `preview(count: 2) { ${fields.policyPreview} } coverage { ${fields.policyCoverage} }`;
  const answer = await door.ask(`{ policy(id: "pol_1") { ${nested} } }`);
  t.strictSame(answer.data?.['policy'], { preview: policyPreview, coverage: policyCoverage });
  t.match(
    door.calls
      .slice(1)
      .map(({ name, input }) => [name, ...input])
      .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
    [
      ['policies.coverage', 'pol_1'],
      ['policies.previewOf', 'pol_1', { count: 2 }],
    ],
  );
  door.policies = Array.from({ length: 11 }, (_, index) => ({ ...policy, id: `pol_${index}` }));
  const many = await door.ask(
    '{ policies { edges { node { preview { warnings { code } } coverage { coveredCount } } } } }',
  );
  t.equal(many.errors.length, 22);
  t.match(many.errors, [{ extensions: { code: 'invalid_request' } }]);
});
