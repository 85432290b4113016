// Owns statements that are asked with almost every request: reading and planning them anew would cost more than running them. It runs
// nothing by itself.

import { createHash } from 'node:crypto';
import { CompiledQuery } from 'kysely';
import pg from 'pg';
import type { Db } from './database.ts';

/** By its text, the name under which a connection keeps a statement: the same in every process, for poolers that share connections. */
const names = new Map<string, string>();

/** Of statements that are written for what is asked. */
const askedMax = 500;
const asked = new Set<string>();

/**
 * As `prepare`, for texts of which there may be any number: that which was asked for least lately loses its name, and is then planned with
 * each request. Connections that have planned it forget it when they end.
 */
export function prepareAsked<Row>(text: string): ReturnType<typeof prepare<Row>> {
  asked.delete(text);
  asked.add(text);
  const [oldest] = asked;
  if (asked.size > askedMax && oldest !== undefined) {
    asked.delete(oldest);
    names.delete(oldest);
  }
  return prepare(text);
}

/**
 * A statement that every connection plans once and then runs by its name. Never with `*` in what it gives: a connection that has planned it
 * refuses it once a migration has given it other columns. Repeatable for the same text.
 */
export function prepare<Row>(text: string): (db: Db, parameters: readonly unknown[]) => Promise<Row[]> {
  if (!names.has(text)) names.set(text, `afterglow_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`);
  return async (db, parameters) => {
    const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]));
    return rows;
  };
}

type Query = (text: unknown, values?: unknown, done?: unknown) => unknown;

/** A client that sends a prepared statement under its name, and anything else as it is. */
export class PreparingClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const send: Query = (...asked) => Reflect.apply(super.query, this, asked);
    const query: Query = (text, values, done) => {
      const name = typeof text === 'string' ? names.get(text) : undefined;
      return name === undefined ? send(text, values, done) : send({ name, text, values }, done);
    };
    this.query = query as typeof this.query;
  }
}
