// Owns the connection pool and how PostgreSQL's types are read. It never runs a query of its own but the check of reachability.

import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Database, Db } from './database.ts';
import { listenOn, newsChannel, outboxChannel } from './listen.ts';
import { type HeardNews, readNews } from './news.ts';
import { PreparingClient } from './prepared.ts';

export interface StoreConnection {
  readonly db: Db;
  /** Calls `woken` whenever work was promised by any process, until the returned function is called. */
  listen(woken: () => void): Promise<() => Promise<void>>;
  /** Calls `heard` with what any process has changed, and with `missed` when the connection is open, again or for the first time. */
  listenForNews(heard: (news: HeardNews) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly connectionsMax: number;
  /** Told of connections that break while nobody uses them. */
  readonly onError: (error: Error) => void;
}

const int8 = 20;

/** Opens a pool. Nothing is connected until the first query. */
export function connectStore(connectionString: string, options: StoreOptions): StoreConnection {
  const types: pg.CustomTypesConfig = {
    getTypeParser: (oid: number, format?: 'text' | 'binary'): ((text: string) => unknown) =>
      oid === int8 ? Number : (pg.types.getTypeParser(oid, format ?? 'text') as (text: string) => unknown),
  };
  const { onError } = options;
  const pool = openPool({ connectionString, types, max: options.connectionsMax, Client: PreparingClient }, onError);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    listen: (woken) => listenOn(connectionString, outboxChannel, { heard: woken, onError }),
    listenForNews: (heard) =>
      listenOn(connectionString, newsChannel, { heard: (message) => heard(readNews(message)), onError }),
    close: () => db.destroy(),
  };
}

/** Whether a session may write is settled when it begins: so long after a database takes writes again, the last one may. */
const maxLifetimeSeconds = 60;

/** A pool none of whose connections ends the process when it breaks; `onError` is told of those that nobody uses then. */
export function openPool(config: pg.PoolConfig, onError: (error: Error) => void): pg.Pool {
  const defaults = { connectionTimeoutMillis: 5_000, maxLifetimeSeconds, application_name: 'afterglow' };
  const pool = new pg.Pool({ ...defaults, ...config });
  pool.on('error', onError);
  // One that breaks while it is used, between two statements, has no other listener: unheard, it would end the process. Whoever uses it
  // hears of it by the next statement.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Throws what the driver says when the database does not answer, or cannot be written to. */
export async function checkStore(db: Db): Promise<void> {
  await sql`
    insert into readiness_checks (id, at) values (1, now())
    on conflict (id) do update set at = excluded.at where readiness_checks.at < now() - interval '1 second'`.execute(
    db,
  );
}
