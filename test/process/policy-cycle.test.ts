// A policy's whole cycle on both queues: it takes, keeps and expires; and its schedules fire once, whoever looks.

import t from 'tap';
import type { PolicyView, SnapshotView } from '../../src/domain/index.ts';
import { type Registered, startRegistered } from '../harness/app.ts';
import { hold, strike } from '../harness/strike.ts';
import { untilSnapshot } from '../harness/work.ts';
import { listBackends } from './backends.ts';

t.setTimeout(120_000);
const backends = await listBackends(t, 9);
const hourMs = 3_600_000;

for (const { name, redisUrl } of backends) {
  t.test(
    `on ${name}, keepLast 2: the oldest goes when a third is available, not before, and its copy is gone`,
    async (t) => {
      const world = await startRegistered(t, { redisUrl });
      const policy = await createPolicy(world, { keepLast: 2 });
      const first = await run(world, policy);
      const second = await run(world, policy);
      t.strictSame(await idsInNeon(world), neonIds(first, second));

      await strike(world, 'createSnapshot', { kind: 'status', status: 422 }, 1);
      const failed = await request(world, policy);
      await untilSnapshot(world, failed.id, 'failed');
      t.strictSame(await statuses(world, first, second), ['available', 'available'], 'one that failed takes no place');

      const held = await hold(world, 'createSnapshot', 'after');
      const third = await request(world, policy);
      await held.until();
      t.strictSame(await statuses(world, first, second), ['available', 'available'], 'one in the making neither');
      held.end();
      const thirdMade = await untilSnapshot(world, third.id, 'available');
      const purged = await untilSnapshot(world, first.id, 'purged');
      t.ok(purged.endedAt, 'it says since when');
      t.strictSame(await idsInNeon(world), neonIds(second, thirdMade), 'Neon holds the two that are kept');
      t.strictSame(await statuses(world, second, third), ['available', 'available']);
      t.ok(
        (await sequenceOf(world, third, 'available')) < (await sequenceOf(world, first, 'expiring')),
        'the new one came first',
      );
    },
  );

  t.test(`on ${name}, two schedulers at a due instant: one firing and one snapshot for each branch`, async (t) => {
    const world = await startRegistered(t, { redisUrl });
    const { db, domain, faults } = world;
    const policy = await createPolicy(world, { keepLast: 5, schedules: ['0 * * * *'] });
    t.equal(await domain.fireDueSchedules(), 0, 'before the instant nothing fires');
    const dueAt = policy.schedules[0]?.nextFiringAt ?? '';

    faults.aheadMs = Date.parse(dueAt) - Date.now() + 1_000;
    const fired = await Promise.all([domain.fireDueSchedules(), domain.fireDueSchedules(), domain.fireDueSchedules()]);
    faults.aheadMs = 0;
    t.equal(
      fired.reduce((sum, count) => sum + count, 0),
      1,
      'one of them fired it',
    );
    const read = () => db.selectFrom('firings').selectAll().execute();
    const firings = await world.until(read, (rows) => rows.every(({ status }) => status === 'served'));
    t.equal(firings.length, 1);
    t.match(firings[0], { status: 'served', due_at: new Date(dueAt), branch_id: world.main.id });
    t.equal((await listSnapshots(world)).length, 1);

    faults.aheadMs = Date.parse(dueAt) - Date.now() + 5 * hourMs + 1_000;
    await Promise.all([domain.fireDueSchedules(), domain.fireDueSchedules()]);
    faults.aheadMs = 0;
    const later = await world.until(read, (rows) => rows.length > 1 && rows.every(({ status }) => status === 'served'));
    t.equal(later.length, 2, 'five instants that were missed coalesce into the last');
    t.match(
      later.find(({ id }) => id !== firings[0]?.id),
      { due_at: new Date(Date.parse(dueAt) + 5 * hourMs), reason: 'coalesces_4_missed' },
    );
    t.equal((await listSnapshots(world)).length, 2);
  });
}

async function createPolicy(
  { domain, actor, project }: Registered,
  { keepLast, schedules = [] }: { keepLast: number; schedules?: readonly string[] },
): Promise<PolicyView> {
  return domain.policies.create(actor, {
    name: 'kept',
    selector: { projects: [project.id] },
    schedules: schedules.map((cron) => ({ name: cron, cron, timeZone: 'UTC' })),
    retention: { keepLast },
    missedFirings: 'run_once',
  });
}

async function request({ domain, actor }: Registered, policy: PolicyView): Promise<SnapshotView> {
  const { snapshots } = await domain.policies.run(actor, policy.id);
  const [snapshot] = snapshots;
  if (!snapshot || snapshots.length > 1) throw new Error(`${snapshots.length} snapshots of one branch`);
  return snapshot;
}

async function run(world: Registered, policy: PolicyView): Promise<SnapshotView> {
  return untilSnapshot(world, (await request(world, policy)).id, 'available');
}

async function statuses({ domain, actor }: Registered, ...snapshots: readonly SnapshotView[]): Promise<string[]> {
  return Promise.all(snapshots.map(async ({ id }) => (await domain.snapshots.get(actor, id)).status));
}

async function listSnapshots({ domain, actor }: Registered): Promise<readonly SnapshotView[]> {
  return (await domain.snapshots.list(actor, {}, { limit: 100 })).items;
}

function neonIds(...snapshots: readonly SnapshotView[]): string[] {
  return snapshots.map(({ neonId }) => neonId ?? '').sort();
}

async function idsInNeon({ neon, project }: Registered): Promise<string[]> {
  return (await neon.listSnapshots(project.neonProjectId)).map(({ id }) => id).sort();
}

async function sequenceOf({ domain, actor }: Registered, { id }: SnapshotView, status: string): Promise<number> {
  const filter = { subjectId: id, action: `snapshot.${status}` };
  const { items } = await domain.audit.list(actor, filter, { limit: 2 });
  const [event] = items;
  if (!event || items.length > 1) throw new Error(`${items.length} events of ${filter.action}`);
  return event.sequence;
}
