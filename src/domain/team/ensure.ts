// Owns the first team and its admin key, which are there from the first start.

import { type Actor, schedulerActor } from '../actor.ts';
import { change } from '../change.ts';
import type { Deps } from '../deps.ts';
import { hashApiKey, putPresetKey as putKey, revokePresetKeysExcept } from '../../store/api-keys.ts';
import { findPresentedKey } from '../../store/presented-keys.ts';
import { findTeamBySlug, insertTeam, type TeamRow } from '../../store/teams.ts';
import { violatedUnique } from '../../store/constraint.ts';

const firstTeam = { slug: 'default', name: 'Default team' };
type EnsureDeps = Pick<Deps, 'db' | 'now' | 'newId' | 'settings'>;

/** No other key may bear it. */
export const presetKeyName = 'AFTERGLOW_API_KEY';

/**
 * Makes the first team if it is missing, and `apiKey` a preset admin key of it, of kind `person` and of the platform. Repeatable, from
 * several processes. Returns the holder of the key.
 */
export async function ensureFirstTeam(deps: EnsureDeps, apiKey: string): Promise<Actor> {
  const { id: teamId, created_at } = await ensureTeam(deps);
  const known = await findPresentedKey(deps.db, apiKey);
  const id = known?.is_platform ? known.id : await putPresetKey(deps, teamId, apiKey);
  return {
    ...schedulerActor(teamId),
    kind: 'person',
    id,
    label: prefixOf(apiKey),
    role: 'admin',
    isPlatform: true,
    teams: [{ id: teamId, ...firstTeam, role: 'admin', createdAt: created_at.toISOString() }],
  };
}

/** A key that was preset before, and revoked by another one, is valid again under its old id. */
async function putPresetKey(deps: EnsureDeps, teamId: string, apiKey: string): Promise<string> {
  const hash = hashApiKey(apiKey);
  return change(deps, schedulerActor(teamId), async ({ tx, now, audit }) => {
    const keyId = await putKey(tx, {
      id: deps.newId('key'),
      team_id: teamId,
      name: presetKeyName,
      prefix: prefixOf(apiKey),
      hash,
      role: 'admin',
      kind: 'person',
      created_at: now,
    });
    const facts = { name: presetKeyName, prefix: prefixOf(apiKey), role: 'admin', kind: 'person' };
    audit('api_key.created', { kind: 'api_key', id: keyId }, { ...facts, after: facts });
    return keyId;
  });
}

/** How a key begins, to know it by: too little to guess the rest. */
export function prefixOf(key: string): string {
  return key.slice(0, 8);
}

/** What the audit history says of a key that is revoked now. */
export function revokedAt(now: Date) {
  return { before: { revokedAt: null }, after: { revokedAt: now.toISOString() } };
}

async function ensureTeam(deps: EnsureDeps): Promise<Pick<TeamRow, 'id' | 'created_at'>> {
  const present = await findTeamBySlug(deps.db, firstTeam.slug);
  if (present) return present;
  const made = { id: deps.newId('tem'), created_at: deps.now() };
  try {
    await deps.db.transaction().execute((tx) => insertTeam(tx, { ...made, ...firstTeam }));
    return made;
  } catch (error) {
    // Another process was faster.
    if (violatedUnique(error) === 'teams_slug_key') return ensureTeam(deps);
    throw error;
  }
}

/** From now on `apiKey` is the only preset key. Called once the service serves: a start that fails must lock nobody out. */
export async function revokeOtherPresetKeys(deps: EnsureDeps, teamId: string, apiKey: string): Promise<void> {
  const hash = hashApiKey(apiKey);
  await change(deps, schedulerActor(teamId), async ({ tx, now, audit }) => {
    const revoked = await revokePresetKeysExcept(tx, { teamId, name: presetKeyName, hash, now });
    for (const id of revoked)
      audit('api_key.revoked', { kind: 'api_key', id }, { name: presetKeyName, ...revokedAt(now) });
  });
}
