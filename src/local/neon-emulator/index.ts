/**
 * Owns the emulator as a whole: it puts the parts together, opens what the state says, and closes in order. Neon's management
 * API is served on one port of 127.0.0.1, each endpoint on one of its own; ports, keys, ids and rows outlive restarts and kill -9.
 */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenNear, loopback } from '../postgres/ports.ts';
import { createProject, databaseName, ownerRole } from './bootstrap.ts';
import { createClusters } from './clusters.ts';
import { endpointsOf, getBranch, getCluster, getDefaultBranch, getEndpoint, type Context } from './context.ts';
import { startExpiry } from './expiry.ts';
import * as ids from './ids.ts';
import { createOperations } from './operations.ts';
import { createProxies } from './proxy.ts';
import { uriOf } from './routes/connection.ts';
import { apiPrefix, createServer } from './server.ts';
import type { Plan, ProjectRecord, State } from './state.ts';
import { lockDirectory, openStore } from './store.ts';
import { sweepLeftovers, sweepProject } from './sweep.ts';
import { noteStarted } from './work.ts';

export interface EmulatorOptions {
  readonly dataDir: string;
  /** Default: the port of the former start, or a free one. */
  readonly port?: number;
  /** Default: the key of the former start, or a new one. */
  readonly apiKey?: string;
  /** Default: the plan of the former start, or scale. */
  readonly plan?: Plan;
  /** How long operations stay running after their work is done. Default 0. */
  readonly latencyMs?: number;
  readonly now?: () => Date;
  /** Whether a new project holds the sample's rows. Default true. */
  readonly sample?: boolean;
  readonly log?: (line: string) => void;
}

export interface Emulator {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly accountId: string;
  /** The first project, its default branch, and the URI of that branch's database with the password in it. */
  readonly projectId: string;
  readonly branchId: string;
  readonly connectionUri: string;
  /** Stops everything that was started. Repeatable. */
  close(): Promise<void>;
}

/** Errors: LocalPostgresError, or one sentence about the directory. Nothing keeps running after an error. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const dataDir = resolve(options.dataDir);
  const log = options.log ?? (() => {});
  const unlock = await lockDirectory(dataDir);
  const firstAdmin = { clusterId: ids.clusterId(), password: ids.password() };
  const store = await openStore(dataDir, () => freshState(options.apiKey)).catch(async (error: unknown) => {
    await unlock();
    throw error;
  });
  const { state } = store;
  const clusters = createClusters({
    dataDir,
    log,
    adminOf(clusterId) {
      const project = state.projects.find((candidate) => candidate.clusters.some(({ id }) => id === clusterId));
      if (project === undefined)
        return clusterId === firstAdmin.clusterId ? { password: firstAdmin.password, isWhole: false } : undefined;
      const { startedAt, isRetired } = getCluster(project, clusterId);
      return { password: project.adminPassword, isWhole: startedAt !== undefined && !isRetired };
    },
  });
  const proxies = createProxies((endpointId) => portBehind(context, endpointId), log);
  const context: Context = {
    dataDir,
    state,
    save: store.save,
    now: options.now ?? (() => new Date()),
    latencyMs: options.latencyMs ?? 0,
    clusters,
    proxies,
    log,
  };
  const operations = createOperations(context);
  const server = createServer(context, operations);
  let endExpiry = () => {};
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      endExpiry();
      await new Promise((done) => {
        server.server.close(done);
        server.server.closeAllConnections();
      });
      await server.close();
      await operations.close();
      await proxies.closeAll();
      await clusters.stopAll();
      await store.save();
      await unlock();
    })();
    return closing;
  };
  try {
    await sweepLeftovers(context);
    const project = await firstProject(context, options, firstAdmin);
    for (const { endpoints } of state.projects) {
      for (const endpoint of endpoints) {
        endpoint.port = await proxies.open(endpoint.id, endpoint.port);
        if (!clusters.isRunning(clusterBehind(context, endpoint.id))) endpoint.state = 'idle';
      }
    }
    await server.ready();
    state.apiPort = await listenNear(server.server, options.port ?? state.apiPort);
    await store.save();
    operations.resume();
    for (const each of state.projects) {
      if (each.works.length === 0) await sweepProject(context, each);
    }
    endExpiry = startExpiry(context, operations);
    return describe(context, project, state.apiPort, close);
  } catch (error) {
    await close();
    throw error;
  }
}

function freshState(apiKey: string | undefined): State {
  const account = { id: ids.organizationId(), name: 'Afterglow', apiKey: apiKey ?? ids.apiKey() };
  return { version: 1, apiPort: undefined, accounts: [account], projects: [] };
}

async function firstProject(
  context: Context,
  options: EmulatorOptions,
  admin: { clusterId: string; password: string },
): Promise<ProjectRecord> {
  const { state, clusters, dataDir } = context;
  const [account] = state.accounts;
  if (account === undefined) throw new Error('The Neon emulator has no account.');
  account.apiKey = options.apiKey ?? account.apiKey;
  const known = state.projects[0];
  if (known !== undefined) {
    known.plan = options.plan ?? known.plan;
    return known;
  }
  const project = await createProject(dataDir, clusters, {
    account,
    plan: options.plan ?? 'scale',
    sample: options.sample ?? true,
    adminPassword: admin.password,
    clusterId: admin.clusterId,
  });
  state.projects.push(project);
  await context.save();
  return project;
}

function describe(context: Context, project: ProjectRecord, port: number, close: () => Promise<void>): Emulator {
  const branch = getDefaultBranch(project);
  const [endpoint] = endpointsOf(project, branch.id);
  return {
    baseUrl: `http://${loopback}:${port}${apiPrefix}`,
    apiKey: context.state.accounts[0]?.apiKey ?? '',
    accountId: project.accountId,
    projectId: project.id,
    branchId: branch.id,
    connectionUri: endpoint === undefined ? '' : uriOf(project, endpoint, ownerRole, databaseName),
    close,
  };
}

function findProject(context: Context, endpointId: string): ProjectRecord {
  const project = context.state.projects.find(({ endpoints }) => endpoints.some(({ id }) => id === endpointId));
  if (project === undefined) throw new Error(`There is no endpoint ${endpointId}.`);
  return project;
}

function clusterBehind(context: Context, endpointId: string): string {
  const project = findProject(context, endpointId);
  return getBranch(project, getEndpoint(project, endpointId).branchId).clusterId;
}

/** A connection wakes a suspended compute, as Neon's do. */
async function portBehind(context: Context, endpointId: string): Promise<number> {
  const project = findProject(context, endpointId);
  const branch = getBranch(project, getEndpoint(project, endpointId).branchId);
  for (const deadline = Date.now() + 60_000; branch.state !== 'ready' && Date.now() < deadline; ) await sleep(10);
  const server = await context.clusters.running(clusterBehind(context, endpointId));
  if (getEndpoint(project, endpointId).state !== 'active') noteStarted(context, project, endpointId);
  return server.port;
}
