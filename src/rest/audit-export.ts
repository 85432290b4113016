// Owns the two forms of an export of the audit history: lines of JSON, as the verifier reads them, and CSV for spreadsheets. Nothing is
// held but the piece that is being written: who reads slowly is waited for, and who leaves ends the reading.

import { addAbortSignal, Readable } from 'node:stream';
import type { AuditEventView } from '../domain/index.ts';

export type ExportFormat = 'ndjson' | 'csv';
type Events = AsyncIterable<readonly AuditEventView[]>;

export const exportTypes = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
} as const satisfies Record<ExportFormat, string>;

/** The bytes of an export. `closing` ends it, cut off so that the reader sees that it is not whole. */
export function exportStream(events: Events, format: ExportFormat, closing: AbortSignal): Readable {
  const pieces = format === 'csv' ? csv(events) : ndjson(events);
  return addAbortSignal(closing, Readable.from(pieces, { objectMode: false, highWaterMark: 64 * 1024 }));
}

/** An event a line, as `GET /v1/audit-events` shows it. */
async function* ndjson(events: Events): AsyncGenerator<string> {
  for await (const some of events) yield some.map((event) => `${JSON.stringify(event)}\n`).join('');
}

const columns: Readonly<Record<string, (event: AuditEventView) => unknown>> = {
  sequence: (event) => event.sequence,
  at: (event) => event.at,
  actorKind: (event) => event.actor.kind,
  actorId: (event) => event.actor.id,
  actorLabel: (event) => event.actor.label,
  action: (event) => event.action,
  subjectKind: (event) => event.subject.kind,
  subjectId: (event) => event.subject.id,
  requestId: (event) => event.requestId,
  sourceAddress: (event) => event.sourceAddress,
  details: (event) => event.details,
  before: (event) => event.before,
  after: (event) => event.after,
  id: (event) => event.id,
  teamId: (event) => event.teamId,
  form: (event) => event.form,
  previousHash: (event) => event.previousHash,
  hash: (event) => event.hash,
};

/** RFC 4180, with a header. */
async function* csv(events: Events): AsyncGenerator<string> {
  yield `${Object.keys(columns).join(',')}\r\n`;
  const readers = Object.values(columns);
  for await (const some of events) {
    yield some.map((event) => `${readers.map((read) => cell(read(event))).join(',')}\r\n`).join('');
  }
}

/** Always quoted; what a spreadsheet would take for a formula is given an apostrophe, which it shows as text. */
function cell(value: unknown): string {
  const text = typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
  const plain = /^[\s\0]*[=+\-@\t\r\n|%]/.test(text) ? `'${text}` : text;
  return `"${plain.replaceAll('"', '""')}"`;
}
