/**
 * Owns what depends on what, from pg_depend: which parts of a table cannot be written inside it because they need something
 * that needs the table, and the order in which everything can be made.
 */
import type pg from 'pg';
import type { Entry } from './entry.ts';

export interface Dependencies {
  /** Defaults and checks that must follow their table, by id. */
  readonly separate: ReadonlySet<string>;
  /** Sorted by kind and name as pg_dump does, then so that each follows what it needs. */
  order(entries: readonly Entry[]): Entry[];
}

interface Edge {
  readonly from: string;
  readonly to: string;
}

export async function readDependencies(client: pg.Client): Promise<Dependencies> {
  const edges = await readEdges(client);
  const wholes = await readWholes(client);
  const parts = await readTableParts(client);
  const needs = new Map<string, Set<string>>();
  const add = ({ from, to }: Edge) => {
    if (from !== to) needs.set(from, (needs.get(from) ?? new Set()).add(to));
  };
  const whole = (id: string): string => {
    const next = wholes.get(id);
    return next === undefined ? id : whole(next);
  };
  const tableOf = new Map(parts.map(({ from, to }) => [from, to]));
  for (const { from, to } of edges) {
    const edge = { from: whole(from), to: whole(to) };
    // That a default needs its table says nothing: it is what may be written inside.
    if (tableOf.get(edge.from) !== edge.to) add(edge);
  }
  const partsOf = Map.groupBy(parts, ({ to }) => to);
  const next = (id: string) => [...(needs.get(id) ?? []), ...(partsOf.get(id) ?? []).map(({ from }) => from)];
  const separate = new Set(parts.filter(({ from, to }) => reaches(next, from, to)).map(({ from }) => from));
  for (const { from, to } of parts.filter((part) => !separate.has(part.from))) {
    for (const needed of needs.get(from) ?? []) add({ from: to, to: needed });
  }
  return { separate, order: (entries) => order(entries, needs) };
}

async function readEdges(client: pg.Client): Promise<Edge[]> {
  const { rows } = await client.query<Edge>(`
    select distinct classid::regclass || ':' || objid as from, refclassid::regclass || ':' || refobjid as to
    from pg_depend where deptype <> 'e' and (objid >= 16384 or refobjid >= 16384)`);
  return rows;
}

/** What is written as part of something else: rows of tables, array types, the index of a key, what an extension holds. */
async function readWholes(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ part: string; whole: string }>(`
    select 'pg_class:' || oid as part, 'pg_type:' || reltype as whole from pg_class where relkind = 'c'
    union all select 'pg_type:' || reltype, 'pg_class:' || oid from pg_class where relkind <> 'c' and reltype <> 0
    union all select 'pg_type:' || typarray, 'pg_type:' || oid from pg_type where typarray <> 0
    union all select 'pg_type:' || rngmultitypid, 'pg_type:' || rngtypid from pg_range
    union all select 'pg_rewrite:' || oid, 'pg_class:' || ev_class from pg_rewrite where rulename = '_RETURN'
    union all select 'pg_class:' || conindid, 'pg_constraint:' || oid from pg_constraint where contype in ('p', 'u', 'x')
    union all select 'pg_constraint:' || oid, 'pg_type:' || contypid from pg_constraint
              where contypid <> 0 and convalidated
    union all select classid::regclass || ':' || objid, 'pg_extension:' || refobjid from pg_depend where deptype = 'e'`);
  return new Map(rows.map(({ part, whole }) => [part, whole]));
}

/** Defaults and checks with their tables. */
async function readTableParts(client: pg.Client): Promise<Edge[]> {
  const { rows } = await client.query<Edge>(`
    select 'pg_attrdef:' || oid as from, 'pg_class:' || adrelid as to from pg_attrdef where adrelid >= 16384
    union all select 'pg_constraint:' || oid, 'pg_class:' || conrelid from pg_constraint
              where contype = 'c' and conrelid >= 16384`);
  return rows;
}

function reaches(next: (id: string) => readonly string[], from: string, to: string): boolean {
  const seen = new Set<string>([from]);
  for (const id of seen) for (const needed of next(id)) seen.add(needed);
  return seen.has(to);
}

/** As pg_dump: from the end, always the last in the first order of those that nothing unplaced needs. */
function order(entries: readonly Entry[], needs: ReadonlyMap<string, ReadonlySet<string>>): Entry[] {
  const sorted = entries.toSorted(compare);
  const places = new Map(sorted.map(({ id }, place) => [id, place]));
  const needed = sorted.map(({ id, dependsOn = [] }) =>
    [...(needs.get(id) ?? []), ...dependsOn].map((other) => places.get(other)).filter((place) => place !== undefined),
  );
  const waiting = sorted.map(() => 0);
  for (const place of needed.flat()) waiting[place] = (waiting[place] ?? 0) + 1;
  const left = [...sorted.keys()];
  const reversed: Entry[] = [];
  while (left.length > 0) {
    // Where things need one another, as only base types do, none is free, and the last goes first.
    const [place = 0] = left.splice(
      left.findLastIndex((candidate) => waiting[candidate] === 0),
      1,
    );
    for (const other of needed[place] ?? []) waiting[other] = (waiting[other] ?? 0) - 1;
    reversed.push(...sorted.slice(place, place + 1));
  }
  return reversed.toReversed();
}

function compare(a: Entry, b: Entry): number {
  return (
    a.rank - b.rank ||
    compareText(a.schema ?? '', b.schema ?? '') ||
    compareText(a.name, b.name) ||
    compareText(a.tie ?? '', b.tie ?? '')
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
