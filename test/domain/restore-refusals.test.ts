// What a restore and a snapshot are refused for, at the doors' half: the code, what a program needs, and nothing left behind.

import t from 'tap';
import type { RequestRestoreInput } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';

// Nothing runs what is promised here: it stays as the requests left it.
const at = await startRegistered(t, { roles: [] });
const { domain, actor, main, project, db, emulator, neon } = at;
const inPlace = { kind: 'in_place' } as const;
const newBranch = { kind: 'new_branch' } as const;

/** An instant relative to now, that many milliseconds ahead. */
const instant = (aheadMs: number): string => new Date(Date.now() + aheadMs).toISOString();
const restoring = (source: RequestRestoreInput['source'], target: RequestRestoreInput['target']) => () =>
  domain.restores.request(actor, { source, target });
const snapshotting = (input: { at?: string; name?: string; branchId?: string }) => () =>
  domain.snapshots.request(actor, { branchId: main.id, ...input });

t.test('what is no instant is refused with the name of its field, in every place', async (t) => {
  const text = '2026-11-22 10:00:00';
  await refuses(t, at, 'invalid_instant', restoring({ branchId: main.id, at: text }, newBranch), {
    field: 'source.at',
  });
  const expiring = { ...newBranch, expiresAt: text };
  await refuses(t, at, 'invalid_instant', restoring({ branchId: main.id, at: instant(-1) }, expiring), {
    field: 'target.expiresAt',
  });
  await refuses(t, at, 'invalid_instant', snapshotting({ at: text }), { field: 'at' });
  const since = refusalOf(domain.audit.list(actor, { since: text }, { limit: 1 }));
  t.match(await since, { code: 'invalid_instant', members: { field: 'since' } });
});

t.test('an instant in the future is refused', async (t) => {
  const source = { branchId: main.id, at: instant(60_000) };
  await refuses(t, at, 'instant_in_future', restoring(source, newBranch), { now: /Z$/ });
  await refuses(t, at, 'instant_in_future', restoring(source, inPlace), { now: /Z$/ });
  await refuses(t, at, 'instant_in_future', snapshotting({ at: instant(60_000) }));
});

t.test('an instant before the window is refused with the window, and without a snapshot to offer', async (t) => {
  const source = { branchId: main.id, at: '2026-01-01T00:00:00Z' };
  const members = { earliest: main.restoreWindow?.from, latest: /Z$/, nearestSnapshot: null };
  await refuses(t, at, 'outside_restore_window', restoring(source, newBranch), members);
  await refuses(t, at, 'outside_restore_window', snapshotting({ at: source.at }), members);
});

t.test('an instant before the window is refused with the nearest available snapshot of the branch', async (t) => {
  const rows = [
    { id: 'snp_far', status: 'available', point: '2026-02-01T00:00:00Z' },
    { id: 'snp_near', status: 'available', point: '2026-01-02T00:00:00Z' },
    { id: 'snp_failed', status: 'failed', point: '2026-01-01T12:00:00Z' },
  ] as const;
  for (const { id, status, point } of rows) {
    await db
      .insertInto('snapshots')
      .values({
        id,
        team_id: actor.teamId,
        project_id: project.id,
        branch_id: main.id,
        name: id,
        kind: 'neon_snapshot',
        status,
        point_at: new Date(point),
        kept_because: [],
        created_at: new Date(),
        updated_at: new Date(),
      })
      .execute();
  }
  const source = { branchId: main.id, at: '2026-01-01T00:00:00Z' };
  await refuses(t, at, 'outside_restore_window', restoring(source, newBranch), {
    nearestSnapshot: { id: 'snp_near', pointAt: '2026-01-02T00:00:00.000Z' },
  });
  await refuses(t, at, 'snapshot_not_available', restoring({ snapshotId: 'snp_failed' }, newBranch), {
    presentStatus: 'failed',
  });
});

t.test('an expiry that is past or more than 30 days ahead is refused', async (t) => {
  const day = 24 * 3_600_000;
  for (const expiresAt of [instant(-1_000), instant(30 * day + 60_000)]) {
    const act = restoring({ branchId: main.id, at: instant(-1) }, { ...newBranch, expiresAt });
    await refuses(t, at, 'expiry_out_of_range', act, { field: 'target.expiresAt' });
  }
});

t.test('unknown and malformed ids are not found, whatever else is wrong with the request', async (t) => {
  for (const id of ['', 'brn_', 'snp_0', "'; drop table teams; --", 'x'.repeat(500)]) {
    await refuses(t, at, 'not_found', restoring({ branchId: id, at: instant(60_000) }, newBranch));
    await refuses(t, at, 'not_found', restoring({ snapshotId: id }, newBranch));
    await refuses(t, at, 'not_found', snapshotting({ branchId: id }));
  }
});

t.test('a name that a branch has is refused, for a target as for an undo copy', async (t) => {
  const source = { branchId: main.id, at: instant(-1) };
  await refuses(t, at, 'name_taken', restoring(source, { ...newBranch, name: 'main' }), { name: 'main' });
  await refuses(t, at, 'name_taken', restoring(source, { ...inPlace, preserveAs: 'main' }), { name: 'main' });
});

t.test('two requests at once for one name: exactly one is accepted', async (t) => {
  const source = { branchId: main.id, at: instant(-1) };
  const both = await Promise.allSettled([
    domain.restores.request(actor, { source, target: { ...newBranch, name: 'wanted' } }),
    domain.restores.request(actor, { source, target: { ...inPlace, preserveAs: 'wanted' } }),
    domain.restores.request(actor, { source, target: { ...newBranch, name: 'wanted' } }),
  ]);
  t.equal(both.filter(({ status }) => status === 'fulfilled').length, 1);
  t.match(
    both.filter((one) => one.status === 'rejected').map((one) => one.reason),
    [{ code: 'name_taken' }, { code: 'name_taken' }],
  );
  const snapshots = await Promise.allSettled([1, 2, 3].map(() => snapshotting({ name: 'nightly' })()));
  t.equal(snapshots.filter(({ status }) => status === 'fulfilled').length, 1);
  await refuses(t, at, 'name_taken', snapshotting({ name: 'nightly' }), { field: 'name' });
});

t.test('two restores in place at once: exactly one is accepted, the other is target_busy', async (t) => {
  await db.deleteFrom('restores').execute();
  const act = restoring({ branchId: main.id, at: instant(-1) }, inPlace);
  const both = await Promise.allSettled([act(), act()]);
  t.equal(both.filter(({ status }) => status === 'fulfilled').length, 1);
  t.match(both.find((one) => one.status === 'rejected')?.reason, { code: 'target_busy' });
});

t.test('no root branch slot is free: what needs one is refused, an instant to a new branch is not', async (t) => {
  await db.deleteFrom('restores').execute();
  const limited = await domain.projects.update(actor, {
    id: project.id,
    version: project.version,
    limits: { rootBranches: 1 },
  });
  const source = { branchId: main.id, at: instant(-1) };
  const members = { cap: 1, rootBranches: 1, promised: 0 };
  await refuses(t, at, 'root_branch_cap_reached', restoring(source, inPlace), members);
  await refuses(t, at, 'root_branch_cap_reached', restoring({ snapshotId: 'snp_near' }, newBranch), members);
  t.match(await restoring(source, newBranch)(), { status: 'requested' });
  await domain.projects.update(actor, { id: project.id, version: limited.version, limits: { rootBranches: 2 } });
  const both = await Promise.allSettled([
    restoring({ snapshotId: 'snp_near' }, newBranch)(),
    restoring(source, inPlace)(),
  ]);
  t.equal(both.filter(({ status }) => status === 'fulfilled').length, 1, 'the last slot is promised once');
  t.match(both.find((one) => one.status === 'rejected')?.reason, { code: 'root_branch_cap_reached' });
});

t.test(
  'a child branch is not restored in place, and a branch that is gone is neither restored nor stored',
  async (t) => {
    const base = {
      team_id: actor.teamId,
      project_id: project.id,
      is_default: false,
      is_protected: false,
      state: 'ready',
    };
    const since = new Date(Date.now() - 60_000);
    const times = { neon_created_at: since, history_started_at: since, created_at: since, updated_at: since };
    await db
      .insertInto('branches')
      .values([
        {
          id: 'brn_child',
          neon_branch_id: 'br-c',
          name: 'c',
          parent_neon_branch_id: main.neonBranchId,
          ...base,
          ...times,
        },
        { id: 'brn_gone', neon_branch_id: 'br-g', name: 'g', gone_at: since, ...base, ...times },
      ])
      .execute();
    const past = instant(-1);
    await refuses(t, at, 'branch_not_root', restoring({ branchId: 'brn_child', at: past }, inPlace));
    await refuses(t, at, 'branch_gone', restoring({ branchId: 'brn_gone', at: past }, newBranch));
    await refuses(t, at, 'branch_gone', snapshotting({ branchId: 'brn_gone' }));
    t.equal((await neon.listBranches(emulator.projectId)).length, 1);
  },
);
