// Owns the reading of the bounds in time of a list.

import { parseInstant } from '../core/instant.ts';
import type { TimeBounds } from './commands.ts';

/** The filter with its bounds as instants. Refuses with `invalid_instant`. */
export function readBounds<F extends TimeBounds>(filter: F) {
  const { since, until } = filter;
  return {
    ...filter,
    since: since === undefined ? undefined : parseInstant(since, 'since'),
    until: until === undefined ? undefined : parseInstant(until, 'until'),
  };
}
