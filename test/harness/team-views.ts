// One view of each kind that is about who may act, as the domain gives it: for both doors.

import type {
  Actor,
  ApiKeyView,
  FleetView,
  MemberView,
  MeView,
  NewApiKeyView,
  TeamView,
} from '../../src/domain/index.ts';

const at = '2026-03-01T09:30:00.000Z';
const mine = { id: 'tem_1', slug: 'shop', name: 'Shop', role: 'admin' } as const;

/** An admin of the team `tem_1`. */
export const admin: Actor = {
  teamId: mine.id,
  kind: 'person',
  id: 'key_1',
  label: 'ag_12345',
  role: 'admin',
  projects: null,
  isPlatform: false,
  teams: [{ ...mine, createdAt: at }],
  requestId: null,
  sourceAddress: null,
};

export const team: TeamView = { ...mine, createdAt: at };

export const me: MeView = {
  kind: 'person',
  id: 'key_1',
  label: 'ag_12345',
  isPlatform: false,
  team: mine,
  teams: [mine],
  projects: ['prj_1'],
  actions: ['me.read', 'project.read'],
};

export const member: MemberView = {
  id: 'mbr_1',
  teamId: 'tem_1',
  issuer: 'https://id.example.com',
  subject: 'mary',
  role: 'approver',
  version: 1,
  createdAt: at,
  updatedAt: at,
};

export const apiKey: ApiKeyView = {
  id: 'key_1',
  name: 'pipeline',
  prefix: 'ag_12345',
  role: 'operator',
  kind: 'service',
  projects: ['prj_1'],
  cidrs: ['192.0.2.0/24'],
  expiresAt: at,
  lastUsedAt: at,
  rotatedFrom: 'key_0',
  isPreset: false,
  createdBy: { kind: 'person', id: 'key_0' },
  createdAt: at,
  revokedAt: null,
};

export const newApiKey: NewApiKeyView = { ...apiKey, key: 'ag_12345-a-secret' };

export const fleet: FleetView = {
  teams: 2,
  members: 3,
  apiKeys: 4,
  projects: 5,
  branches: { ok: 1, late: 0, at_risk: 0, missing: 2 },
  jobs: [{ job: 'restore.run', status: 'waiting', count: 1, oldestSeconds: 1.5 }],
};
