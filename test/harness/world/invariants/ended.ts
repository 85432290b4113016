// Invariant 4: what was accepted has ended, or ended with a code; no lane holds anything; nothing is there that nobody asked for.

import { lifecycles } from '../../../../src/core/lifecycle.ts';
import type { Invariant } from './invariant.ts';

/** Statuses in which nothing waits for a job. */
const atRest = {
  snapshot: new Set(['available', 'missing', 'failed', ...ends('snapshot')]),
  restore: new Set(ends('restore')),
  preserved_branch: new Set(['present', 'missing', ...ends('preserved_branch')]),
  firing: new Set(['missed', ...ends('firing')]),
} as const;

function ends(resource: keyof typeof lifecycles): string[] {
  return Object.entries(lifecycles[resource]).flatMap(([status, events]) =>
    Object.keys(events).length === 0 ? [status] : [],
  );
}

export const everythingEnded: Invariant = (facts) => {
  const open = (kind: keyof typeof atRest, rows: readonly { id: string; status: string }[]) =>
    rows.filter(({ status }) => !atRest[kind].has(status)).map(({ id, status }) => `the ${kind} ${id} is ${status}`);
  return [
    ...facts.jobs
      .filter(({ status }) => status !== 'done')
      .map((job) => `the job ${job.id} (${job.job} of ${job.subject_id}) is ${job.status}: ${job.reason}`),
    ...open('snapshot', facts.snapshots),
    ...open('restore', facts.restores),
    ...open('preserved_branch', facts.preservedBranches),
    ...open('firing', facts.firings),
    ...[...facts.snapshots, ...facts.restores]
      .filter((row) => row.status === 'failed' && !row.error?.code)
      .map(({ id }) => `${id} failed without a code`),
    ...[...facts.snapshots, ...facts.restores]
      .filter((row) => row.clean_up === 'pending')
      .map(({ id }) => `${id} is not cleaned up`),
  ];
};

export const onlyWhatWasAsked: Invariant = (facts, asked) => {
  const fired = new Set(facts.firings.map(({ snapshot_id }) => snapshot_id));
  const known = {
    snapshots: new Set(facts.snapshots.map(({ id }) => id)),
    restores: new Set(facts.restores.map(({ id }) => id)),
  };
  return [
    ...facts.snapshots
      .filter(({ id }) => !asked.snapshots.has(id) && !fired.has(id))
      .map(({ id }) => `nobody asked for the snapshot ${id}`),
    ...facts.restores.filter(({ id }) => !asked.restores.has(id)).map(({ id }) => `nobody asked for the restore ${id}`),
    ...(['snapshots', 'restores'] as const).flatMap((kind) =>
      facts.heads.length === 0
        ? []
        : [...asked[kind]].filter((id) => !known[kind].has(id)).map((id) => `${id} was accepted, and is not there`),
    ),
  ];
};

/** A firing and its snapshot tell the same. */
export const firingsAreTold: Invariant = ({ firings, snapshots }) => {
  const rows = new Map(snapshots.map((row) => [row.id, row] as const));
  return firings.flatMap(({ id, status, snapshot_id }) => {
    if (status === 'coalesced') return snapshot_id === null ? [] : [`the firing ${id} is coalesced and has a snapshot`];
    const row = rows.get(snapshot_id ?? '');
    if (!row) return [`the firing ${id} has no snapshot`];
    return (status === 'served') === (row.available_at !== null)
      ? []
      : [`the firing ${id} is ${status}, and its snapshot is ${row.status}`];
  });
};
