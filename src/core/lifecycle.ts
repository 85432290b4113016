// Owns which status may follow which: the tables state x event -> state. Nothing else in Afterglow decides a status.
// It never persists anything; `domain/advance.ts` does.

import { Refusal } from './errors.ts';

const snapshot = {
  requested: { start: 'creating', fail: 'failed', cancel: 'cancelled' },
  creating: { complete: 'available', fail: 'failed', cancel: 'cancelled' },
  available: { expire: 'expiring', delete: 'expiring', lose: 'missing' },
  expiring: { keep: 'available', purge: 'purging' },
  purging: { finish: 'purged', give_up: 'available' },
  missing: { find: 'available', delete: 'purged' },
  // What it made without an answer was found after all.
  failed: { adopt: 'available' },
  cancelled: {},
  purged: {},
} as const;

const restore = {
  requested: { start: 'running', fail: 'failed', cancel: 'cancelled' },
  running: { succeed: 'succeeded', fail: 'failed', cancel: 'cancelled' },
  succeeded: {},
  failed: {},
  cancelled: {},
} as const;

const preserved_branch = {
  present: { delete: 'purging', lose: 'missing' },
  purging: { finish: 'purged', give_up: 'present' },
  purged: {},
  missing: { find: 'present', delete: 'purged' },
} as const;

const firing = {
  pending: { serve: 'served', miss: 'missed' },
  served: {},
  // Its snapshot had failed, and was found after all.
  missed: { serve: 'served' },
  coalesced: {},
} as const;

const retention_plan = {
  pending: { approve: 'approved', reject: 'rejected', supersede: 'superseded' },
  // What was rejected counts until something else is judged.
  rejected: { supersede: 'superseded' },
  approved: {},
  superseded: {},
} as const;

const credential = {
  active: { refuse: 'refused' },
  refused: { accept: 'active' },
} as const;

export const lifecycles = { snapshot, restore, preserved_branch, firing, retention_plan, credential } as const;

export type Resource = keyof typeof lifecycles;
export type StatusOf<R extends Resource> = Extract<keyof (typeof lifecycles)[R], string>;
type EventsOf<T> = T extends Record<string, infer E> ? (E extends unknown ? Extract<keyof E, string> : never) : never;
export type EventOf<R extends Resource> = EventsOf<(typeof lifecycles)[R]>;

export type SnapshotStatus = StatusOf<'snapshot'>;
export type RestoreStatus = StatusOf<'restore'>;
export type PreservedBranchStatus = StatusOf<'preserved_branch'>;
export type FiringStatus = StatusOf<'firing'>;
export type RetentionPlanStatus = StatusOf<'retention_plan'>;
export type CredentialStatus = StatusOf<'credential'>;

/** Ended: no event leads out of it. */
export function hasEnded<R extends Resource>(resource: R, status: StatusOf<R>): boolean {
  return Object.keys(lifecycles[resource][status] as object).length === 0;
}

/**
 * The status that follows `status` on `event`.
 * Refuses with `transition_refused` where the table has no entry, naming both.
 */
export function nextStatus<R extends Resource>(resource: R, status: StatusOf<R>, event: EventOf<R>): StatusOf<R> {
  const next = (lifecycles[resource][status] as Record<string, string> | undefined)?.[event];
  if (next === undefined) {
    throw new Refusal(
      'transition_refused',
      `A ${resource.replace('_', ' ')} that is ${status} cannot take the event "${event}". Nothing was changed.`,
      { members: { presentStatus: status, event } },
    );
  }
  return next as StatusOf<R>;
}
