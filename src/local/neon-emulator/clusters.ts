/**
 * Owns which clusters run: it starts one when somebody needs it, stops it, and lets only one step at a time touch a cluster's
 * directory. Never decides what is in a cluster, nor who uses it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeCluster, startPostgres, type PostgresServer } from '../postgres/index.ts';
import { archiveCommand, ask, clusterPaths } from './wal.ts';

export const adminRole = 'cloud_admin';

export interface Clusters {
  /** The running server of a cluster, started if need be, after whatever step has the cluster now. */
  running(clusterId: string): Promise<PostgresServer>;
  isRunning(clusterId: string): boolean;
  /** The server, if it runs. Asking for it is no use of it: it may be stopped at any moment. */
  peek(clusterId: string): PostgresServer | undefined;
  stop(clusterId: string): Promise<void>;
  /** Runs a step that needs the cluster's directory for itself; steps of one cluster run one after another. */
  exclusively<T>(clusterId: string, step: (access: ClusterAccess) => Promise<T>): Promise<T>;
  /** The data of a cluster that was made and never started, for copying: that is faster than making another one. */
  template(): Promise<string>;
  stopAll(): Promise<void>;
}

export interface ClusterAccess {
  /** Makes data where there is none. */
  make(): Promise<void>;
  /** Fails where there is no data: what was lost is not replaced by an empty cluster. */
  start(settings?: Readonly<Record<string, string>>): Promise<PostgresServer>;
  stop(): Promise<void>;
  hasClients(): Promise<boolean>;
  /** Whether nobody asked for it within so many milliseconds, and no client is connected to it. */
  isUnused(forMs: number): Promise<boolean>;
}

export interface ClustersOptions {
  readonly dataDir: string;
  /** The superuser's, for all clusters. */
  readonly password: string;
  /** Whether the data can be served; false for an unknown cluster. */
  isWhole(clusterId: string): boolean;
  log(line: string): void;
}

// Small and quiet: many of these live on one laptop.
const settings = {
  shared_buffers: '12MB',
  max_connections: '112',
  max_wal_senders: '0',
  max_replication_slots: '0',
  max_logical_replication_workers: '0',
  max_worker_processes: '2',
  max_parallel_workers: '2',
  max_parallel_workers_per_gather: '0',
  autovacuum_max_workers: '1',
  autovacuum_naptime: '5min',
  wal_level: 'replica',
  wal_recycle: 'off',
  wal_init_zero: 'off',
  min_wal_size: '2MB',
  max_wal_size: '64MB',
  checkpoint_timeout: '15min',
  hot_standby: 'off',
  archive_mode: 'on',
  huge_pages: 'off',
  jit: 'off',
  log_checkpoints: 'off',
};

export function createClusters(options: ClustersOptions): Clusters {
  const servers = new Map<string, PostgresServer>();
  const queues = new Map<string, Promise<unknown>>();
  const usedAt = new Map<string, number>();
  let isClosing = false;

  const ofAll = {
    superuser: adminRole,
    password: options.password,
    durable: false,
    walSegmentMb: 1,
    cacheDir: options.dataDir,
  };

  async function start(clusterId: string, extra: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    usedAt.set(clusterId, performance.now());
    const known = servers.get(clusterId);
    if (known !== undefined) return known;
    if (isClosing) throw new Error('The Neon emulator is stopping.');
    const paths = clusterPaths(options.dataDir, clusterId);
    if (!existsSync(join(paths.data, 'PG_VERSION'))) throw new Error(`The data of ${clusterId} is not there.`);
    const server = await startPostgres({
      ...ofAll,
      dataDir: paths.data,
      alsoWrites: [paths.archive],
      settings: { ...settings, archive_command: archiveCommand(paths.archive), ...extra },
      log: (line) => options.log(`${clusterId}: ${line}`),
    });
    servers.set(clusterId, server);
    usedAt.set(clusterId, performance.now());
    void server.ended.then(() => {
      if (servers.get(clusterId) === server) servers.delete(clusterId);
    });
    return server;
  }

  async function stop(clusterId: string): Promise<void> {
    const server = servers.get(clusterId);
    servers.delete(clusterId);
    usedAt.delete(clusterId);
    await server?.stop();
  }

  async function hasClients(clusterId: string): Promise<boolean> {
    const server = servers.get(clusterId);
    return server !== undefined && (await countClients(server)) > 0;
  }

  async function isUnused(clusterId: string, forMs: number): Promise<boolean> {
    const isOld = () => (usedAt.get(clusterId) ?? -Infinity) <= performance.now() - forMs;
    if (!isOld()) return false;
    if (await hasClients(clusterId)) usedAt.set(clusterId, performance.now());
    return isOld();
  }

  function exclusively<T>(clusterId: string, step: (access: ClusterAccess) => Promise<T>): Promise<T> {
    const before = queues.get(clusterId) ?? Promise.resolve();
    const result = before.then(() =>
      step({
        make: async () =>
          void (await makeCluster({ ...ofAll, dataDir: clusterPaths(options.dataDir, clusterId).data })),
        start: (extra) => start(clusterId, extra),
        stop: () => stop(clusterId),
        hasClients: () => hasClients(clusterId),
        isUnused: (forMs) => isUnused(clusterId, forMs),
      }),
    );
    const settled = result.catch(() => {});
    queues.set(clusterId, settled);
    void settled.then(() => {
      if (queues.get(clusterId) === settled) queues.delete(clusterId);
    });
    return result;
  }

  return {
    exclusively,
    template: () =>
      exclusively('template', async () => {
        const { dataDir } = await makeCluster({ ...ofAll, dataDir: join(options.dataDir, 'template') });
        return dataDir;
      }),
    isRunning: (clusterId) => servers.has(clusterId),
    peek: (clusterId) => servers.get(clusterId),
    running: (clusterId) =>
      exclusively(clusterId, async () => {
        if (!options.isWhole(clusterId)) throw new Error(`The data of ${clusterId} is not there.`);
        return start(clusterId);
      }),
    stop: (clusterId) => exclusively(clusterId, (access) => access.stop()),
    async stopAll() {
      isClosing = true;
      await Promise.all([...queues.values()]);
      await Promise.all([...servers.keys()].map(stop));
    },
  };
}

/** Without the connection that is kept for `ask`. A server that does not answer is not taken for unused. */
async function countClients(server: PostgresServer): Promise<number> {
  const text = `
    select count(*)::int as clients from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid()`;
  return ask<{ clients: number }>(server, text).then(
    (rows) => rows[0]?.clients ?? 1,
    () => 1,
  );
}
