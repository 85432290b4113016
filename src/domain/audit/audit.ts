// Owns reading the audit history. Nothing here, or anywhere, changes it.

import { type AuditEventRow, factOf, listAuditEvents as listAuditEventRows } from '../../store/audit.ts';
import { findAuditSpan, readAuditSpan } from '../../store/audit-span.ts';
import type { Actor } from '../actor.ts';
import { readBounds } from '../bounds.ts';
import type { AuditExport, ExportAuditEventsInput, ListAuditEventsFilter, PageRequest } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import type { AuditEventView, Page } from '../views.ts';

/** Newest first. */
export async function listAuditEvents(
  deps: CommandDeps,
  actor: Actor,
  filter: ListAuditEventsFilter,
  page: PageRequest,
): Promise<Page<AuditEventView>> {
  const bounds = readBounds(filter);
  deps.allow();
  const given = { ...bounds, teamId: actor.teamId, now: deps.now() };
  const { items, nextCursor } = await listAuditEventRows(deps.db, given, page);
  return { items: items.map(toAuditEventView), nextCursor };
}

/**
 * A piece of the chain without gaps, oldest first, up to its head of this moment, read while it is taken; its first events are read before
 * it is given. Where somebody has removed events, what is there is given, and who runs the service is told. Refuses with
 * `invalid_instant`, and `database_busy` where a month goes meanwhile; later on reading ends with an error.
 */
export async function exportAuditEvents(
  deps: CommandDeps,
  actor: Actor,
  input: ExportAuditEventsInput,
): Promise<AuditExport> {
  const bounds = readBounds(input);
  deps.allow();
  const { teamId } = actor;
  const span = await findAuditSpan(deps.db, teamId, bounds);
  if (!span) return { teamId, from: null, to: null, events: inTurn() };
  const pieces = readAuditSpan(deps.db, span, (sequence) => {
    deps.audits.breached();
    deps.log.error(
      { teamId, sequence },
      'the audit history is broken: an event of this number was removed or added past the service. Keep the export as evidence, and verify it',
    );
  });
  const first = await pieces.next();
  return { teamId, from: span.from, to: span.to, events: inTurn(first, pieces) };
}

async function* inTurn(
  first?: IteratorResult<AuditEventRow[], unknown>,
  rest?: AsyncGenerator<AuditEventRow[]>,
): AsyncGenerator<AuditEventView[]> {
  if (!first || first.done || !rest) return;
  yield first.value.map(toAuditEventView);
  for await (const rows of rest) yield rows.map(toAuditEventView);
}

export function toAuditEventView(row: AuditEventRow): AuditEventView {
  const fact = factOf(row);
  return {
    ...fact,
    actor: { ...fact.actor, kind: row.actor_kind },
    previousHash: row.previous_hash.toString('hex'),
    hash: row.hash.toString('hex'),
  };
}
