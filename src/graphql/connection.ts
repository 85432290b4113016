// Owns Relay connections: pages of the domain, read from either end, with a cursor for each edge.

import { cursorOf, type Page, type PageRequest } from '../domain/index.ts';
import { refuseInput } from './errors.ts';

/** The four arguments of every connection: `first` with `after` reads forwards, `last` with `before` backwards. */
export interface ConnectionArgs {
  /** 1 to 200: the schema's @limit. */
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  /** 1 to 200: the schema's @limit. */
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
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

/** The page that the arguments name. Refuses with `invalid_request` what asks for both ends. */
export function pageOf(args: ConnectionArgs): PageRequest {
  const { first, after, last, before } = args;
  if (isGiven(first) && isGiven(last)) throw refuseInput('last', 'cannot be given together with first');
  return {
    limit: first ?? last ?? pageSize,
    ...(isGiven(after) ? { cursor: after } : {}),
    ...(isGiven(before) ? { before } : {}),
    ...(isGiven(last) ? { backwards: true } : {}),
  };
}

/**
 * A page of the domain. `keyOf` is what the list is ordered by, newest first. Where the reading comes to its end is known; on the side where
 * it began there are others where a cursor was given: at least the one that it names.
 */
export function toConnection<T>(page: Page<T>, args: ConnectionArgs, keyOf: (item: T) => string): Connection<T> {
  const edges = page.items.map((node) => new Edge(node, keyOf));
  return { edges, pageInfo: new PageInfo(edges, pageOf(args), page.nextCursor !== null) };
}

// Cursors are written where they are asked for. Classes, because a dashboard has hundreds of both: getters of literals are made anew for each,
// which was an eighth of all that a dashboard allocated.

class Edge<T> {
  readonly node: T;
  private readonly keyOf: (node: T) => string;

  constructor(node: T, keyOf: (node: T) => string) {
    this.node = node;
    this.keyOf = keyOf;
  }

  get cursor(): string {
    return cursorOf(this.keyOf(this.node));
  }
}

class PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  private readonly edges: readonly { readonly cursor: string }[];

  constructor(edges: PageInfo['edges'], { cursor, before, backwards = false }: PageRequest, goesOn: boolean) {
    this.hasNextPage = before !== undefined || (goesOn && !backwards);
    this.hasPreviousPage = cursor !== undefined || (goesOn && backwards);
    this.edges = edges;
  }

  get startCursor(): string | null {
    return this.edges[0]?.cursor ?? null;
  }

  get endCursor(): string | null {
    return this.edges.at(-1)?.cursor ?? null;
  }
}

/** For lists in the order of their ids. */
export function byId<T extends Identified>(page: Page<T>, args: ConnectionArgs): Connection<T> {
  return toConnection(page, args, (item) => item.id);
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
