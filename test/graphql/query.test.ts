import t from 'tap';
import { openDoor } from './door.ts';
import { fields } from './fields.ts';
import {
  auditEvent,
  branch,
  credential,
  firing,
  job as jobWithAttempts,
  policy,
  policyDocument,
  policyVersion,
  project,
  restore,
  snapshot,
  timeline,
  waits,
} from './samples.ts';

/** A type of GraphQL has all its fields always, and what is absent is null. */
const noWait = { jobId: null, job: null, subjectId: null, at: null, because: null, credentialId: null };
const { attempts, ...listedJob } = jobWithAttempts;
const job = { ...listedJob, waitsFor: { ...noWait, ...listedJob.waitsFor } };
const samples = {
  auditEvent,
  branch,
  credential,
  firing,
  job,
  policy,
  policyVersion,
  project,
  restore,
  snapshot,
  timeline,
};

const gets = [
  { field: 'credential(id: "crd_1")', of: 'credential', call: { name: 'credentials.get', input: ['crd_1'] } },
  { field: 'project(id: "prj_1")', of: 'project', call: { name: 'projects.get', input: ['prj_1'] } },
  { field: 'branch(id: "brn_1")', of: 'branch', call: { name: 'branches.get', input: ['brn_1'] } },
  { field: 'timeline(branchId: "brn_1")', of: 'timeline', call: { name: 'branches.timeline', input: ['brn_1'] } },
  { field: 'policy(id: "pol_1")', of: 'policy', call: { name: 'policies.get', input: ['pol_1'] } },
  { field: 'snapshot(id: "snp_1")', of: 'snapshot', call: { name: 'snapshots.get', input: ['snp_1'] } },
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

const page = { limit: 50 };
const lists = [
  { field: 'credentials', of: 'credential', call: { name: 'credentials.list', input: [page] } },
  { field: 'projects', of: 'project', call: { name: 'projects.list', input: [page] } },
  { field: 'branches(projectId: "prj_1")', of: 'branch', call: { name: 'branches.list', input: ['prj_1', page] } },
  { field: 'policies', of: 'policy', call: { name: 'policies.list', input: [page] } },
  { field: 'firings', of: 'firing', call: { name: 'firings.list', input: [{}, page] } },
  {
    field: 'policyVersions(policyId: "pol_1")',
    of: 'policyVersion',
    call: { name: 'policies.versions', input: ['pol_1', page] },
  },
  { field: 'snapshots', of: 'snapshot', call: { name: 'snapshots.list', input: [{}, page] } },
  { field: 'restores', of: 'restore', call: { name: 'restores.list', input: [{}, page] } },
  { field: 'jobs', of: 'job', call: { name: 'jobs.list', input: [{}, page] } },
  { field: 'auditEvents', of: 'auditEvent', call: { name: 'audit.list', input: [{}, page] } },
] as const;

for (const { field, of, call } of lists) {
  t.test(`${field} answers a connection of the views`, async (t) => {
    const door = await openDoor(t);
    const answer = await door.ask(
      `{ found: ${field} { edges { node { ${fields[of]} } cursor }
         pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    );
    const keys = { auditEvent: '9000000000', policyVersion: String(policyVersion.version) };
    const key = of === 'auditEvent' || of === 'policyVersion' ? keys[of] : samples[of].id;
    const cursor = Buffer.from(key).toString('base64url');
    t.strictSame(answer.errors, []);
    t.strictSame(answer.data?.['found'], {
      edges: [{ node: samples[of], cursor }],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: cursor, endCursor: cursor },
    });
    t.strictSame(door.calls, [call]);
  });
}

const filters = [
  {
    field: 'snapshots(filter: { projectId: "prj_1", branchId: null, policyId: "pol_1", status: available }, first: 3)',
    call: {
      name: 'snapshots.list',
      input: [{ projectId: 'prj_1', policyId: 'pol_1', status: 'available' }, { limit: 3 }],
    },
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
