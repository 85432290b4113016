// Owns the one way in which a status changes: decided by `core/lifecycle`, persisted by compare-and-set, told to the audit
// chain, in the caller's transaction. Nothing else calls `store/status`.

import { Refusal } from '../core/errors.ts';
import { type EventOf, type Resource, type StatusOf, nextStatus } from '../core/lifecycle.ts';
import { type StatusPatch, updateStatus } from '../store/status.ts';
import type { Unit } from './change.ts';

/**
 * Takes the resource from its present status to the one that follows on `event`, with `patch` for its other columns.
 * Refuses with `transition_refused` where the table has no entry or somebody was faster; then nothing has changed.
 */
export async function advance<R extends Resource>(
  unit: Unit,
  resource: R,
  row: { readonly id: string; readonly status: StatusOf<R> },
  event: EventOf<R>,
  change: { patch?: StatusPatch<R>; details?: Readonly<Record<string, unknown>> } = {},
): Promise<StatusOf<R>> {
  const to = nextStatus(resource, row.status, event);
  const done = await updateStatus(unit.tx, resource, {
    id: row.id,
    from: row.status,
    to,
    patch: change.patch ?? ({} as StatusPatch<R>),
    now: unit.now,
  });
  if (!done) {
    throw new Refusal('transition_refused', `Somebody else changed it first. Nothing was done. Read it again.`, {
      members: { presentStatus: row.status, event },
    });
  }
  unit.audit(
    `${resource}.${to}`,
    { kind: resource, id: row.id },
    { from: row.status, ...change.details, before: { status: row.status }, after: { status: to } },
  );
  return to;
}
