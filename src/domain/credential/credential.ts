// Owns the Neon keys of teams: checked with Neon before they are kept, sealed at rest, never returned.

import { NeonFailure, notFound, Refusal } from '../../core/errors.ts';
import {
  countProjectsOfCredential,
  type CredentialRow,
  findCredential,
  insertCredential,
  listCredentials as listCredentialRows,
  updateCredential as updateCredentialRow,
} from '../../store/credentials.ts';
import { violatedUnique } from '../../store/constraint.ts';
import type { Actor } from '../actor.ts';
import { change } from '../change.ts';
import { accept } from './port.ts';
import type { CreateCredentialInput, PageRequest, UpdateCredentialInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { staleVersion } from '../version.ts';
import type { CredentialView, Page } from '../views.ts';

/** Refuses with `credential_refused` where Neon does not accept the key, `name_taken`. */
export async function createCredential(
  deps: CommandDeps,
  actor: Actor,
  input: CreateCredentialInput,
): Promise<CredentialView> {
  deps.allow();
  const neonAccountId = await checkKey(deps, input.neonApiKey);
  const sealedKey = await deps.keyring.seal(input.neonApiKey);
  try {
    return await change(deps, actor, async ({ tx, now, audit }) => {
      const row = await insertCredential(tx, {
        id: deps.newId('crd'),
        team_id: actor.teamId,
        name: input.name,
        sealed_key: sealedKey,
        neon_account_id: neonAccountId,
        status: 'active',
        created_at: now,
        updated_at: now,
      });
      audit(
        'credential.created',
        { kind: 'credential', id: row.id },
        { name: row.name, neonAccountId, after: tell(row) },
      );
      return toCredentialView(row);
    });
  } catch (error) {
    throw violatedUnique(error) === 'credentials_name' ? nameTaken(input.name) : error;
  }
}

export async function listCredentials(
  deps: CommandDeps,
  actor: Actor,
  page: PageRequest,
): Promise<Page<CredentialView>> {
  deps.allow();
  const { items, nextCursor } = await listCredentialRows(deps.db, actor.teamId, page);
  return { items: items.map(toCredentialView), nextCursor };
}

export async function getCredential(deps: CommandDeps, actor: Actor, id: string): Promise<CredentialView> {
  const row = await getRow(deps, actor, id);
  deps.allow();
  return toCredentialView(row);
}

/**
 * A new name or a new key. The key must be of the same Neon account (`credential_wrong_account`), because the projects that
 * use the credential are that account's; a refused credential is active again. Refuses with `version_stale`.
 */
export async function updateCredential(
  deps: CommandDeps,
  actor: Actor,
  input: UpdateCredentialInput,
): Promise<CredentialView> {
  const row = await getRow(deps, actor, input.id);
  deps.allow();
  if (row.version !== input.version) throw staleVersion(row.version);
  if (input.neonApiKey !== undefined) await checkSameAccount(deps, row, input.neonApiKey);
  const sealed = input.neonApiKey === undefined ? undefined : await deps.keyring.seal(input.neonApiKey);
  try {
    return await change(deps, actor, async (unit) => {
      const updated = await updateCredentialRow(unit.tx, row.id, input.version, {
        ...(input.name === undefined ? {} : { name: input.name }),
        ...(sealed === undefined ? {} : { sealed_key: sealed }),
        updated_at: unit.now,
      });
      if (!updated) throw staleVersion(undefined);
      unit.audit(
        'credential.updated',
        { kind: 'credential', id: row.id },
        { name: updated.name, newKey: sealed !== undefined, before: tell(row), after: tell(updated) },
      );
      if (sealed === undefined || updated.status !== 'refused') return toCredentialView(updated);
      await accept(unit, updated);
      return toCredentialView({ ...updated, status: 'active', version: updated.version + 1 });
    });
  } catch (error) {
    throw violatedUnique(error) === 'credentials_name' ? nameTaken(input.name ?? row.name) : error;
  }
}

/** Refuses with `credential_in_use` while registered projects use it. */
export async function deleteCredential(deps: CommandDeps, actor: Actor, id: string): Promise<void> {
  const row = await getRow(deps, actor, id);
  deps.allow();
  await change(deps, actor, async ({ tx, now, audit }) => {
    const projects = await countProjectsOfCredential(tx, row.id);
    if (projects > 0) {
      throw new Refusal(
        'credential_in_use',
        `${projects} registered project(s) use this credential. It was not deleted. Remove them first, or give the credential a new key instead.`,
        { members: { projects } },
      );
    }
    const deleted = await updateCredentialRow(tx, row.id, row.version, {
      // What is deleted can be opened by nobody any more.
      sealed_key: '',
      deleted_at: now,
      updated_at: now,
    });
    if (!deleted) throw staleVersion(undefined);
    audit('credential.deleted', { kind: 'credential', id: row.id }, { name: row.name, before: tell(row) });
  });
}

async function getRow(deps: CommandDeps, actor: Actor, id: string): Promise<CredentialRow> {
  const row = await findCredential(deps.db, actor.teamId, id);
  if (!row) throw notFound('credential', id);
  return row;
}

async function checkKey(deps: CommandDeps, neonApiKey: string): Promise<string> {
  try {
    return await deps.connectNeon(neonApiKey).getAccountId();
  } catch (error) {
    if (error instanceof NeonFailure && error.kind === 'credential') {
      throw new Refusal('credential_refused', `Neon does not accept this key (${error.message}). Nothing was saved.`);
    }
    throw error;
  }
}

async function checkSameAccount(deps: CommandDeps, row: CredentialRow, neonApiKey: string): Promise<void> {
  const accountId = await checkKey(deps, neonApiKey);
  if (accountId === row.neon_account_id) return;
  throw new Refusal(
    'credential_wrong_account',
    `The new key belongs to the Neon account ${accountId}, the credential to ${row.neon_account_id}. Nothing was changed. ` +
      'Make a new credential for the other account.',
  );
}

/** What the audit history says of one: never its key. */
function tell({ name, neon_account_id: neonAccountId, status }: CredentialRow) {
  return { name, neonAccountId, status };
}

function nameTaken(name: string): Refusal {
  return new Refusal('name_taken', `A credential is named ${JSON.stringify(name)} already. Nothing was saved.`, {
    members: { field: 'name' },
  });
}

function toCredentialView(row: CredentialRow): CredentialView {
  return {
    id: row.id,
    name: row.name,
    neonAccountId: row.neon_account_id,
    status: row.status,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
