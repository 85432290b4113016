// Owns when a pass of retention may let go by itself what its rule lets go, and when a person must look at it first.

import { expireAtMostShareDefault } from './policy.ts';

/** So few are never a mistake worth a person's time. */
const expireFreely = 5;

/** Whether expiring so many of a branch's points takes a person's approval (wal-g#230: one delete purged everything). */
export function needsApproval(count: { readonly points: number; readonly expires: number }, share?: number): boolean {
  return count.expires > expireFreely && count.expires > count.points * (share ?? expireAtMostShareDefault);
}
