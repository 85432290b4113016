// Owns how two forms of one thing differ: JSON values, compared member by member. It knows no policy.

export interface FieldChange {
  /** Such as `schedules[hourly].cron`. */
  readonly path: string;
  /** Null where it was absent. */
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * What must be changed to make `from` what `to` is, in the order of the paths. Lists of things that all have a `name` are compared by it,
 * other lists as a whole; null and absent are the same.
 */
export function compareFields(from: unknown, to: unknown): FieldChange[] {
  return collect(from, to, '').sort((a, b) => (a.path < b.path ? -1 : 1));
}

function collect(from: unknown, to: unknown, path: string): FieldChange[] {
  const [before, after] = [membersOf(from), membersOf(to)];
  if (!before || !after || before.isList !== after.isList) {
    return JSON.stringify(from ?? null) === JSON.stringify(to ?? null)
      ? []
      : [{ path, from: from ?? null, to: to ?? null }];
  }
  const names = new Set([...before.members.keys(), ...after.members.keys()]);
  return [...names].flatMap((name) => {
    const inner = before.isList ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    return collect(before.members.get(name), after.members.get(name), inner);
  });
}

interface Members {
  readonly members: ReadonlyMap<string, unknown>;
  readonly isList: boolean;
}

function membersOf(value: unknown): Members | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return { members: new Map(Object.entries(value)), isList: false };
  const named = value.map((item: unknown) => [nameOf(item), item] as const);
  const members = new Map(named.flatMap(([name, item]) => (name === undefined ? [] : [[name, item] as const])));
  return members.size === value.length ? { members, isList: true } : undefined;
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('name' in item)) return undefined;
  return typeof item.name === 'string' ? item.name : undefined;
}
