// A key that is narrowed to projects: it sees and changes what is theirs, finds nothing else, and may nothing that is the whole team's.

import t from 'tap';
import type { Actor } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';
import { addKey } from '../harness/keys.ts';
import { reconcile } from '../harness/reconcile.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { takeSnapshot } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, main, project, db } = at;
const page = { limit: 200 };
const snapshot = await takeSnapshot(at, { branchId: main.id });
await reconcile(at);
const twin = await addTwin();
const inside = (await addKey(at, actor, { projects: [project.id] })).actor;
const outside = (await addKey(at, actor, { projects: [twin] })).actor;

/** Another project of the team, with nothing in it. */
async function addTwin(): Promise<string> {
  const row = await db.selectFrom('projects').selectAll().where('id', '=', project.id).executeTakeFirstOrThrow();
  const id = 'prj_01900000-0000-7000-8000-000000000000';
  const { labels, limits, maintenance_windows: windows, ...rest } = row;
  const texts = {
    labels: JSON.stringify(labels),
    limits: JSON.stringify(limits),
    maintenance_windows: JSON.stringify(windows),
  };
  await db
    .insertInto('projects')
    .values({ ...rest, ...texts, id, neon_project_id: 'twin' })
    .execute();
  return id;
}

const job = (await domain.jobs.list(actor, { subjectId: snapshot.id }, page)).items[0];
if (!job) throw new Error('the snapshot has no job');

const reads: Record<string, (one: Actor) => Promise<unknown>> = {
  'projects.get': (one) => domain.projects.get(one, project.id),
  'projects.reconcileReport': (one) => domain.projects.reconcileReport(one, project.id),
  'branches.list': (one) => domain.branches.list(one, project.id, page),
  'branches.get': (one) => domain.branches.get(one, main.id),
  'branches.timeline': (one) => domain.branches.timeline(one, main.id),
  'status.branch': (one) => domain.status.branch(one, main.id),
  'snapshots.get': (one) => domain.snapshots.get(one, snapshot.id),
  'jobs.get': (one) => domain.jobs.get(one, job.id),
};

t.test('what is of its project is read, what is of another is not found', async (t) => {
  for (const [name, read] of Object.entries(reads)) {
    t.strictSame(ageless(await read(inside)), ageless(await read(actor)), name);
    t.equal((await refusalOf(read(outside))).code, 'not_found', name);
  }
});

t.test('what is of another project is not changed', async (t) => {
  const changes = [
    () => domain.projects.update(outside, { id: project.id, version: 1, labels: { a: 'b' } }),
    () => domain.projects.requestSync(outside, project.id),
    () => domain.projects.reconcile(outside, project.id),
    () => domain.projects.adopt(outside, { id: project.id, neonSnapshotId: 'x' }),
    () => domain.snapshots.request(outside, { branchId: main.id }),
    () => domain.snapshots.delete(outside, snapshot.id),
    () => domain.snapshots.cancel(outside, snapshot.id),
    () => domain.snapshots.lock(outside, { id: snapshot.id, until: null }),
    () => domain.restores.request(outside, { source: { snapshotId: snapshot.id }, target: { kind: 'in_place' } }),
    () =>
      domain.restores.request(outside, { source: { branchId: main.id, lsn: '0/1' }, target: { kind: 'new_branch' } }),
  ];
  for (const change of changes) await refuses(t, at, 'not_found', change);
});

t.test("what is the whole team's is forbidden, whatever the role and whether it is there or not", async (t) => {
  const calls: ((one: Actor) => Promise<unknown>)[] = [
    (one) => domain.credentials.list(one, page),
    (one) => domain.credentials.get(one, at.credential.id),
    (one) => domain.credentials.get(one, 'crd_0'),
    (one) => domain.projects.register(one, { neonProjectId: 'x', credentialId: at.credential.id }),
    (one) => domain.projects.remove(one, project.id),
    (one) => domain.policies.list(one, page),
    (one) => domain.policies.export(one),
    (one) => domain.policies.get(one, 'pol_0'),
    (one) => domain.retentionPlans.list(one, {}, page),
    (one) => domain.holds.list(one, {}, page),
    (one) => domain.holds.place(one, { matter: 'x', reason: 'x', selector: { snapshotIds: [snapshot.id] } }),
    (one) => domain.audit.list(one, {}, page),
    (one) => domain.apiKeys.list(one, page),
    (one) => domain.apiKeys.create(one, { name: 'x', role: 'viewer', projects: [project.id] }),
    (one) => domain.members.list(one, one.teamId, page),
  ];
  for (const call of calls) {
    await refuses(t, at, 'forbidden', () => call(inside), { projects: [project.id] });
    t.match(await refusalOf(call(inside)), { message: /narrowed to projects/ });
  }
});

t.test('lists hold what is of its projects, and their pages are whole', async (t) => {
  const lists: ((
    one: Actor,
    limit: number,
    cursor?: string,
  ) => Promise<{ items: readonly unknown[]; nextCursor: string | null }>)[] = [
    (one, limit, cursor) => domain.projects.list(one, {}, { limit, cursor }),
    (one, limit, cursor) => domain.snapshots.list(one, {}, { limit, cursor }),
    (one, limit, cursor) => domain.restores.list(one, {}, { limit, cursor }),
    (one, limit, cursor) => domain.jobs.list(one, {}, { limit, cursor }),
    (one, limit, cursor) => domain.firings.list(one, {}, { limit, cursor }),
    (one, limit, cursor) => domain.status.team(one, { state: 'ok' }, { limit, cursor }),
  ];
  const twins = await addSnapshotsOfTwin();
  for (const list of lists) {
    const whole = (await list(actor, 200)).items as { id: string; projectId?: string }[];
    for (const [narrowed, mine] of [
      [inside, (id: string) => id !== twin],
      [outside, (id: string) => id === twin],
    ] as const) {
      const expected = whole.filter(({ id, projectId }) => mine(projectId ?? id)).map(({ id }) => id);
      const found: string[] = [];
      for (let cursor: string | undefined | null; cursor !== null; ) {
        const { items, nextCursor } = await list(narrowed, 2, cursor ?? undefined);
        if (nextCursor !== null) t.equal(items.length, 2, 'a page that is not the last is full');
        found.push(...(items as { id: string }[]).map(({ id }) => id));
        cursor = nextCursor;
      }
      t.strictSame(found, expected);
    }
  }
  t.equal((await domain.snapshots.list(outside, {}, page)).items.length, twins);
  t.strictSame((await domain.snapshots.list(inside, { projectId: twin }, page)).items, []);
});

t.test('nested reads leave out what is of another project', async (t) => {
  const maps = (one: Actor) =>
    Promise.all([
      domain.branches.listOfProjects(one, [project.id], page),
      domain.branches.getMany(one, [main.id]),
      domain.branches.timelines(one, [main.id]),
      domain.status.branches(one, [main.id]),
      domain.snapshots.listOfBranches(one, [main.id], {}, page),
      domain.restores.listOfBranches(one, [main.id], {}, page),
      domain.projects.reconcileReports(one, [project.id]),
      domain.projects.nextFirings(one, [project.id]),
      domain.jobs.attemptsOf(one, [job.id]),
    ]);
  t.ok((await maps(outside)).every((map) => map.size === 0));
  t.strictSame(
    (await maps(inside)).map((map) => map.size),
    (await maps(actor)).map((map) => map.size),
  );
});

t.test('the answer that a wider key was given under an Idempotency-Key is no answer for a narrowed one', async (t) => {
  const options = { idempotency: { key: 'k-narrow', fingerprint: 'same' } };
  const made = await domain.snapshots.request(actor, { branchId: main.id }, options);
  t.equal((await domain.snapshots.request(actor, { branchId: main.id }, options)).id, made.id);
  t.equal(
    (await refusalOf(domain.snapshots.request(outside, { branchId: main.id }, options))).code,
    'idempotency_key_reused',
  );
});

async function addSnapshotsOfTwin(): Promise<number> {
  const branch = await db.selectFrom('branches').selectAll().where('id', '=', main.id).executeTakeFirstOrThrow();
  const branchId = 'brn_01900000-0000-7000-8000-000000000000';
  await db
    .insertInto('branches')
    .values({ ...branch, id: branchId, project_id: twin, neon_branch_id: 'br-twin' })
    .execute();
  const count = 5;
  for (let index = 0; index < count; index += 1) {
    await db
      .insertInto('snapshots')
      .values({
        id: `snp_019${index % 2 ? '00000' : 'fffff'}-0000-7000-8000-00000000000${index}`,
        team_id: actor.teamId,
        project_id: twin,
        branch_id: branchId,
        policy_id: null,
        policy_version: null,
        name: `twin ${index}`,
        kind: 'neon_snapshot',
        status: 'failed',
        requested_lsn: null,
        kept_because: [],
        created_at: new Date(),
        updated_at: new Date(),
      })
      .execute();
  }
  return count;
}

/** Two looks are never at the same instant. */
function ageless(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value)
      .replace(/"(checkedAt|until|updatedAt)":"[^"]+"/g, '"$1":""')
      .replace(/"achievedSeconds":\d+/g, '"a":0'),
  );
}
