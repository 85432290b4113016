/**
 * Owns the WAL of clusters: where it is archived, how a recovery finds it along a chain of clusters, the mark that makes a
 * moment recoverable, and LSN arithmetic. Never starts or copies clusters.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { PostgresServer } from '../postgres/index.ts';

export interface ClusterPaths {
  readonly root: string;
  readonly data: string;
  readonly archive: string;
  readonly bases: string;
}

export function clusterPaths(dataDir: string, clusterId: string): ClusterPaths {
  const root = join(dataDir, 'clusters', clusterId);
  return { root, data: join(root, 'data'), archive: join(root, 'archive'), bases: join(root, 'bases') };
}

/**
 * A finished segment is archived as a hard link. This is safe because `wal_recycle` is off: Postgres then removes old segments
 * and never writes into them again. If the process dies before the link is made, Postgres tries again.
 */
export function archiveCommand(archive: string): string {
  const target = `${quoted(archive)}/%f`;
  return `test -f ${target} || ln %p ${target}`;
}

/**
 * Looks for a segment in each cluster's archive and then in its live pg_wal, from the youngest cluster to the oldest (siblings
 * use the same timeline numbers, a chain does not), and once more in the archives: a segment may move there meanwhile.
 */
export function restoreCommand(chain: readonly ClusterPaths[]): string {
  const places = chain.flatMap((paths) => [paths.archive, join(paths.data, 'pg_wal')]);
  const again = chain.map((paths) => paths.archive);
  const dirs = [...places, ...again].map(quoted).join(' ');
  return `for d in ${dirs}; do test -f "$d/%f" && cp "$d/%f" "%p" && exit 0; done; exit 1`;
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`).replaceAll('%', '%%')}'`;
}

export interface Mark {
  /** All that was committed when the mark was asked for lies before this LSN. */
  readonly lsn: string;
  /** Machine time, with microseconds: nothing before the LSN was committed later. */
  readonly at: string;
  /** Of all databases that can be connected to. */
  readonly sizeBytes: number;
}

/** An SQL expression of now as RFC 3339 with microseconds. */
export const nowText = `to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Where the head is, without marking it. */
export async function readHead(server: PostgresServer): Promise<Mark> {
  // The LSN is read first: what was committed before it was committed before the instant, too.
  const [row] = await ask<{ lsn: string; at: string; size: string }>(
    server,
    `with head as materialized (select pg_current_wal_insert_lsn()::text as lsn)
     select lsn, ${nowText} as at,
            (select sum(pg_database_size(oid)) from pg_database where datallowconn)::text as size from head`,
  );
  if (row === undefined) throw new Error('Postgres did not answer with an LSN.');
  return { lsn: row.lsn, at: row.at, sizeBytes: Number(row.size) };
}

/** Marks the head: writes a record after it, without which recovery to the present moment would not know where to end. */
export async function markHead(server: PostgresServer): Promise<Mark> {
  const head = await readHead(server);
  // Whatever follows that LSN is not part of the moment.
  await ask(server, `select pg_logical_emit_message(true, 'neon-emulator', 'mark')`);
  return head;
}

const admins = new WeakMap<PostgresServer, pg.Pool>();

/**
 * Asks the database `postgres` one statement as the superuser, on a connection that is kept for as long as the server runs:
 * a new one costs more than most questions. Questions wait for one another.
 */
export async function ask<Row extends pg.QueryResultRow>(
  server: PostgresServer,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const admin = admins.get(server) ?? openAdmin(server);
  return (await admin.query<Row>(statement, [...values])).rows;
}

/** Its connection ends with the server, and needs no closing. */
function openAdmin(server: PostgresServer): pg.Pool {
  const admin = new pg.Pool({ connectionString: server.uri(), max: 1, idleTimeoutMillis: 0 });
  admin.on('error', () => {});
  admins.set(server, admin);
  return admin;
}

/** Runs with a connection of the superuser to the database `postgres`, and always closes it. */
export async function withClient<T>(
  server: PostgresServer,
  use: (client: pg.Client) => Promise<T>,
  database?: string,
): Promise<T> {
  const client = new pg.Client({ connectionString: server.uri(database) });
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The timeline that a recovered cluster is on, and the LSN at which it left its origin's, from its newest history file. */
export async function readTimeline(data: string): Promise<{ timeline: number; startLsn: string }> {
  const names = await readdir(join(data, 'pg_wal'));
  const newest = names
    .filter((name) => /^[0-9A-F]{8}\.history$/.test(name))
    .toSorted()
    .at(-1);
  if (newest === undefined) throw new Error(`The cluster in ${data} has no timeline of its own.`);
  const lines = (await readFile(join(data, 'pg_wal', newest), 'utf8')).trim().split('\n');
  const startLsn = lines.at(-1)?.split('\t')[1];
  if (startLsn === undefined) throw new Error(`The timeline history ${newest} in ${data} is not readable.`);
  return { timeline: Number.parseInt(newest.slice(0, 8), 16), startLsn };
}

/** Undefined unless it has the form of an LSN, such as 0/3000148. */
export function parseLsn(text: string): bigint | undefined {
  const [, high, low] = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text) ?? [];
  if (high === undefined || low === undefined) return undefined;
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

const segmentBytes = 1024n * 1024n;

/** The number of the segment in which an LSN lies. */
export function segmentOf(lsn: string): bigint {
  return (parseLsn(lsn) ?? 0n) / segmentBytes;
}

/** The number in the name of a WAL file of whatever timeline; undefined for other files, such as a timeline's history. */
export function segmentNamed(name: string): bigint | undefined {
  const [, high, low] = /^[0-9A-F]{8}([0-9A-F]{8})([0-9A-F]{8})(?:\..*)?$/.exec(name) ?? [];
  if (high === undefined || low === undefined) return undefined;
  return BigInt(`0x${high}`) * (0x1_0000_0000n / segmentBytes) + BigInt(`0x${low}`);
}

/** How many bytes of WAL lie between two LSNs. */
export function bytesBetween(from: string, to: string): number {
  return Number((parseLsn(to) ?? 0n) - (parseLsn(from) ?? 0n));
}

/** Negative where `a` lies before `b`. Both must be LSNs. */
export function compareLsn(a: string, b: string): number {
  const difference = (parseLsn(a) ?? 0n) - (parseLsn(b) ?? 0n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
