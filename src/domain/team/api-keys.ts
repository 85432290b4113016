// Owns the keys of a team: made, rotated, revoked and read. The secret leaves once, in the answer that made it, and is kept nowhere.

import { notFound, Refusal } from '../../core/errors.ts';
import { parseInstant } from '../../core/instant.ts';
import { parseNetwork } from '../../core/network.ts';
import {
  type ApiKeyRow,
  findApiKey,
  hashMadeKey,
  insertApiKey,
  listApiKeys as listApiKeyRows,
  lockApiKey,
  outliveApiKey,
  ownEndOf,
  revokeApiKeyRow,
  revokeUnusedSuccessors,
} from '../../store/api-keys.ts';
import type { Actor } from '../actor.ts';
import { change, type Unit } from '../change.ts';
import type { CreateApiKeyInput, PageRequest, RotateApiKeyInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { checkProjects } from '../project/named.ts';
import type { ApiKeyView, NewApiKeyView, Page } from '../views.ts';
import { prefixOf, presetKeyName, revokedAt } from './ensure.ts';
import { checkMaker } from './key-maker.ts';

/**
 * Refuses with `invalid_instant`, `not_found` a project that is not the team's, what `checkMaker` refuses of the maker, `invalid_cidr`,
 * `expiry_out_of_range`, `name_taken`.
 */
export async function createApiKey(deps: CommandDeps, actor: Actor, input: CreateApiKeyInput): Promise<NewApiKeyView> {
  const expiresAt = input.expiresAt === undefined ? null : parseInstant(input.expiresAt, 'expiresAt');
  const projects = input.projects === undefined ? null : [...new Set(input.projects)];
  if (projects) await checkProjects(deps, actor, projects);
  deps.allow();
  const { name, role, kind = 'service', cidrs = null } = input;
  const bounds = {
    name,
    role,
    kind,
    projects: projects && projects.toSorted(),
    cidrs: cidrs && [...cidrs],
    expires_at: expiresAt,
  };
  await checkMaker(deps, actor, bounds);
  for (const [index, cidr] of (cidrs ?? []).entries()) checkNetwork(cidr, `cidrs[${index}]`);
  if (expiresAt && expiresAt <= deps.now()) throw outOfRange();
  if (name === presetKeyName) {
    throw new Refusal('name_taken', `The name ${presetKeyName} is that of the key in the settings. No key was made.`, {
      members: { field: 'name' },
    });
  }
  return change(deps, actor, async (unit) => {
    const made = await addKey(deps, unit, actor, bounds);
    unit.audit('api_key.created', { kind: 'api_key', id: made.id }, { ...factsOf(made), after: factsOf(made) });
    return made;
  });
}

/** Of an answer that holds a secret its id is kept: the same request makes no second key, and is not told the secret again. */
export const shownOnce = {
  keep: ({ id }: NewApiKeyView) => ({ id }),
  again(kept: unknown): never {
    const { id } = kept as Pick<NewApiKeyView, 'id'>;
    throw new Refusal(
      'secret_shown_once',
      `This request has made the key ${id} already; its secret was in the first answer alone. No other key was made. If that answer is lost, rotate that key under another Idempotency-Key, or revoke it and make a new one.`,
      { members: { apiKeyId: id } },
    );
  },
};

/** Newest first, also those that have ended. */
export async function listApiKeys(deps: CommandDeps, actor: Actor, page: PageRequest): Promise<Page<ApiKeyView>> {
  deps.allow();
  const { items, nextCursor } = await listApiKeyRows(deps.db, actor.teamId, page);
  return { items: items.map(toApiKeyView), nextCursor };
}

export async function getApiKey(deps: CommandDeps, actor: Actor, id: string): Promise<ApiKeyView> {
  const row = await getRow(deps, actor, id);
  deps.allow();
  return toApiKeyView(row);
}

const defaultOverlapSeconds = 24 * 3600;

/**
 * A new key in the place of this one, bound as it was made. The old one holds for the overlap, if it did not end sooner. Where the answer is
 * lost, rotate again: the key that nobody knows is revoked then, since it was never used; one that was used stays.
 * Refuses with `preset_key`, `key_ended`, and what `checkMaker` refuses of the maker.
 */
export async function rotateApiKey(deps: CommandDeps, actor: Actor, input: RotateApiKeyInput): Promise<NewApiKeyView> {
  const known = await getRow(deps, actor, input.id);
  deps.allow();
  await checkMaker(deps, actor, { ...known, expires_at: ownEndOf(known) });
  checkNotPreset(known);
  const { id, overlapSeconds = defaultOverlapSeconds } = input;
  return change(deps, actor, async (unit) => {
    const { tx, now } = unit;
    const row = await lockApiKey(tx, id);
    if (row.revoked_at || (row.expires_at && row.expires_at <= now)) {
      throw new Refusal('key_ended', 'The key is revoked, or past its end. No key was made. Make a new one.');
    }
    const unused = await revokeUnusedSuccessors(tx, id, now);
    const { name, role, kind, projects, cidrs } = row;
    const own = { name, role, kind, projects: projects && projects.toSorted(), cidrs, expires_at: ownEndOf(row) };
    const made = await addKey(deps, unit, actor, { ...own, rotated_from: id });
    const end = await outliveApiKey(tx, row, { now, overlapEnd: new Date(now.getTime() + overlapSeconds * 1000) });
    for (const one of unused) {
      unit.audit(
        'api_key.revoked',
        { kind: 'api_key', id: one.id },
        { name: one.name, unusedSuccessorOf: id, ...revokedAt(now) },
      );
    }
    const [before, after] = [endOf(row), endOf({ expires_at: end })];
    const told = { ...factsOf(made), madeId: made.id, overlapSeconds, before, after };
    unit.audit('api_key.rotated', { kind: 'api_key', id }, told);
    return made;
  });
}

/** It opens nothing any more, in any process, from now on. Repeatable. Refuses with `preset_key`. */
export async function revokeApiKey(deps: CommandDeps, actor: Actor, id: string): Promise<void> {
  checkNotPreset(await getRow(deps, actor, id), deps.allow);
  await change(deps, actor, async ({ tx, now, audit }) => {
    const row = await lockApiKey(tx, id);
    if (row.revoked_at) return;
    await revokeApiKeyRow(tx, id, now);
    audit('api_key.revoked', { kind: 'api_key', id }, { name: row.name, ...revokedAt(now) });
  });
}

type Bounds = Pick<ApiKeyRow, 'name' | 'role' | 'kind' | 'projects' | 'cidrs' | 'expires_at'> & {
  readonly rotated_from?: string;
};

async function addKey(deps: CommandDeps, { tx, now }: Unit, actor: Actor, bounds: Bounds): Promise<NewApiKeyView> {
  const key = `ag_${deps.newSecret()}`;
  const row = await insertApiKey(tx, {
    id: deps.newId('key'),
    team_id: actor.teamId,
    prefix: prefixOf(key),
    hash: hashMadeKey(key),
    created_by_kind: actor.kind,
    created_by: actor.id,
    created_at: now,
    ...bounds,
  });
  return { ...toApiKeyView(row), key };
}

function checkNotPreset({ is_platform, name, created_by }: ApiKeyRow, allow: () => void = () => undefined): void {
  allow();
  if (!is_platform && (created_by !== null || name !== presetKeyName)) return;
  throw new Refusal(
    'preset_key',
    `This key is set by ${presetKeyName}. Nothing was done. Change the setting and start the service: the old key ends then.`,
  );
}

function checkNetwork(cidr: string, path: string): void {
  if (parseNetwork(cidr)) return;
  throw new Refusal(
    'invalid_cidr',
    `${path} is no network such as 192.0.2.0/24 or 2001:db8::/32, with no bits set beyond its length. No key was made.`,
    { members: { field: path } },
  );
}

async function getRow(deps: CommandDeps, actor: Actor, id: string): Promise<ApiKeyRow> {
  const row = await findApiKey(deps.db, actor.teamId, id);
  if (!row) throw notFound('API key', id);
  return row;
}

function outOfRange(): Refusal {
  return new Refusal('expiry_out_of_range', 'expiresAt must lie in the future. No key was made.', {
    members: { field: 'expiresAt' },
  });
}

function factsOf({ name, prefix, role, kind, projects, cidrs, expiresAt }: ApiKeyView) {
  return { name, prefix, role, kind, projects, cidrs, expiresAt };
}

/** Of a key that is rotated: until when it opens. */
function endOf({ expires_at }: Pick<ApiKeyRow, 'expires_at'>) {
  return { expiresAt: expires_at?.toISOString() ?? null };
}

function toApiKeyView(row: ApiKeyRow): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    role: row.role,
    kind: row.kind,
    projects: row.projects,
    cidrs: row.cidrs,
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    rotatedFrom: row.rotated_from,
    isPreset: row.is_platform,
    createdBy: row.created_by_kind && row.created_by ? { kind: row.created_by_kind, id: row.created_by } : null,
    createdAt: row.created_at.toISOString(),
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}
