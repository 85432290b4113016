// Invariant 4: the queue may lose everything at any time, and what was answered 202 still happens. It costs delay alone.

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { type Registered, startRegistered } from '../harness/app.ts';
import { hold } from '../harness/strike.ts';
import { untilRestoreEnded, untilSnapshot } from '../harness/work.ts';
import { listBackends } from './backends.ts';
import { until } from './client.ts';

t.setTimeout(120_000);
t.jobs = 2;
const backends = await listBackends(t, 8);

for (const backend of backends) {
  t.test(`the queue on ${backend.name}`, { buffered: true }, async (t) => {
    await t.test(
      `on ${backend.name}, wiped while a job waits for Neon and others for the lane: all of them run`,
      async (t) => {
        const world = await startRegistered(t, { redisUrl: backend.redisUrl, emulator: { latencyMs: 700 } });
        const { domain, actor, main } = world;
        const input = { branchId: main.id };
        const first = await domain.snapshots.request(actor, input);
        const second = await domain.snapshots.request(actor, input);
        await until(
          () => readJob(world, first.id),
          ({ reason }) => reason === 'waits_for_neon',
        );
        // The worker writes that, and only then puts the job back: where it comes too late for it, BullMQ says so.
        world.log.expect(/queue/);
        await backend.wipe(world);
        const at = new Date().toISOString();
        await sleep(50);
        const restore = await domain.restores.request(actor, {
          source: { branchId: main.id, at },
          target: { kind: 'new_branch' },
        });
        await untilSnapshot(world, first.id, 'available');
        t.equal((await untilRestoreEnded(world, restore.id)).status, 'succeeded');
        await untilSnapshot(world, second.id, 'available');
        t.ok((await readJob(world, first.id)).release >= 2, 'what was lost was released again');
        t.equal((await domain.snapshots.list(actor, {}, { limit: 10 })).items.length, 2);
        const { neon, project } = world;
        t.equal((await neon.listSnapshots(project.neonProjectId)).length, 2, 'Neon holds one snapshot for each');
      },
    );

    await t.test(
      `on ${backend.name}, wiped while a worker holds the job: it ends as if nothing had been`,
      async (t) => {
        const world = await startRegistered(t, { redisUrl: backend.redisUrl });
        const { domain, actor, main, neon, project } = world;
        const held = await hold(world, 'createSnapshot', 'after');
        const { id } = await domain.snapshots.request(actor, { branchId: main.id });
        await held.until();
        // BullMQ says that the job it was to end is gone; whoever runs the service should know.
        world.log.expect(/broke|queue/);
        await backend.wipe(world);
        // Longer than after which the reconcile loop releases anew what nobody holds.
        await sleep(3_500);
        held.end();
        await untilSnapshot(world, id, 'available');
        t.equal((await neon.listSnapshots(project.neonProjectId)).length, 1);
        t.equal((await readJob(world, id)).release, 1, 'what a worker holds is not released again');
      },
    );

    await t.test(
      `on ${backend.name}, wiped before anybody took the job: it is released anew, and the old release is stale`,
      async (t) => {
        const world = await startRegistered(t, { redisUrl: backend.redisUrl, roles: ['api'] });
        const { domain, actor, main } = world;
        const { id } = await domain.snapshots.request(actor, { branchId: main.id });
        t.equal(await domain.relay(), 1);
        t.equal(await domain.reconcileQueue(), 0, 'what the queue holds is left to it');
        await backend.wipe(world);
        t.equal(await domain.reconcileQueue(), 0, 'a relay may still be handing it over');
        await sleep(3_200);
        t.equal(await domain.reconcileQueue(), 1, 'then it counts as lost');
        t.equal(await domain.relay(), 1);
        const { outboxId, release } = await readJob(world, id);
        t.equal(release, 2);
        t.strictSame(await domain.runJob({ outboxId, release: 1 }), { kind: 'done' });
        t.equal((await domain.snapshots.get(actor, id)).status, 'requested', 'the old release does nothing');
        for (let ended = false; !ended; await sleep(50)) {
          ended = (await domain.runJob({ outboxId, release })).kind === 'done';
        }
        t.equal((await domain.snapshots.get(actor, id)).status, 'available');
      },
    );
  });
}

async function readJob({ db }: Registered, subjectId: string) {
  const { id, release, reason } = await db
    .selectFrom('outbox')
    .select(['id', 'release', 'reason'])
    .where('subject_id', '=', subjectId)
    .executeTakeFirstOrThrow();
  return { outboxId: id, release, reason };
}
