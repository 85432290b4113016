// Owns the names under which Afterglow makes things in Neon. Each is derived from our id alone, so that a result whose
// answer was lost can be looked for by its name.

/**
 * The Neon name, and slug, of what the resource `id` makes. Fits Neon's slug rule `^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`.
 * `purpose` tells apart several things made for one resource.
 */
export function derivedName(id: string, purpose?: 'preserved'): string {
  return `afterglow-${id.replace('_', '-')}${purpose ? '-old' : ''}`;
}
