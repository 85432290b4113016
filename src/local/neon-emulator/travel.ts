/**
 * Owns time travel: read-only servers that hold a branch's rows of a past moment. Each is a hot standby paused at the moment, so
 * that Postgres itself refuses to write whatever a client sets; roles and passwords are those of the moment, too. The state knows
 * nothing of them: what a crash leaves of them, the sweep at the next start removes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import type { PostgresServer } from '../postgres/index.ts';
import { removeTree } from './base.ts';
import type { ClusterAccess } from './clusters.ts';
import type { ClusterContext, Travel } from './context.ts';
import * as ids from './ids.ts';
import { prepareRecovery, tryTwice } from './recovery.ts';
import type { Measured } from './rows/rows.ts';
import type { BranchRecord, ProjectRecord, RecoveryPoint } from './state.ts';
import { ask, clusterPaths, withClient } from './wal.ts';
import { resolvePoint } from './window.ts';

const keptUnusedMs = 60_000;
/** Each moment is a server of its own, and anybody may ask for any number of moments. */
const visitsMax = 16;
const pausedWithinMs = 60_000;

interface Visit {
  readonly id: string;
  readonly projectId: string;
  readonly server: Promise<PostgresServer>;
  /** When it was last asked for, in emulated milliseconds. */
  usedAt: number;
}

/** `context` is looked up at each call: the context holds this part, too. */
export function createTravel(context: () => ClusterContext): Travel {
  const visits = new Map<string, Visit>();
  const now = () => context().now().getTime();
  /** Whichever way the clock was set meanwhile. */
  const isOld = ({ usedAt }: Visit) => Math.abs(now() - usedAt) >= keptUnusedMs;

  async function at(
    project: ProjectRecord,
    branch: BranchRecord,
    asked: { readonly timestamp?: string | undefined; readonly lsn?: string | undefined },
  ): Promise<PostgresServer> {
    const { point } = await resolvePoint(context(), project, branch, { timestamp: asked.timestamp, lsn: asked.lsn });
    const key = JSON.stringify(point);
    const known = visits.get(key);
    if (known !== undefined) {
      known.usedAt = now();
      const server = await known.server;
      // It may have been ended from outside meanwhile.
      if (context().clusters.isRunning(known.id)) return server;
      if (visits.get(key) === known) await forget(key, known);
    }
    return visits.get(key)?.server ?? visit(key, project, point);
  }

  function visit(key: string, project: ProjectRecord, point: RecoveryPoint): Promise<PostgresServer> {
    const id = ids.travelId();
    const server = context().clusters.exclusively(id, (access) =>
      tryTwice(context(), id, () => stopAt(context(), project, point, id, access)),
    );
    const made: Visit = { id, projectId: project.id, server, usedAt: now() };
    visits.set(key, made);
    return server.then(
      async (ready) => {
        made.usedAt = now();
        await makeRoom(made);
        return ready;
      },
      async (error: unknown) => {
        await forget(key, made);
        throw error;
      },
    );
  }

  async function forget(key: string, { id }: Visit): Promise<void> {
    visits.delete(key);
    await context().clusters.exclusively(id, (access) => remove(context(), id, access));
  }

  async function leave(key: string, visited: Visit, mayGo: () => boolean): Promise<void> {
    await context().clusters.exclusively(visited.id, async (access) => {
      if (await access.hasClients()) visited.usedAt = now();
      // From here on nobody is given it any more.
      else if (mayGo() && visits.delete(key)) await remove(context(), visited.id, access);
    });
  }

  /** Those that have clients stay, however many they are. */
  async function makeRoom(newest: Visit): Promise<void> {
    const longestUnused = [...visits].toSorted(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [key, visited] of longestUnused.slice(0, -visitsMax))
      if (visited !== newest) await leave(key, visited, () => true);
  }

  async function rest(): Promise<void> {
    const projects = new Set(context().state.projects.map(({ id }) => id));
    for (const [key, visited] of visits) {
      if (!projects.has(visited.projectId)) await forget(key, visited);
      else if (isOld(visited)) await leave(key, visited, () => isOld(visited));
    }
  }

  return { at, rest };
}

async function remove(context: ClusterContext, id: string, access: ClusterAccess): Promise<void> {
  await access.stop();
  await removeTree(clusterPaths(context.dataDir, id).root);
}

async function stopAt(
  context: ClusterContext,
  project: ProjectRecord,
  point: RecoveryPoint,
  id: string,
  access: ClusterAccess,
): Promise<PostgresServer> {
  await access.stop();
  const paths = clusterPaths(context.dataDir, id);
  const standby = { hot_standby: 'on', archive_mode: 'off' };
  const recovery = await prepareRecovery(context, project, point, paths);
  const pausing = { ...recovery, ...standby, recovery_target_action: 'pause' };
  const server = await access.start(pausing);
  if (await withClient(server, isPausedWithoutLocks)) return server;
  // Where clients could not be let in before the target (a transaction with many subtransactions was open all along), Postgres
  // does not pause but promotes. As the standby of nobody, the same data is read-only again.
  await access.stop();
  await writeFile(join(paths.data, 'standby.signal'), '');
  return access.start(standby);
}

/** Connections are accepted some time before the target is reached. False: it was promoted. */
async function isPausedAtTheEnd(client: pg.Client): Promise<boolean> {
  const text = `
    select pg_is_in_recovery() as recovering,
           case when pg_is_in_recovery() then pg_get_wal_replay_pause_state() end as replay`;
  for (const deadline = Date.now() + pausedWithinMs; Date.now() < deadline; await sleep(5)) {
    const { rows } = await client.query<{ recovering: boolean; replay: string | null }>(text);
    if (rows[0]?.recovering === false) return false;
    if (rows[0]?.replay === 'paused') return true;
  }
  throw new Error(`Replay did not reach its target within ${pausedWithinMs} ms.`);
}

/**
 * A paused standby keeps the exclusive locks of the transactions that were open at its moment, such as that of the DROP TABLE just
 * before which somebody looks: readers would wait for ever. It is promoted then, which rolls those back.
 */
async function isPausedWithoutLocks(client: pg.Client): Promise<boolean> {
  if (!(await isPausedAtTheEnd(client))) return false;
  const { rows } = await client.query(`
    select pg_wal_replay_resume() where exists (
      select from pg_locks join pg_stat_activity using (pid)
      where backend_type = 'startup' and locktype = 'relation' and mode = 'AccessExclusiveLock')`);
  return rows.length === 0 || isPausedAtTheEnd(client);
}

interface Found {
  readonly size: string;
  /** Where replay ended: recovering up to it gives the same rows. Null where the server is not in recovery any more. */
  readonly lsn: string | null;
  /** Of the last commit that is part of it; null where none was replayed. */
  readonly at: string | null;
}

const measures = `
  select (select sum(pg_database_size(oid)) from pg_database where datallowconn)::text as size,
         case when pg_is_in_recovery() then pg_last_wal_replay_lsn()::text end as lsn,
         to_char(pg_last_xact_replay_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`;

/** Found on a read-only server that holds the rows of the point, and lasts for as long as the looking. */
export async function measure(
  context: ClusterContext,
  project: ProjectRecord,
  point: RecoveryPoint,
): Promise<Measured> {
  const id = ids.travelId();
  return context.clusters.exclusively(id, async (access) => {
    try {
      const server = await tryTwice(context, id, () => stopAt(context, project, point, id, access));
      const [found] = await ask<Found>(server, measures);
      if (found === undefined) throw new Error('Postgres did not answer with a size.');
      return { sizeBytes: Number(found.size), lsn: found.lsn ?? undefined, at: found.at ?? undefined };
    } finally {
      await remove(context, id, access);
    }
  });
}
