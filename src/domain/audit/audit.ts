// Owns reading the audit history. Nothing here, or anywhere, changes it.

import { parseInstant } from '../../core/instant.ts';
import { type AuditEventRow, listAuditEvents as listAuditEventRows } from '../../store/audit.ts';
import type { Actor } from '../actor.ts';
import type { ListAuditEventsFilter, PageRequest } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import type { AuditEventView, Page } from '../views.ts';

/** Newest first. `since` is included, `until` is not. */
export async function listAuditEvents(
  deps: CommandDeps,
  actor: Actor,
  filter: ListAuditEventsFilter,
  page: PageRequest,
): Promise<Page<AuditEventView>> {
  const since = filter.since === undefined ? undefined : parseInstant(filter.since, 'since');
  const until = filter.until === undefined ? undefined : parseInstant(filter.until, 'until');
  deps.allow();
  const { items, nextCursor } = await listAuditEventRows(deps.db, actor.teamId, { ...filter, since, until }, page);
  return { items: items.map(toAuditEventView), nextCursor };
}

function toAuditEventView(row: AuditEventRow): AuditEventView {
  return {
    id: row.id,
    sequence: row.sequence,
    at: row.at.toISOString(),
    actor: { kind: row.actor_kind, id: row.actor_id },
    action: row.action,
    subject: { kind: row.subject_kind, id: row.subject_id },
    requestId: row.request_id,
    sourceAddress: row.source_address,
    details: row.details,
    previousHash: row.previous_hash.toString('hex'),
    hash: row.hash.toString('hex'),
  };
}
