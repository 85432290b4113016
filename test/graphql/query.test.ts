import t from 'tap';
import { openDoor } from './door.ts';
import { fields } from './fields.ts';
import { auditEvent, branch, credential, policy, project, restore, snapshot, timeline } from './samples.ts';

const samples = { auditEvent, branch, credential, policy, project, restore, snapshot, timeline };

const gets = [
  { field: 'credential(id: "crd_1")', of: 'credential', call: { name: 'credentials.get', input: ['crd_1'] } },
  { field: 'project(id: "prj_1")', of: 'project', call: { name: 'projects.get', input: ['prj_1'] } },
  { field: 'branch(id: "brn_1")', of: 'branch', call: { name: 'branches.get', input: ['brn_1'] } },
  { field: 'timeline(branchId: "brn_1")', of: 'timeline', call: { name: 'branches.timeline', input: ['brn_1'] } },
  { field: 'policy(id: "pol_1")', of: 'policy', call: { name: 'policies.get', input: ['pol_1'] } },
  { field: 'snapshot(id: "snp_1")', of: 'snapshot', call: { name: 'snapshots.get', input: ['snp_1'] } },
  { field: 'restore(id: "rst_1")', of: 'restore', call: { name: 'restores.get', input: ['rst_1'] } },
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
  { field: 'snapshots', of: 'snapshot', call: { name: 'snapshots.list', input: [{}, page] } },
  { field: 'restores', of: 'restore', call: { name: 'restores.list', input: [{}, page] } },
  { field: 'auditEvents', of: 'auditEvent', call: { name: 'audit.list', input: [{}, page] } },
] as const;

for (const { field, of, call } of lists) {
  t.test(`${field} answers a connection of the views`, async (t) => {
    const door = await openDoor(t);
    const answer = await door.ask(
      `{ found: ${field} { edges { node { ${fields[of]} } cursor }
         pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    );
    const key = of === 'auditEvent' ? '9000000000' : samples[of].id;
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
    field: 'restores(filter: { projectId: "prj_1", branchId: "brn_1", status: running }, first: null)',
    call: { name: 'restores.list', input: [{ projectId: 'prj_1', branchId: 'brn_1', status: 'running' }, page] },
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
