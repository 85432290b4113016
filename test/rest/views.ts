// One view of each kind, as the domain gives it.

import type {
  AttemptView,
  AuditEventView,
  AuditHeadView,
  BranchStatusView,
  BranchView,
  CredentialView,
  HoldView,
  JobWait,
  JobWithAttemptsView,
  PolicyCoverageView,
  PolicyPreviewView,
  FiringView,
  PolicyDocument,
  PolicyImportView,
  PolicyVersionView,
  PolicyView,
  ProjectChangeView,
  ProjectView,
  ReconcileReportView,
  RestoreView,
  RetentionPlanView,
  RetentionSimulationView,
  SigningKeyView,
  SnapshotView,
  TeamStatusView,
  TimelineView,
} from '../../src/domain/index.ts';

export { apiKey, fleet, me, member, newApiKey, team } from '../harness/team-views.ts';

const at = '2026-03-01T09:30:00.000Z';
const known = { version: 1, createdAt: at, updatedAt: at };

export const credential: CredentialView = {
  id: 'crd_1',
  name: 'production',
  neonAccountId: 'acc-1',
  status: 'active',
  ...known,
};

export const project: ProjectView = {
  id: 'prj_1',
  neonProjectId: 'shop-1',
  credentialId: 'crd_1',
  name: 'shop',
  region: 'aws-eu-central-1',
  pgVersion: 17,
  plan: 'scale',
  historyRetentionSeconds: 604_800,
  labels: { team: 'shop' },
  limits: { rootBranches: 10, snapshots: 10 },
  maintenanceWindows: [
    { name: 'move', from: at, until: at, cron: null, timeZone: null, durationSeconds: null },
    { name: 'sunday', from: null, until: null, cron: '0 2 * * 0', timeZone: 'Europe/Berlin', durationSeconds: 3600 },
  ],
  syncedAt: at,
  goneAt: null,
  ...known,
};

export const nextFirings: ProjectChangeView['nextFirings'] = [
  { policyId: 'pol_1', schedule: 'night', at, maintenanceUntil: at },
];

export const reconcileReport: ReconcileReportView = {
  id: 'rec_1',
  projectId: 'prj_1',
  requestedBy: 'person',
  requestedAt: at,
  comparedAt: at,
  endedAt: null,
  isProjectGone: false,
  present: { snapshots: 3, preservedBranches: 1 },
  findings: [
    {
      kind: 'leftover',
      what: 'branch',
      subjectKind: 'restore',
      subjectId: 'rst_1',
      neonId: 'br-3',
      name: 'afterglow-rst-1',
      policyId: null,
      action: 'remove',
      outcome: 'failed',
      reason: 'has_children',
    },
    {
      kind: 'orphan',
      what: 'snapshot',
      subjectKind: null,
      subjectId: null,
      neonId: 'snap-2',
      name: 'from the console',
      policyId: null,
      action: 'none',
      outcome: null,
      reason: null,
    },
  ],
  error: null,
};

export const branch: BranchView = {
  id: 'brn_1',
  projectId: 'prj_1',
  neonBranchId: 'br-1',
  name: 'main',
  parentNeonBranchId: null,
  isDefault: true,
  isRoot: true,
  isProtected: false,
  state: 'ready',
  logicalSizeBytes: 30_000_000,
  restoreWindow: { from: at, until: at },
  expiresAt: null,
  goneAt: null,
  createdAt: at,
  updatedAt: at,
};

export const timeline: TimelineView = {
  branchId: 'brn_1',
  restoreWindow: null,
  points: [
    { kind: 'snapshot', id: 'snp_1', at, name: 'nightly', status: 'available' },
    { kind: 'restore', id: 'rst_1', at, name: null, status: 'running' },
  ],
};

const rpo = { achievedSeconds: 5400, targetSeconds: 3600 };
const lastPoint = { snapshotId: 'snp_1', pointAt: at };

export const branchStatus: BranchStatusView = {
  branchId: 'brn_1',
  state: 'missing',
  reasons: ['rpo_exceeded', 'cap_near', 'point_late'],
  lastPoint,
  rpo,
  nextFiringAt: at,
  restoreWindow: { from: at, until: at },
  policies: [
    {
      policyId: 'pol_1',
      name: 'nightly',
      state: 'late',
      reasons: ['point_late'],
      lastPointAt: at,
      expectedAt: at,
      nextFiringAt: null,
      frozen: false,
      paused: false,
    },
  ],
  checkedAt: at,
};

export const teamStatus: TeamStatusView = {
  counts: { ok: 3, late: 0, at_risk: 1, missing: 1 },
  checkedAt: at,
  items: [
    {
      branchId: 'brn_1',
      projectId: 'prj_1',
      name: 'main',
      state: 'missing',
      reasons: ['rpo_exceeded'],
      lastPoint,
      rpo,
      nextFiringAt: at,
      policyIds: ['pol_1'],
      changedAt: at,
    },
  ],
  nextCursor: null,
};

export const policy: PolicyView = {
  id: 'pol_1',
  name: 'nightly',
  selector: { projects: ['prj_1'], labels: null, branches: ['main', 'staging'] },
  schedules: [
    {
      name: 'night',
      cron: '0 3 * * *',
      timeZone: 'Europe/Berlin',
      jitterSeconds: 0,
      window: { startWithinSeconds: 900 },
      engine: 'afterglow',
      nextFiringAt: at,
    },
  ],
  retention: {
    hourly: null,
    daily: 14,
    weekly: null,
    monthly: 12,
    yearly: null,
    keepLast: 7,
    keepWithin: 'P2D',
    minimumKept: null,
    bucketKeeps: 'first',
  },
  protection: { lock: { mode: 'compliance', for: 'P7Y', graceHours: 72, tiers: ['monthly'] } },
  store: 'neon_snapshot',
  objectives: { rpoSeconds: 7200 },
  missedFirings: 'capture_moment',
  limits: { expireAtMostShare: 0.25 },
  isPaused: true,
  pausedUntil: at,
  stops: [{ projectId: 'prj_1', code: 'project_gone' }],
  delegation: {
    counts: { pending: 0, set: 1, drifted: 0, refused: 1 },
    branches: [
      { branchId: 'brn_2', state: 'refused', error: { code: 'branch_not_root', message: 'A child.' }, checkedAt: at },
      { branchId: 'brn_1', state: 'set', error: null, checkedAt: null },
    ],
  },
  warnings: [{ code: 'selects_nothing', message: 'It selects no branch.' }],
  ...known,
};

export const retentionPlan: RetentionPlanView = {
  id: 'rtp_1',
  policyId: 'pol_1',
  policyVersion: 2,
  cause: 'limit',
  status: 'pending',
  hash: 'a'.repeat(64),
  branchIds: ['brn_1'],
  frozenBranchIds: ['brn_1'],
  keeps: 3,
  expires: 9,
  decisions: [{ snapshotId: 'snp_1', branchId: 'brn_1', pointAt: at, keep: false, reasons: ['beyond_retention'] }],
  decidedBy: { kind: 'person', id: 'key_1' },
  decidedAt: at,
  createdAt: at,
  updatedAt: at,
};

export const policyVersion: PolicyVersionView = {
  version: 2,
  name: policy.name,
  selector: policy.selector,
  schedules: [
    {
      name: 'night',
      cron: '0 2 * * *',
      timeZone: 'UTC',
      jitterSeconds: 0,
      window: { startWithinSeconds: 900 },
      engine: 'neon',
    },
  ],
  retention: policy.retention,
  protection: policy.protection,
  store: policy.store,
  objectives: policy.objectives,
  missedFirings: policy.missedFirings,
  limits: policy.limits,
  createdAt: at,
  by: { kind: 'person', id: 'key_1' },
};

export const firing: FiringView = {
  id: 'fir_1',
  policyId: 'pol_1',
  schedule: 'night',
  branchId: 'brn_1',
  dueAt: at,
  status: 'missed',
  reason: 'maintenance_window',
  snapshotId: null,
  createdAt: at,
  updatedAt: at,
};

export const simulation = {
  decisions: [
    { id: 'snp_1', keep: true, reasons: ['daily:2026-03-01', 'newest'] },
    { id: 'snp_2', keep: false, reasons: ['beyond_retention'] },
  ],
} satisfies RetentionSimulationView;

const noTiers = {
  hourly: 0,
  daily: 0,
  weekly: 0,
  monthly: 0,
  yearly: 0,
  keepLast: 0,
  minimumKept: 0,
  keepWithin: 0,
  locked: 0,
};
const need = {
  needed: 35,
  thisPolicy: 30,
  otherPolicies: 3,
  standing: 1,
  beingMade: 1,
  cap: 100,
  fits: true,
  isAtLeast: false,
};
const monthlyCost = { snapshots: 1.25, branches: 0, total: 1.25, isAtMost: false, unknownBecause: null };
const unknownCost = {
  snapshots: null,
  branches: 3,
  total: null,
  isAtMost: true,
  unknownBecause: 'The size is not known.',
};

export const policyPreview: PolicyPreviewView = {
  firings: [
    {
      schedule: 'night',
      at,
      local: '2026-03-29T03:00:00+02:00',
      dst: 'skipped',
      maintenance: 'some',
      engine: 'afterglow',
    },
    { schedule: 'night', at, local: '2026-03-30T02:30:00+02:00', dst: null, maintenance: null, engine: 'neon' },
  ],
  keeps: { engine: 'neon', total: 30, isAtLeast: false, tiers: { ...noTiers, daily: 30, keepLast: 7 } },
  forecast: {
    projectCount: 1,
    projects: [
      {
        projectId: 'prj_1',
        snapshots: need,
        leftToNeon: 30,
        branches: { ...need, included: 10 },
        rootSlots: { needed: 0, used: 2, cap: 25 },
        monthlyCost,
      },
    ],
    monthlyCost: unknownCost,
  },
  wouldExpire: {
    count: 1,
    snapshots: [{ snapshotId: 'snp_1', branchId: 'brn_1', pointAt: at, reasons: ['daily:2026-03-01'] }],
    needApproval: ['brn_1'],
  },
  wouldExpireNow: { count: 0, snapshots: [], needApproval: [] },
  warnings: [{ code: 'paused', message: 'It is paused.' }],
};

export const policyCoverage: PolicyCoverageView = {
  coveredCount: 1,
  covered: [{ branchId: 'brn_1', projectId: 'prj_1', name: 'main', kind: 'neon_snapshot' }],
  uncoveredCount: 1,
  uncovered: [{ branchId: 'brn_2', projectId: 'prj_1', name: 'staging' }],
  pausedCount: 1,
  paused: [{ branchId: 'brn_3', projectId: 'prj_1', name: 'asleep' }],
  warnings: [{ code: 'child_kept_as_branch', message: 'A branch.' }],
};

export const policyDocument: PolicyDocument = {
  policies: {
    nightly: { selector: { projects: ['shop-1'], branches: 'default' }, schedules: [], retention: { daily: 7 } },
  },
};

export const policyImport: PolicyImportView = {
  isDryRun: true,
  changes: [
    {
      name: 'new',
      change: 'create',
      insteadOf: 'old',
      fields: [{ path: 'store', from: null, to: 'branch' }],
      nextFirings: [{ schedule: 'nightly', at }],
    },
    {
      name: 'nightly',
      change: 'update',
      insteadOf: null,
      fields: [{ path: 'retention.daily', from: 7, to: 14 }],
      nextFirings: [{ schedule: 'nightly', at: null }],
    },
  ],
};

export const snapshot: SnapshotView = {
  id: 'snp_1',
  projectId: 'prj_1',
  branchId: 'brn_1',
  policyId: null,
  policyVersion: null,
  name: 'before the migration',
  kind: 'neon_snapshot',
  status: 'requested',
  requestedAt: at,
  requestedLsn: null,
  pointAt: null,
  lsn: null,
  neonId: null,
  sizeBytes: null,
  keptBecause: ['requested by a person'],
  holds: ['hld_1'],
  lock: { mode: 'compliance', until: at, graceUntil: at, lockedAt: at, lockedBy: 'pol_1' },
  unverified: ['lsn'],
  warnings: [{ code: 'late', message: 'It began late.' }],
  error: { code: 'neon_refused', message: 'Neon refused it.' },
  steps: [
    { name: 'create', startedAt: at, endedAt: null },
    { name: 'await_operations', startedAt: null, endedAt: null },
  ],
  cleanUp: null,
  ...known,
  availableAt: null,
  endedAt: null,
};

export const hold: HoldView = {
  id: 'hld_1',
  matter: 'Smith v. Shop',
  reason: 'The court asked.',
  selector: { snapshotIds: null, branchId: 'brn_1', from: at, until: null },
  placedBy: { kind: 'person', id: 'key_1' },
  placedAt: at,
  turnedBack: ['snp_1'],
  tooLate: ['snp_2'],
  releasedBy: null,
  releasedAt: null,
  releaseReason: null,
};

export const restore: RestoreView = {
  id: 'rst_1',
  projectId: 'prj_1',
  source: { snapshotId: null, branchId: 'brn_1', at, lsn: null },
  target: { kind: 'in_place', branchId: 'brn_1', neonBranchId: 'br-1', name: 'main', expiresAt: null },
  status: 'requested',
  steps: [
    { name: 'preflight', startedAt: at, endedAt: at },
    { name: 'restore_in_place', startedAt: at, endedAt: null },
    { name: 'probe', startedAt: null, endedAt: null },
  ],
  preservedBranch: { neonBranchId: 'br-2', name: 'main-before', status: 'present', waitsFor: null },
  unverified: [],
  warnings: [],
  error: null,
  cleanUp: 'left',
  ...known,
  startedAt: at,
  endedAt: null,
};

export const attempt: AttemptView = {
  fence: 3,
  release: 2,
  worker: 'host-1:4711',
  startedAt: at,
  endedAt: at,
  outcome: 'tried_again',
  code: 'neon_busy',
  message: 'Neon is busy with another operation of the project.',
  neonRequestId: 'neon-1',
};

export const job: JobWithAttemptsView = {
  id: 'job_1',
  job: 'restore.run',
  subjectId: 'rst_1',
  projectId: 'prj_1',
  lane: 'shop-1',
  priority: 10,
  state: 'waiting',
  waitsFor: { code: 'not_before', at, because: 'neon_busy' },
  release: 2,
  fence: 3,
  failedAttempts: 1,
  outcome: 'overdue',
  code: 'deadline_exceeded',
  createdAt: at,
  begunAt: at,
  finishedAt: null,
  attempts: [
    attempt,
    { ...attempt, fence: 4, endedAt: null, outcome: null, code: null, message: null, neonRequestId: null },
  ],
};

/** Every reason why a job may wait. */
export const waits: readonly JobWait[] = [
  { code: 'lane_busy', jobId: 'job_2', job: 'snapshot.create', subjectId: 'snp_1' },
  { code: 'not_before', at, because: null },
  { code: 'not_before', at, because: 'neon_busy' },
  { code: 'credential_refused', credentialId: 'crd_1' },
  { code: 'governor', at },
  { code: 'neon', at },
  { code: 'lease', at },
  { code: 'turn' },
  { code: 'delivery' },
];

export const auditHead: AuditHeadView = {
  kind: 'head',
  teamId: 'tem_1',
  sequence: 1,
  hash: '0a',
  at,
  month: null,
  signedAt: at,
  signature: 'a.b.c',
};

export const signingKey: SigningKeyView = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: 'AAAA',
  kid: 'first',
  alg: 'EdDSA',
  use: 'sig',
};

export const auditEvent: AuditEventView = {
  form: 2,
  id: 'evt_1',
  teamId: 'tem_1',
  sequence: 1,
  at,
  actor: { kind: 'person', id: 'key_1', label: 'ag_12345' },
  action: 'policy.created',
  subject: { kind: 'policy', id: 'pol_1' },
  requestId: null,
  sourceAddress: '127.0.0.1',
  details: { name: 'nightly', nested: { keepLast: 7, list: [1, null] } },
  before: null,
  after: { name: 'nightly', list: [null] },
  previousHash: '00',
  hash: '0a',
};
