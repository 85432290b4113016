// Owns when work that was cancelled counts as ended for a caller who waits.

import type { CleanUp } from '../../domain/index.ts';

/** What it made is removed, or left, or it had made nothing. */
export function isCleanedUp({ cleanUp }: { readonly cleanUp: CleanUp | null }): boolean {
  return cleanUp !== 'pending';
}
