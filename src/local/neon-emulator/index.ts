/**
 * Owns the emulator as a whole: it puts the parts together, opens what the state says, and closes in order. Neon's management
 * API is served on one port of 127.0.0.1, each endpoint on one of its own; ports, keys, ids and rows outlive restarts and kill -9.
 */
import type { FastifyInstance } from 'fastify';
import { resolve } from 'node:path';
import { listenNear, loopback } from '../postgres/ports.ts';
import { readCatalog } from './catalog.ts';
import { createClock } from './clock.ts';
import { clusterOf } from './compute.ts';
import { createControl, createControlServer, type Control } from './control.ts';
import { endpointsOf, getDefaultBranch, type Context } from './context.ts';
import { createFaults } from './faults.ts';
import { freshState, prepareFirst, type First, type FirstWishes } from './first-start.ts';
import { createOperations } from './operations.ts';
import { findPassword, passwordsOf } from './passwords.ts';
import { createProjects } from './projects.ts';
import { createProxies } from './proxy.ts';
import { createSharedProxies } from './shared-proxy.ts';
import { lead, noteLeft } from './reach.ts';
import { createResting } from './resting.ts';
import { connectionDetails } from './routes/connection.ts';
import { createNoRows } from './rows/none.ts';
import { createRealRows } from './rows/real.ts';
import type { Rows } from './rows/rows.ts';
import { createStandIn } from './rows/stand-in.ts';
import { apiPrefix, createServer } from './server.ts';
import type { BranchRecord, Limits, Plan, ProjectRecord } from './state.ts';
import { forgetfulStore, lockDirectory, openStore } from './store.ts';
import { sweepProject } from './sweep.ts';
import { startUpkeep, type Upkeep } from './upkeep.ts';

export interface EmulatorOptions extends FirstWishes {
  readonly dataDir: string;
  /** 0 for a free one. Default: the port of the former start, or a free one. */
  readonly port?: number;
  /** Key of the first organization. Default: the key of the former start, or a new one. */
  readonly apiKey?: string;
  /** Of the first organization and its projects. Default: the plan of the former start, or scale. */
  readonly plan?: Plan;
  /** Caps of the plan `custom`; those that are not named are those of scale. */
  readonly limits?: Partial<Limits>;
  /** How long operations stay running after their work is done. Default 0. */
  readonly latencyMs?: number;
  /** How long an endpoint without clients stays awake, unless it has a time of its own. Default 300. */
  readonly suspendAfterSeconds?: number;
  /**
   * `none`, for measuring whoever calls the API: branches hold no rows and cost next to nothing, and nothing outlives the process.
   * Every connection URI answers, read-only, from one Postgres, and names its endpoint. Default `real`.
   */
  readonly rows?: 'real' | 'none';
  /** Whether the first project holds the sample's rows. Default true. */
  readonly sample?: boolean;
  /** True: makes no first project. Default false. */
  readonly empty?: boolean;
  /** Whether calls past 700 a minute of an account, or 40 a second of it to a route, are refused. Default true. */
  readonly rateLimited?: boolean;
  /** Serves faults and clock over HTTP on this port, 0 for a free one. Default: not at all. */
  readonly controlPort?: number;
  readonly log?: (line: string) => void;
}

export interface Emulator {
  readonly baseUrl: string;
  /** Key and id of the first organization. */
  readonly apiKey: string;
  readonly accountId: string;
  /** Key of the person that the organization belongs to. */
  readonly personalApiKey: string;
  /** The first project, its default branch, and the URI of that branch's database with the password in it; empty without one. */
  readonly projectId: string;
  readonly branchId: string;
  readonly connectionUri: string;
  readonly control: Control;
  /** Where the same is served over HTTP; absent unless `controlPort` was given. */
  readonly controlUrl: string | undefined;
  /** Stops everything that was started. Repeatable. */
  close(): Promise<void>;
}

/** Errors: LocalPostgresError, or one sentence about the directory. Nothing keeps running after an error. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const dataDir = resolve(options.dataDir);
  const log = options.log ?? (() => {});
  const unlock = await lockDirectory(dataDir);
  const hasRows = options.rows !== 'none';
  const store = await (hasRows ? openStore : forgetfulStore)(dataDir, freshState).catch(async (error: unknown) => {
    await unlock();
    throw error;
  });
  const { state } = store;
  const clock = createClock(state.clockShifts, store.save);
  const ofRows = { dataDir, password: state.adminPassword, log };
  const rows: Rows = hasRows
    ? createRealRows(() => context, ofRows)
    : createNoRows(() => context, createStandIn(ofRows));
  const proxies = (hasRows ? createProxies : createSharedProxies)({
    lead: (endpointId, neon, login) => lead(context, operations, { endpointId, neon, login }),
    left: (endpointId) => noteLeft(context, endpointId),
    log,
  });
  const context: Context = {
    dataDir,
    state,
    save: store.save,
    clock,
    now: () => clock.now(),
    changing: new Map(),
    latencyMs: options.latencyMs ?? 0,
    faults: createFaults(),
    suspendAfterSeconds: options.suspendAfterSeconds ?? 300,
    projects: createProjects(state),
    resting: createResting(),
    operationsKept: hasRows ? 1000 : 100,
    rows,
    proxies,
    log,
  };
  const operations = createOperations(context);
  const server = createServer(context, operations, options.rateLimited ?? true);
  const control = createControl(context, operations);
  const controlServer = createControlServer(control);
  let upkeep: Upkeep | undefined;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      await upkeep?.close();
      await controlServer.close();
      await new Promise((done) => {
        server.server.close(done);
        server.server.closeAllConnections();
      });
      await server.close();
      await operations.close();
      await proxies.closeAll();
      await rows.close();
      await store.save();
      await unlock();
    })();
    return closing;
  };
  try {
    await rows.open();
    const first = await prepareFirst(context, { ...options, sample: hasRows && (options.sample ?? true) });
    for (const each of state.projects) {
      for (const endpoint of each.endpoints) {
        await proxies.open(endpoint);
        if (!rows.isAwake(clusterOf(each, endpoint.id))) endpoint.state = 'idle';
      }
    }
    // Before anybody can call: the works that are there now are those that a former start left.
    operations.resume();
    for (const each of state.projects) {
      if (each.works.length === 0) await sweepProject(context, each);
    }
    state.apiPort = await listenOn(server, options.port, state.apiPort);
    await store.save();
    upkeep = startUpkeep(context, operations);
    const controlUrl = options.controlPort === undefined ? undefined : await listen(controlServer, options.controlPort);
    return { ...(await describe(context, first, state.apiPort)), controlUrl, control, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listen(server: FastifyInstance, port: number): Promise<string> {
  return `http://${loopback}:${await listenOn(server, port, undefined)}`;
}

/** On the port that was asked for and no other; where none was, on the former one if it is free. Answers with the port. */
async function listenOn(server: FastifyInstance, asked = 0, former: number | undefined): Promise<number> {
  await server.ready();
  const port = await listenNear(server.server, asked === 0 ? former : asked);
  if (asked !== 0 && port !== asked)
    throw new Error(`Port ${asked} on ${loopback} is in use: the Neon emulator cannot listen on it.`);
  return port;
}

async function describe(
  context: Context,
  { organization, apiKey, personalApiKey, project }: First,
  port: number,
): Promise<Omit<Emulator, 'controlUrl' | 'control' | 'close'>> {
  const baseUrl = `http://${loopback}:${port}${apiPrefix}`;
  const account = { baseUrl, apiKey, personalApiKey, accountId: organization.id };
  if (project === undefined) return { ...account, projectId: '', branchId: '', connectionUri: '' };
  const branch = getDefaultBranch(project);
  const [endpoint] = endpointsOf(project, branch.id);
  const { roleName: role, databaseName: database } = project.content;
  const password = await passwordOf(context, project, branch, role);
  const address = { role, password, database };
  const connectionUri = endpoint === undefined ? '' : connectionDetails(endpoint, address).connection_uri;
  return { ...account, projectId: project.id, branchId: branch.id, connectionUri };
}

/** Where a role was given several, the branch's own catalog says which one is in force there; reading it starts the branch. */
async function passwordOf(
  context: Context,
  project: ProjectRecord,
  branch: BranchRecord,
  role: string,
): Promise<string | undefined> {
  const known = passwordsOf(project, role);
  const newest = known.at(-1);
  if (known.length < 2) return newest;
  try {
    const { roles } = await readCatalog(context, project, branch);
    const verifier = roles.find(({ name }) => name === role)?.verifier;
    return (await findPassword(project, { name: role, verifier })) ?? newest;
  } catch (error) {
    context.log(`the password of ${role}: ${String(error)}`);
    return newest;
  }
}
