/**
 * Owns the reading of what a compute can be told: when it goes to sleep and how many compute units it shows. Endpoints have it,
 * and projects have it for endpoints to come.
 */
import { optionalNumber, type Fields } from '../input.ts';
import { badRequest } from '../refusals.ts';
import type { EndpointRecord } from '../state.ts';

export type ComputeSettings = Pick<EndpointRecord, 'suspendTimeoutSeconds' | 'minUnits' | 'maxUnits'>;

/** Neon's largest compute. */
const unitsMax = 56;

export const neonComputeSettings: ComputeSettings = { suspendTimeoutSeconds: 0, minUnits: 0.25, maxUnits: 0.25 };

/** What is not named stays as it is. Refuses 400. */
export function readComputeSettings(fields: Fields, present: ComputeSettings): ComputeSettings {
  const seconds = optionalNumber(fields, 'suspend_timeout_seconds', -1, 604_800);
  if (seconds !== undefined && seconds > 0 && seconds < 60)
    throw badRequest('suspend_timeout_seconds must be -1, 0 or at least 60');
  const minUnits = optionalUnits(fields, 'autoscaling_limit_min_cu') ?? present.minUnits;
  const maxUnits = optionalUnits(fields, 'autoscaling_limit_max_cu') ?? Math.max(minUnits, present.maxUnits);
  if (minUnits > maxUnits) throw badRequest('autoscaling_limit_min_cu must not exceed autoscaling_limit_max_cu');
  return { suspendTimeoutSeconds: seconds ?? present.suspendTimeoutSeconds, minUnits, maxUnits };
}

function optionalUnits(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !(value >= 0.25 && value <= unitsMax))
    throw badRequest(`${name} must be a number from 0.25 to ${unitsMax}`);
  return value;
}
