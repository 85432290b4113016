// Owns grouping rows for nested reads.

import type { Page } from './views.ts';

/** The items by their key, in the order in which they came. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** The pages with each of their items as it is shown. */
export function mapPages<T, V>(pages: ReadonlyMap<string, Page<T>>, view: (item: T) => V): Map<string, Page<V>> {
  return new Map(
    [...pages].map(([id, { items, nextCursor }]) => [id, { items: items.map(view), nextCursor }] as const),
  );
}
