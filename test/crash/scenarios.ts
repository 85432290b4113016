// Owns what is played, once for a recording and once for each kill: every kind of job, as a client asks for it. A scenario says what
// must become of what it asked for, whoever died meanwhile; all else that must hold is the invariants'.

import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type {
  BranchView,
  PolicyView,
  ReconcileReportView,
  RequestRestoreInput,
  SnapshotView,
} from '../../src/domain/index.ts';
import { isSameSchedule, type NativeSchedule } from '../../src/core/delegation.ts';
import { untilAllEnded } from '../harness/world/settle.ts';
import { until } from '../process/client.ts';
import {
  addChild,
  askOrDone,
  endedWithinMs,
  requestRestore,
  requestSnapshot,
  type Stage,
  takeSnapshot,
  untilStatus,
  wish,
} from './stage.ts';

export interface Scenario {
  readonly title: string;
  /** Makes what must be there before; answers with what a client does. Only that is recorded, and only there somebody dies. */
  prepare(stage: Stage): Promise<() => Promise<void>>;
}

/** Nothing is needed before. */
const plain = (title: string, act: (stage: Stage) => Promise<unknown>): Scenario => ({
  title,
  prepare: async (stage) => async () => void (await act(stage)),
});

const snapshots: readonly Scenario[] = [
  plain('a snapshot of a root branch with a wished name', (stage) =>
    requestSnapshot(stage, { branchId: stage.main.id, name: wish() }),
  ),
  {
    title: 'a snapshot of a child branch with a wished name',
    prepare: async (stage) => {
      const child = await addChild(stage);
      return async () => void (await requestSnapshot(stage, { branchId: child.id, name: wish() }));
    },
  },
  {
    title: 'a run of a policy by a person',
    prepare: async (stage) => {
      const policy = await createPolicy(stage, 'default');
      return () => runPolicy(stage, policy);
    },
  },
  {
    title: 'a schedule that is due: snapshots of both kinds, and the purge of those that the policy keeps no longer',
    prepare: async (stage) => {
      await addChild(stage);
      const policy = await createPolicy(stage, ['main', 'child']);
      await runPolicy(stage, policy);
      await untilAllEnded(stage.world, endedWithinMs);
      for (const id of stage.wanted.keys()) stage.wanted.set(id, ['purged']);
      return () => makeDue(stage, policy);
    },
  },
  {
    title: 'the deletion of a snapshot',
    prepare: async (stage) => {
      const id = await takeSnapshot(stage, { branchId: stage.main.id });
      return () => deleteSnapshot(stage, id);
    },
  },
  {
    title: 'the deletion of a snapshot that is kept as a branch',
    prepare: async (stage) => {
      const child = await addChild(stage);
      const id = await takeSnapshot(stage, { branchId: child.id });
      return () => deleteSnapshot(stage, id);
    },
  },
];

const restores: readonly Scenario[] = [
  restoreOf('a restore to a new branch from an instant', momentOf, newBranch),
  restoreOf('a restore to a new branch from a snapshot', snapshotOf, newBranchThatExpires),
  restoreOf('a restore to a new branch from the snapshot of a child branch', snapshotOfChild, newBranch),
  restoreOf('a restore in place from an instant', momentOf, inPlace),
  restoreOf('a restore in place from a snapshot', snapshotOf, inPlace),
  {
    title: 'the deletion of an undo copy',
    prepare: async (stage) => {
      const id = await requestRestore(stage, { source: await momentOf(stage), target: { kind: 'in_place' } });
      await untilAllEnded(stage.world, endedWithinMs);
      return () => askOrDone(stage, { method: 'DELETE', path: `/v1/restores/${id}/preserved-branch`, done: [] });
    },
  },
];

const upkeep: readonly Scenario[] = [
  plain('a sync', ({ world, project }) => world.client.ask('POST', `/v1/projects/${project.id}/sync`)),
  {
    title: 'a schedule that is left to Neon, and taken back',
    prepare: async (stage) => async () => {
      const { world, project } = stage;
      const policy = await world.client.ask<PolicyView>('POST', '/v1/policies', {
        name: wish(),
        selector: { projects: [project.id] },
        schedules: [leftToNeon(6)],
        retention: { daily: 7 },
      });
      await untilDelegated(stage, [{ frequency: 'daily', hour: hourIn(6), retentionSeconds: 7 * 86_400 }]);
      await askOrDone(stage, { method: 'DELETE', path: `/v1/policies/${policy.id}`, done: ['not_found'] });
      await untilDelegated(stage, []);
    },
  },
  {
    title: 'the registration of a key and a project',
    prepare: async ({ world, asked }) => {
      const { id: neonProjectId } = await world.neon.addProject();
      return async () => {
        const credential = await world.client.ask<{ id: string }>('POST', '/v1/credentials', {
          name: wish(),
          neonApiKey: world.neon.apiKey,
        });
        const body = { neonProjectId, credentialId: credential.id };
        const { id } = await world.client.ask<{ id: string }>('POST', '/v1/projects', body);
        const [main] = await world.client.list<BranchView>(`/v1/projects/${id}/branches`);
        asked.given.push({ neonProjectId, branchId: main?.id ?? '', name: 'main' });
      };
    },
  },
  plain('a snapshot while Neon refuses the key for a while', async (stage) => {
    const { neon } = stage.world;
    await Promise.all(
      ['GET /auth', 'POST /projects/:projectId/branches/:branchId/snapshot'].map((route) =>
        neon.strike({ route, fault: { kind: 'status', status: 401 } }),
      ),
    );
    await requestSnapshot(stage, { branchId: stage.main.id });
    await untilCredential(stage, 'refused');
    await neon.clear();
    await untilCredential(stage, 'active');
  }),
  plain('a snapshot whose delivery the queue forgets', async (stage) => {
    // While Neon means to try its operation again, the job waits in the queue.
    const fault = { kind: 'operation', outcome: 'fails_once', retryAfterMs: 1_500 } as const;
    await stage.world.neon.strike({ projectId: stage.neonProject.id, times: 1, fault });
    const id = await requestSnapshot(stage, { branchId: stage.main.id });
    await untilJobWaits(stage, id);
    await forgetQueue(stage.world.redisUrl);
  }),
  plain('a snapshot whose operation ends badly in Neon', async (stage) => {
    const fault = { kind: 'operation', outcome: 'errors' } as const;
    await stage.world.neon.strike({ projectId: stage.neonProject.id, times: 1, fault });
    // Neon takes the whole call back: whoever died before it was recorded makes it once more, and well.
    await requestSnapshot(stage, { branchId: stage.main.id }, ['failed', 'available']);
  }),
  plain('a restore whose operation ends badly in Neon', async (stage) => {
    const source = await momentOf(stage);
    const fault = { kind: 'operation', outcome: 'errors' } as const;
    await stage.world.neon.strike({ projectId: stage.neonProject.id, times: 1, fault });
    await requestRestore(stage, { source, target: { kind: 'new_branch' } }, ['failed', 'succeeded']);
  }),
];

const cancels: readonly Scenario[] = [
  plain('the cancel of a snapshot that Neon works on', async (stage) => {
    await whileNeonWorks(stage, async () => {
      const id = await requestSnapshot(stage, { branchId: stage.main.id, name: wish() }, ['cancelled']);
      await untilStatus(stage, id, 'creating');
      await cancel(stage, `/v1/snapshots/${id}`);
    });
  }),
  {
    title: 'the cancel of a restore that Neon works on',
    prepare: async (stage) => {
      const source = await snapshotOf(stage);
      return () =>
        whileNeonWorks(stage, async () => {
          const id = await requestRestore(stage, { source, target: { kind: 'in_place' } }, ['cancelled']);
          await untilStatus(stage, id, 'running');
          await cancel(stage, `/v1/restores/${id}`);
        });
    },
  },
  plain('the cancel of a snapshot whose call is under way', async (stage) => {
    const route = 'POST /projects/:projectId/branches/:branchId/snapshot';
    const fault = { kind: 'delay', ms: 300 } as const;
    await stage.world.neon.strike({ route, projectId: stage.neonProject.id, times: 1, fault });
    // Where somebody died, the snapshot may have been quicker than the cancel.
    const id = await requestSnapshot(stage, { branchId: stage.main.id }, ['cancelled', 'available']);
    await untilStatus(stage, id, 'creating').catch(() => undefined);
    await cancel(stage, `/v1/snapshots/${id}`, ['already_ended']);
  }),
];

const comparisons: readonly Scenario[] = [
  {
    title: 'a comparison with Neon that finds a snapshot gone',
    prepare: async (stage) => {
      const id = await takeSnapshot(stage, { branchId: stage.main.id });
      const { neonId } = await stage.world.client.ask<SnapshotView>('GET', `/v1/snapshots/${id}`);
      stage.asked.removed.add(neonId ?? '');
      await stage.world.neon.strike({ fault: { kind: 'remove', snapshotId: neonId ?? '' } });
      stage.wanted.set(id, ['missing']);
      return () => compare(stage);
    },
  },
  {
    title: 'a comparison with Neon that adopts a snapshot whose answer was lost',
    prepare: async (stage) => {
      const route = 'POST /projects/:projectId/branches/:branchId/snapshot';
      const lost = { kind: 'drop', when: 'after' } as const;
      await stage.world.neon.strike({ route, projectId: stage.neonProject.id, times: 1, fault: lost });
      await whileNeonRefuses(stage, ['GET /projects/:projectId/snapshots'], () =>
        requestSnapshot(stage, { branchId: stage.main.id, name: wish() }),
      );
      return () => compare(stage);
    },
  },
  {
    title: 'a comparison with Neon that removes what a failed restore left',
    prepare: async (stage) => {
      const branch = '/projects/:projectId/branches/:branchId';
      const source = await momentOf(stage);
      await whileNeonRefuses(stage, [`GET ${branch}/databases`, `DELETE ${branch}`], () =>
        requestRestore(stage, { source, target: { kind: 'new_branch' } }, ['failed']),
      );
      return () => compare(stage);
    },
  },
];

export const scenarios: readonly Scenario[] = [...snapshots, ...restores, ...upkeep, ...cancels, ...comparisons];

/** And all that it found is done. */
async function compare({ world, project }: Stage): Promise<void> {
  await world.client.ask('POST', `/v1/projects/${project.id}/reconcile`);
  await untilAllEnded(world, endedWithinMs);
  const path = `/v1/projects/${project.id}/reconcile-report`;
  const { findings } = await world.client.ask<ReconcileReportView>('GET', path);
  if (findings.length > 0 && findings.every(({ outcome }) => outcome === 'done')) return;
  throw new Error(`What was found is not done: ${JSON.stringify(findings)}`);
}

/** What is asked for ends without success, and Neon does not let what it made go. */
async function whileNeonRefuses(
  { world, neonProject }: Stage,
  routes: readonly string[],
  act: () => Promise<unknown>,
): Promise<void> {
  const fault = { kind: 'status', status: 422 } as const;
  const ids = await Promise.all(routes.map((route) => world.neon.strike({ route, projectId: neonProject.id, fault })));
  await act();
  await untilAllEnded(world, endedWithinMs);
  for (const id of ids) await world.neon.clear(id);
}

async function createPolicy({ world, project }: Stage, branches: 'default' | string[]): Promise<PolicyView> {
  return world.client.ask('POST', '/v1/policies', {
    name: wish(),
    selector: { projects: [project.id], branches },
    // It is due when a scenario says so.
    schedules: [{ name: 'yearly', cron: '0 0 1 1 *', timeZone: 'UTC' }],
    retention: { keepLast: 1 },
  });
}

async function runPolicy({ world, asked, wanted }: Stage, { id }: PolicyView): Promise<void> {
  const run = await world.client.ask<{ snapshots: SnapshotView[] }>('POST', `/v1/policies/${id}/run`);
  for (const snapshot of run.snapshots) {
    asked.snapshots.add(snapshot.id);
    wanted.set(snapshot.id, ['available']);
  }
}

/** Not soon: nothing of it is to be taken here. */
function hourIn(hours: number): number {
  return (new Date().getUTCHours() + hours) % 24;
}

function leftToNeon(inHours: number): object {
  return { name: 'daily', cron: `0 ${hourIn(inHours)} * * *`, timeZone: 'UTC', engine: 'neon' };
}

/** Neon has the schedule, and whoever set it has ended. */
async function untilDelegated({ world, neonProject, main }: Stage, wanted: readonly NativeSchedule[]): Promise<void> {
  const port = world.neon.port(neonProject.apiKey);
  await untilAllEnded(world, endedWithinMs);
  const seen = await port.getBackupSchedule(neonProject.id, main.neonBranchId);
  if (!isSameSchedule(seen, wanted)) throw new Error(`Neon has another schedule: ${JSON.stringify(seen)}`);
}

/** And waits until it has fired. */
async function makeDue({ world: { db } }: Stage, { id }: PolicyView): Promise<void> {
  // Later than what was taken before: the firing captures this instant.
  const dueAt = new Date();
  await db.updateTable('schedules').set({ next_firing_at: dueAt }).where('policy_id', '=', id).execute();
  const read = () => db.selectFrom('schedules').select('next_firing_at').where('policy_id', '=', id).executeTakeFirst();
  await until(read, (row) => row?.next_firing_at?.getTime() !== dueAt.getTime(), endedWithinMs);
}

async function deleteSnapshot(stage: Stage, id: string): Promise<void> {
  stage.wanted.set(id, ['purged']);
  await askOrDone(stage, { method: 'DELETE', path: `/v1/snapshots/${id}`, done: [] });
}

type Source = RequestRestoreInput['source'];
type Target = RequestRestoreInput['target'];

function restoreOf(title: string, sourceOf: (stage: Stage) => Promise<Source>, targetOf: () => Target): Scenario {
  return {
    title,
    prepare: async (stage) => {
      const source = await sourceOf(stage);
      return async () => void (await requestRestore(stage, { source, target: targetOf() }));
    },
  };
}

function newBranch(): Target {
  return { kind: 'new_branch', name: wish() };
}

function newBranchThatExpires(): Target {
  return { kind: 'new_branch', name: wish(), expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
}

function inPlace(): Target {
  return { kind: 'in_place', preserveAs: wish() };
}

async function momentOf({ main }: Stage): Promise<Source> {
  await sleep(20);
  const at = new Date().toISOString();
  await sleep(20);
  return { branchId: main.id, at };
}

async function snapshotOf(stage: Stage): Promise<Source> {
  return { snapshotId: await takeSnapshot(stage, { branchId: stage.main.id }) };
}

async function snapshotOfChild(stage: Stage): Promise<Source> {
  const child = await addChild(stage);
  return { snapshotId: await takeSnapshot(stage, { branchId: child.id }) };
}

/** Nobody learns what became of Neon's operations until `act` is over. */
async function whileNeonWorks({ world, neonProject }: Stage, act: () => Promise<void>): Promise<void> {
  const id = await world.neon.strike({
    route: 'GET /projects/:projectId/operations',
    projectId: neonProject.id,
    fault: { kind: 'status', status: 503 },
  });
  await act();
  await world.neon.clear(id);
}

async function cancel(stage: Stage, path: string, atOnce: readonly string[] = []): Promise<void> {
  await askOrDone(stage, { method: 'POST', path: `${path}/cancel`, done: ['already_ended'], atOnce });
}

async function untilCredential({ world }: Stage, status: string): Promise<void> {
  const read = () =>
    world.db.selectFrom('credentials').select('status').where('id', '=', world.credential.id).executeTakeFirst();
  await until(read, (row) => row?.status === status, endedWithinMs);
}

async function untilJobWaits({ world: { db } }: Stage, subjectId: string): Promise<void> {
  const read = () =>
    db.selectFrom('outbox').select(['reason', 'status']).where('subject_id', '=', subjectId).executeTakeFirst();
  // Where a process died meanwhile, Neon may have finished before the next look.
  await until(read, (row) => row?.reason === 'waits_for_neon' || row?.status === 'done', endedWithinMs);
}

async function forgetQueue(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl);
  await redis.flushall();
  redis.disconnect();
}
