// Looking ahead: what a policy will fire, keep, cost and let go, what is refused because Neon would not hold it, and what no policy covers.

import t from 'tap';
import type { CreatePolicyInput } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { addTeam, inRole } from '../harness/teams.ts';
import { restore, takeSnapshot, untilSnapshot } from '../harness/work.ts';
import { writeRow } from '../harness/rows.ts';

const at = await startRegistered(t);
const { domain, actor, main, project, db } = at;
const night = { name: 'night', cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
const wish = (more: Partial<CreatePolicyInput> = {}): CreatePolicyInput => ({
  name: 'looked at',
  selector: { projects: [project.id] },
  schedules: [night],
  retention: { daily: 7 },
  ...more,
});
const gfs: CreatePolicyInput = { name: 'gfs', selector: { projects: [project.id] }, preset: 'gfs' };
const nowhere = '00000000-0000-7000-8000-000000000000';

t.test(
  'firings of all schedules in the order of time, local and universal, with the days on which clocks are set',
  async (t) => {
    const schedules = [night, { name: 'noon', cron: '0 12 * * *', timeZone: 'UTC' }];
    const range = { from: '2026-03-28T12:00:00Z', count: 4 };
    const { firings } = await domain.policies.preview(actor, { form: wish({ schedules }), ...range });
    const rest = { maintenance: null, engine: 'afterglow' };
    t.strictSame(firings, [
      {
        schedule: 'night',
        at: '2026-03-29T01:00:00.000Z',
        local: '2026-03-29T03:00:00+02:00',
        dst: 'skipped',
        ...rest,
      },
      { schedule: 'noon', at: '2026-03-29T12:00:00.000Z', local: '2026-03-29T12:00:00+00:00', dst: null, ...rest },
      { schedule: 'night', at: '2026-03-30T00:30:00.000Z', local: '2026-03-30T02:30:00+02:00', dst: null, ...rest },
      { schedule: 'noon', at: '2026-03-30T12:00:00.000Z', local: '2026-03-30T12:00:00+00:00', dst: null, ...rest },
    ]);
    const repeated = await domain.policies.preview(actor, { form: wish(), from: '2026-10-24T12:00:00Z', count: 1 });
    t.match(repeated.firings, [{ at: '2026-10-25T00:30:00.000Z', dst: 'repeated' }]);
    t.equal((await domain.policies.preview(actor, { form: wish() })).firings.length, 10);
    t.equal((await domain.policies.list(actor, { limit: 10 })).items.length, 0, 'nothing is saved');
  },
);

t.test('what the policy would be refused for is refused of its preview, and what it names must be there', async (t) => {
  const bad: [string, Partial<CreatePolicyInput>][] = [
    ['invalid_cron', { schedules: [{ ...night, cron: '0 0 31 2 *' }] }],
    ['invalid_time_zone', { schedules: [{ ...night, timeZone: 'Mars/Crater' }] }],
    ['invalid_duration', { retention: { keepWithin: '2 days' } }],
    ['retention_keeps_nothing', { retention: {} }],
    ['name_taken', { schedules: [night, night] }],
    ['not_found', { selector: { projects: [`prj_${nowhere}`] } }],
  ];
  for (const [code, more] of bad) {
    await refuses(t, at, code as 'invalid_cron', () => domain.policies.preview(actor, { form: wish(more) }));
  }
  await refuses(t, at, 'not_found', () => domain.policies.preview(actor, { form: wish(), policyId: `pol_${nowhere}` }));
  for (const from of ['2026-03-28 12:00', 'yesterday', '0001-01-01T00:00:00Z', '2200-01-01T00:00:00Z']) {
    await refuses(t, at, 'invalid_instant', () => domain.policies.preview(actor, { form: wish(), from }), {
      field: 'from',
    });
  }
});

t.test(
  'gfs needs more than the cap: refused with the arithmetic, saved with force, warned of in the preview',
  async (t) => {
    const refusal = await refuses(t, at, 'snapshot_cap_exceeded', () => domain.policies.create(actor, gfs));
    t.match(refusal.message, /24 hourly \+ 30 daily \+ 52 weekly: up to 106 for each branch, 10[01] as what several/);
    t.match(refusal.message, /Neon holds 100: .*Nothing was saved/);
    const [first] = refusal.members['projects'] as [Record<string, number>];
    t.match(first, { projectId: project.id, cap: 100, otherPolicies: 0, standing: 0, beingMade: 1, fits: false });
    t.equal(first?.['needed'], (first?.['thisPolicy'] ?? 0) + 1, 'one more than is kept');
    t.match(refusal.members['keeps'], { tiers: { hourly: 24, daily: 30, weekly: 52 } });
    const preview = await domain.policies.preview(actor, { form: gfs });
    t.match(preview.forecast.projects, [
      { snapshots: { cap: 100, fits: false }, rootSlots: { needed: 0, used: 1, cap: 25 } },
    ]);
    t.ok(preview.warnings.some(({ code }) => code === 'snapshot_cap_exceeded'));
    const policy = await domain.policies.create(actor, { ...gfs, force: true });
    const { id, version } = policy;
    t.equal(
      (await domain.policies.update(actor, { id, version, name: 'gfs, renamed' })).version,
      2,
      'what it keeps is the same',
    );
    const more = { id, version: 2, retention: { hourly: 24, daily: 31, weekly: 52 } };
    await refuses(t, at, 'snapshot_cap_exceeded', () => domain.policies.update(actor, more));
    t.equal((await domain.policies.update(actor, { ...more, force: true })).version, 3);
    await domain.policies.delete(actor, { id });
  },
);

t.test('compliance fits one branch; what others keep and what is there anyway counts too', async (t) => {
  const compliance: CreatePolicyInput = { ...gfs, name: 'compliance', preset: 'compliance' };
  const policy = await domain.policies.create(actor, compliance);
  const { forecast } = await domain.policies.previewOf(actor, policy.id, {});
  const [alone] = forecast.projects;
  t.match(alone?.snapshots, { otherPolicies: 0, standing: 0, beingMade: 1, fits: true });
  const manual = await takeSnapshot(at, { branchId: main.id });
  const beside = { form: wish({ retention: { keepLast: 3 } }) };
  const [seen] = (await domain.policies.preview(actor, beside)).forecast.projects;
  t.match(seen?.snapshots, { thisPolicy: 3, otherPolicies: alone?.snapshots.thisPolicy, standing: 1, beingMade: 1 });
  t.equal(seen?.snapshots.needed, 3 + (alone?.snapshots.thisPolicy ?? 0) + 1 + 1);
  const refused = wish({ retention: { keepLast: 20 } });
  await refuses(t, at, 'snapshot_cap_exceeded', () => domain.policies.create(actor, refused), {
    projects: [{ thisPolicy: 20, standing: 1 }],
  });
  await domain.snapshots.delete(actor, manual.id);
  await untilSnapshot(at, manual.id, 'purged');
  await domain.policies.delete(actor, { id: policy.id });
});

t.test(
  'branches count against their own cap, take no root slot, and cost beyond those that are included',
  async (t) => {
    const form = wish({ store: 'branch', retention: { daily: 30 } });
    const [forecast] = (await domain.policies.preview(actor, { form })).forecast.projects;
    t.match(forecast?.branches, {
      needed: 32,
      thisPolicy: 30,
      standing: 1,
      beingMade: 1,
      included: 25,
      cap: 5_000,
      fits: true,
    });
    t.match(forecast?.snapshots, { needed: 0, thisPolicy: 0, beingMade: 0 });
    t.match(forecast?.rootSlots, { needed: 0, used: 1 });
    const cost = { snapshots: 0, branches: 9, total: 9, isAtMost: false, unknownBecause: null };
    t.strictSame(forecast?.monthlyCost, cost, '6 at 1.50');
    const many = wish({ store: 'branch', retention: { daily: 5_000 } });
    await refuses(t, at, 'branch_cap_exceeded', () => domain.policies.create(actor, many), {
      projects: [{ cap: 5_000 }],
    });
  },
);

t.test('the cost of snapshots is that of full sizes, and not known where a size is not', async (t) => {
  const costWith = async (sizeBytes: number | null) => {
    await db.updateTable('branches').set({ logical_size_bytes: sizeBytes }).where('id', '=', main.id).execute();
    return (await domain.policies.preview(actor, { form: wish() })).forecast;
  };
  t.match(await costWith(10_000_000_000), {
    monthlyCost: { snapshots: 6.3, branches: 0, total: 6.3, unknownBecause: null },
  });
  const unknown = await costWith(null);
  t.match(unknown.projects, [{ monthlyCost: { snapshots: null, total: null, unknownBecause: /how large 1/ } }]);
  t.match(unknown.monthlyCost, { snapshots: null, total: null, unknownBecause: /1 of 1 projects/ });
});

t.test(
  'what a change would let go at once, against the present version, and what the next firing lets go',
  async (t) => {
    const policy = await domain.policies.create(actor, wish({ name: 'kept', retention: { keepLast: 3 } }));
    const taken: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const { snapshots } = await domain.policies.run(actor, policy.id);
      taken.push(snapshots[0]?.id ?? '');
      await untilSnapshot(at, taken[index] ?? '', 'available');
    }
    const idsOf = ({ snapshots }: { snapshots: readonly { snapshotId: string }[] }) =>
      snapshots.map(({ snapshotId }) => snapshotId).sort();
    const saved = await domain.policies.previewOf(actor, policy.id, { count: 1 });
    t.strictSame([saved.wouldExpireNow.count, idsOf(saved.wouldExpire)], [0, [taken[0]]], 'the next one is the fourth');
    const form = wish({ name: 'kept', retention: { keepLast: 1 } });
    const changed = await domain.policies.preview(actor, { form, policyId: policy.id });
    t.strictSame(idsOf(changed.wouldExpireNow), [taken[0], taken[1]]);
    t.match(changed.wouldExpireNow.snapshots, [{ branchId: main.id, reasons: ['keep_last'] }]);
    t.equal(changed.wouldExpire.count, 3);
    const unrelated = await domain.policies.preview(actor, { form });
    t.strictSame([unrelated.wouldExpire.count, unrelated.wouldExpireNow.count], [0, 0], 'a new policy has no points');
    t.match(
      changed.forecast.projects,
      [{ snapshots: { thisPolicy: 1, otherPolicies: 0, standing: 0 } }],
      'it is replaced',
    );
    // As it is said, so it is done.
    await domain.policies.update(actor, { id: policy.id, version: policy.version, retention: { keepLast: 1 } });
    const now = await domain.policies.previewOf(actor, policy.id, {});
    t.strictSame(idsOf(now.wouldExpireNow), [taken[0], taken[1]], 'until the next firing');
    const last = (await domain.policies.run(actor, policy.id)).snapshots[0]?.id ?? '';
    for (const id of taken) await untilSnapshot(at, id, 'purged');
    t.equal((await domain.snapshots.get(actor, last)).status, 'available');
    await domain.policies.delete(actor, { id: policy.id });
    const left = (await domain.policies.preview(actor, { form: wish() })).forecast.projects;
    t.match(left, [{ snapshots: { standing: 1 } }], 'those of a deleted policy stay');
  },
);

t.test(
  'coverage: what is covered, as what, and what no policy covers; our own branches and undo copies are neither',
  async (t) => {
    const point = await writeRow(at.emulator.connectionUri, 1);
    await restore(at, { source: { branchId: main.id, at: point.at }, target: { kind: 'new_branch', name: 'dev' } });
    await restore(at, { source: { branchId: main.id, at: point.at }, target: { kind: 'in_place' } });
    const policy = await domain.policies.create(
      actor,
      wish({ selector: { projects: [project.id], branches: ['main', 'dev'] } }),
    );
    const branched = await domain.policies.create(
      actor,
      wish({ name: 'branched', store: 'branch', selector: { projects: [project.id], branches: ['main'] } }),
    );
    const { snapshots } = await domain.policies.run(actor, branched.id);
    await untilSnapshot(at, snapshots[0]?.id ?? '', 'available');
    await domain.projects.requestSync(actor, project.id);
    await at.until(
      () => domain.branches.list(actor, project.id, { limit: 50 }),
      ({ items }) => items.length === 4,
    );
    const both = await domain.policies.coverage(actor, policy.id);
    t.strictSame(both.covered.map(({ name, kind }) => `${name}: ${kind}`).sort(), [
      'dev: branch',
      'main: neon_snapshot',
    ]);
    t.match(both, { coveredCount: 2, uncoveredCount: 0, uncovered: [], warnings: [{ code: 'child_kept_as_branch' }] });
    const preview = await domain.policies.previewOf(actor, policy.id, {});
    t.match(preview.forecast.projects, [{ snapshots: { thisPolicy: 7 }, branches: { thisPolicy: 7 } }]);
    t.ok(preview.warnings.some(({ code }) => code === 'child_kept_as_branch'));
    await domain.policies.delete(actor, { id: policy.id });
    const one = await domain.policies.coverage(actor, branched.id);
    t.match(one, {
      covered: [{ name: 'main', kind: 'branch' }],
      uncovered: [{ name: 'dev', projectId: project.id }],
      warnings: [],
    });
    t.strictSame([one.coveredCount, one.uncoveredCount], [1, 1]);
  },
);

t.test('a viewer looks ahead; another team sees nothing of it', async (t) => {
  const [policy] = (await domain.policies.list(actor, { limit: 1 })).items;
  const id = policy?.id ?? '';
  const viewer = inRole(actor, 'viewer');
  t.ok(await domain.policies.previewOf(viewer, id, {}));
  t.ok(await domain.policies.preview(viewer, { form: wish() }));
  t.ok(await domain.policies.coverage(viewer, id));
  const other = await addTeam(at, 'other');
  for (const call of [
    () => domain.policies.previewOf(other, id, {}),
    () => domain.policies.coverage(other, id),
    () => domain.policies.preview(other, { form: wish() }),
    () => domain.policies.preview(other, { form: wish({ selector: { labels: { a: 'b' } } }), policyId: id }),
  ]) {
    t.equal((await refusalOf(call())).code, 'not_found');
  }
});

t.test('a policy that is paused fires nothing until its pause is over, and its preview says so', async (t) => {
  const [policy] = (await domain.policies.list(actor, { limit: 1 })).items;
  const id = policy?.id ?? '';
  const pausedUntil = new Date(Date.now() + 10 * 86_400_000);
  const pause = (until: Date | null) =>
    db.updateTable('policies').set({ paused_at: new Date(), paused_until: until }).where('id', '=', id).execute();
  await pause(pausedUntil);
  const { warnings, firings } = await domain.policies.previewOf(actor, id, { count: 3 });
  t.match(warnings.find(({ code }) => code === 'paused')?.message, new RegExp(pausedUntil.toISOString()));
  const { firings: expected } = await domain.policies.preview(actor, { form: wish(), from: pausedUntil.toISOString() });
  t.strictSame(firings, expected.slice(0, 3), 'those after it');
  const other = await domain.policies.preview(actor, { form: wish(), policyId: id, count: 3 });
  t.strictSame(other.firings, firings, 'saving another version does not end it');
  const later = new Date(pausedUntil.getTime() + 30 * 86_400_000).toISOString();
  const [first] = (await domain.policies.previewOf(actor, id, { from: later, count: 1 })).firings;
  t.ok(first && first.at > later);
  await pause(null);
  const without = await domain.policies.previewOf(actor, id, {});
  t.strictSame(without.firings, []);
  t.ok(without.warnings.some(({ code }) => code === 'paused'));
});

t.test('firings that fall into maintenance of the selected projects say so', async (t) => {
  const { version } = await domain.projects.get(actor, project.id);
  const window = { name: 'first of the month', cron: '0 0 1 * *', timeZone: 'Europe/Berlin', durationSeconds: 86_400 };
  await domain.projects.update(actor, { id: project.id, version, maintenanceWindows: [window] });
  const { firings } = await domain.policies.preview(actor, { form: wish(), from: '2027-01-30T12:00:00Z', count: 3 });
  t.strictSame(
    firings.map(({ local, maintenance }) => [local.slice(0, 10), maintenance]),
    [
      ['2027-01-31', null],
      ['2027-02-01', 'all'],
      ['2027-02-02', null],
    ],
  );
});
