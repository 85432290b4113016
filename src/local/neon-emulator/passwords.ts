/**
 * Owns which of the passwords that a role was ever given is in force on a branch: the one that matches what the branch's own
 * catalog holds. So a branch that was taken back in time answers with the password of that time, whatever happened since. A
 * password that was set by SQL is not known.
 */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { removeFrom } from './context.ts';
import type { ProjectRecord } from './state.ts';

const derive = promisify(pbkdf2);
/** Each one that is tried takes milliseconds. */
const keptOfRole = 50;

/** `verifier` as in pg_authid.rolpassword; a `password` that is given needs none. */
export async function findPassword(
  project: ProjectRecord,
  role: { readonly name: string; readonly verifier: string | undefined; readonly password?: string | undefined },
): Promise<string | undefined> {
  if (role.password !== undefined) return role.password;
  if (role.verifier === undefined) return undefined;
  for (const password of passwordsOf(project, role.name).toReversed()) {
    if (await isMadeOf(role.verifier, password)) return password;
  }
  return undefined;
}

/** All that a role of this name was ever given, on whichever branch, newest last. */
export function passwordsOf(project: ProjectRecord, role: string): string[] {
  return project.rolePasswords.filter((known) => known.role === role).map(({ password }) => password);
}

/** To be called, and saved, before the role is given it: a password that was never applied matches nothing. */
export function rememberPassword(project: ProjectRecord, role: string, password: string): void {
  project.rolePasswords.push({ role, password });
  const ofRole = project.rolePasswords.filter((known) => known.role === role);
  if (ofRole.length > keptOfRole) removeFrom(project.rolePasswords, ofRole[0]);
}

/** RFC 5802: SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>. */
async function isMadeOf(verifier: string, password: string): Promise<boolean> {
  const [, iterations, salt, storedKey] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(verifier) ?? [];
  if (iterations === undefined || salt === undefined || storedKey === undefined) return false;
  const salted = await derive(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const expected = createHash('sha256').update(clientKey).digest();
  const stored = Buffer.from(storedKey, 'base64');
  return stored.length === expected.length && timingSafeEqual(stored, expected);
}
