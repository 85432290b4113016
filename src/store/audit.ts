// Owns the audit chain: per team, every event names the hash of the one before it. Append-only: a trigger refuses the rest.

import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Selectable } from 'kysely';
import type { ActorKind, Database, Db, Tx } from './database.ts';
import { invalidCursor, type Page, type PageRequest, readCursor, toPage } from './page.ts';

export type AuditEventRow = Selectable<Database['audit_events']>;

export interface NewAuditEvent {
  readonly id: string;
  readonly teamId: string;
  readonly at: Date;
  readonly actor: { readonly kind: ActorKind; readonly id: string };
  readonly action: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly requestId: string | null;
  readonly sourceAddress: string | null;
  /** JSON values only; never a secret (invariant 10). */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditFilter {
  readonly subjectId?: string | undefined;
  readonly action?: string | undefined;
  readonly actorId?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/**
 * Appends the events of one transaction, as its last statements: team by team in id order, so that chains cannot deadlock
 * with one another or with rows of jobs.
 */
export async function appendAuditEvents(tx: Tx, events: readonly NewAuditEvent[]): Promise<void> {
  const teams = [...new Set(events.map((event) => event.teamId))].sort();
  for (const teamId of teams) {
    await appendToChain(
      tx,
      teamId,
      events.filter((event) => event.teamId === teamId),
    );
  }
}

async function appendToChain(tx: Tx, teamId: string, events: readonly NewAuditEvent[]): Promise<void> {
  const head = await tx
    .selectFrom('audit_heads')
    .selectAll()
    .where('team_id', '=', teamId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  let { sequence, hash } = head;
  const rows = events.map((event) => {
    sequence += 1;
    const details = JSON.stringify(event.details);
    const previousHash = hash;
    hash = hashAuditEvent(previousHash, {
      ...event,
      sequence,
      details: JSON.parse(details) as Record<string, unknown>,
    });
    return {
      team_id: teamId,
      sequence,
      id: event.id,
      at: event.at,
      actor_kind: event.actor.kind,
      actor_id: event.actor.id,
      action: event.action,
      subject_kind: event.subject.kind,
      subject_id: event.subject.id,
      request_id: event.requestId,
      source_address: event.sourceAddress,
      details,
      previous_hash: previousHash,
      hash,
    };
  });
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    await tx
      .with('head', (db) => db.updateTable('audit_heads').set({ sequence, hash }).where('team_id', '=', teamId))
      .insertInto('audit_events')
      .values(rows.slice(from, from + rowsAtOnce))
      .execute();
  }
}

/** Postgres takes 65,535 parameters in a statement. */
const rowsAtOnce = 1_000;

/** SHA-256 of the previous hash and the event's canonical JSON (RFC 8785). */
export function hashAuditEvent(previousHash: Buffer, event: NewAuditEvent & { readonly sequence: number }): Buffer {
  const text = canonicalize({ ...event, at: event.at.toISOString() });
  return createHash('sha256')
    .update(previousHash)
    .update(text ?? '')
    .digest();
}

/** Newest first. Refuses with `invalid_cursor`, also the cursor of another list. */
export async function listAuditEvents(
  db: Db,
  teamId: string,
  filter: AuditFilter,
  page: PageRequest,
): Promise<Page<AuditEventRow>> {
  const before = readCursor(page);
  let query = db.selectFrom('audit_events').selectAll().where('team_id', '=', teamId);
  if (before !== undefined) {
    if (!/^\d{1,15}$/.test(before)) throw invalidCursor();
    query = query.where('sequence', '<', Number(before));
  }
  if (filter.subjectId !== undefined) query = query.where('subject_id', '=', filter.subjectId);
  if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  if (filter.actorId !== undefined) query = query.where('actor_id', '=', filter.actorId);
  if (filter.since !== undefined) query = query.where('at', '>=', filter.since);
  if (filter.until !== undefined) query = query.where('at', '<', filter.until);
  const rows = await query
    .orderBy('sequence', 'desc')
    .limit(page.limit + 1)
    .execute();
  return toPage(rows, page.limit, (row) => String(row.sequence));
}
