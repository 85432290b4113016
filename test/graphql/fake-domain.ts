// A domain in memory that says what it was asked. It decides nothing: a test sets what a call answers, or how it fails.

import { Readable } from 'node:stream';
import { notFound } from '../../src/core/errors.ts';
import { auditKeyOf, type DoorDomain, type Page, type PageRequest } from '../../src/domain/index.ts';
import { deliveriesOf } from '../harness/deliveries.ts';
import * as samples from './samples.ts';

export interface Call {
  /** Such as `snapshots.request`. */
  readonly name: string;
  /** What followed the actor. */
  readonly input: readonly unknown[];
}

export interface FakeDomain {
  readonly domain: DoorDomain;
  readonly calls: Call[];
  /** Makes the named call throw from now on. */
  fail(name: string, error: Error): void;
  projects: (typeof samples.project)[];
  branches: (typeof samples.branch)[];
  policies: (typeof samples.policy)[];
  snapshots: (typeof samples.snapshot)[];
  restores: (typeof samples.restore)[];
  jobs: (typeof samples.job)[];
}

export function makeFakeDomain(): FakeDomain {
  const failures = new Map<string, Error>();
  const fake: Omit<FakeDomain, 'domain'> = {
    calls: [],
    fail: (name, error) => void failures.set(name, error),
    projects: [samples.project],
    branches: [samples.branch],
    policies: [samples.policy],
    snapshots: [samples.snapshot],
    restores: [samples.restore],
    jobs: [samples.job],
  };

  function on<I extends unknown[], O>(name: string, answer: (...input: I) => O) {
    return async (actor: typeof samples.actor, ...input: I): Promise<O> => {
      if (actor !== samples.actor) throw new Error('another actor');
      fake.calls.push({ name, input });
      const failure = failures.get(name);
      if (failure) throw failure;
      return answer(...input);
    };
  }

  const domain: DoorDomain = {
    async authenticate() {
      const failure = failures.get('authenticate');
      if (failure) throw failure;
      return samples.actor;
    },
    checkReady: async () => ({ status: 'ok', away: [] }),
    me: { get: on('me.get', () => samples.me) },
    teams: {
      create: on('teams.create', () => samples.team),
      list: on('teams.list', (page: PageRequest) => paged([samples.team], page)),
      get: on('teams.get', () => samples.team),
      enter: on('teams.enter', () => samples.actor),
    },
    members: {
      add: on('members.add', () => samples.member),
      list: on('members.list', (_: string, page: PageRequest) => paged([samples.member], page)),
      update: on('members.update', () => samples.member),
      remove: on('members.remove', () => undefined),
    },
    apiKeys: {
      create: on('apiKeys.create', () => samples.newApiKey),
      list: on('apiKeys.list', (page: PageRequest) => paged([samples.apiKey], page)),
      get: on('apiKeys.get', (id: string) => one('API key', [samples.apiKey], id)),
      rotate: on('apiKeys.rotate', () => samples.newApiKey),
      revoke: on('apiKeys.revoke', () => undefined),
    },
    fleet: { get: on('fleet.get', () => samples.fleet) },
    credentials: {
      create: on('credentials.create', () => samples.credential),
      list: on('credentials.list', (page: PageRequest) => paged([samples.credential], page)),
      get: on('credentials.get', (id: string) => one('credential', [samples.credential], id)),
      update: on('credentials.update', () => samples.credential),
      delete: on('credentials.delete', () => undefined),
    },
    projects: {
      register: on('projects.register', () => samples.project),
      list: on('projects.list', (_: object, page: PageRequest) => paged(fake.projects, page)),
      get: on('projects.get', (id: string) => one('project', fake.projects, id)),
      update: on('projects.update', () => ({ ...samples.project, nextFirings: samples.nextFirings })),
      nextFirings: on('projects.nextFirings', (ids: readonly string[]) => grouped(ids, () => samples.nextFirings)),
      remove: on('projects.remove', () => undefined),
      requestSync: on('projects.requestSync', () => samples.project),
      reconcile: on('projects.reconcile', () => samples.reconcileReport),
      reconcileReport: on('projects.reconcileReport', () => samples.reconcileReport),
      reconcileReports: on('projects.reconcileReports', (ids: readonly string[]) =>
        grouped(ids, (projectId) => ({ ...samples.reconcileReport, projectId })),
      ),
      adopt: on('projects.adopt', () => samples.snapshot),
    },
    branches: {
      list: on('branches.list', (_: string, page: PageRequest) => paged(fake.branches, page)),
      get: on('branches.get', (id: string) => one('branch', fake.branches, id)),
      timeline: on('branches.timeline', () => samples.timeline),
      listOfProjects: on('branches.listOfProjects', (ids: readonly string[], page: PageRequest) =>
        grouped(ids, (id) =>
          paged(
            fake.branches.filter((branch) => branch.projectId === id),
            page,
          ),
        ),
      ),
      getMany: on(
        'branches.getMany',
        (ids: readonly string[]) =>
          new Map(fake.branches.filter(({ id }) => ids.includes(id)).map((branch) => [branch.id, branch])),
      ),
      timelines: on('branches.timelines', (ids: readonly string[]) =>
        grouped(ids, (branchId) => ({ ...samples.timeline, branchId })),
      ),
    },
    status: {
      team: on('status.team', (_: unknown, page: PageRequest) => {
        const { counts, checkedAt, items } = samples.teamStatus;
        return {
          counts,
          checkedAt,
          ...paged(
            items.map((one) => ({ ...one, id: one.branchId })),
            page,
          ),
        };
      }),
      branch: on('status.branch', () => samples.branchStatus),
      branches: on('status.branches', (ids: readonly string[]) =>
        grouped(ids, (branchId) => ({ ...samples.branchStatus, branchId })),
      ),
    },
    policies: {
      create: on('policies.create', () => samples.policy),
      list: on('policies.list', (page: PageRequest) => paged(fake.policies, page)),
      listSaved: on('policies.listSaved', (page: PageRequest) => {
        return paged(
          fake.policies.map(({ stops: _s, delegation: _d, warnings: _w, ...saved }) => saved),
          page,
        );
      }),
      reaches: on('policies.reaches', (ids: readonly string[]) => {
        return new Map(fake.policies.filter(({ id }) => ids.includes(id)).map((one) => [one.id, one] as const));
      }),
      get: on('policies.get', (id: string) => one('policy', [samples.policy], id)),
      update: on('policies.update', () => samples.policy),
      delete: on('policies.delete', () => ({ snapshots: [samples.snapshot] })),
      preview: on('policies.preview', () => samples.policyPreview),
      previewOf: on('policies.previewOf', () => samples.policyPreview),
      coverage: on('policies.coverage', () => samples.policyCoverage),
      run: on('policies.run', () => ({ snapshots: [samples.snapshot] })),
      pause: on('policies.pause', () => samples.policy),
      resume: on('policies.resume', () => samples.policy),
      versions: on('policies.versions', (_: string, page: PageRequest) =>
        paged([{ ...samples.policyVersion, id: '2' }], page),
      ),
      listOfBranches: on('policies.listOfBranches', (ids: readonly string[]) => grouped(ids, () => [...fake.policies])),
      export: on('policies.export', () => samples.policyDocument),
      import: on('policies.import', () => samples.policyImport),
    },
    retention: { simulate: on('retention.simulate', () => samples.simulation) },
    firings: { list: on('firings.list', (_: unknown, page: PageRequest) => paged([samples.firing], page)) },
    snapshots: {
      request: on('snapshots.request', () => samples.snapshot),
      list: on('snapshots.list', (_: unknown, page: PageRequest) => paged(fake.snapshots, page)),
      get: on('snapshots.get', (id: string) => one('snapshot', fake.snapshots, id)),
      listWritten: on('snapshots.listWritten', () => ({ items: [], nextCursor: null })),
      getWritten: on('snapshots.getWritten', () => ({ json: '{}', version: 1 })),
      delete: on('snapshots.delete', () => samples.snapshot),
      cancel: on('snapshots.cancel', () => samples.snapshot),
      lock: on('snapshots.lock', () => samples.snapshot),
      listOfBranches: on('snapshots.listOfBranches', (ids: readonly string[], _: unknown, page: PageRequest) =>
        grouped(ids, (id) =>
          paged(
            fake.snapshots.filter(({ branchId }) => branchId === id),
            page,
          ),
        ),
      ),
    },
    retentionPlans: {
      request: on('retentionPlans.request', () => samples.retentionPlan),
      list: on('retentionPlans.list', (_: unknown, page: PageRequest) => paged([samples.retentionPlan], page)),
      get: on('retentionPlans.get', (id: string) => one('retention plan', [samples.retentionPlan], id)),
      approve: on('retentionPlans.approve', () => samples.retentionPlan),
      reject: on('retentionPlans.reject', () => samples.retentionPlan),
    },
    holds: {
      place: on('holds.place', () => samples.hold),
      list: on('holds.list', (_: unknown, page: PageRequest) => paged([samples.hold], page)),
      get: on('holds.get', (id: string) => one('hold', [samples.hold], id)),
      release: on('holds.release', () => samples.hold),
    },
    restores: {
      request: on('restores.request', () => samples.restore),
      list: on('restores.list', (_: unknown, page: PageRequest) => paged(fake.restores, page)),
      get: on('restores.get', (id: string) => one('restore', fake.restores, id)),
      connect: on('restores.connect', () => ({ uri: 'postgresql://shop:secret@127.0.0.1/shop' })),
      deletePreservedBranch: on('restores.deletePreservedBranch', () => samples.restore),
      cancel: on('restores.cancel', () => samples.restore),
      listOfBranches: on('restores.listOfBranches', (ids: readonly string[], _: unknown, page: PageRequest) =>
        grouped(ids, (id) =>
          paged(
            fake.restores.filter(({ source }) => source.branchId === id),
            page,
          ),
        ),
      ),
    },
    jobs: {
      list: on('jobs.list', (_: unknown, page: PageRequest) => paged(fake.jobs, page)),
      get: on('jobs.get', (id: string) => one('job', fake.jobs, id)),
      attemptsOf: on('jobs.attemptsOf', (ids: readonly string[]) =>
        grouped(ids, (id) => [...(fake.jobs.find((job) => job.id === id)?.attempts ?? [])]),
      ),
    },
    audit: {
      list: on('audit.list', (_: unknown, page: PageRequest) => paged([samples.auditEvent], page, auditKeyOf)),
      export: async () => ({ teamId: 'tem_1', from: null, to: null, events: Readable.from([]) }),
      heads: on('audit.heads', () => ({ items: [samples.auditHead] })),
      signingKeys: () => ({ keys: [] }),
    },
    streams: {
      restore: on('streams.restore', () => eachOf(deliveriesOf(samples))),
      snapshots: on('streams.snapshots', () => eachOf(deliveriesOf(samples))),
      statuses: on('streams.statuses', () => eachOf(deliveriesOf(samples))),
      jobs: on('streams.jobs', () => eachOf(deliveriesOf(samples))),
      auditEvents: on('streams.auditEvents', () => eachOf(deliveriesOf(samples))),
      events: on('streams.events', () => eachOf(deliveriesOf(samples))),
      admit: () => () => undefined,
    },
  };
  return Object.assign(fake, { domain });
}

/** As the store pages: keyset order, newest first, from either end, a cursor that names where the reading goes on. */
function paged<T extends { readonly id: string }>(
  items: readonly T[],
  { limit, cursor, before, backwards = false }: PageRequest,
  keyOf: (item: T) => string = ({ id }) => id,
): Page<T> {
  const keyIn = (given: string | undefined) => given && Buffer.from(given, 'base64url').toString();
  const [newest, oldest] = [keyIn(cursor), keyIn(before)];
  const rest = items
    .filter((item) => (newest === undefined || keyOf(item) < newest) && (oldest === undefined || keyOf(item) > oldest))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1));
  const page = backwards ? rest.slice(-limit) : rest.slice(0, limit);
  const end = backwards ? page[0] : page.at(-1);
  return {
    items: page,
    nextCursor: rest.length > limit && end ? Buffer.from(keyOf(end)).toString('base64url') : null,
  };
}

async function* eachOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

function one<T extends { readonly id: string }>(what: string, items: readonly T[], wanted: string): T {
  const found = items.find(({ id }) => id === wanted);
  if (!found) throw notFound(what, wanted);
  return found;
}

function grouped<T>(ids: readonly string[], answer: (id: string) => T): Map<string, T> {
  return new Map(ids.map((id) => [id, answer(id)]));
}
