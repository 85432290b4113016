/**
 * Owns under which user and under whose care the Postgres programs run: never as root (Postgres refuses), and never so
 * that they outlive this process. It only builds command lines; it starts nothing but two small probes.
 */
import { execFile } from 'node:child_process';
import type { SpawnOptions } from 'node:child_process';
import { promisify } from 'node:util';
import { LocalPostgresError } from './failures.ts';
import type { Binaries } from './binaries.ts';
import { findNobody, type Owner } from './ownership.ts';

export interface RunAs {
  readonly owner: Owner | undefined;
  /** True where the kernel ends the program when this process dies; otherwise it must be handed to the watcher. */
  readonly diesWithParent: boolean;
  command(
    binaries: Binaries,
    program: 'postgres' | 'initdb',
    args: readonly string[],
  ): { file: string; args: string[]; options: SpawnOptions };
}

const run = promisify(execFile);
let chosen: Promise<RunAs> | undefined;

/** Chooses once per process. Error code: cannot_run_as_root. */
export function chooseRunAs(binaries: Binaries): Promise<RunAs> {
  chosen ??= choose(binaries);
  return chosen;
}

/** Runs and does nothing: for probes. */
const nothing = ['sh', '-c', ':'];
const intoNamespace = ['unshare', '-U', '--map-user=1000', '--map-group=1000'];
// After setpriv the parent may already be gone: then the signal never comes, and the shell gives up instead.
const onlyWithParent = 'test "$PPID" = "$0" && exec "$@"';
// Where the watcher cares: not before it knows the pid. A service that died until then leaves the end of the input.
const onlyWatched = ['sh', '-c', 'read -r go && exec "$@"', 'sh'];

async function choose(binaries: Binaries): Promise<RunAs> {
  const diesWithParent = await succeeds('setpriv', ['--pdeathsig', 'QUIT', ...nothing]);
  const guard = diesWithParent
    ? ['setpriv', '--pdeathsig', 'QUIT', 'sh', '-c', onlyWithParent, String(process.pid)]
    : [];
  if (process.getuid?.() !== 0) return runAs(guard, undefined, diesWithParent);
  const [unshare = '', ...flags] = intoNamespace;
  if (await succeeds(unshare, [...flags, ...nothing]))
    return runAs([...intoNamespace, ...guard], undefined, diesWithParent);
  const owner = await findOtherUser(binaries);
  return runAs(guard, owner, diesWithParent);
}

function runAs(prefix: string[], owner: Owner | undefined, diesWithParent: boolean): RunAs {
  return {
    owner,
    diesWithParent,
    command(binaries, program, programArgs) {
      const watched = diesWithParent || program === 'initdb' ? [] : onlyWatched;
      const [file = '', ...args] = [...prefix, ...watched, binaries[program], ...programArgs];
      const env = { ...process.env, ...binaries.env, LC_ALL: 'C', TZ: 'UTC' };
      // A group of its own: Ctrl-C in a terminal must reach the service, which then stops Postgres in order.
      return { file, args, options: { env, detached: true, ...owner } };
    },
  };
}

async function findOtherUser(binaries: Binaries): Promise<Owner> {
  const owner = await findNobody();
  const env = { ...process.env, ...binaries.env };
  if (await succeeds(binaries.postgres, ['--version'], { ...owner, env })) return owner;
  throw new LocalPostgresError(
    'cannot_run_as_root',
    `Postgres does not run as root, this system forbids user namespaces, and uid ${owner.uid} cannot read ${binaries.postgres}: run as an ordinary user, or set DATABASE_URL and NEON_API_URL.`,
  );
}

async function succeeds(file: string, args: readonly string[], options: SpawnOptions = {}): Promise<boolean> {
  try {
    const { uid, gid, env } = options;
    await run(file, [...args], { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }), env });
    return true;
  } catch {
    return false;
  }
}
