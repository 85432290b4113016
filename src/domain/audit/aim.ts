// Owns what a refused request aimed at: an id of ours among its arguments, and nothing else of them, since whatever else somebody sends may be
// a secret.

const isOurs = (value: unknown): value is string => typeof value === 'string' && /^[a-z]{3}_[\w-]{1,60}$/.test(value);

/** The argument itself, its `id`, or the first member that names one (`projectId`, `source.snapshotId`); null where there is none. */
export function aimOf(input: unknown): string | null {
  if (isOurs(input)) return input;
  return find(input, 0) ?? null;
}

const depthMax = 2;

function find(input: unknown, depth: number): string | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
  const members = Object.entries(input);
  const named = members.find(([name, value]) => name === 'id' && isOurs(value)) ?? members.find(isNamed);
  if (named) return String(named[1]);
  if (depth === depthMax) return undefined;
  for (const [, value] of members) {
    const found = find(value, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isNamed([name, value]: [string, unknown]): boolean {
  return name.endsWith('Id') && isOurs(value);
}
