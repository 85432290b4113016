// Owns nested reads: one call of the domain for each field that is nested and what it is asked for, however many parents ask.

import type { GraphQLResolveInfo } from 'graphql';
import type {
  AttemptView,
  BranchStatusView,
  BranchView,
  CredentialView,
  JobView,
  NestedRestoresFilter,
  NestedSnapshotsFilter,
  Page,
  Part,
  PolicyCoverageView,
  PolicyPreviewView,
  PolicyReachView,
  PolicyView,
  ProjectFiringView,
  ProjectView,
  ReconcileReportView,
  RestoreView,
  SavedPolicyView,
  SnapshotView,
  StatusChangeView,
  StatusItemView,
  TimelineView,
} from '../domain/index.ts';
import { byId, type Connection, type ConnectionArgs, pageOf } from './connection.ts';
import type { GraphqlContext } from './context.ts';
import { refuseInput } from './errors.ts';
import { given } from './input.ts';
import { type Load, nested, type Query } from './nested.ts';
import { fieldsOfNodes } from './selected.ts';

interface Identified {
  readonly id: string;
}

interface RangeArgs {
  readonly from?: string | null;
  readonly count?: number | null;
}

type Filtered<F> = ConnectionArgs & { readonly filter?: { readonly [K in keyof F]?: F[K] | null } | null | undefined };

const credentialOfProject: Load<ProjectView, unknown, CredentialView | null> = async (queries, context) => {
  const found = await findCredentials(new Set(queries.map(({ obj }) => obj.credentialId)), context);
  return queries.map(({ obj }) => found.get(obj.credentialId) ?? null);
};

const branchesOfProject = pagesOf<ProjectView, ConnectionArgs, Part<BranchView>>(
  ({ ids, args, fields }, { domain, actor }) =>
    domain.branches.listOfProjects(actor, ids, { ...pageOf(args), members: [...fields] }),
);

const reportOfProject: Load<ProjectView, unknown, ReconcileReportView | null> = async (queries, { domain, actor }) => {
  const reports = await domain.projects.reconcileReports(actor, idsOf(queries));
  return queries.map(({ obj }) => reports.get(obj.id) ?? null);
};

const firingsOfProject: Load<ProjectView, unknown, readonly ProjectFiringView[]> = async (
  queries,
  { domain, actor },
) => {
  const firings = await domain.projects.nextFirings(actor, idsOf(queries));
  return queries.map(({ obj }) => firings.get(obj.id) ?? []);
};

const snapshotsOfBranch = pagesOf<BranchView, Filtered<NestedSnapshotsFilter>, Part<SnapshotView>>(
  ({ ids, args: { filter, ...args }, fields }, { domain, actor }) => {
    const members = withThoseBehind(fields, { branch: 'branchId' });
    return domain.snapshots.listOfBranches(actor, ids, given(filter ?? {}), { ...pageOf(args), members });
  },
);

const restoresOfBranch = pagesOf<BranchView, Filtered<NestedRestoresFilter>, Part<RestoreView>>(
  ({ ids, args: { filter, ...args }, fields }, { domain, actor }) => {
    const members = withThoseBehind(fields, { branch: 'source' });
    return domain.restores.listOfBranches(actor, ids, given(filter ?? {}), { ...pageOf(args), members });
  },
);

/** The members that the fields are read from: each from that of its name, but for those that have a resolver. */
function withThoseBehind(fields: ReadonlySet<string>, behind: Readonly<Record<string, string>>): string[] {
  return [...fields].map((field) => behind[field] ?? field);
}

const timelineOfBranch: Load<BranchView, { readonly first: number }, TimelineView | null> = (queries, context) =>
  eachAsked(queries, async ({ ids, args: { first } }) => {
    const timelines = await context.domain.branches.timelines(context.actor, ids, first);
    return (id) => timelines.get(id) ?? null;
  });

const statusOfBranch: Load<BranchView, unknown, BranchStatusView | null> = async (queries, { domain, actor }) => {
  const statuses = await domain.status.branches(actor, idsOf(queries));
  return queries.map(({ obj }) => statuses.get(obj.id) ?? null);
};

const policiesOfBranch: Load<BranchView, unknown, readonly PolicyView[]> = async (queries, { domain, actor }) => {
  const policies = await domain.policies.listOfBranches(actor, idsOf(queries));
  return queries.map(({ obj }) => policies.get(obj.id) ?? []);
};

const attemptsOfJob: Load<JobView, unknown, readonly AttemptView[]> = async (queries, { domain, actor }) => {
  const attempts = await domain.jobs.attemptsOf(actor, idsOf(queries));
  return queries.map(({ obj }) => attempts.get(obj.id) ?? []);
};

/** Of a policy that was read with all that it does, it is there. */
const reachOfPolicy: Load<SavedPolicyView & Partial<PolicyReachView>, unknown, PolicyReachView> = async (
  queries,
  { domain, actor },
) => {
  const read = queries.filter(({ obj }) => obj.warnings === undefined);
  const reaches =
    read.length === 0 ? new Map<string, PolicyReachView>() : await domain.policies.reaches(actor, idsOf(read));
  return queries.map(({ obj: { id, stops = [], delegation = null, warnings = [] } }) => {
    return reaches.get(id) ?? { stops, delegation, warnings };
  });
};

/** Several of its members are asked for at once, as a rule: they share the reading. */
const reach = nested(reachOfPolicy);

function memberOfReach<K extends keyof PolicyReachView>(member: K) {
  return async (...asked: Parameters<typeof reach>): Promise<PolicyReachView[K]> => (await reach(...asked))[member];
}

/** A preview counts years of firings and coverage reads all branches of the team, so few are asked for at once. */
const previewsMax = 10;

function checkFew(queries: readonly Query<Identified, unknown>[], field: string): void {
  if (queries.length > previewsMax) throw refuseInput(field, `is answered for at most ${previewsMax} policies at once`);
}

const previewOfPolicy: Load<Identified, RangeArgs, PolicyPreviewView> = async (queries, { domain, actor }) => {
  checkFew(queries, 'preview');
  const previews: PolicyPreviewView[] = [];
  for (const { obj, params } of queries) previews.push(await domain.policies.previewOf(actor, obj.id, given(params)));
  return previews;
};

const coverageOfPolicy: Load<Identified, unknown, PolicyCoverageView> = async (queries, { domain, actor }) => {
  checkFew(queries, 'coverage');
  const coverages: PolicyCoverageView[] = [];
  for (const { obj } of queries) coverages.push(await domain.policies.coverage(actor, obj.id));
  return coverages;
};

/** The branch that `idOf` names, for any parent. */
function branchOf<Parent>(idOf: (parent: Parent) => string | null): Load<Parent, unknown, BranchView | null> {
  return async (queries, { domain, actor }) => {
    const ids = queries.map(({ obj }) => idOf(obj));
    const present = unique(ids.filter((id) => id !== null));
    const branches =
      present.length === 0 ? new Map<string, BranchView>() : await domain.branches.getMany(actor, present);
    return ids.map((id) => (id === null ? null : (branches.get(id) ?? null)));
  };
}

export const loaders = {
  Project: {
    credential: nested(credentialOfProject),
    branches: nested(branchesOfProject),
    reconcileReport: nested(reportOfProject),
    nextFirings: nested(firingsOfProject),
  },
  Branch: {
    snapshots: nested(snapshotsOfBranch),
    restores: nested(restoresOfBranch),
    timeline: nested(timelineOfBranch),
    status: nested(statusOfBranch),
    policies: nested(policiesOfBranch),
  },
  StatusChange: { branch: nested(branchOf((change: StatusChangeView) => change.branchId)) },
  StatusItem: { branch: nested(branchOf((item: StatusItemView) => item.branchId)) },
  Snapshot: { branch: nested(branchOf((snapshot: SnapshotView) => snapshot.branchId)) },
  Restore: { branch: nested(branchOf((restore: RestoreView) => restore.source.branchId)) },
  Policy: {
    stops: memberOfReach('stops'),
    delegation: memberOfReach('delegation'),
    warnings: memberOfReach('warnings'),
    preview: nested(previewOfPolicy),
    coverage: nested(coverageOfPolicy),
  },
  Job: { attempts: nested(attemptsOfJob) },
  RestoreTarget: { branch: nested(branchOf((target: RestoreView['target']) => target.branchId)) },
};

/** A team has few credentials: one page holds them, as a rule. */
async function findCredentials(ids: ReadonlySet<string>, { domain, actor }: GraphqlContext) {
  const found = new Map<string, CredentialView>();
  let cursor: string | undefined;
  do {
    const page = await domain.credentials.list(actor, { limit: 200, cursor });
    for (const credential of page.items) if (ids.has(credential.id)) found.set(credential.id, credential);
    cursor = found.size < ids.size ? (page.nextCursor ?? undefined) : undefined;
  } while (cursor !== undefined);
  return found;
}

/** A connection of each parent. */
function pagesOf<Parent extends Identified, Args extends ConnectionArgs, Item extends Identified>(
  list: (asked: Asked<Args>, context: GraphqlContext) => Promise<ReadonlyMap<string, Page<Item>>>,
): Load<Parent, Args, Connection<Item>> {
  return (queries, context) =>
    eachAsked(queries, async (asked) => {
      const pages = await list(asked, context);
      return (id) => byId(pages.get(id) ?? { items: [], nextCursor: null }, asked.args);
    });
}

/** What the same is asked of, of different parents. */
interface Asked<Args> {
  readonly ids: readonly string[];
  readonly args: Args;
  /** Of the nodes, if it is a connection: what any of the parents is asked for. */
  readonly fields: ReadonlySet<string>;
}

/** Answers in the order of the queries: those that ask for the same of different parents are read together. */
async function eachAsked<Args, Value>(
  queries: readonly Query<Identified, Args>[],
  read: (asked: Asked<Args>) => Promise<(id: string) => Value>,
): Promise<Value[]> {
  const keyOf = makeKeyOf<Args>();
  const answers = new Map<string, (id: string) => Value>();
  for (const [key, [first, ...more]] of Map.groupBy(queries, keyOf)) {
    if (!first) continue;
    const own = [first, ...more];
    const infos = new Map(own.map(({ info }) => [info.fieldNodes, info] as const));
    const fields = new Set([...infos.values()].flatMap((info) => [...fieldsOfNodes(info)]));
    answers.set(key, await read({ ids: idsOf(own), args: first.params, fields }));
  }
  return queries.map((query) => {
    const answer = answers.get(keyOf(query));
    if (!answer) throw new Error('every query was read');
    return answer(query.obj.id);
  });
}

/** By what a query asks for. Within one execution the arguments of a field are the same for every parent, so they are written once. */
function makeKeyOf<Args>(): (query: Query<Identified, Args>) => string {
  const keys = new Map<GraphQLResolveInfo['fieldNodes'], string>();
  return ({ params, info: { fieldNodes } }) => {
    const known = keys.get(fieldNodes);
    if (known !== undefined) return known;
    const key = JSON.stringify(params);
    keys.set(fieldNodes, key);
    return key;
  };
}

function idsOf(queries: readonly Query<Identified, unknown>[]): string[] {
  return unique(queries.map(({ obj }) => obj.id));
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
