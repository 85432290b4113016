/**
 * Owns which names a call may give to roles and databases. Never says whether one is taken.
 */
import { requiredText, type Fields } from '../input.ts';
import { badRequest } from '../refusals.ts';

const bytesMax = 63;

/** Refuses 400 what Postgres would cut or keeps for itself. */
export function requiredIdentifier(fields: Fields, field: string): string {
  const name = requiredText(fields, field);
  if (Buffer.byteLength(name) > bytesMax) throw badRequest(`${field} must have at most ${bytesMax} bytes`);
  if (name.includes('\0')) throw badRequest(`${field} must not hold a zero character`);
  if (/^(pg_|cloud_admin$|postgres$|template[01]$|public$|none$)/.test(name)) {
    throw badRequest(`${field} ${name} is reserved`);
  }
  return name;
}
