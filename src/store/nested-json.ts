// Owns nested lists: a page of the children of each parent, in one statement, as one text of JSON that the database writes and that is read
// once. It writes the members that are asked for and no others.

import type { Db } from './database.ts';
import { directionOf, type Page, type PageRequest, rangeConditions, readRange, toPage } from './page.ts';
import { prepareAsked } from './prepared.ts';
import { projectColumns, type Scope } from './scope.ts';

/** What is shown of a child, by the names of its members: SQL of a row `s`, and of its `parent`. */
export type Members = Readonly<Record<string, string>>;

/** A child as far as its members were asked for. */
export type Part<T extends { readonly id: string }> = Pick<T, 'id'> & Partial<T>;

/** A page, and which members of its items are asked for. Unknown names are nothing. Default: all. */
export interface PartRequest extends PageRequest {
  readonly members?: readonly string[] | undefined;
}

/** RFC 3339 in UTC with milliseconds, cut off as a Date does. */
export const instantOf = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

interface Children {
  readonly table: 'branches' | 'snapshots' | 'restores';
  readonly parents: 'projects' | 'branches';
  /** The column that names the parent. */
  readonly parentColumn: string;
  readonly members: Members;
  /** What their ids begin with. */
  readonly start: string;
  /** Which children and parents there are at all. */
  readonly present?: string;
}

interface Asked {
  readonly scope: Scope;
  readonly parentIds: readonly string[];
  readonly page: PartRequest;
  /** Conditions on a column of the children, such as `status =`, with what stands behind it; undefined asks for nothing. */
  readonly conditions?: readonly (readonly [condition: string, value: unknown])[];
}

/** Newest first; parents without children, and those that the scope does not let be seen, are absent. Refuses with `invalid_cursor`. */
export async function readNested<T extends { readonly id: string }>(
  db: Db,
  { table, parents, parentColumn, members, start, present = 'true' }: Children,
  { scope, parentIds, page, conditions = [] }: Asked,
): Promise<Map<string, Page<T>>> {
  const parameters: unknown[] = [scope.teamId, scope.projects, page.limit + 1, parentIds];
  const asked = conditions.filter(([, value]) => value !== undefined);
  const wheres = [
    present,
    ...rangeConditions(readRange(page, start), 's.id', parameters),
    ...asked.map(([condition, value]) => `s.${condition} $${parameters.push(value)}`),
  ];
  const wanted = page.members && new Set(page.members);
  const shown = Object.entries(members).filter(([name]) => !wanted || name === 'id' || wanted.has(name));
  const read = prepareAsked<{ readonly pages: Readonly<Record<string, T[]>> | null }>(`
    select json_object_agg(parent.id, own.items) as pages from ${parents} as parent, lateral (
      select json_agg(shown) as items from (
        select ${shown.map(([name, value]) => `${value} as "${name}"`).join(', ')}
        from ${table} as s where s.${parentColumn} = parent.id and ${wheres.join(' and ')}
        order by s.id ${directionOf(page)} limit $3) as shown) as own
    where parent.team_id = $1 and ($2::text[] is null or parent.${projectColumns[parents]} = any($2)) and parent.id = any($4)
      and own.items is not null`);
  const [row] = await read(db, parameters);
  const pages = Object.entries(row?.pages ?? {});
  return new Map(pages.map(([parentId, items]) => [parentId, toPage(items, page, ({ id }) => id)] as const));
}
