// The part of a team's life that is about who may act.

import { type Step, step, unknown } from './step.ts';

const past = '2001-01-01T00:00:00Z';
const shop = { slug: 'shop', name: 'Shop' };
const mary = { teamId: '$team', issuer: 'https://id.example.com', subject: 'mary', role: 'viewer' };
const pipeline = { name: 'pipeline', role: 'operator', expiresAt: '2999-01-01T00:00:00Z', cidrs: ['192.0.2.0/24'] };

export const teamSteps: readonly Step[] = [
  step('ok', 'createTeam', shop, { keep: 'team', key: 'k-team' }),
  step('ok', 'createTeam', shop, { key: 'k-team' }),
  step('idempotency_key_reused', 'createTeam', { ...shop, name: 'Another' }, { key: 'k-team' }),
  step('slug_taken', 'createTeam', shop),
  step('invalid_request', 'createTeam', { ...shop, slug: 'The shop' }),

  step('ok', 'addMember', mary, { keep: 'member', key: 'k-member' }),
  step('ok', 'addMember', mary, { key: 'k-member' }),
  step('already_member', 'addMember', mary),
  step('not_found', 'addMember', { ...mary, teamId: unknown }),
  step('invalid_request', 'addMember', { teamId: '$team', subject: 'mary', role: 'viewer' }),
  step('invalid_request', 'addMember', { ...mary, role: 'king' }),
  step('ok', 'updateMember', { teamId: '$team', role: 'operator' }, { id: '$member', version: 1 }),
  step('version_stale', 'updateMember', { teamId: '$team', role: 'admin' }, { id: '$member', version: 1 }),
  step('not_found', 'updateMember', { teamId: '$team', role: 'admin' }, { id: unknown, version: 1 }),
  step('ok', 'removeMember', { teamId: '$team' }, { id: '$member' }),
  step('not_found', 'removeMember', { teamId: '$team' }, { id: '$member' }),
  step('ok', 'addMember', { ...mary, subject: 'ann' }),

  step('ok', 'createApiKey', pipeline, { keep: 'key', key: 'k-key' }),
  step('secret_shown_once', 'createApiKey', pipeline, { key: 'k-key' }),
  step('idempotency_key_reused', 'createApiKey', { ...pipeline, name: 'x' }, { key: 'k-key' }),
  step('invalid_cidr', 'createApiKey', { ...pipeline, cidrs: ['192.0.2.1/24'] }),
  step('expiry_out_of_range', 'createApiKey', { ...pipeline, expiresAt: past }),
  step('invalid_instant', 'createApiKey', { ...pipeline, expiresAt: 'soon' }),
  step('name_taken', 'createApiKey', { ...pipeline, name: 'AFTERGLOW_API_KEY' }),
  step('not_found', 'createApiKey', { ...pipeline, projects: [unknown] }),
  step('invalid_request', 'createApiKey', { ...pipeline, cidrs: [] }),
  step('ok', 'rotateApiKey', { overlapSeconds: 60 }, { id: '$key', key: 'k-rotate' }),
  step('secret_shown_once', 'rotateApiKey', { overlapSeconds: 60 }, { id: '$key', key: 'k-rotate' }),
  step('ok', 'rotateApiKey', {}, { id: '$key' }),
  step('not_found', 'rotateApiKey', {}, { id: unknown }),
  step('invalid_request', 'rotateApiKey', { overlapSeconds: -1 }, { id: '$key' }),
  step('ok', 'revokeApiKey', undefined, { id: '$key' }),
  step('key_ended', 'rotateApiKey', {}, { id: '$key' }),
  step('not_found', 'revokeApiKey', undefined, { id: unknown }),
];
