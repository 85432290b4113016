// Owns reading the whole state of a world, or what of it belongs to some projects: every table, what Neon holds, what the queue
// holds. It judges nothing.

import { Redis } from 'ioredis';
import { type Selectable, sql } from 'kysely';
import type { NeonApi, NeonBranch, NeonSnapshot } from '../../../src/neon/api.ts';
import type { Database, Db } from '../../../src/store/database.ts';

type Row<T extends keyof Database> = Selectable<Database[T]>;

export interface NeonState {
  readonly branches: readonly NeonBranch[];
  readonly snapshots: readonly NeonSnapshot[];
}

export interface Facts {
  readonly projects: readonly Row<'projects'>[];
  readonly branches: readonly Row<'branches'>[];
  readonly snapshots: readonly Row<'snapshots'>[];
  readonly restores: readonly Row<'restores'>[];
  readonly preservedBranches: readonly Row<'preserved_branches'>[];
  readonly firings: readonly Row<'firings'>[];
  readonly retentionPlans: readonly Row<'retention_plans'>[];
  /** Which hold covers what, also of those that were released. */
  readonly covers: readonly { readonly snapshot_id: string; readonly hold_id: string }[];
  readonly credentials: readonly Row<'credentials'>[];
  readonly jobs: readonly Row<'outbox'>[];
  readonly attempts: readonly Row<'attempts'>[];
  readonly keys: readonly Row<'idempotency_keys'>[];
  /** In the order of their chains. */
  readonly events: readonly Row<'audit_events'>[];
  /** Empty where only some projects were read: a chain is whole or nothing. */
  readonly heads: readonly Row<'audit_heads'>[];
  /** By Neon's project id. */
  readonly neon: ReadonlyMap<string, NeonState>;
}

export interface FactsSource {
  readonly db: Db;
  /** The real port of a registered project. */
  readonly port: (project: Row<'projects'>) => Pick<NeonApi, 'listBranches' | 'listSnapshots'>;
}

/** Of the projects alone, with all that hangs on them, where some are named. Their jobs are found by their lanes. */
export async function readFacts({ db, port }: FactsSource, projectIds?: readonly string[]): Promise<Facts> {
  const all = projectIds === undefined;
  const ids = projectIds ?? [];
  const of = sql<boolean>`${all} or project_id = any(${ids})`;
  const projects = await db
    .selectFrom('projects')
    .selectAll()
    .where(sql<boolean>`${all} or id = any(${ids})`)
    .execute();
  const [branches, snapshots, restores, preservedBranches, jobs] = await Promise.all([
    db.selectFrom('branches').selectAll().where(of).execute(),
    db.selectFrom('snapshots').selectAll().where(of).execute(),
    db.selectFrom('restores').selectAll().where(of).execute(),
    db.selectFrom('preserved_branches').selectAll().where(of).execute(),
    db
      .selectFrom('outbox')
      .selectAll()
      .where(sql<boolean>`${all} or lane = any(${projects.map((project) => project.neon_project_id)})`)
      .execute(),
  ]);
  const branchIds = branches.map(({ id }) => id);
  const covers = await db
    .selectFrom('hold_matches')
    .select(['snapshot_id', 'hold_id'])
    .where(sql<boolean>`${all} or snapshot_id = any(${snapshots.map(({ id }) => id)})`)
    .execute();
  const [firings, retentionPlans, attempts, credentials, keys, events, heads] = await Promise.all([
    db.selectFrom('firings').selectAll().where(sql<boolean>`${all} or branch_id = any(${branchIds})`).execute(),
    db.selectFrom('retention_plans').selectAll().where(sql<boolean>`${all} or branch_ids && ${branchIds}`).execute(),
    db
      .selectFrom('attempts')
      .selectAll()
      .where(sql<boolean>`${all} or job_id = any(${jobs.map(({ id }) => id)})`)
      .orderBy('job_id')
      .orderBy('fence')
      .execute(),
    db.selectFrom('credentials').selectAll().execute(),
    db.selectFrom('idempotency_keys').selectAll().execute(),
    readEvents(
      db,
      all
        ? undefined
        : [
            ...[...snapshots, ...restores, ...branches, ...jobs].map(({ id }) => id),
            ...covers.map((one) => one.hold_id),
          ],
    ),
    all ? db.selectFrom('audit_heads').selectAll().execute() : [],
  ]);
  const firingEvents = all
    ? []
    : await readEvents(
        db,
        [...firings, ...retentionPlans].map(({ id }) => id),
      );
  const neon = new Map(
    await Promise.all(
      projects.map(async (project) => [project.neon_project_id, await readNeon(port, project)] as const),
    ),
  );
  return {
    projects,
    branches,
    snapshots,
    restores,
    preservedBranches,
    firings,
    retentionPlans,
    covers,
    credentials,
    jobs,
    attempts,
    keys,
    events: [...events, ...firingEvents],
    heads,
    neon,
  };
}

async function readEvents(db: Db, subjectIds: readonly string[] | undefined): Promise<Row<'audit_events'>[]> {
  const all = subjectIds === undefined;
  return db
    .selectFrom('audit_events')
    .selectAll()
    .where(sql<boolean>`${all} or subject_id = any(${subjectIds ?? []})`)
    .orderBy('team_id')
    .orderBy('sequence')
    .execute();
}

async function readNeon(port: FactsSource['port'], project: Row<'projects'>): Promise<NeonState> {
  const neon = port(project);
  const [branches, snapshots] = await Promise.all([
    neon.listBranches(project.neon_project_id),
    neon.listSnapshots(project.neon_project_id),
  ]);
  return { branches, snapshots };
}

/** Every key of Redis with what it holds, as text. */
export async function readRedis(redisUrl: string): Promise<Map<string, string>> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 3 });
  try {
    const texts = new Map<string, string>();
    for (const key of await redis.keys('*')) texts.set(key, JSON.stringify(await readKey(redis, key)));
    return texts;
  } finally {
    redis.disconnect();
  }
}

async function readKey(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    case 'stream':
      return redis.xrange(key, '-', '+');
    // It has expired since it was listed.
    default:
      return null;
  }
}
