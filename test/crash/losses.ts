// Stands between Afterglow and Neon: what is asked is done, and the answer is lost, as when a connection breaks.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Test } from 'tap';
import { answerChannel, type PublishedAnswer } from '../../src/local/neon-emulator/answers.ts';
import type { NeonApi } from '../../src/neon/api.ts';
import type { Registered } from '../harness/app.ts';
import { routes, strike, type Struck } from '../harness/strike.ts';

/** The calls of the port that change something in Neon: all but those that only read. */
export type Change = Exclude<keyof NeonApi, `get${string}` | `list${string}`>;

export interface Losses {
  /** The next answer of each is lost. With `isLate` the first list after it shows what was before. */
  lose(changes: readonly Change[], isLate: boolean): Promise<void>;
  /** Whose answer is still to be lost. */
  left(): Change[];
  /** What was done more than once since `lose`. */
  done(): Change[];
  /** Does something without losing or counting anything. */
  without<T>(act: () => Promise<T>): Promise<T>;
}

/** Whether doing it again does nothing more: a change that is none is refused by Neon, or sets what is set. */
const repeatable: Readonly<Record<Change, boolean>> = {
  createBranch: false,
  updateBranch: true,
  deleteBranch: true,
  restoreBranch: false,
  createSnapshot: false,
  renameSnapshot: true,
  deleteSnapshot: true,
  restoreSnapshot: false,
  finalizeRestore: false,
  setBackupSchedule: true,
};

export const changes = Object.keys(repeatable).filter(isChange);

function isChange(call: string): call is Change {
  return Object.hasOwn(repeatable, call);
}

export function loseAnswers(t: Test, world: Registered): Losses {
  const losing = new Map<Change, Struck>();
  let isLate = false;
  let isCounting = false;
  let done: Change[] = [];
  let stale: Partial<Record<'branches' | 'snapshots', unknown>> = {};

  const hear = (message: unknown) => {
    const change = isCounting && isAnswer(message) ? changeOf(world, message) : undefined;
    if (change !== undefined) done.push(change);
  };
  subscribe(answerChannel, hear);
  t.teardown(() => unsubscribe(answerChannel, hear));

  // The emulator's faults lose the answers; that its lists are late is forged, since no fault makes an answer of another time.
  const remember = <A extends unknown[], R>(change: Change, call: (projectId: string, ...rest: A) => Promise<R>) => {
    return async (projectId: string, ...rest: A): Promise<R> => {
      const struck = losing.get(change);
      if (!isLate || struck?.times() !== 0) return call(projectId, ...rest);
      const before = await lists(world.neon, projectId);
      return call(projectId, ...rest).finally(() => {
        if (struck.times() > 0) stale = before;
      });
    };
  };
  const late = <R>(what: 'branches' | 'snapshots', call: (projectId: string) => Promise<R>) => {
    return async (projectId: string): Promise<R> => {
      const before = stale[what];
      delete stale[what];
      return before === undefined ? call(projectId) : (before as R);
    };
  };
  world.faults.neon = (real) => ({
    createBranch: remember('createBranch', real.createBranch),
    updateBranch: remember('updateBranch', real.updateBranch),
    deleteBranch: remember('deleteBranch', real.deleteBranch),
    restoreBranch: remember('restoreBranch', real.restoreBranch),
    createSnapshot: remember('createSnapshot', real.createSnapshot),
    renameSnapshot: remember('renameSnapshot', real.renameSnapshot),
    deleteSnapshot: remember('deleteSnapshot', real.deleteSnapshot),
    restoreSnapshot: remember('restoreSnapshot', real.restoreSnapshot),
    finalizeRestore: remember('finalizeRestore', real.finalizeRestore),
    setBackupSchedule: remember('setBackupSchedule', real.setBackupSchedule),
    listBranches: late('branches', real.listBranches),
    listSnapshots: late('snapshots', real.listSnapshots),
  });

  return {
    async lose(wanted, late) {
      world.emulator.control.clear();
      losing.clear();
      isLate = late;
      done = [];
      stale = {};
      for (const change of wanted) losing.set(change, await strike(world, change, { kind: 'drop', when: 'after' }, 1));
      isCounting = true;
    },
    left: () => [...losing].filter(([, struck]) => struck.times() === 0).map(([change]) => change),
    done: () => done.filter((change, index) => done.indexOf(change) !== index && !repeatable[change]),
    async without(act) {
      const wanted = [...losing.keys()];
      world.emulator.control.clear();
      losing.clear();
      isCounting = false;
      const result = await act();
      await this.lose(wanted, isLate);
      return result;
    },
  };
}

/** What Neon did, by its answer; undefined for what it refused, for what only reads, and for another emulator's. */
function changeOf({ project }: Registered, { method, route, url, status }: PublishedAnswer): Change | undefined {
  if (status >= 300 || !url.includes(`/projects/${project.neonProjectId}/`)) return undefined;
  return changes.find((change) => routes[change] === `${method} ${route}`);
}

function isAnswer(message: unknown): message is PublishedAnswer {
  return typeof message === 'object' && message !== null && 'route' in message;
}

async function lists(real: NeonApi, projectId: string): Promise<Record<'branches' | 'snapshots', unknown>> {
  return { branches: await real.listBranches(projectId), snapshots: await real.listSnapshots(projectId) };
}
