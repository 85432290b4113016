// The REST door over a domain in memory: it notes what it is asked and gives the views of `views.ts`, unless a test says otherwise.

import type { FastifyInstance, HTTPMethods, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import type { Test } from 'tap';
import { Refusal } from '../../src/core/errors.ts';
import type { Actor, DoorDomain } from '../../src/domain/index.ts';
import { buildRest, type RestOptions } from '../../src/rest/server.ts';
import { deliveriesOf } from '../harness/deliveries.ts';
import { admin } from '../harness/team-views.ts';
import {
  apiKey,
  attempt,
  auditEvent,
  auditHead,
  branch,
  branchStatus,
  credential,
  fleet,
  hold,
  retentionPlan,
  job,
  me,
  nextFirings,
  member,
  newApiKey,
  firing,
  policy,
  policyCoverage,
  policyPreview,
  policyDocument,
  policyImport,
  policyVersion,
  project,
  reconcileReport,
  restore,
  signingKey,
  simulation,
  snapshot,
  team,
  teamStatus,
  timeline,
} from './views.ts';

export const key = 'test-key';
export const connectionUri = 'postgresql://owner:hunter2@ep-1.neon.tech/shop';

export const actor: Actor = admin;

const deliveries = deliveriesOf({ restore, snapshot, job, auditEvent });

export interface Call {
  readonly name: string;
  readonly input: readonly unknown[];
}

type Replace = { readonly [K in keyof DoorDomain]?: DoorDomain[K] | Partial<DoorDomain[K]> };

export interface Door {
  readonly app: FastifyInstance;
  /** What the domain was asked, but for authentication. */
  readonly calls: Call[];
  /** Every line of the log, as text. */
  readonly lines: string[];
  /** A call with the key; a body is sent as JSON. */
  send(
    method: HTTPMethods,
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
}

export interface DoorOptions
  extends Partial<
    Pick<
      RestOptions,
      'newRequestId' | 'production' | 'trustedProxies' | 'serves' | 'edge' | 'sharedCounts' | 'recorder'
    >
  > {
  readonly replace?: Replace;
  /** Log lines of warning and above that the test expects. */
  readonly alarms?: number;
}

const renderMetrics = async () => ({ contentType: 'text/plain', text: 'one 1\n' });

export async function openDoor(t: Test, options: DoorOptions = {}): Promise<Door> {
  const calls: Call[] = [];
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  const { replace = {}, alarms = 0, production = false, ...rest } = options;
  const app = await buildRest({ domain: fakeDomain(calls, replace), logger, production, renderMetrics, ...rest });
  t.teardown(async () => {
    await app.close();
    const loud = lines.filter((line) => /^\{"level":[456]0/.test(line));
    if (loud.length !== alarms) throw new Error(`warnings and errors in the log: ${loud.join('') || 'none'}`);
  });
  return {
    app,
    calls,
    lines,
    send: (method, url, body, headers = {}) =>
      app.inject({
        method,
        url,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  };
}

function fakeDomain(calls: Call[], replace: Replace): DoorDomain {
  const page = <T>(item: T) => ({ items: [item], nextCursor: null });
  const none = async () => new Map();
  const whole: DoorDomain = {
    async authenticate(presented, { requestId, sourceAddress }) {
      if (presented !== key) throw new Refusal('unauthenticated', 'Present an API key. Nothing was done.');
      return { ...actor, requestId, sourceAddress };
    },
    checkReady: async () => ({ status: 'ok', away: [] }),
    me: { get: async () => me },
    teams: {
      create: async () => team,
      list: async () => page(team),
      get: async () => team,
      enter: async (one) => one,
    },
    members: {
      add: async () => member,
      list: async () => page(member),
      update: async (_, { version }) => atVersion(member, version),
      remove: async () => undefined,
    },
    apiKeys: {
      create: async () => newApiKey,
      list: async () => page(apiKey),
      get: async () => apiKey,
      rotate: async () => newApiKey,
      revoke: async () => undefined,
    },
    fleet: { get: async () => fleet },
    credentials: {
      create: async () => credential,
      list: async () => page(credential),
      get: async () => credential,
      update: async (_, { version }) => atVersion(credential, version),
      delete: async () => undefined,
    },
    projects: {
      register: async () => project,
      list: async () => page(project),
      get: async () => project,
      update: async (_, { version }) => ({ ...atVersion(project, version), nextFirings }),
      remove: async () => undefined,
      requestSync: async () => project,
      reconcile: async () => reconcileReport,
      reconcileReport: async () => reconcileReport,
      nextFirings: none,
      reconcileReports: none,
      adopt: async () => snapshot,
    },
    branches: {
      list: async () => page(branch),
      get: async () => branch,
      timeline: async () => timeline,
      listOfProjects: none,
      getMany: none,
      timelines: none,
    },
    status: { team: async () => teamStatus, branch: async () => branchStatus, branches: none },
    policies: {
      create: async () => policy,
      list: async () => page(policy),
      get: async () => policy,
      update: async (_, { version }) => atVersion(policy, version),
      delete: async (_, { lastSnapshot }) => ({ snapshots: lastSnapshot ? [snapshot] : [] }),
      preview: async () => policyPreview,
      previewOf: async () => policyPreview,
      coverage: async () => policyCoverage,
      run: async () => ({ snapshots: [snapshot] }),
      pause: async () => policy,
      resume: async () => policy,
      versions: async () => page(policyVersion),
      listSaved: async () => page(policy),
      reaches: none,
      listOfBranches: none,
      export: async () => policyDocument,
      import: async () => policyImport,
    },
    retention: { simulate: async () => simulation },
    firings: { list: async () => page(firing) },
    snapshots: {
      request: async () => snapshot,
      list: async () => page(snapshot),
      get: async () => snapshot,
      listWritten: async () => page({ json: JSON.stringify(snapshot), version: snapshot.version }),
      // What a test puts in the place of `get` is written, too.
      getWritten: async (...asked) => {
        const found = (await replace.snapshots?.get?.(...asked)) ?? snapshot;
        return { json: JSON.stringify(found), version: found.version };
      },
      delete: async () => ({ ...snapshot, status: 'expiring' }),
      cancel: async () => ({ ...snapshot, status: 'cancelled', cleanUp: 'pending' }),
      lock: async () => snapshot,
      listOfBranches: none,
    },
    retentionPlans: {
      request: async () => retentionPlan,
      list: async () => page({ ...retentionPlan, decisions: null }),
      get: async () => retentionPlan,
      approve: async () => ({ ...retentionPlan, status: 'approved' }),
      reject: async () => ({ ...retentionPlan, status: 'rejected' }),
    },
    holds: {
      place: async () => hold,
      list: async () => page(hold),
      get: async () => hold,
      release: async () => ({ ...hold, releasedAt: hold.placedAt }),
    },
    restores: {
      request: async () => restore,
      list: async () => page(restore),
      get: async () => restore,
      connect: async () => ({ uri: connectionUri }),
      deletePreservedBranch: async () => restore,
      cancel: async () => ({ ...restore, status: 'cancelled', cleanUp: 'pending' }),
      listOfBranches: none,
    },
    jobs: { list: async () => page(job), get: async () => job, attemptsOf: async () => new Map([[job.id, [attempt]]]) },
    audit: {
      list: async () => page(auditEvent),
      export: async () => ({ teamId: 'tem_1', from: 1, to: 1, events: eachOf([[auditEvent]]) }),
      heads: async () => ({ items: [auditHead] }),
      signingKeys: () => ({ keys: [signingKey] }),
    },
    streams: {
      restore: async () => eachOf(deliveries),
      snapshots: async () => eachOf(deliveries),
      statuses: async () => eachOf(deliveries),
      jobs: async () => eachOf(deliveries),
      auditEvents: async () => eachOf(deliveries),
      events: async () => eachOf(deliveries),
      admit: () => () => undefined,
    },
  };
  return { ...whole, ...replaced(whole, replace, calls) };
}

/** As the domain gives what it reads piece by piece. */
export async function* eachOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** As the domain does it: a change from another version than the present one is refused. */
function atVersion<V extends { readonly version: number }>(view: V, version: number): V {
  if (version === view.version) return { ...view, version: version + 1 };
  throw new Refusal('version_stale', 'It has changed since. Nothing was changed.', {
    members: { version: view.version },
  });
}

/** The groups of use-cases, each with its replacements, each call noted. */
function replaced(whole: DoorDomain, replace: Replace, calls: Call[]): Partial<DoorDomain> {
  const groups = Object.entries({ ...whole }).map(([group, cases]) => {
    const other = replace[group as keyof DoorDomain];
    if (typeof cases === 'function') return [group, other ?? cases];
    const noted = [...Object.entries(cases), ...Object.entries(other ?? {})].map(([name, useCase]) => [
      name,
      (...input: unknown[]): unknown => {
        calls.push({ name: `${group}.${name}`, input });
        return (useCase as (...given: unknown[]) => unknown)(...input);
      },
    ]);
    return [group, Object.fromEntries(noted)];
  });
  return Object.fromEntries(groups) as Partial<DoorDomain>;
}
