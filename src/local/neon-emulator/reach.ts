/**
 * Owns where a connection through an endpoint leads: to its branch's cluster, which it wakes, or to a moment of its past. Never
 * passes bytes on, never stops anything.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { noteStarted } from './compute.ts';
import { getBranch, getEndpoint, type Context, type Operations } from './context.ts';
import { optionalInstant, optionalLsn } from './input.ts';
import { notFound, unprocessable } from './refusals.ts';
import type { Asked, Reached } from './rows/rows.ts';
import { isTravel, type Login } from './startup.ts';
import type { BranchRecord, ProjectRecord } from './state.ts';

function findProject(context: Context, endpointId: string): ProjectRecord {
  const project = context.projects.findOwner(endpointId);
  if (project === undefined) throw notFound('endpoint');
  return project;
}

/** A client has left. */
export function noteLeft(context: Context, endpointId: string): void {
  const project = context.projects.findOwner(endpointId);
  if (project === undefined) return;
  getEndpoint(project, endpointId).lastActiveAt = context.now().toISOString();
  context.resting.stir(project.id);
}

/** A connection wakes a suspended compute, as Neon's do. Refuses what is no moment of the branch, and a disabled endpoint. */
export async function lead(
  context: Context,
  operations: Operations,
  { endpointId, neon, login }: Arrival,
): Promise<Reached> {
  const project = findProject(context, endpointId);
  const endpoint = getEndpoint(project, endpointId);
  if (endpoint.isDisabled) throw unprocessable('The endpoint has been disabled. Enable it using Neon API and retry.');
  const asked = isTravel(neon) ? momentOf(neon) : undefined;
  const branch = await untilReady(project, endpoint.branchId);
  const way = await context.rows.lead({ project, branch, asked }, login);
  if (asked === undefined && getEndpoint(project, endpointId).state !== 'active') {
    noteStarted(context, project, endpointId);
    await operations.record(project, { action: 'start_compute', branchId: branch.id, endpointId });
  }
  return { ...way, isReadOnly: way.isReadOnly || endpoint.type === 'read_only' };
}

interface Arrival {
  readonly endpointId: string;
  readonly neon: ReadonlyMap<string, string>;
  readonly login: Login;
}

function momentOf(neon: ReadonlyMap<string, string>): Asked {
  const fields = { neon_timestamp: neon.get('timestamp'), neon_lsn: neon.get('lsn') };
  return { timestamp: optionalInstant(fields, 'neon_timestamp'), lsn: optionalLsn(fields, 'neon_lsn') };
}

/** Errors: 404 for a branch that is gone meanwhile, 422 for one that takes too long. */
export async function untilReady(project: ProjectRecord, branchId: string, withinMs = 60_000): Promise<BranchRecord> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(10)) {
    const branch = getBranch(project, branchId);
    if (branch.state === 'ready' || branch.state === 'archived') return branch;
  }
  throw unprocessable('branch not ready yet');
}
