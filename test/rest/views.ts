// One view of each kind, as the domain gives it.

import type {
  AuditEventView,
  BranchView,
  CredentialView,
  PolicyView,
  ProjectView,
  RestoreView,
  SnapshotView,
  TimelineView,
} from '../../src/domain/index.ts';

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
  syncedAt: at,
  ...known,
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

export const policy: PolicyView = {
  id: 'pol_1',
  name: 'nightly',
  selector: { projects: ['prj_1'], branches: ['main', 'staging'] },
  schedules: [{ name: 'night', cron: '0 3 * * *', timeZone: 'Europe/Berlin', nextFiringAt: at }],
  retention: { keepLast: 7 },
  ...known,
};

export const snapshot: SnapshotView = {
  id: 'snp_1',
  projectId: 'prj_1',
  branchId: 'brn_1',
  policyId: null,
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
  unverified: ['lsn'],
  warnings: [{ code: 'late', message: 'It began late.' }],
  error: { code: 'neon_refused', message: 'Neon refused it.' },
  ...known,
  availableAt: null,
  endedAt: null,
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
  ...known,
  startedAt: at,
  endedAt: null,
};

export const auditEvent: AuditEventView = {
  id: 'evt_1',
  sequence: 1,
  at,
  actor: { kind: 'person', id: 'key_1' },
  action: 'policy.created',
  subject: { kind: 'policy', id: 'pol_1' },
  requestId: null,
  sourceAddress: '127.0.0.1',
  details: { name: 'nightly', nested: { keepLast: 7, list: [1, null] } },
  previousHash: '00',
  hash: '0a',
};
