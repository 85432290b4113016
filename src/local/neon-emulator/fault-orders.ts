/**
 * Owns the reading of fault orders: what a body must be, and the 400 of one sentence where it is not. Never keeps one.
 */
import { routeKey, statuses, type Fault, type FaultOrder } from './faults.ts';
import { fieldsOf, optionalNumber, optionalText, requiredObject, requiredText, type Fields } from './input.ts';
import { badRequest } from './refusals.ts';

/** `routes` are the keys of what the emulator serves. Refuses 400. */
export function readFaultOrder(body: unknown, routes: ReadonlySet<string>): FaultOrder {
  const fields = fieldsOf(body);
  const route = optionalText(fields, 'route');
  const projectId = optionalText(fields, 'projectId');
  const times = optionalNumber(fields, 'times', 1, 1_000_000);
  const share = optionalShare(fields);
  const seed = optionalNumber(fields, 'seed', 0, 4_294_967_295);
  if (route !== undefined && !routes.has(routeKey(route)))
    throw badRequest(`route ${route} is not served: write it like POST /projects/:projectId/branches`);
  if (times !== undefined && share !== undefined) throw badRequest('times and share cannot be used together');
  if (seed !== undefined && share === undefined) throw badRequest('seed is of use with share only');
  const fault = readFault(requiredObject(body, 'fault'));
  // What happens behind the API's back happens once, unless more is asked for.
  const isOnce = (fault.kind === 'remove' || fault.kind === 'clock') && times === undefined && share === undefined;
  return {
    ...(route === undefined ? {} : { route }),
    ...(projectId === undefined ? {} : { projectId }),
    ...(times === undefined && !isOnce ? {} : { times: times ?? 1 }),
    ...(share === undefined ? {} : { share }),
    ...(seed === undefined ? {} : { seed }),
    fault,
  };
}

function readFault(fields: Fields): Fault {
  const kind = requiredText(fields, 'kind');
  switch (kind) {
    case 'status':
      return readStatus(fields);
    case 'drop':
      return { kind, when: oneOf(fields, 'when', ['before', 'after']) };
    case 'delay':
      return { kind, ms: requiredNumber(fields, 'ms', 0, 3_600_000) };
    case 'hang':
      return fields['when'] === undefined ? { kind } : { kind, when: oneOf(fields, 'when', ['before', 'after']) };
    case 'malformed':
    case 'not_ready':
      return { kind };
    case 'operation':
      return readOperation(fields);
    case 'remove':
      return readRemoval(fields);
    case 'clock':
      return { kind, offsetMs: readOffset(fields) };
    default:
      throw badRequest(
        `fault.kind ${kind} is unknown: choose status, drop, delay, hang, malformed, operation, not_ready, remove or clock`,
      );
  }
}

function readStatus(fields: Fields): Fault {
  const status = oneOf(fields, 'status', statuses);
  const retryAfterSeconds = optionalNumber(fields, 'retryAfterSeconds', 0, 86_400);
  const message = optionalText(fields, 'message');
  return {
    kind: 'status',
    status,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(message === undefined ? {} : { message }),
  };
}

function readOperation(fields: Fields): Fault {
  const action = optionalText(fields, 'action');
  const retryAfterMs = optionalNumber(fields, 'retryAfterMs', 0, 3_600_000);
  const message = optionalText(fields, 'message');
  return {
    kind: 'operation',
    outcome: oneOf(fields, 'outcome', ['fails_once', 'errors', 'cancelled']),
    ...(action === undefined ? {} : { action }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(message === undefined ? {} : { message }),
  };
}

function readRemoval(fields: Fields): Fault {
  const branchId = optionalText(fields, 'branchId');
  const snapshotId = optionalText(fields, 'snapshotId');
  if (branchId !== undefined && snapshotId === undefined) return { kind: 'remove', branchId };
  if (branchId === undefined && snapshotId !== undefined) return { kind: 'remove', snapshotId };
  throw badRequest('a fault of kind remove needs either branchId or snapshotId');
}

/** Up to a century either way. */
export function readOffset(fields: Fields): number {
  return requiredNumber(fields, 'offsetMs', -3_200_000_000_000, 3_200_000_000_000);
}

/** Up to an hour. */
export function readLatency(fields: Fields): number {
  return requiredNumber(fields, 'ms', 0, 3_600_000);
}

function requiredNumber(fields: Fields, name: string, from: number, to: number): number {
  const value = optionalNumber(fields, name, from, to);
  if (value === undefined) throw badRequest(`${name} is required`);
  return value;
}

function optionalShare(fields: Fields): number | undefined {
  const { share } = fields;
  if (share === undefined) return undefined;
  if (typeof share !== 'number' || !(share >= 0 && share <= 1)) throw badRequest('share must be a number from 0 to 1');
  return share;
}

function oneOf<const T extends string | number>(fields: Fields, name: string, allowed: readonly T[]): T {
  const value = allowed.find((candidate) => candidate === fields[name]);
  if (value === undefined) throw badRequest(`${name} must be one of ${allowed.join(', ')}`);
  return value;
}
