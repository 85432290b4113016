// Stands between Afterglow and Neon: what is asked is done, and the answer is lost, as when a connection breaks.

import { NeonFailure } from '../../src/core/errors.ts';
import type { NeonApi } from '../../src/neon/api.ts';

/** The calls of the port that change something in Neon: all but those that only read. */
export type Change = Exclude<keyof NeonApi, `get${string}` | `list${string}`>;

export interface Losses {
  readonly changes: readonly Change[];
  wrap(real: NeonApi): NeonApi;
  /** The next answer of each is lost. With `isLate` the first list after it shows what was before. */
  lose(changes: readonly Change[], isLate: boolean): void;
  /** Whose answer is still to be lost. */
  left(): Change[];
  /** What was done more than once since `lose`. */
  done(): Change[];
  /** Loses nothing and counts nothing until the returned function is called. */
  suspend(): () => void;
}

export function loseAnswers(): Losses {
  let toLose = new Set<Change>();
  let isLate = false;
  let isSuspended = false;
  let done: Change[] = [];
  let stale: Partial<Record<'branches' | 'snapshots', unknown>> = {};

  const wrap = (real: NeonApi): NeonApi => {
    const lossy = <A extends unknown[], R>(change: Change, call: (projectId: string, ...rest: A) => Promise<R>) => {
      return async (projectId: string, ...rest: A): Promise<R> => {
        if (isSuspended) return call(projectId, ...rest);
        const isLost = toLose.has(change);
        const before = isLost && isLate ? await lists(real, projectId) : {};
        const answer = await call(projectId, ...rest);
        done.push(change);
        if (!isLost) return answer;
        toLose.delete(change);
        stale = before;
        throw new NeonFailure(`${change}: no answer came`, { kind: 'again', failure: 'neon_unreachable' });
      };
    };
    const late = <R>(what: 'branches' | 'snapshots', call: (projectId: string) => Promise<R>) => {
      return async (projectId: string): Promise<R> => {
        const before = stale[what];
        delete stale[what];
        return before === undefined ? call(projectId) : (before as R);
      };
    };
    return {
      ...real,
      createBranch: lossy('createBranch', real.createBranch),
      updateBranch: lossy('updateBranch', real.updateBranch),
      deleteBranch: lossy('deleteBranch', real.deleteBranch),
      restoreBranch: lossy('restoreBranch', real.restoreBranch),
      createSnapshot: lossy('createSnapshot', real.createSnapshot),
      renameSnapshot: lossy('renameSnapshot', real.renameSnapshot),
      deleteSnapshot: lossy('deleteSnapshot', real.deleteSnapshot),
      restoreSnapshot: lossy('restoreSnapshot', real.restoreSnapshot),
      finalizeRestore: lossy('finalizeRestore', real.finalizeRestore),
      listBranches: late('branches', real.listBranches),
      listSnapshots: late('snapshots', real.listSnapshots),
    };
  };

  return {
    changes: Object.keys(repeatable) as Change[],
    wrap,
    lose(changes, late) {
      toLose = new Set(changes);
      isLate = late;
      done = [];
      stale = {};
    },
    left: () => [...toLose],
    done: () => done.filter((change, index) => done.indexOf(change) !== index && !repeatable[change]),
    suspend() {
      isSuspended = true;
      return () => {
        isSuspended = false;
      };
    },
  };
}

/** Whether doing it again does nothing more: a change that is none is refused by Neon, or sets what is set. */
const repeatable: Record<Change, boolean> = {
  createBranch: false,
  updateBranch: true,
  deleteBranch: true,
  restoreBranch: false,
  createSnapshot: false,
  renameSnapshot: true,
  deleteSnapshot: true,
  restoreSnapshot: false,
  finalizeRestore: false,
};

async function lists(real: NeonApi, projectId: string): Promise<Record<'branches' | 'snapshots', unknown>> {
  return { branches: await real.listBranches(projectId), snapshots: await real.listSnapshots(projectId) };
}
