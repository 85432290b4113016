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
 * A piece of the chain without gaps, oldest first, up to its head of this moment, read while it is taken. Reading ends with an error where
 * the piece cannot be read whole.
 */
export async function exportAuditEvents(
  deps: CommandDeps,
  actor: Actor,
  input: ExportAuditEventsInput,
): Promise<AuditExport> {
  const bounds = readBounds(input);
  deps.allow();
  const span = await findAuditSpan(deps.db, actor.teamId, bounds);
  return { teamId: actor.teamId, from: span?.from ?? null, to: span?.to ?? null, events: read(span) };

  async function* read(whole: typeof span): AsyncGenerator<AuditEventView[]> {
    if (!whole) return;
    for await (const rows of readAuditSpan(deps.db, whole)) yield rows.map(toAuditEventView);
  }
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
