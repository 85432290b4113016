// Owns the audit chain: per team, every event names the hash of the one before it. Append-only: a trigger refuses the rest.

import type { Selectable, SelectQueryBuilder } from 'kysely';
import { sql } from 'kysely';
import { type AuditFact, hashAuditEvent, presentForm } from './audit-chain.ts';
import type { ActorKind, Database, Db, Tx } from './database.ts';
import { directionOf, invalidCursor, type Page, type PageRequest, rangeWithin, toPage } from './page.ts';
import { prepare } from './prepared.ts';

export type AuditEventRow = Selectable<Database['audit_events']>;
type Told = Readonly<Record<string, unknown>>;

/** Its place in the chain, and with it its time, is settled when it is appended. */
export interface NewAuditEvent extends Omit<AuditFact, 'form' | 'sequence' | 'at'> {
  readonly at: Date;
  readonly actor: AuditFact['actor'] & { readonly kind: ActorKind };
}

export interface AuditFilter {
  readonly teamId: string;
  /** Where a list without a bound begins: events of this time and the month before are looked through first. */
  readonly now: Date;
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
  const [head] = await lockHead(tx, [teamId]);
  if (!head) throw new Error(`The team ${teamId} has no chain.`);
  let { sequence, hash, at } = head;
  const rows = events.map((event) => {
    sequence += 1;
    at = inOrder(at, event.at);
    const fact: AuditFact = {
      form: presentForm,
      id: event.id,
      teamId,
      sequence,
      at: at.toISOString(),
      actor: { kind: event.actor.kind, id: event.actor.id, label: event.actor.label },
      action: event.action,
      subject: { kind: event.subject.kind, id: event.subject.id },
      requestId: event.requestId,
      sourceAddress: event.sourceAddress,
      details: asKept(event.details) ?? {},
      before: asKept(event.before),
      after: asKept(event.after),
    };
    const previousHash = hash;
    hash = hashAuditEvent(previousHash, fact);
    return { ...fact, previousHash: hexOf(previousHash), hash: hexOf(hash) };
  });
  await appendRows(tx, [teamId, sequence, hash, at, JSON.stringify(rows)]);
}

type Head = Pick<Selectable<Database['audit_heads']>, 'sequence' | 'hash' | 'at'>;

const lockHead = prepare<Head>('select sequence, hash, at from audit_heads where team_id = $1 for update');

/** The events of one chain and what its head is after them, as one statement for any number of events. */
const appendRows = prepare<never>(`
  with head as (update audit_heads set sequence = $2, hash = $3, at = $4 where team_id = $1)
  insert into audit_events (team_id, sequence, id, at, actor_kind, actor_id, actor_label, action, subject_kind, subject_id, request_id,
    source_address, form, details, before, after, previous_hash, hash)
  select $1, sequence, id, at, actor->>'kind', actor->>'id', actor->>'label', action, subject->>'kind', subject->>'id', "requestId",
    "sourceAddress", form, details, before, after, "previousHash", hash
  from json_to_recordset($5) as event (sequence bigint, id text, at timestamptz, actor json, action text, subject json, "requestId" text,
    "sourceAddress" text, form integer, details jsonb, before jsonb, after jsonb, "previousHash" bytea, hash bytea)`);

/** As Postgres reads bytes from text. */
function hexOf(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`;
}

/** As it can be read again: what JSON does not say is not hashed. */
function asKept(told: Told | null): Told | null {
  return told === null ? null : (JSON.parse(JSON.stringify(told)) as Told | null);
}

/** By so much the clocks of processes may differ, and a transaction last, without that a chain goes back in time. */
const skewMs = 60_000;

/** The time of an event after one of `last`: its own, or `last` where it lies a little before that. A clock that has jumped is believed. */
function inOrder(last: Date | null, own: Date): Date {
  const behindMs = last === null ? 0 : last.getTime() - own.getTime();
  return last !== null && behindMs > 0 && behindMs <= skewMs ? last : own;
}

/** What of a row is hashed. */
export function factOf(row: Omit<AuditEventRow, 'previous_hash' | 'hash'>): AuditFact {
  return {
    form: row.form,
    id: row.id,
    teamId: row.team_id,
    sequence: row.sequence,
    at: row.at.toISOString(),
    actor: { kind: row.actor_kind, id: row.actor_id, label: row.actor_label },
    action: row.action,
    subject: { kind: row.subject_kind, id: row.subject_id },
    requestId: row.request_id,
    sourceAddress: row.source_address,
    details: row.details,
    before: row.before,
    after: row.after,
  };
}

/** What the cursor of an event names: lists are in this order, which is the chain's unless a clock has jumped. */
export function auditKeyOf({ at, sequence }: { readonly at: Date | string; readonly sequence: number }): string {
  return `${new Date(at).getTime()}.${sequence}`;
}

interface Key {
  readonly at: Date;
  readonly sequence: number;
}

function readKey(text: string): Key {
  const [, ms, sequence] = /^(-?\d{1,16})\.(\d{1,15})$/.exec(text) ?? [];
  const at = new Date(Number(ms));
  if (sequence === undefined || Number.isNaN(at.getTime())) throw invalidCursor();
  return { at, sequence: Number(sequence) };
}

/**
 * Newest first. Refuses with `invalid_cursor`, also the cursor of another list. The months where the reading begins are asked first, so
 * that a page that they fill costs the same however many months there are.
 */
export async function listAuditEvents(db: Db, filter: AuditFilter, page: PageRequest): Promise<Page<AuditEventRow>> {
  const range = rangeWithin(page, '', readKey);
  const direction = directionOf(page);
  const query = filtered(db, filter, range).orderBy('at', direction).orderBy('sequence', direction);
  const rows: AuditEventRow[] = [];
  for (const { from, to } of piecesOf(filter, range, page)) {
    const missing = page.limit + 1 - rows.length;
    if (missing === 0) break;
    let piece = query.limit(missing);
    if (from) piece = piece.where('at', '>=', from);
    if (to) piece = piece.where('at', '<', to);
    rows.push(...(await piece.execute()));
  }
  return toPage(rows, page, auditKeyOf);
}

interface KeyRange {
  readonly after: Key | undefined;
  readonly before: Key | undefined;
}

interface Piece {
  readonly from?: Date;
  readonly to?: Date;
}

/** The pieces of time in which the events of the page lie, in the order in which they are asked. */
function piecesOf({ now, since, until }: AuditFilter, { after, before }: KeyRange, page: PageRequest): Piece[] {
  const newest = [after?.at, until].flatMap((at) => at?.getTime() ?? []);
  const oldest = [before?.at, since].flatMap((at) => at?.getTime() ?? []);
  if (!page.backwards) {
    const edge = monthFrom(newest.length > 0 ? Math.min(...newest) : now.getTime(), -1);
    const isAll = oldest.some((at) => at >= edge.getTime());
    return isAll ? [{ from: edge }] : [{ from: edge }, { to: edge }];
  }
  // Read from the very first event on, no month is known to have one.
  if (oldest.length === 0) return [{}];
  const edge = monthFrom(Math.max(...oldest), 2);
  const isAll = newest.some((at) => at < edge.getTime());
  return isAll ? [{ to: edge }] : [{ to: edge }, { from: edge }];
}

/** The first instant of the month so many months from that of the instant, in UTC, where partitions begin. */
function monthFrom(ms: number, months: number): Date {
  const at = new Date(ms);
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months));
}

function filtered(
  db: Db,
  { teamId, subjectId, action, actorId, since, until }: AuditFilter,
  { after, before }: KeyRange,
): SelectQueryBuilder<Database, 'audit_events', AuditEventRow> {
  let query = db.selectFrom('audit_events').selectAll().where('team_id', '=', teamId);
  // Of each pair the first condition leaves out months, which the second, though stricter, does not.
  if (after) {
    query = query
      .where('at', '<=', after.at)
      .where(sql<boolean>`(at, sequence) < (${after.at}, ${after.sequence}::bigint)`);
  }
  if (before) {
    query = query
      .where('at', '>=', before.at)
      .where(sql<boolean>`(at, sequence) > (${before.at}, ${before.sequence}::bigint)`);
  }
  if (subjectId !== undefined) query = query.where('subject_id', '=', subjectId);
  if (action !== undefined) query = query.where('action', '=', action);
  if (actorId !== undefined) query = query.where('actor_id', '=', actorId);
  if (since !== undefined) query = query.where('at', '>=', since);
  if (until !== undefined) query = query.where('at', '<', until);
  return query;
}
