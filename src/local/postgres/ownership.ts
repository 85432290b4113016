/**
 * Owns whose files a cluster's are, in the one case where Postgres runs as another user than this process: root that may not
 * make user namespaces runs it as nobody. Elsewhere it does nothing.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Another user's ids, where the files of a cluster must belong to that user. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export async function findNobody(): Promise<Owner> {
  const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
  return { uid: uid ?? 65_534, gid: gid ?? 65_534 };
}

async function idOf(flag: '-u' | '-g'): Promise<number | undefined> {
  try {
    const { stdout } = await run('id', [flag, 'nobody']);
    const value = Number.parseInt(stdout, 10);
    return Number.isInteger(value) && value > 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Gives a directory and all in it to the user that Postgres runs as. Repeatable. */
export async function handOver(dir: string, owner: Owner | undefined): Promise<void> {
  if (owner === undefined) return;
  await run('chown', ['-R', `${owner.uid}:${owner.gid}`, dir]);
}
