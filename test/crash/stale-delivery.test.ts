// Invariant 3: the queue may deliver one release of a job any number of times, late, at once, or after its lease; the effect is
// that of one.

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type Registered, startRegistered } from '../harness/app.ts';
import { countCalls, hold } from '../harness/strike.ts';

type Release = Parameters<Registered['domain']['runJob']>[0];

/** One kind of work that a job does, and what it may leave in Neon. */
interface Work {
  readonly title: string;
  readonly call: 'createSnapshot' | 'createBranch' | 'restoreBranch';
  request(world: Registered): Promise<string>;
  status(world: Registered, id: string): Promise<string>;
  readonly ends: string;
}

const works: readonly Work[] = [
  {
    title: 'a snapshot',
    call: 'createSnapshot',
    request: async ({ domain, actor, main }) => (await domain.snapshots.request(actor, { branchId: main.id })).id,
    status: async ({ domain, actor }, id) => (await domain.snapshots.get(actor, id)).status,
    ends: 'available',
  },
  {
    title: 'a restore to a new branch',
    call: 'createBranch',
    request: (world) => requestRestore(world, { kind: 'new_branch' }),
    status: statusOfRestore,
    ends: 'succeeded',
  },
  {
    title: 'a restore in place',
    call: 'restoreBranch',
    request: (world) => requestRestore(world, { kind: 'in_place' }),
    status: statusOfRestore,
    ends: 'succeeded',
  },
];

t.setTimeout(180_000);
t.jobs = 2;
const buffered = true;

for (const work of works) {
  t.test(
    `${work.title}: its release is delivered twice, one after the other: the second does nothing`,
    { buffered },
    async (t) => {
      const world = await startIdle(t);
      const { id, release } = await releaseJob(world, work);
      const calls = await countCalls(world, work.call);
      await deliver(world, release);
      const known = await listNames(world);
      const told = await countEvents(world);
      await deliver(world, release);
      await checkOne(t, world, { work, id, known, calls: calls.times() });
      t.equal(await countEvents(world), told, 'and nothing is told of the second');
    },
  );

  t.test(
    `${work.title}: its release is delivered three times at once: the effect is that of one`,
    { buffered },
    async (t) => {
      const world = await startIdle(t);
      const before = await listNames(world);
      const { id, release } = await releaseJob(world, work);
      const calls = await countCalls(world, work.call);
      await Promise.all([deliver(world, release), deliver(world, release), deliver(world, release)]);
      await checkOne(t, world, { work, id, known: [...before, derived(id, work)].sort(), calls: calls.times() });
    },
  );

  t.test(
    `${work.title}: an attempt outlives its lease and another took over: the effect is that of one`,
    { buffered },
    async (t) => {
      const world = await startIdle(t, { leaseMs: 700 });
      const before = await listNames(world);
      const { id, release } = await releaseJob(world, work);
      const calls = await countCalls(world, work.call);
      const held = await hold(world, work.call, 'after');
      const first = deliver(world, release);
      await held.until();
      await deliver(world, release);
      const told = await countEvents(world);
      held.end();
      await first;
      await checkOne(t, world, { work, id, known: [...before, derived(id, work)].sort(), calls: calls.times() });
      t.equal(await countEvents(world), told, 'and the first attempt has written nothing more');
    },
  );
}

/** Nobody relays, consumes or fires but the test. */
function startIdle(t: Test, settings: { leaseMs?: number } = {}): Promise<Registered> {
  return startRegistered(t, { roles: ['api'], settings });
}

async function requestRestore(
  { domain, actor, main }: Registered,
  target: { kind: 'new_branch' } | { kind: 'in_place' },
): Promise<string> {
  await sleep(50);
  const at = new Date().toISOString();
  await sleep(50);
  return (await domain.restores.request(actor, { source: { branchId: main.id, at }, target })).id;
}

async function statusOfRestore({ domain, actor }: Registered, id: string): Promise<string> {
  return (await domain.restores.get(actor, id)).status;
}

async function releaseJob(world: Registered, work: Work): Promise<{ id: string; release: Release }> {
  const id = await work.request(world);
  await world.domain.relay();
  const { id: outboxId, release } = await world.db
    .selectFrom('outbox')
    .select(['id', 'release'])
    .where('subject_id', '=', id)
    .where('status', '=', 'released')
    .executeTakeFirstOrThrow();
  return { id, release: { outboxId, release } };
}

/** As the queue does: again and again, until it is done. */
async function deliver({ domain }: Registered, release: Release): Promise<void> {
  for (;;) {
    const outcome = await domain.runJob(release);
    if (outcome.kind === 'done') return;
    await sleep(outcome.inMs);
  }
}

async function checkOne(
  t: Test,
  world: Registered,
  { work, id, known, calls }: { work: Work; id: string; known: readonly string[]; calls: number },
): Promise<void> {
  t.equal(await work.status(world, id), work.ends);
  t.equal(calls, 1, 'Neon was asked once');
  t.strictSame(await listNames(world), known, 'Neon lists one thing');
  const rows = await world.db.selectFrom('outbox').select('status').where('subject_id', '=', id).execute();
  t.strictSame(rows, [{ status: 'done' }], 'the job is done');
  const { items } = await world.domain.audit.list(world.actor, { subjectId: id }, { limit: 100 });
  const actions = items.map(({ action }) => action);
  t.strictSame([...new Set(actions)], actions, 'each event is told once');
}

/** The name that Neon lists for what the job makes. */
function derived(id: string, { call }: Work): string {
  return `afterglow-${id.replace('_', '-')}${call === 'restoreBranch' ? '-old' : ''}`;
}

async function countEvents({ domain, actor }: Registered): Promise<number> {
  return (await domain.audit.list(actor, {}, { limit: 200 })).items.length;
}

async function listNames({ neon, project }: Registered): Promise<string[]> {
  const [branches, snapshots] = await Promise.all([
    neon.listBranches(project.neonProjectId),
    neon.listSnapshots(project.neonProjectId),
  ]);
  return [...branches, ...snapshots].map(({ name }) => name).sort();
}
