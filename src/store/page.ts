// Owns pages: keyset order, newest first, by the sortable id, and the opaque cursor that names where a page ended.

import { Refusal } from '../core/errors.ts';

export interface PageRequest {
  /** 1 to 200. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/**
 * The key that `cursor` names, or undefined for the first page. `start` is what the keys of the list begin with, and those of no other list:
 * as a rule the prefix of its ids. A filter may change from page to page, since it moves nothing in the order. Refuses with `invalid_cursor`.
 */
export function readCursor(request: PageRequest, start: string): string | undefined {
  if (request.cursor === undefined) return undefined;
  const key = Buffer.from(request.cursor, 'base64url').toString('utf8');
  if (!/^[\x21-\x7e]{1,100}$/.test(key) || !key.startsWith(start) || writeCursor(key) !== request.cursor) {
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

/** Cuts rows fetched with `limit + 1` into a page. */
export function toPage<T>(rows: readonly T[], limit: number, keyOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? writeCursor(keyOf(last)) : null };
}
