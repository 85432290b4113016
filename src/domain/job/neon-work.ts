// Owns what every job does with Neon's answers: whether its operations have ended, and whether what was made is what was asked.

import { Failure } from '../../core/errors.ts';
import { sameLsn } from '../../core/lsn.ts';
import type { NeonApi, NeonOperation } from '../../neon/api.ts';

/** Neon itself may try a failed operation again: only after this time it counts as final (Neon rule 4). */
const failedGraceMs = 60_000;

/**
 * True when all of the operations have ended well. Throws `operation_failed` where one ended otherwise. An operation that the
 * list does not show yet is still awaited.
 */
export async function haveEnded(
  neon: NeonApi,
  neonProjectId: string,
  operationIds: readonly string[],
  now: Date,
): Promise<boolean> {
  if (operationIds.length === 0) return true;
  const listed = new Map((await neon.listOperations(neonProjectId)).map((operation) => [operation.id, operation]));
  return operationIds.every((id) => {
    const operation = listed.get(id);
    return operation !== undefined && hasEndedWell(operation, now);
  });
}

/**
 * Operations that a call has begun whose answer was lost, as far as they have not ended well: to be awaited as those of an answer.
 * What ended badly is the call's only if it began with what the call made, by Neon's own clock.
 */
export async function listOperationsSince(
  neon: NeonApi,
  neonProjectId: string,
  neonBranchIds: readonly string[],
  madeAt: Date,
): Promise<string[]> {
  const operations = await neon.listOperations(neonProjectId);
  return operations
    .filter(({ branchId }) => branchId !== undefined && neonBranchIds.includes(branchId))
    .filter(({ status }) => status !== 'finished' && status !== 'skipped')
    .filter(({ status, createdAt }) => !ended.has(status) || createdAt >= madeAt)
    .map(({ id }) => id);
}

/** Whether Neon still works on one of the branches, or means to try again what failed. Asks nothing about none. */
export async function isWorkedOn(
  neon: NeonApi,
  neonProjectId: string,
  neonBranchIds: readonly string[],
  now: Date,
): Promise<boolean> {
  if (neonBranchIds.length === 0) return false;
  const operations = await neon.listOperations(neonProjectId);
  return operations
    .filter(({ branchId }) => branchId !== undefined && neonBranchIds.includes(branchId))
    .some((operation) => !ended.has(operation.status) || mayBeTriedAgain(operation, now));
}

const ended = new Set(['finished', 'skipped', 'failed', 'error', 'cancelled']);

function hasEndedWell(operation: NeonOperation, now: Date): boolean {
  if (operation.status === 'finished' || operation.status === 'skipped') return true;
  if (!ended.has(operation.status) || mayBeTriedAgain(operation, now)) return false;
  throw new Failure(
    'operation_failed',
    `Neon's operation ${operation.id} ended as ${operation.status}${operation.error ? `: ${operation.error}` : ''}.`,
  );
}

function mayBeTriedAgain({ status, retryAt, updatedAt }: NeonOperation, now: Date): boolean {
  const due = Math.max(updatedAt.getTime(), retryAt?.getTime() ?? 0);
  return status === 'failed' && now.getTime() < due + failedGraceMs;
}

export interface AskedPoint {
  readonly at: Date | null;
  readonly lsn: string | null;
}

/**
 * Compares the moment that Neon says it captured with what was asked, at the precision of the request (milliseconds).
 * Throws `read_back_mismatch` on a contradiction; returns the names of what Neon did not return.
 */
export function comparePoint(
  what: string,
  asked: AskedPoint,
  returned: { timestamp: Date | undefined; lsn: string | undefined },
): string[] {
  if (asked.at) {
    if (!returned.timestamp) return ['timestamp'];
    if (returned.timestamp.getTime() === asked.at.getTime()) return [];
    throw new Failure(
      'read_back_mismatch',
      `${what} was asked at ${asked.at.toISOString()}, and Neon made it at ${returned.timestamp.toISOString()}.`,
    );
  }
  if (asked.lsn) {
    if (!returned.lsn) return ['lsn'];
    if (sameLsn(returned.lsn, asked.lsn)) return [];
    throw new Failure(
      'read_back_mismatch',
      `${what} was asked at LSN ${asked.lsn}, and Neon made it at ${returned.lsn}.`,
    );
  }
  return [];
}

/** Compares one fact; throws `read_back_mismatch` on a contradiction, returns its name where Neon did not return it. */
export function compareFact(name: string, asked: string, returned: string | undefined): string[] {
  if (returned === undefined) return [name];
  if (returned === asked) return [];
  throw new Failure('read_back_mismatch', `${name}: ${asked} was asked, and Neon says ${returned}.`);
}
