// Teams see and change what is theirs, and cannot learn whether anything else exists; roles are asked after that.

import t from 'tap';
import type { Actor } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';
import { reconcile } from '../harness/reconcile.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { writeRow } from '../harness/rows.ts';
import { addTeam, inRole } from '../harness/teams.ts';
import { restore, takeSnapshot } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, main, project, credential } = at;
const other = await addTeam(at, 'other');
const snapshot = await takeSnapshot(at, { branchId: main.id });
const moment = await writeRow(at.emulator.connectionUri, 1);
const restored = await restore(at, { source: { branchId: main.id, at: moment.at }, target: { kind: 'in_place' } });
const policy = await domain.policies.create(actor, {
  name: 'policy',
  selector: { projects: [project.id] },
  schedules: [],
  retention: { keepLast: 2 },
});
const matter = { matter: 'Smith', reason: 'The court asked.' };
const hold = await domain.holds.place(actor, { ...matter, selector: { snapshotIds: [snapshot.id] } });
const page = { limit: 50 };
await reconcile(at);
const [job] = (await domain.jobs.list(actor, { subjectId: snapshot.id }, page)).items;
if (!job) throw new Error('the snapshot has no job');
const newPolicy = (projectId: string) => ({
  name: 'new',
  selector: { projects: [projectId] },
  schedules: [],
  retention: { keepLast: 1 },
});

type Role = NonNullable<Actor['role']>;
type Call = (actor: Actor, id: string) => Promise<unknown>;

/** Every call that names something: the call, the first team's id that it names, and the least role that may make it. */
const calls: Record<string, [Call, string, Role]> = {
  'credentials.get': [(a, id) => domain.credentials.get(a, id), credential.id, 'viewer'],
  'credentials.update': [
    (a, id) => domain.credentials.update(a, { id, version: 99, name: 'x' }),
    credential.id,
    'admin',
  ],
  'credentials.delete': [(a, id) => domain.credentials.delete(a, id), credential.id, 'admin'],
  'projects.register': [
    (a, id) => domain.projects.register(a, { neonProjectId: project.neonProjectId, credentialId: id }),
    credential.id,
    'admin',
  ],
  'projects.get': [(a, id) => domain.projects.get(a, id), project.id, 'viewer'],
  'projects.update': [(a, id) => domain.projects.update(a, { id, version: 99, labels: {} }), project.id, 'admin'],
  'projects.remove': [(a, id) => domain.projects.remove(a, id), project.id, 'admin'],
  'projects.requestSync': [(a, id) => domain.projects.requestSync(a, id), project.id, 'operator'],
  'projects.reconcile': [(a, id) => domain.projects.reconcile(a, id), project.id, 'operator'],
  'projects.reconcileReport': [(a, id) => domain.projects.reconcileReport(a, id), project.id, 'viewer'],
  'projects.adopt': [
    (a, id) => domain.projects.adopt(a, { id, neonSnapshotId: snapshot.neonId ?? '' }),
    project.id,
    'admin',
  ],
  'branches.list': [(a, id) => domain.branches.list(a, id, page), project.id, 'viewer'],
  'branches.get': [(a, id) => domain.branches.get(a, id), main.id, 'viewer'],
  'branches.timeline': [(a, id) => domain.branches.timeline(a, id), main.id, 'viewer'],
  'status.branch': [(a, id) => domain.status.branch(a, id), main.id, 'viewer'],
  'policies.create': [(a, id) => domain.policies.create(a, newPolicy(id)), project.id, 'admin'],
  'policies.get': [(a, id) => domain.policies.get(a, id), policy.id, 'viewer'],
  'policies.update': [(a, id) => domain.policies.update(a, { id, version: 99, name: 'x' }), policy.id, 'admin'],
  'policies.delete': [(a, id) => domain.policies.delete(a, { id }), policy.id, 'admin'],
  'policies.run': [(a, id) => domain.policies.run(a, id), policy.id, 'operator'],
  'policies.pause': [(a, id) => domain.policies.pause(a, { id }), policy.id, 'admin'],
  'policies.resume': [(a, id) => domain.policies.resume(a, id), policy.id, 'admin'],
  'policies.versions': [(a, id) => domain.policies.versions(a, id, page), policy.id, 'viewer'],
  'snapshots.request': [(a, id) => domain.snapshots.request(a, { branchId: id }), main.id, 'operator'],
  'snapshots.get': [(a, id) => domain.snapshots.get(a, id), snapshot.id, 'viewer'],
  'snapshots.cancel': [(a, id) => domain.snapshots.cancel(a, id), snapshot.id, 'operator'],
  'snapshots.delete': [(a, id) => domain.snapshots.delete(a, id), snapshot.id, 'admin'],
  'snapshots.lock': [(a, id) => domain.snapshots.lock(a, { id, until: null }), snapshot.id, 'operator'],
  'holds.place on a snapshot': [
    (a, id) => domain.holds.place(a, { ...matter, selector: { snapshotIds: [id] } }),
    snapshot.id,
    'operator',
  ],
  'holds.place on a branch': [
    (a, id) => domain.holds.place(a, { ...matter, selector: { branchId: id, from: moment.at } }),
    main.id,
    'operator',
  ],
  'holds.get': [(a, id) => domain.holds.get(a, id), hold.id, 'viewer'],
  'holds.release': [(a, id) => domain.holds.release(a, { id, reason: 'Settled.' }), hold.id, 'admin'],
  'restores.request of a snapshot': [
    (a, id) => domain.restores.request(a, { source: { snapshotId: id }, target: { kind: 'new_branch' } }),
    snapshot.id,
    'operator',
  ],
  'restores.request of a branch': [
    (a, id) => domain.restores.request(a, { source: { branchId: id, at: moment.at }, target: { kind: 'in_place' } }),
    main.id,
    'operator',
  ],
  'restores.get': [(a, id) => domain.restores.get(a, id), restored.id, 'viewer'],
  'restores.cancel': [(a, id) => domain.restores.cancel(a, id), restored.id, 'operator'],
  'restores.connect': [(a, id) => domain.restores.connect(a, { id }), restored.id, 'operator'],
  'restores.deletePreservedBranch': [(a, id) => domain.restores.deletePreservedBranch(a, id), restored.id, 'admin'],
  'jobs.get': [(a, id) => domain.jobs.get(a, id), job.id, 'viewer'],
};

t.test("every call with another team's id is not found, in the words used for an id that is nowhere", async (t) => {
  for (const [name, [call, id]] of Object.entries(calls)) {
    const unknown = `${id.slice(0, 4)}00000000-0000-7000-8000-000000000000`;
    const foreign = await refuses(t, at, 'not_found', () => call(other, id));
    const nowhere = await refusalOf(call(other, unknown));
    t.equal(foreign.message.replaceAll(id, '?'), nowhere.message.replaceAll(unknown, '?'), name);
  }
});

t.test('a role that is too low is refused after the 404s, and before anything else is said', async (t) => {
  const lower: Record<Role, Role[]> = {
    viewer: [],
    operator: ['viewer'],
    approver: ['operator'],
    admin: ['viewer', 'operator', 'approver'],
  };
  for (const [name, [call, id, least]] of Object.entries(calls)) {
    for (const role of lower[least]) {
      const refusal = await refusalOf(call(inRole(actor, role), id));
      t.match(refusal, { code: 'forbidden', members: { role, leastRole: least } }, `${name} as ${role}`);
      t.equal((await refusalOf(call(inRole(other, role), id))).code, 'not_found', `${name} of another team as ${role}`);
    }
  }
  const input = { name: 'x', neonApiKey: 'napi_x' };
  t.equal((await refusalOf(domain.credentials.create(inRole(actor, 'operator'), input))).code, 'forbidden');
});

t.test("a viewer reads everything that is its team's", async (t) => {
  const viewer = inRole(actor, 'viewer');
  for (const [call, id, least] of Object.values(calls)) if (least === 'viewer') t.ok(await call(viewer, id));
});

t.test("lists and nested reads of another team are empty, with and without the first team's ids", async (t) => {
  const lists = await Promise.all([
    domain.credentials.list(other, page),
    domain.projects.list(other, {}, page),
    domain.policies.list(other, page),
    domain.firings.list(other, {}, page),
    domain.firings.list(other, { policyId: policy.id, branchId: main.id }, page),
    domain.snapshots.list(other, {}, page),
    domain.snapshots.list(other, { projectId: project.id }, page),
    domain.snapshots.list(other, { branchId: main.id, policyId: policy.id }, page),
    domain.holds.list(other, {}, page),
    domain.holds.list(other, { snapshotId: snapshot.id, branchId: main.id }, page),
    domain.restores.list(other, {}, page),
    domain.restores.list(other, { projectId: project.id, branchId: main.id }, page),
    domain.status.team(other, {}, page),
    domain.jobs.list(other, {}, page),
    domain.jobs.list(other, { projectId: project.id, subjectId: snapshot.id }, page),
    domain.audit.list(other, {}, page),
    domain.audit.list(other, { subjectId: snapshot.id }, page),
  ]);
  t.strictSame(
    lists.map(({ items, nextCursor }) => [...items, nextCursor]),
    lists.map(() => [null]),
  );
  const maps = await Promise.all([
    domain.branches.listOfProjects(other, [project.id], page),
    domain.branches.getMany(other, [main.id]),
    domain.branches.timelines(other, [main.id]),
    domain.status.branches(other, [main.id]),
    domain.snapshots.listOfBranches(other, [main.id], {}, page),
    domain.restores.listOfBranches(other, [main.id], {}, page),
    domain.projects.reconcileReports(other, [project.id]),
    domain.projects.nextFirings(other, [project.id]),
    domain.jobs.attemptsOf(other, [job.id]),
    domain.policies.listOfBranches(other, [main.id]),
  ]);
  t.ok(maps.every((map) => map.size === 0));
});

t.test('what a team names as its own is not refused because another team has that name', async (t) => {
  const theirs = await domain.credentials.create(other, { name: 'neon', neonApiKey: at.emulator.apiKey });
  t.match(theirs, { name: 'neon', version: 1 });
});
