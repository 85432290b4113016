// Owns what is done to a world while its clients go on. A blow that finds its victim down already does nothing, and says so.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../harness/world/running.ts';
import type { World } from '../harness/world/world.ts';
import type { Blow } from './plan.ts';
import type { BreakableServers } from '../harness/world/breakable.ts';
import { choose } from './deeds.ts';
import type { Tenant } from './tenants.ts';

export interface Target {
  readonly world: World;
  readonly servers: BreakableServers;
  readonly tenants: readonly Tenant[];
  /** What is being broken and mended now. */
  readonly down: Set<string>;
}

/** Strikes, and mends again. Answers with what was struck, for the count. */
export async function strike(target: Target, blow: Blow): Promise<string> {
  switch (blow.kind) {
    case 'kill':
    case 'end':
      return strikeService(target, blow);
    case 'flush_redis':
      return once(target, 'redis', 'flush_redis', () => target.servers.flushRedis());
    case 'restart_redis':
      return once(target, 'redis', 'restart_redis', () => target.servers.restartRedis(blow.downMs));
    case 'restart_postgres':
      return once(target, 'postgres', `restart_postgres_${blow.how}`, () =>
        target.servers.restartPostgres(blow.how, blow.downMs),
      );
    case 'cut_connections':
      return once(target, 'postgres', 'cut_connections', async () => void (await target.servers.cutConnections()));
    case 'refuse_keys':
      return refuseKeys(target, blow.lastsMs);
    case 'remove_snapshot':
    case 'remove_branch':
      return remove(target, blow);
    case 'clock':
      return once(target, 'clock', blow.offsetMs > 0 ? 'clock_ahead' : 'clock_behind', async () => {
        await target.world.neon.setClock(blow.offsetMs);
        await sleep(blow.lastsMs);
        await target.world.neon.setClock(0);
      });
    case 'neon':
      return strikeNeon(target, blow);
  }
}

async function once({ down }: Target, what: string, name: string, act: () => Promise<void>): Promise<string> {
  if (down.has(what)) return 'skipped';
  down.add(what);
  try {
    await act();
    return name;
  } finally {
    down.delete(what);
  }
}

async function strikeService(target: Target, blow: Extract<Blow, { kind: 'kill' | 'end' }>): Promise<string> {
  const service = target.world.services.all.find(({ name }) => name === blow.service);
  if (!service) throw new Error(`There is no ${blow.service}.`);
  return once(target, blow.service, `${blow.kind}_${blow.service}`, async () => {
    const wasRunning = service.isRunning();
    if (blow.kind === 'kill' && service.role === 'worker') await untilAtWork(target, service);
    const { code } = await service.end(blow.kind === 'kill' ? 'SIGKILL' : 'SIGTERM');
    if (blow.kind === 'end' && code !== 0 && wasRunning)
      throw new Error(`${service.name} ended with ${code} on SIGTERM`);
    await sleep(blow.downMs);
    await startAgain(service);
  });
}

/** A worker that has nothing under way leaves nothing behind when it is killed. */
const atWorkWithinMs = 3_000;

/** Until an attempt of the worker is under way, if one is soon. */
async function untilAtWork({ world: { db } }: Target, service: Service): Promise<void> {
  for (const deadline = Date.now() + atWorkWithinMs; Date.now() < deadline; await sleep(20)) {
    const underWay = db
      .selectFrom('attempts')
      .select('job_id')
      .where('ended_at', 'is', null)
      .where('worker', 'like', `%/${service.pid()}/%`)
      .executeTakeFirst();
    // Postgres may be down.
    if (await underWay.catch(() => undefined)) return;
  }
}

const startedWithinMs = 180_000;

/** As whatever keeps services running would: a start that fails because a server is away is tried again. */
async function startAgain(service: Service): Promise<void> {
  for (const deadline = Date.now() + startedWithinMs; ; await sleep(200)) {
    try {
      await service.start();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

async function refuseKeys({ world: { neon } }: Target, lastsMs: number): Promise<string> {
  const faults = await Promise.all(
    ['GET /auth', 'POST /projects/:projectId/branches/:branchId/snapshot', 'GET /projects/:projectId/operations'].map(
      (route) => neon.strike({ route, fault: { kind: 'status', status: 401 } }),
    ),
  );
  await sleep(lastsMs);
  await Promise.all(faults.map((id) => neon.clear(id)));
  return 'refuse_keys';
}

async function strikeNeon({ world: { neon } }: Target, blow: Extract<Blow, { kind: 'neon' }>): Promise<string> {
  const { order, lastsMs } = blow;
  const id = await neon.strike(order);
  await sleep(lastsMs);
  await neon.clear(id);
  const { fault } = order;
  const detail =
    fault.kind === 'status' ? fault.status : 'when' in fault ? fault.when : 'outcome' in fault ? fault.outcome : '';
  return `neon_${fault.kind}${detail ? `_${detail}` : ''}`;
}

/** A snapshot, or a branch that a restore made beside or an undo copy, as somebody might at Neon's console. */
async function remove(
  { world, tenants }: Target,
  { kind, chance }: Extract<Blow, { kind: 'remove_snapshot' | 'remove_branch' }>,
): Promise<string> {
  const neonId = await (kind === 'remove_snapshot' ? findSnapshot(tenants, chance) : findBranch(tenants, chance));
  if (neonId === undefined) return 'skipped';
  // Before it is done: a call may find it gone from now on.
  world.asked.removed.add(neonId);
  const what = kind === 'remove_snapshot' ? { snapshotId: neonId } : { branchId: neonId };
  const struck = await world.neon.strike({ fault: { kind: 'remove', ...what } }).catch((error: unknown) => {
    // It was removed since it was found: by its purge, say.
    if (error instanceof Error && / not found/.test(error.message)) return undefined;
    throw error;
  });
  return struck === undefined ? 'skipped' : kind;
}

async function findSnapshot(tenants: readonly Tenant[], chance: number): Promise<string | undefined> {
  const tenant = choose(tenants, chance);
  const listed = await tenant?.client.list<{ neonId: string | null; kind: string }>(
    `/v1/snapshots?projectId=${tenant.project.id}&status=available`,
  );
  return choose(listed?.filter(({ kind }) => kind === 'neon_snapshot') ?? [], chance)?.neonId ?? undefined;
}

async function findBranch(tenants: readonly Tenant[], chance: number): Promise<string | undefined> {
  const tenant = choose(tenants, chance);
  const listed = await tenant?.client.list<{ target: { kind: string; neonBranchId: string | null } }>(
    `/v1/restores?projectId=${tenant.project.id}&status=succeeded`,
  );
  return (
    choose(listed?.filter(({ target }) => target.kind === 'new_branch') ?? [], chance)?.target.neonBranchId ?? undefined
  );
}
