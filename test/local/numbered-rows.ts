/**
 * Owns what the point-in-time tests write and what they may expect: two writers fill one table and note, for every transaction,
 * between which instants and LSNs it was committed. Both bounds are Postgres's own words, read before the commit in the same
 * transaction and after it: what was committed by an instant or LSN is exact, but for transactions around that very moment.
 */
import type pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { withConnection } from './neon.ts';

/** A moment of a cluster: an instant with microseconds, as microseconds since 1970, and an LSN. */
export interface Moment {
  readonly micros: number;
  readonly lsn: bigint;
}

interface Transaction {
  /** Committed after this moment ... */
  after: Moment;
  /** ... and by this one. Absent while it runs, and for ever where the connection broke. */
  by: Moment | undefined;
  readonly inserted: readonly number[];
  readonly deleted: readonly number[];
}

export type Random = () => number;

const nowText = `to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const momentText = `select pg_current_wal_insert_lsn()::text as lsn, ${nowText} as at`;

export async function readMoment(client: pg.Client): Promise<Moment> {
  return momentOf(await client.query(momentText));
}

function momentOf(result: pg.QueryResult<{ lsn: string; at: string }> | undefined): Moment {
  const [row] = result?.rows ?? [];
  if (row === undefined) throw new Error('Postgres told no moment.');
  return { micros: microsOf(row.at), lsn: lsnOf(row.lsn) };
}

export function microsOf(instant: string): number {
  const finer = /\.\d{3}(\d{1,3})/.exec(instant)?.[1] ?? '';
  return Date.parse(instant) * 1000 + Number(finer.padEnd(3, '0'));
}

export function instantOf(micros: number): string {
  const finer = String(micros % 1000).padStart(3, '0');
  return new Date(Math.floor(micros / 1000)).toISOString().replace('Z', `${finer}Z`);
}

export function lsnOf(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export function lsnText(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`.toUpperCase();
}

/** All that was written to one branch since it began with some rows. */
export class History {
  readonly began: ReadonlySet<number>;
  readonly transactions: Transaction[] = [];
  constructor(began: Iterable<number> = []) {
    this.began = new Set(began);
  }

  /** The contents that the branch may have had: more than one only where transactions were committing at that moment. */
  possibleAt(point: { readonly micros: number } | { readonly lsn: bigint }): number[][] {
    const isPast = ({ micros, lsn }: Moment) => ('micros' in point ? micros <= point.micros : lsn <= point.lsn);
    // A transaction that began to commit at the instant was committed at it or later; at the LSN, it was not committed by it.
    const mayHave = ({ after }: Transaction) => ('micros' in point ? isPast(after) : after.lsn < point.lsn);
    const sure = this.transactions.filter(({ by }) => by !== undefined && isPast(by));
    const unsure = this.transactions.filter((one) => mayHave(one) && !sure.includes(one));
    if (unsure.length > 4) throw new Error(`${unsure.length} transactions at once cannot be`);
    return Array.from({ length: 2 ** unsure.length }, (_none, chosen) => {
      const rows = new Set(this.began);
      const done = new Set([...sure, ...unsure.filter((_one, index) => (chosen & (1 << index)) !== 0)]);
      for (const { inserted, deleted } of this.transactions.filter((one) => done.has(one))) {
        for (const number of inserted) rows.add(number);
        for (const number of deleted) rows.delete(number);
      }
      return [...rows].toSorted((a, b) => a - b);
    });
  }
}

export interface Writers {
  /** Lets the present transactions end. */
  stop(): Promise<void>;
}

let numbers = 0;

/** Two connections write until they are stopped: one row or some, deletions of their own rows, subtransactions, rollbacks. */
export function startWriters(uri: string, history: History, random: Random): Writers {
  const stopping = new AbortController();
  const writers = [0, 1].map(() =>
    withConnection(uri, (client) => keepWriting(client, history, random, stopping.signal)),
  );
  return {
    async stop() {
      stopping.abort();
      await Promise.all(writers);
    },
  };
}

async function keepWriting(client: pg.Client, history: History, random: Random, signal: AbortSignal): Promise<void> {
  const own: number[] = [];
  while (!signal.aborted) {
    await writeOnce(client, history, random, own);
    await sleep(1 + random() * 12);
  }
}

async function writeOnce(client: pg.Client, history: History, random: Random, own: number[]): Promise<void> {
  const count = random() < 0.8 ? 1 : 1 + Math.floor(random() * 40);
  const inserted = Array.from({ length: count }, () => (numbers += 1));
  const deleted = random() < 0.2 ? own.splice(Math.floor(random() * own.length), 1) : [];
  const padding = random() < 0.1 ? 6000 : 20;
  await client.query('begin');
  await client.query(`insert into numbered select n, repeat('x', $2) from unnest($1::int[]) as n`, [inserted, padding]);
  if (random() < 0.3) {
    // A subtransaction that leaves nothing, and one that counts.
    await client.query(`savepoint lost; insert into numbered values (-1, ''); rollback to lost; savepoint kept`);
  }
  await client.query('delete from numbered where n = any($1::int[])', [deleted]);
  if (random() < 0.1) {
    await client.query('rollback');
    own.push(...deleted);
    return;
  }
  // Until its end is known it may be committed any time after this.
  const transaction: Transaction = { after: await readMoment(client), by: undefined, inserted, deleted };
  history.transactions.push(transaction);
  // In one message, so that both bounds are as near to the commit as can be: a fraction of a millisecond.
  const [after, , by] = [await client.query(`${momentText}; commit; ${momentText}`)].flat();
  transaction.after = momentOf(after);
  transaction.by = momentOf(by);
  own.push(...inserted);
}

/** So many megabytes of WAL, by rows of another table. */
export async function writeMuch(uri: string, megabytes: number): Promise<void> {
  await withConnection(uri, async (client) => {
    await client.query('create table if not exists filler (text text)');
    for (let left = megabytes; left > 0; left -= 1)
      await client.query(`insert into filler select repeat(md5(random()::text), 30) from generate_series(1, 1000)`);
    await client.query('truncate filler');
  });
}

export async function rowsOf(uri: string): Promise<number[]> {
  return withConnection(uri, async (client) => {
    const { rows } = await client.query<{ n: number }>('select n from numbered order by n');
    return rows.map(({ n }) => n);
  });
}
