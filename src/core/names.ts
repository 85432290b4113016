// Owns the names under which Afterglow makes things in Neon. Each is derived from our id alone, so that a result whose
// answer was lost can be looked for by its name.

const prefix = 'afterglow-';
const preservedSuffix = '-old';

/**
 * The Neon name, and slug, of what the resource `id` makes. Fits Neon's slug rule `^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`.
 * `purpose` tells apart several things made for one resource.
 */
export function derivedName(id: string, purpose?: 'preserved'): string {
  return `${prefix}${id.replace('_', '-')}${purpose ? preservedSuffix : ''}`;
}

/** Whether the name is one that an Afterglow gives: this one, or another that shares the Neon project. */
export function hasOurPrefix(name: string): boolean {
  return name.startsWith(prefix);
}

/** The id from which the name would be derived, whether such a resource exists or not; undefined for any other name. */
export function idOfDerivedName(name: string): string | undefined {
  const [, kind, uuid] = /^afterglow-([a-z]{3})-([0-9a-f-]{36})(?:-old)?$/.exec(name) ?? [];
  return kind === undefined || uuid === undefined ? undefined : `${kind}_${uuid}`;
}
