// Owns pages: keyset order, newest first, by a sortable key, read from either end, and the opaque cursor that names a row.

import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { Refusal } from '../core/errors.ts';

export interface PageRequest {
  /** 1 to 200. */
  readonly limit: number;
  /** Of the row after which the page begins; the newest row otherwise. */
  readonly cursor?: string | undefined;
  /** Of the row before which the page ends; the oldest row otherwise. */
  readonly before?: string | undefined;
  /** The page is the last of what lies between the two, not the first. Its order is the same. */
  readonly backwards?: boolean | undefined;
}

export interface Page<T> {
  readonly items: T[];
  /** Of where the reading goes on, in its direction; null where it has come to the end. */
  readonly nextCursor: string | null;
}

/** Keys of the rows that bound a page: it holds what lies after `after` and before `before`. */
export interface Range {
  readonly after: string | undefined;
  readonly before: string | undefined;
}

/**
 * The keys that the cursors of the request name. `start` is what the keys of the list begin with, and those of no other list: as a rule the
 * prefix of its ids. A filter may change from page to page, since it moves nothing in the order. Refuses with `invalid_cursor`.
 */
export function readRange({ cursor, before }: PageRequest, start: string): Range {
  return { after: readCursor(cursor, start), before: readCursor(before, start) };
}

/** The range of what the keys hold behind `start`, read by `read`. */
export function rangeWithin<K>(page: PageRequest, start: string, read: (text: string) => K) {
  const { after, before } = readRange(page, start);
  const readKey = (key: string | undefined) => (key === undefined ? undefined : read(key.slice(start.length)));
  return { after: readKey(after), before: readKey(before) };
}

function readCursor(cursor: string | undefined, start: string): string | undefined {
  if (cursor === undefined) return undefined;
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!/^[\x21-\x7e]{1,100}$/.test(key) || !key.startsWith(start) || writeCursor(key) !== cursor) {
    throw invalidCursor();
  }
  return key;
}

/** The refusal of a cursor that no list, or another list, of ours gave. */
export function invalidCursor(): Refusal {
  return new Refusal('invalid_cursor', 'The cursor is not one that this list gave. Start again without it.');
}

/** The opaque cursor that names the row with this key. */
export function writeCursor(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

/** In which direction the rows of the page are to be read: `toPage` puts them in order. */
export function directionOf({ backwards }: PageRequest): 'asc' | 'desc' {
  return backwards ? 'asc' : 'desc';
}

/** Cuts rows that were read in the direction of the page, up to `limit + 1`, into the page. */
export function toPage<T>(rows: readonly T[], { limit, backwards }: PageRequest, keyOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = rows.length > limit && last ? writeCursor(keyOf(last)) : null;
  return { items: backwards ? items.reverse() : items, nextCursor };
}

function allOf(conditions: readonly RawBuilder<unknown>[]): RawBuilder<boolean> {
  return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

/** Holds for the rows whose key, a column or an expression, lies in the range. */
export function inRange({ after, before }: { after: unknown; before: unknown }, key: RawBuilder<unknown>) {
  const bounds = [
    ...(after === undefined ? [] : [sql`${key} < ${after}`]),
    ...(before === undefined ? [] : [sql`${key} > ${before}`]),
  ];
  return allOf(bounds);
}

/** As `inRange`, for statements that are written as text: conditions on the column, with their values added to the parameters. */
export function rangeConditions({ after, before }: Range, column: string, parameters: unknown[]): string[] {
  const bounds = [
    [`${column} <`, after],
    [`${column} >`, before],
  ] as const;
  return bounds.flatMap(([condition, key]) => (key === undefined ? [] : [`${condition} $${parameters.push(key)}`]));
}

/** Of the instant that a list is bounded by. */
export interface TimeRange {
  /** Included. */
  readonly since?: Date | undefined;
  /** Not included. */
  readonly until?: Date | undefined;
}

/** Holds for the rows whose instant, a column, lies in the range. */
export function isWithin({ since, until }: TimeRange, column: RawBuilder<unknown>) {
  const bounds = [
    ...(since === undefined ? [] : [sql`${column} >= ${since}`]),
    ...(until === undefined ? [] : [sql`${column} < ${until}`]),
  ];
  return allOf(bounds);
}

interface Order {
  /** As in `readRange`. */
  readonly start: string;
  /** The column of the ids, with its table where the query reads several. */
  readonly by?: string;
}

/** The page of a query whose rows are in the order of their ids. Refuses with `invalid_cursor`. */
export async function readPage<DB, TB extends keyof DB, O extends { readonly id: string }>(
  query: SelectQueryBuilder<DB, TB, O>,
  page: PageRequest,
  { start, by = 'id' }: Order,
): Promise<Page<O>> {
  const rows = await query
    .where(inRange(readRange(page, start), sql.ref(by)))
    .orderBy(sql.ref(by), directionOf(page))
    .limit(page.limit + 1)
    .execute();
  return toPage(rows as readonly O[], page, (row) => row.id);
}
