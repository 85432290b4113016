// Owns Relay connections: pages of the domain, read forwards, with a cursor for each edge.

import { cursorOf, type Page, type PageRequest, readCursor } from '../domain/index.ts';

interface ConnectionArgs {
  /** 1 to 200: the schema's @limit. */
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export interface Connection<T> {
  readonly edges: readonly { readonly node: T; readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

interface Identified {
  readonly id: string;
}

const pageSize = 50;

export function firstOf(args: ConnectionArgs): number {
  return args.first ?? pageSize;
}

/** The page that the arguments name. */
export function pageOf(args: ConnectionArgs): PageRequest {
  const limit = firstOf(args);
  return typeof args.after === 'string' ? { limit, cursor: args.after } : { limit };
}

/** A page of the domain. `keyOf` is what the list is ordered by, newest first. */
export function toConnection<T>(page: Page<T>, args: ConnectionArgs, keyOf: (item: T) => string): Connection<T> {
  const edges = page.items.map((node) => ({ node, cursor: cursorOf(keyOf(node)) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: page.nextCursor !== null,
      hasPreviousPage: typeof args.after === 'string',
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** For lists in the order of their ids. */
export function byId<T extends Identified>(page: Page<T>, args: ConnectionArgs): Connection<T> {
  return toConnection(page, args, (item) => item.id);
}

/** A page of a whole list that is there already, newest first whatever its order; `start` as in `readCursor`. Refuses with `invalid_cursor`. */
export function sliceById<T extends Identified>(
  items: readonly T[],
  args: ConnectionArgs,
  start: string,
): Connection<T> {
  const before = readCursor(pageOf(args), start);
  const rest = items.filter(({ id }) => before === undefined || id < before).sort((a, b) => (a.id < b.id ? 1 : -1));
  return byId(cut(rest, firstOf(args)), args);
}

/** The first `limit` of a list that may be longer. */
export function cut<T extends Identified>(items: readonly T[], limit: number): Page<T> {
  const page = items.slice(0, limit);
  return { items: page, nextCursor: items.length > limit ? cursorOf(page.at(-1)?.id ?? '') : null };
}
