// Owns the count of what a run has done, so that one which did little is seen to be hollow.

export interface Tally {
  add(what: string): void;
  /** Of the name and all that it is a group of. */
  count(prefix: string): number;
  /** One line for each group, the group before the first point of a name. */
  lines(): string[];
}

export function makeTally(): Tally {
  const counts = new Map<string, number>();
  return {
    add: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    count: (prefix) =>
      [...counts]
        .filter(([what]) => what === prefix || what.startsWith(`${prefix}.`))
        .reduce((sum, [, count]) => sum + count, 0),
    lines() {
      const groups = Map.groupBy(
        [...counts].sort(([a], [b]) => (a < b ? -1 : 1)),
        ([what]) => what.split('.', 1)[0] ?? '',
      );
      return [...groups].map(
        ([group, members]) =>
          `${group}: ${members.map(([what, count]) => `${what.slice(group.length + 1)} ${count}`).join(', ')}`,
      );
    },
  };
}
