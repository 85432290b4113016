/**
 * Owns which clusters run: it starts one when somebody needs it, stops it, and lets only one step at a time touch a cluster's
 * directory. Never decides what is in a cluster, nor who uses it.
 */
import { startPostgres, type PostgresServer } from '../postgres/index.ts';
import { archiveCommand, clusterPaths } from './wal.ts';

export const adminRole = 'cloud_admin';

export interface Clusters {
  /** The running server of a cluster, started if need be, after whatever step has the cluster now. */
  running(clusterId: string): Promise<PostgresServer>;
  isRunning(clusterId: string): boolean;
  stop(clusterId: string): Promise<void>;
  /** Runs a step that needs the cluster's directory for itself; steps of one cluster run one after another. */
  exclusively<T>(clusterId: string, step: (access: ClusterAccess) => Promise<T>): Promise<T>;
  stopAll(): Promise<void>;
}

export interface ClusterAccess {
  start(settings?: Readonly<Record<string, string>>): Promise<PostgresServer>;
  stop(): Promise<void>;
}

export interface ClustersOptions {
  readonly dataDir: string;
  /** The password of the superuser, and whether the data can be served yet; undefined for an unknown cluster. */
  adminOf(clusterId: string): { password: string; isWhole: boolean } | undefined;
  log(line: string): void;
}

// Small and quiet: many of these live on one laptop.
const settings = {
  shared_buffers: '12MB',
  max_connections: '40',
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
  let isClosing = false;

  async function start(
    clusterId: string,
    password: string,
    extra: Readonly<Record<string, string>> = {},
  ): Promise<PostgresServer> {
    const known = servers.get(clusterId);
    if (known !== undefined) return known;
    if (isClosing) throw new Error('The Neon emulator is stopping.');
    const paths = clusterPaths(options.dataDir, clusterId);
    const server = await startPostgres({
      dataDir: paths.data,
      superuser: adminRole,
      password,
      durable: false,
      walSegmentMb: 1,
      cacheDir: options.dataDir,
      alsoWrites: [paths.archive],
      settings: { ...settings, archive_command: archiveCommand(paths.archive), ...extra },
      log: (line) => options.log(`${clusterId}: ${line}`),
    });
    servers.set(clusterId, server);
    void server.ended.then(() => {
      if (servers.get(clusterId) === server) servers.delete(clusterId);
    });
    return server;
  }

  async function stop(clusterId: string): Promise<void> {
    const server = servers.get(clusterId);
    servers.delete(clusterId);
    await server?.stop();
  }

  function exclusively<T>(clusterId: string, step: (access: ClusterAccess) => Promise<T>): Promise<T> {
    const before = queues.get(clusterId) ?? Promise.resolve();
    const result = before.then(() =>
      step({
        start: (extra) => start(clusterId, options.adminOf(clusterId)?.password ?? '', extra),
        stop: () => stop(clusterId),
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
    isRunning: (clusterId) => servers.has(clusterId),
    running: (clusterId) =>
      exclusively(clusterId, async () => {
        const admin = options.adminOf(clusterId);
        if (admin?.isWhole !== true) throw new Error(`The data of ${clusterId} is not there.`);
        return start(clusterId, admin.password);
      }),
    stop: (clusterId) => exclusively(clusterId, (access) => access.stop()),
    async stopAll() {
      isClosing = true;
      await Promise.all([...queues.values()]);
      await Promise.all([...servers.keys()].map(stop));
    },
  };
}
