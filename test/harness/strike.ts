// Strikes calls of Neon with the emulator's faults, so that the real client meets them: its time-outs and its table of failures.

import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultOrder } from '../../src/local/neon-emulator/faults.ts';
import type { NeonApi } from '../../src/neon/api.ts';
import type { Started } from './app.ts';

const branch = '/projects/:projectId/branches/:branchId';

/** The call that each method of the port makes. */
export const routes: Readonly<Record<keyof NeonApi, string>> = {
  getAccountId: 'GET /auth',
  getProject: 'GET /projects/:projectId',
  listBranches: 'GET /projects/:projectId/branches',
  listSnapshots: 'GET /projects/:projectId/snapshots',
  listOperations: 'GET /projects/:projectId/operations',
  createBranch: 'POST /projects/:projectId/branches',
  updateBranch: `PATCH ${branch}`,
  deleteBranch: `DELETE ${branch}`,
  restoreBranch: `POST ${branch}/restore`,
  createSnapshot: `POST ${branch}/snapshot`,
  renameSnapshot: 'PATCH /projects/:projectId/snapshots/:snapshotId',
  deleteSnapshot: 'DELETE /projects/:projectId/snapshots/:snapshotId',
  restoreSnapshot: 'POST /projects/:projectId/snapshots/:snapshotId/restore',
  finalizeRestore: `POST ${branch}/finalize_restore`,
  getBackupSchedule: `GET ${branch}/backup_schedule`,
  setBackupSchedule: `PUT ${branch}/backup_schedule`,
  listDatabases: `GET ${branch}/databases`,
  getConnectionUri: 'GET /projects/:projectId/connection_uri',
};

export type Call = keyof NeonApi;
export type Fault = FaultOrder['fault'];

export interface Struck {
  /** How often the fault has struck. */
  times(): number;
  /** Waits until it has struck so often. */
  until(times?: number): Promise<void>;
  /** Ends it; a call that hangs goes on. */
  end(): void;
}

/** Strikes every call of this method, or the next `times` ones; every call of Neon where none is named. */
export async function strike(
  { emulator }: Pick<Started, 'emulator'>,
  call: Call | 'any',
  fault: Fault,
  times?: number,
): Promise<Struck> {
  const { control } = emulator;
  const { id } = await control.add({
    ...(call === 'any' ? {} : { route: routes[call] }),
    ...(times === undefined ? {} : { times }),
    fault,
  });
  const struck = () => control.list().find((one) => one.id === id)?.struck ?? 0;
  return {
    times: struck,
    async until(wanted = 1) {
      for (const deadline = Date.now() + 20_000; struck() < wanted; await sleep(5)) {
        if (Date.now() > deadline) throw new Error(`${call} was struck ${struck()} times within 20 seconds`);
      }
    },
    end: () => control.clear(id),
  };
}

/** Counts the calls of a method, and changes nothing. */
export function countCalls(at: Pick<Started, 'emulator'>, call: Call): Promise<Struck> {
  return strike(at, call, { kind: 'delay', ms: 0 });
}

/** The next call of a method waits, before Neon does it or after, until it is let go. Not longer than the client's time-out. */
export async function hold(at: Pick<Started, 'emulator'>, call: Call, when: 'before' | 'after'): Promise<Struck> {
  return strike(at, call, { kind: 'hang', when }, 1);
}
