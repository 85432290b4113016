// What a policy needs of its projects in the long run: what locks and holds keep counts, and schedules of several zones.

import t from 'tap';
import { randomUUID } from 'node:crypto';
import type { CreatePolicyInput, SnapshotView } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';
import { refuses } from '../harness/refusal.ts';
import { untilSnapshot } from '../harness/work.ts';

const at = await startRegistered(t, { emulator: { rows: 'none' } });
const { domain, actor, project, db } = at;
const hour = 3_600_000;
const wish = (more: Partial<CreatePolicyInput> = {}): CreatePolicyInput => ({
  name: 'counted',
  selector: { projects: [project.id] },
  schedules: [{ name: 'daily', cron: '0 3 * * *', timeZone: 'UTC' }],
  retention: { keepLast: 1 },
  ...more,
});

async function run(policyId: string): Promise<SnapshotView> {
  const [made] = (await domain.policies.run(actor, policyId)).snapshots;
  return untilSnapshot(at, made?.id ?? '', 'available');
}

async function snapshotsOf(policyId: string) {
  const { forecast, keeps } = await domain.policies.previewOf(actor, policyId, {});
  return { ...forecast.projects[0]?.snapshots, keeps };
}

t.test('what would be locked for years is refused with the arithmetic, and saved with force', async (t) => {
  const lock = { mode: 'compliance', for: 'P7Y', graceHours: 0 } as const;
  const locked: CreatePolicyInput = {
    name: 'locked',
    selector: { projects: [project.id] },
    preset: 'hourly',
    protection: { lock },
  };
  const refusal = await refuses(t, at, 'snapshot_cap_exceeded', () => domain.policies.create(actor, locked));
  // The hours of seven years with two leap days, and one whose lock began somewhat later.
  t.match(refusal.members, { keeps: { total: 61_369, tiers: { hourly: 24, locked: 61_369 } } });
  t.match(refusal.message, /24 hourly \+ 61369 locked/);
  const forced = await domain.policies.create(actor, { ...locked, force: true });
  t.ok((await domain.policies.previewOf(actor, forced.id, {})).warnings.some((one) => one.code.includes('cap')));
  const { id, version } = await domain.policies.update(actor, { id: forced.id, version: 1, protection: null });
  const again = { id, version, protection: { lock } };
  await refuses(t, at, 'snapshot_cap_exceeded', () => domain.policies.update(actor, again));
  const daily = { id, version, retention: { daily: 7 }, protection: { lock: { ...lock, tiers: ['daily'] as const } } };
  await refuses(t, at, 'snapshot_cap_exceeded', () => domain.policies.update(actor, daily));
  await domain.policies.delete(actor, { id });
});

t.test('what a person holds or has locked stands beside what the policy keeps; its own locks count once', async (t) => {
  const lock = { mode: 'governance', for: 'P2D', graceHours: 0 } as const;
  const policy = await domain.policies.create(actor, wish({ protection: { lock } }));
  const { id: first } = await run(policy.id);
  await run(policy.id);
  const before = await snapshotsOf(policy.id);
  t.match(before, { thisPolicy: 3, standing: 0, beingMade: 1, needed: 4, keeps: { tiers: { locked: 3 } } });
  const until = new Date(Date.now() + 90 * 24 * hour).toISOString();
  await domain.snapshots.lock(actor, { id: first, until });
  t.match(await snapshotsOf(policy.id), { thisPolicy: 3, standing: 1, needed: 5 }, 'locked by hand for longer');
  const hold = await domain.holds.place(actor, {
    matter: 'a case',
    reason: 'It may be asked for.',
    selector: { snapshotIds: [first] },
  });
  t.match(await snapshotsOf(policy.id), { standing: 1 }, 'and held: still one');
  await domain.holds.release(actor, { id: hold.id, reason: 'It is over.' });
  await domain.policies.update(actor, { id: policy.id, version: policy.version, protection: null });
  const after = await snapshotsOf(policy.id);
  t.match(after, { thisPolicy: 1, standing: 2 }, 'what it does not lock any more, it has locked');
  await domain.policies.delete(actor, { id: policy.id });
});

t.test(
  'each point has its day in the zone of the schedule that made it, whatever the schedules are named',
  async (t) => {
    const schedules = [
      { name: 'a', cron: '0 1 * * *', timeZone: 'Asia/Tokyo' },
      { name: 'b', cron: '0 1 * * *', timeZone: 'America/Los_Angeles' },
    ];
    const policy = await domain.policies.create(
      actor,
      wish({ name: 'zones', schedules, retention: { daily: 1, keepLast: 9 } }),
    );
    const rows = await db.selectFrom('schedules').selectAll().where('policy_id', '=', policy.id).execute();
    const made: Record<string, string> = {};
    // 16:00 and 20:00 UTC are two days of Tokyo, and one of Los Angeles.
    for (const [name, pointAt] of [
      ['b', '2026-11-20T16:00:00Z'],
      ['b', '2026-11-20T20:00:00Z'],
      ['a', '2026-11-20T10:00:00Z'],
      ['a', '2026-11-20T15:30:00Z'],
    ] as const) {
      const snapshot = await run(policy.id);
      made[`${name} ${pointAt}`] = snapshot.id;
      await db
        .updateTable('snapshots')
        .set({ point_at: new Date(pointAt) })
        .where('id', '=', snapshot.id)
        .execute();
      await db
        .insertInto('firings')
        .values({
          id: `frg_${randomUUID()}`,
          team_id: actor.teamId,
          policy_id: policy.id,
          schedule_id: rows.find((row) => row.name === name)?.id ?? '',
          branch_id: snapshot.branchId,
          due_at: new Date(pointAt),
          status: 'served',
          snapshot_id: snapshot.id,
          created_at: new Date(),
          updated_at: new Date(),
        })
        .execute();
    }
    const { version: first } = policy;
    await domain.policies.update(actor, { id: policy.id, version: first, retention: { keepLast: null } });
    t.match(await snapshotsOf(policy.id), { keeps: { total: 2, tiers: { daily: 2 } } }, 'a day of each zone');
    const kept = async () => {
      const { decisions } = await domain.retentionPlans.request(actor, policy.id);
      const ids = new Set((decisions ?? []).filter(({ keep }) => keep).map(({ snapshotId }) => snapshotId));
      return Object.entries(made).flatMap(([name, id]) => (ids.has(id) ? [name] : []));
    };
    const expected = ['b 2026-11-20T16:00:00Z', 'b 2026-11-20T20:00:00Z', 'a 2026-11-20T15:30:00Z'];
    t.strictSame(await kept(), expected, 'the first of the day of each zone, and the newest');
    const renamed = schedules.map((one) => ({ ...one, name: one.name === 'a' ? 'z' : one.name }));
    const { version } = await domain.policies.get(actor, policy.id);
    await domain.policies.update(actor, { id: policy.id, version, schedules: renamed });
    t.strictSame(await kept(), expected);
  },
);
