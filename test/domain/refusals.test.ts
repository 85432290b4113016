// What the history keeps of many refusals: from where they came, what the last of them aimed at, and no more events than are bounded.

import { sql } from 'kysely';
import t from 'tap';
import type { Actor, AuditEventView } from '../../src/domain/index.ts';
import { sourcesMax } from '../../src/store/audit-refusals.ts';
import { startRegistered } from '../harness/app.ts';
import { refusalOf } from '../harness/refusal.ts';
import { addTeam, inRole } from '../harness/teams.ts';

const at = await startRegistered(t);
const { domain, actor, credential, db, faults, main, project } = at;

let made = 0;
/** A viewer that nobody was before. */
function newViewer(): Actor {
  made += 1;
  return { ...inRole(actor, 'viewer'), id: `key_viewer_${made}` };
}
const from = (who: Actor, sourceAddress: string, requestId: string): Actor => ({ ...who, sourceAddress, requestId });
const told = async ({ id }: Actor): Promise<AuditEventView[]> =>
  (await domain.audit.list(actor, { action: 'access.refused', actorId: id }, { limit: 200 })).items;

async function afterTheMinute(): Promise<void> {
  faults.aheadMs += 61_000;
  await domain.tellRefusals();
}

t.test(
  'a key that is used from another address is told at once, and counts apart, with the last request of each',
  async (t) => {
    const viewer = newViewer();
    const attempt = (address: string, id: string) =>
      refusalOf(domain.credentials.delete(from(viewer, address, id), credential.id));
    for (const id of ['req-1', 'req-2', 'req-3']) await attempt('192.0.2.1', id);
    await attempt('198.51.100.7', 'req-4');
    t.match(
      (await told(viewer)).map(({ sourceAddress, requestId, details }) => [sourceAddress, requestId, details['count']]),
      [
        ['198.51.100.7', 'req-4', 1],
        ['192.0.2.1', 'req-1', 1],
      ],
    );
    await afterTheMinute();
    const [counted] = await told(viewer);
    t.match(counted, {
      actor: { id: viewer.id, label: viewer.label },
      sourceAddress: '192.0.2.1',
      requestId: 'req-3',
      details: { action: 'credential.write', code: 'forbidden', role: 'viewer', aimedAt: credential.id, count: 2 },
    });
    t.equal((await told(viewer)).length, 3);
  },
);

t.test('addresses past the bound are counted as one, which has the last of them', async (t) => {
  const viewer = newViewer();
  const many = sourcesMax + 25;
  const attempt = (index: number) =>
    refusalOf(domain.credentials.delete(from(viewer, `203.0.113.${index}`, `req-${index}`), credential.id));
  await Promise.all(Array.from({ length: many }, (_, index) => attempt(index)));
  await attempt(200);
  t.equal((await told(viewer)).length, sourcesMax + 1);
  await afterTheMinute();
  const events = await told(viewer);
  t.equal(events.length, sourcesMax + 2);
  t.equal(
    events.reduce((sum, { details }) => sum + Number(details['count']), 0),
    many + 1,
    'none is lost',
  );
  t.match(
    events.find(({ details }) => details['sources'] === 'many' && details['count'] === 25),
    {
      sourceAddress: '203.0.113.200',
      requestId: 'req-200',
    },
  );
});

t.test(
  'the id that a refused request aimed at is told, from its path or an argument, and nothing else of it',
  async (t) => {
    const aims: readonly [(who: Actor) => Promise<unknown>, string | null][] = [
      [(who) => domain.projects.remove(who, project.id), project.id],
      [(who) => domain.projects.update(who, { id: project.id, version: 1, labels: { secret: 'hunter2' } }), project.id],
      [(who) => domain.snapshots.request(who, { branchId: main.id }), main.id],
      [
        (who) =>
          domain.restores.request(who, {
            source: { branchId: main.id, at: new Date().toISOString() },
            target: { kind: 'new_branch', name: 'x' },
          }),
        main.id,
      ],
      [(who) => domain.credentials.create(who, { name: 'hunter2', neonApiKey: 'hunter2' }), null],
    ];
    for (const [attempt, aimedAt] of aims) {
      const viewer = newViewer();
      t.match(await refusalOf(attempt(viewer)), { code: 'forbidden' });
      const [event] = await told(viewer);
      t.equal(event?.details['aimedAt'], aimedAt);
      t.notMatch(JSON.stringify(event), /hunter2/);
    }
  },
);

t.test('what the former version has counted is told, and what has rested is forgotten and told anew', async (t) => {
  const viewer = newViewer();
  const old = new Date(Date.now() + faults.aheadMs - 600_000);
  await sql`insert into audit_refusals values (${actor.teamId}, ${viewer.id}, 'project.register', 'service', null, ${old}, 7)`.execute(
    db,
  );
  t.equal(await domain.tellRefusals(), 1);
  t.match(await told(viewer), [{ requestId: null, details: { action: 'project.register', count: 7 } }]);
  t.equal(await domain.tellRefusals(), 0, 'once');
  faults.aheadMs += 2 * 3_600_000;
  await domain.tellRefusals();
  t.strictSame(await db.selectFrom('audit_refusal_counts').selectAll().execute(), []);
  await refusalOf(domain.projects.remove(viewer, project.id));
  t.match((await told(viewer))[0], { details: { count: 1 } });
});

t.test('refusals of another team are of its own history', async (t) => {
  const other = { ...(await addTeam(at, 'other')), role: 'viewer' } as const;
  await refusalOf(domain.credentials.create(other, { name: 'x', neonApiKey: 'x' }));
  t.strictSame(await told(other), []);
});
