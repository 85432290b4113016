// Owns the end of whatever was done to a world: waiting until all of it has ended, bringing the mirrors up to date, and holding the
// state against the invariants.

import type { World } from './world.ts';
import type { Asked } from './asked.ts';
import { type Facts, readFacts, readRedis } from './facts.ts';
import { findBroken } from './invariants/index.ts';
import { findSecrets } from './invariants/secrets.ts';
import { untilNeonRests } from './neon.ts';
import { until } from '../../process/client.ts';

export interface Unfinished {
  readonly job: string;
  readonly subject_id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly release: number;
  readonly fence: number;
}

/** Waits until no job is left; throws with those that are. */
export async function untilAllEnded({ db }: Pick<World, 'db'>, withinMs: number): Promise<void> {
  await until(
    () =>
      db
        .selectFrom('outbox')
        .select(['job', 'subject_id', 'status', 'reason', 'release', 'fence'])
        .where('status', '!=', 'done')
        .execute(),
    (rows: readonly Unfinished[]) => rows.length === 0,
    withinMs,
  );
}

export interface Scope {
  /** These alone. Default: everything. */
  readonly projectIds?: readonly string[];
  /**
   * What each project is asked for before: a sync brings the mirror up to date; a reconcile besides finds what was taken away in Neon,
   * and mends, so that it would hide what a sync shows.
   */
  readonly after?: 'sync' | 'reconcile';
}

/** Reads again where the scheduler has begun something by the clock meanwhile; what never ends is told as it is. */
async function readAtRest(world: World, read: () => Promise<Facts>): Promise<Facts> {
  for (let times = 1; ; times += 1) {
    await untilAllEnded(world, settledWithinMs);
    const facts = await read();
    if (times === readsMax || facts.jobs.every(({ status }) => status === 'done')) return facts;
  }
}

const readsMax = 5;

/** All of hundreds at once would wait for one another longer than a client waits for its answer. */
const askedAtOnce = 16;

/** What does not hold of the projects, or of everything. All processes run, no fault is in force, and all has ended. */
export async function findFaults(world: World, asked: Asked, scope: Scope = {}): Promise<string[]> {
  const { db, client, neon } = world;
  const { projectIds, after = 'sync' } = scope;
  const projects = await db
    .selectFrom('projects')
    .select(['id', 'neon_project_id', 'team_id'])
    .where('removed_at', 'is', null)
    .execute();
  const chosen = projects.filter(({ id }) => projectIds?.includes(id) ?? true);
  const left = chosen.values();
  await Promise.all(
    Array.from({ length: askedAtOnce }, async () => {
      for (const { id, neon_project_id, team_id } of left) {
        await untilNeonRests(neon.port(world.keys.get(neon_project_id)), neon_project_id);
        await (world.clients.get(team_id) ?? client).ask('POST', `/v1/projects/${id}/${after}`);
      }
    }),
  );
  const port = (project: { neon_project_id: string }) => neon.port(world.keys.get(project.neon_project_id));
  const facts = await readAtRest(world, () => readFacts({ db, port }, projectIds));
  return [
    ...findBroken(facts, asked),
    ...(after === 'reconcile' ? findUnnoticed(facts, asked) : []),
    ...(projectIds ? [] : await findLeaks(world, facts)),
    ...world.faults(),
  ];
}

/** What was taken away in Neon, and is told as if it were there. */
function findUnnoticed({ snapshots, preservedBranches }: Facts, { removed }: Asked): string[] {
  return [
    ...snapshots.filter(({ status, neon_id }) => status === 'available' && removed.has(neon_id ?? '')),
    ...preservedBranches.filter(({ status, neon_branch_id }) => status === 'present' && removed.has(neon_branch_id)),
  ].map(({ id, status }) => `${id} was taken away in Neon, and is ${status}`);
}

const settledWithinMs = 60_000;

async function findLeaks(world: World, facts: Facts): Promise<string[]> {
  const { jobs, attempts, events, keys, snapshots, restores } = facts;
  const places = new Map([
    ['outbox', JSON.stringify(jobs)],
    ['attempts', JSON.stringify(attempts)],
    ['audit_events', JSON.stringify(events)],
    ['idempotency_keys', JSON.stringify(keys)],
    ['snapshots', JSON.stringify(snapshots)],
    ['restores', JSON.stringify(restores)],
    ...(await readRedis(world.redisUrl)),
    ...world.services.all.map((service) => [`the log of ${service.name}`, service.log().join('\n')] as const),
  ]);
  return findSecrets(places, world.secrets);
}
