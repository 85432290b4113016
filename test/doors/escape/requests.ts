// How each operation of each door is asked for with somebody's ids: in its path, its body, its filters. An operation that is not here fails
// the test.

import type { Action } from '../../../src/domain/index.ts';
import type { Ids } from './ids.ts';

export interface Asked {
  readonly body?: object;
  readonly query?: Readonly<Record<string, string>>;
  /** It names something beside what its path does. */
  readonly names?: true;
}

const selected = ({ project }: Ids) => ({
  selector: { projects: [project] },
  schedules: [{ name: 'yearly', cron: '0 0 1 1 *', timeZone: 'UTC' }],
  retention: { keepLast: 1 },
});
const simulation = { points: [], retention: { daily: 1 }, timeZone: 'UTC', now: '2026-03-01T00:00:00Z' };
const matter = { matter: 'Smith', reason: 'The court asked.' };
const hash = '0'.repeat(64);
const nothing = (): Asked => ({});
const filter = (pick: (ids: Ids) => Readonly<Record<string, string>>) => (ids: Ids) => ({ query: pick(ids) });
const body = (value: object) => (): Asked => ({ body: value });
const naming = (pick: (ids: Ids) => object) => (ids: Ids) => ({ body: pick(ids), names: true as const });

/** By operationId. */
export const requests: Readonly<Record<string, (ids: Ids) => Asked>> = {
  getMe: nothing,
  getFleet: nothing,
  createTeam: body({ slug: 'new', name: 'New' }),
  listTeams: nothing,
  getTeam: nothing,
  addMember: body({ subject: 'x', issuer: 'https://id.example.com', role: 'viewer' }),
  listMembers: nothing,
  updateMember: body({ role: 'viewer' }),
  removeMember: nothing,
  createApiKey: naming(({ project }) => ({ name: 'x', role: 'viewer', projects: [project] })),
  listApiKeys: nothing,
  getApiKey: nothing,
  rotateApiKey: body({}),
  revokeApiKey: nothing,
  createCredential: body({ name: 'x', neonApiKey: 'napi_x' }),
  listCredentials: nothing,
  getCredential: nothing,
  updateCredential: body({ name: 'x' }),
  deleteCredential: nothing,
  registerProject: naming(({ credential }) => ({ neonProjectId: 'x', credentialId: credential })),
  listProjects: filter(() => ({ label: 'env:kept' })),
  getProject: nothing,
  updateProject: body({ labels: { a: 'b' } }),
  removeProject: nothing,
  syncProject: nothing,
  reconcileProject: nothing,
  getReconcileReport: nothing,
  adoptSnapshot: body({ neonSnapshotId: 'x' }),
  listBranches: nothing,
  getBranch: nothing,
  getTimeline: nothing,
  getBranchStatus: nothing,
  getTeamStatus: nothing,
  createPolicy: naming((ids) => ({ name: 'x', ...selected(ids) })),
  listPolicies: nothing,
  getPolicy: nothing,
  updatePolicy: body({ name: 'x' }),
  deletePolicy: nothing,
  runPolicy: nothing,
  simulateRetention: body(simulation),
  previewPolicy: naming((ids) => ({ name: 'x', ...selected(ids) })),
  previewPresentPolicy: nothing,
  getPolicyCoverage: nothing,
  pausePolicy: body({}),
  resumePolicy: nothing,
  listPolicyVersions: nothing,
  listFirings: filter(({ policy, branch }) => ({ policyId: policy, branchId: branch })),
  exportPolicies: nothing,
  importPolicies: naming((ids) => ({ policies: { x: selected(ids) } })),
  requestSnapshot: naming(({ branch }) => ({ branchId: branch })),
  listSnapshots: filter(({ project, branch, policy }) => ({ projectId: project, branchId: branch, policyId: policy })),
  getSnapshot: nothing,
  deleteSnapshot: nothing,
  cancelSnapshot: nothing,
  lockSnapshot: body({ until: null, reason: 'x' }),
  requestRetentionPlan: nothing,
  listRetentionPlans: filter(({ policy }) => ({ policyId: policy })),
  getRetentionPlan: nothing,
  approveRetentionPlan: body({ hash }),
  rejectRetentionPlan: nothing,
  placeHold: naming(({ snapshot }) => ({ ...matter, selector: { snapshotIds: [snapshot] } })),
  listHolds: filter(({ branch, snapshot }) => ({ branchId: branch, snapshotId: snapshot })),
  getHold: nothing,
  releaseHold: body({ reason: 'x' }),
  requestRestore: naming(({ snapshot }) => ({ source: { snapshotId: snapshot }, target: { kind: 'new_branch' } })),
  listRestores: filter(({ project, branch }) => ({ projectId: project, branchId: branch })),
  getRestore: nothing,
  cancelRestore: nothing,
  connectRestore: body({}),
  deletePreservedBranch: nothing,
  listJobs: filter(({ project, snapshot }) => ({ projectId: project, subjectId: snapshot })),
  getJob: nothing,
  listAuditEvents: filter(({ snapshot }) => ({ subjectId: snapshot })),
  exportAuditEvents: () => ({ query: { format: 'ndjson' } }),
  listAuditHeads: nothing,
  streamEvents: nothing,
  streamRestore: nothing,
};

/** What `{id}` stands for in a path, by the resource before it. */
export const namedInPath: Readonly<Record<string, keyof Ids>> = {
  teams: 'team',
  members: 'member',
  'api-keys': 'key',
  credentials: 'credential',
  projects: 'project',
  branches: 'branch',
  policies: 'policy',
  snapshots: 'snapshot',
  holds: 'hold',
  'retention-plans': 'plan',
  restores: 'restore',
  jobs: 'job',
};

export interface AskedField {
  readonly args?: Readonly<Record<string, unknown>>;
  /** It names something of the team, so that it is not found by another. */
  readonly names?: true;
  /** Of what it names, where that decides and not the field. */
  readonly action?: Action;
}

const none = (): AskedField => ({});
const list = (pick: (ids: Ids) => object) => (ids: Ids) => ({ args: { filter: pick(ids) } });
const one =
  (pick: (ids: Ids) => string, name = 'id') =>
  (ids: Ids) => ({ args: { [name]: pick(ids) }, names: true as const });
const input = (pick: (ids: Ids) => object) => (ids: Ids) => ({ args: { input: pick(ids) }, names: true as const });
const making = (value: object) => (): AskedField => ({ args: { input: value } });

/** What `node` reads, each by the action of its kind. */
export const nodeKinds = [
  ['team', 'team.read'],
  ['key', 'api_key.read'],
  ['credential', 'credential.read'],
  ['project', 'project.read'],
  ['branch', 'branch.read'],
  ['policy', 'policy.read'],
  ['snapshot', 'snapshot.read'],
  ['plan', 'retention_plan.read'],
  ['hold', 'hold.read'],
  ['restore', 'restore.read'],
  ['job', 'job.read'],
] as const satisfies readonly (readonly [keyof Ids, Action])[];
const ofNode = nodeKinds.map(([kind, action]) => [
  `node ${kind}`,
  (ids: Ids) => ({ ...one(() => ids[kind])(ids), action }),
]);

/** By the name of the field of Query, Mutation or Subscription, and what follows a space where it is asked for in more than one way. */
export const fieldRequests: Readonly<Record<string, (ids: Ids) => AskedField>> = {
  me: none,
  fleet: none,
  ...Object.fromEntries(ofNode),
  nodes: ({ snapshot }) => ({ args: { ids: [snapshot] }, names: true, action: 'snapshot.read' }),
  team: one(({ team }) => team),
  teams: none,
  members: one(({ team }) => team, 'teamId'),
  apiKey: one(({ key }) => key),
  apiKeys: none,
  credential: one(({ credential }) => credential),
  credentials: none,
  project: one(({ project }) => project),
  projects: list(() => ({ labels: { env: 'kept' } })),
  branch: one(({ branch }) => branch),
  branches: one(({ project }) => project, 'projectId'),
  timeline: one(({ branch }) => branch, 'branchId'),
  status: none,
  policy: one(({ policy }) => policy),
  previewPolicy: input((ids) => ({ name: 'x', ...selected(ids) })),
  policies: none,
  simulateRetention: making(simulation),
  policyVersions: one(({ policy }) => policy, 'policyId'),
  firings: list(({ policy, branch }) => ({ policyId: policy, branchId: branch })),
  exportPolicies: none,
  snapshot: one(({ snapshot }) => snapshot),
  snapshots: list(({ project, branch, policy }) => ({ projectId: project, branchId: branch, policyId: policy })),
  retentionPlan: one(({ plan }) => plan),
  retentionPlans: list(({ policy }) => ({ policyId: policy })),
  hold: one(({ hold }) => hold),
  holds: list(({ branch, snapshot }) => ({ branchId: branch, snapshotId: snapshot })),
  restore: one(({ restore }) => restore),
  restores: list(({ project, branch }) => ({ projectId: project, branchId: branch })),
  job: one(({ job }) => job),
  jobs: list(({ project, snapshot }) => ({ projectId: project, subjectId: snapshot })),
  auditEvents: list(({ snapshot }) => ({ subjectId: snapshot })),
  auditHeads: none,
  restoreChanged: one(({ restore }) => restore),
  snapshotChanged: one(({ project }) => project, 'projectId'),
  jobsChanged: none,
  statusChanged: none,
  auditEventAdded: none,
  createTeam: making({ slug: 'new', name: 'New' }),
  addMember: input(({ team }) => ({ teamId: team, issuer: 'https://id.example.com', subject: 'x', role: 'viewer' })),
  updateMember: input(({ team, member }) => ({ teamId: team, id: member, version: 9, role: 'viewer' })),
  removeMember: input(({ team, member }) => ({ teamId: team, id: member })),
  createApiKey: input(({ project }) => ({ name: 'x', role: 'viewer', projects: [project] })),
  rotateApiKey: input(({ key }) => ({ id: key })),
  revokeApiKey: input(({ key }) => ({ id: key })),
  createCredential: making({ name: 'x', neonApiKey: 'napi_x' }),
  updateCredential: input(({ credential }) => ({ id: credential, version: 9, name: 'x' })),
  deleteCredential: input(({ credential }) => ({ id: credential })),
  registerProject: input(({ credential }) => ({ neonProjectId: 'x', credentialId: credential })),
  updateProject: input(({ project }) => ({ id: project, version: 9, labels: { a: 'b' } })),
  removeProject: input(({ project }) => ({ id: project })),
  syncProject: input(({ project }) => ({ id: project })),
  reconcileProject: input(({ project }) => ({ id: project })),
  adoptSnapshot: input(({ project }) => ({ id: project, neonSnapshotId: 'x' })),
  createPolicy: input((ids) => ({ name: 'x', ...selected(ids) })),
  updatePolicy: input(({ policy }) => ({ id: policy, version: 9, name: 'x' })),
  deletePolicy: input(({ policy }) => ({ id: policy })),
  runPolicy: input(({ policy }) => ({ id: policy })),
  pausePolicy: input(({ policy }) => ({ id: policy })),
  resumePolicy: input(({ policy }) => ({ id: policy })),
  importPolicies: input((ids) => ({ document: { policies: { x: selected(ids) } } })),
  requestSnapshot: input(({ branch }) => ({ branchId: branch })),
  cancelSnapshot: input(({ snapshot }) => ({ id: snapshot })),
  deleteSnapshot: input(({ snapshot }) => ({ id: snapshot })),
  lockSnapshot: input(({ snapshot }) => ({ id: snapshot, until: null, reason: 'x' })),
  requestRetentionPlan: input(({ policy }) => ({ id: policy })),
  approveRetentionPlan: input(({ plan }) => ({ id: plan, hash })),
  rejectRetentionPlan: input(({ plan }) => ({ id: plan })),
  placeHold: input(({ snapshot }) => ({ ...matter, selector: { snapshotIds: [snapshot] } })),
  releaseHold: input(({ hold }) => ({ id: hold, reason: 'x' })),
  requestRestore: input(({ snapshot }) => ({ source: { snapshotId: snapshot }, target: { kind: 'new_branch' } })),
  cancelRestore: input(({ restore }) => ({ id: restore })),
  connectRestore: input(({ restore }) => ({ id: restore })),
  deletePreservedBranch: input(({ restore }) => ({ id: restore })),
};
