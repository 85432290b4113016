// Invariants 3 and 4: Neon does what it was asked, and its answer never comes. The job ends well all the same, with one effect,
// whether Neon's lists show that effect at once or only at the second look.

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type Registered, startRegistered } from '../harness/app.ts';
import { makeChild } from '../harness/neon.ts';
import { restore, takeSnapshot, untilRestoreEnded, untilSnapshot } from '../harness/work.ts';
import { type Change, changes, type Losses, loseAnswers } from './losses.ts';

interface World extends Registered {
  readonly childId: string;
  readonly losses: Losses;
}

interface Scenario {
  readonly lost: readonly Change[];
  readonly title: string;
  /** Does one thing whole; answers with the names that Neon lists more by then, and with those that it lists no more. */
  act(world: World, name: string): Promise<{ more: readonly string[]; fewer?: readonly string[] }>;
}

const scenarios: readonly Scenario[] = [
  {
    lost: ['createSnapshot'],
    title: 'a snapshot of a root branch',
    act: async (world) => ({ more: [(await takeSnapshot(world, { branchId: world.main.id })).name] }),
  },
  {
    lost: ['createSnapshot', 'renameSnapshot'],
    title: 'a snapshot with a wished name',
    act: async (world, name) => ({ more: [(await takeSnapshot(world, { branchId: world.main.id, name })).name] }),
  },
  {
    lost: ['createBranch', 'updateBranch'],
    title: 'a snapshot of a child branch, kept as a branch',
    act: async (world, name) => ({ more: [(await takeSnapshot(world, { branchId: world.childId, name })).name] }),
  },
  {
    lost: ['createBranch', 'updateBranch'],
    title: 'a restore of an instant to a new branch',
    act: async (world, name) => restoreTo(world, await pointOf(world), { kind: 'new_branch', name }),
  },
  {
    lost: ['restoreSnapshot', 'updateBranch'],
    title: 'a restore of a snapshot to a new branch that expires',
    act: async (world, name) => {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      return restoreTo(world, await snapshotOf(world), { kind: 'new_branch', name, expiresAt });
    },
  },
  {
    lost: ['restoreBranch', 'updateBranch'],
    title: 'a restore of an instant in place',
    act: async (world, preserveAs) => restoreTo(world, await pointOf(world), { kind: 'in_place', preserveAs }),
  },
  {
    lost: ['deleteBranch'],
    title: 'the purge of an undo copy',
    act: async (world, preserveAs) => {
      const { domain, actor } = world;
      const { id } = await restore(world, { source: await pointOf(world), target: { kind: 'in_place', preserveAs } });
      const present = await listNames(world);
      await domain.restores.deletePreservedBranch(actor, id);
      await world.until(
        () => domain.restores.get(actor, id),
        (view) => view.preservedBranch?.status === 'purged',
      );
      return { more: present, fewer: [preserveAs] };
    },
  },
  {
    lost: ['setBackupSchedule'],
    title: 'a schedule that is left to Neon',
    act: async ({ domain, actor, project, until }, name) => {
      // Not soon: nothing of it is to be taken here.
      const cron = `0 ${(new Date().getUTCHours() + 12) % 24} * * *`;
      const { id } = await domain.policies.create(actor, {
        name,
        selector: { projects: [project.id] },
        schedules: [{ name: 'daily', cron, timeZone: 'UTC', engine: 'neon' }],
        retention: { daily: 7 },
      });
      await until(
        () => domain.policies.get(actor, id),
        (policy) => policy.delegation?.counts.set === 1,
      );
      return { more: [] };
    },
  },
  // After it Neon lets nobody go back in time on the branch: what does comes before.
  {
    lost: ['restoreSnapshot', 'finalizeRestore', 'updateBranch'],
    title: 'a restore of a snapshot in place',
    act: async (world, preserveAs) => restoreTo(world, await snapshotOf(world), { kind: 'in_place', preserveAs }),
  },
  {
    lost: ['deleteSnapshot'],
    title: 'the purge of a snapshot',
    act: async (world) => purge(world, world.main.id),
  },
  {
    lost: ['deleteBranch'],
    title: 'the purge of a snapshot that is kept as a branch',
    act: async (world) => purge(world, world.childId),
  },
];

t.setTimeout(180_000);
t.jobs = 3;

t.test('every call that changes Neon loses its answer in one of these tests', async (t) => {
  const lost = new Set(scenarios.flatMap((scenario) => scenario.lost));
  t.strictSame([...lost].sort(), [...changes].sort());
});

for (const isLate of [false, true]) {
  const shown = isLate ? 'listed late' : 'listed at once';
  t.test(`an effect that is ${shown} after its answer was lost is the only one`, { buffered: true }, async (t) => {
    const world = await startWorld(t, 100);
    for (const [index, scenario] of scenarios.entries()) {
      if (isLate && scenario.lost.every((change) => change.startsWith('delete'))) continue;
      await t.test(`${scenario.title}: the answer of ${scenario.lost.join(', ')} is lost, the effect ${shown}`, (t) =>
        check(t, world, scenario, { name: `wished-${index}`, isLate }),
      );
    }
  });
}

t.test('what was found by its name is awaited as long as Neon works on it', { buffered: true }, async (t) => {
  const world = await startWorld(t, 2_000);
  const { actor, domain, losses, neon, project } = world;
  for (const kind of ['an instant', 'a snapshot'] as const) {
    await t.test(`a restore of ${kind} in place ends after its operations`, async (t) => {
      const source = kind === 'an instant' ? await pointOf(world) : await snapshotOf(world);
      await losses.lose(kind === 'an instant' ? ['restoreBranch'] : ['finalizeRestore'], false);
      const { id } = await domain.restores.request(actor, { source, target: { kind: 'in_place' } });
      const { status } = await untilRestoreEnded(world, id);
      const operations = await neon.listOperations(project.neonProjectId);
      t.equal(status, 'succeeded');
      t.strictSame(losses.left(), []);
      t.strictSame(
        operations.filter((operation) => operation.status !== 'finished'),
        [],
      );
    });
  }
});

async function check(
  t: Test,
  world: World,
  scenario: Scenario,
  { name, isLate }: { name: string; isLate: boolean },
): Promise<void> {
  const { losses } = world;
  const before = await listNames(world);
  await losses.lose(scenario.lost, isLate);
  const { more, fewer = [] } = await scenario.act(world, name);
  t.strictSame(losses.left(), [], 'each answer was lost');
  t.strictSame(losses.done(), [], 'each change was done once');
  const expected = [...new Set([...before, ...more])].filter((one) => !fewer.includes(one)).sort();
  t.strictSame(await listNames(world), expected, 'Neon lists one thing for one wish');
  const operations = await world.neon.listOperations(world.project.neonProjectId);
  const running = operations.filter(({ status }) => status !== 'finished');
  t.strictSame(running, [], 'what is called done has ended in Neon');
}

async function startWorld(t: Test, latencyMs: number): Promise<World> {
  // Operations outlast the answer, so that what is looked for by its name may still be in the making.
  const started = await startRegistered(t, { emulator: { latencyMs } });
  const { domain, actor, project, main } = started;
  await makeChild(started, 'child', main.neonBranchId);
  await domain.projects.requestSync(actor, project.id);
  const { items } = await started.until(
    () => domain.branches.list(actor, project.id, { limit: 10 }),
    (page) => page.items.length === 2,
  );
  const child = items.find(({ isRoot }) => !isRoot);
  if (!child) throw new Error('the mirror lacks the child branch');
  return { ...started, childId: child.id, losses: loseAnswers(t, started) };
}

/** Of everything that Neon lists in the project. */
async function listNames({ neon, project }: World): Promise<string[]> {
  const [branches, snapshots] = await Promise.all([
    neon.listBranches(project.neonProjectId),
    neon.listSnapshots(project.neonProjectId),
  ]);
  return [...branches, ...snapshots].map(({ name }) => name).sort();
}

async function restoreTo(
  world: World,
  source: { branchId: string; at: string } | { snapshotId: string },
  target: Parameters<typeof restore>[1]['target'],
): Promise<{ more: string[] }> {
  const before = await listNames(world);
  const { warnings } = await restore(world, { source, target });
  if (warnings.length > 0) throw new Error(JSON.stringify(warnings));
  const name = target.kind === 'in_place' ? target.preserveAs : target.name;
  return { more: [...before, name ?? ''] };
}

async function pointOf({ main }: World): Promise<{ branchId: string; at: string }> {
  await sleep(50);
  const at = new Date().toISOString();
  await sleep(50);
  return { branchId: main.id, at };
}

/** Taken with every answer coming. */
async function snapshotOf(world: World): Promise<{ snapshotId: string }> {
  const { id } = await world.losses.without(() => takeSnapshot(world, { branchId: world.main.id }));
  return { snapshotId: id };
}

async function purge(world: World, branchId: string): Promise<{ more: string[]; fewer: string[] }> {
  const { id, name } = await world.losses.without(() => takeSnapshot(world, { branchId }));
  await world.domain.snapshots.delete(world.actor, id);
  await untilSnapshot(world, id, 'purged');
  return { more: [], fewer: [name] };
}
