// Invariant 1: nothing that a hold or a lock covered took a step on its way out, in the order in which the audit chain tells it.

import type { Facts } from '../facts.ts';
import type { Invariant } from './invariant.ts';

type Event = Facts['events'][number];

const stepsOut: ReadonlySet<string> = new Set(['snapshot.expiring', 'snapshot.purging']);

export const nothingCoveredGoes: Invariant = ({ events, covers }) => {
  const bySubject = Map.groupBy(events, ({ subject_id }) => subject_id);
  const stepsOf = (id: string): Event[] => (bySubject.get(id) ?? []).filter(({ action }) => stepsOut.has(action));
  return [
    ...covers.flatMap(({ snapshot_id, hold_id }) => {
      const told = bySubject.get(hold_id) ?? [];
      const from = told.find(({ action }) => action === 'hold.placed')?.sequence ?? 0;
      const until = told.find(({ action }) => action === 'hold.released')?.sequence ?? Number.POSITIVE_INFINITY;
      return stepsOf(snapshot_id)
        .filter(({ sequence }) => sequence > from && sequence < until)
        .map(({ action }) => `${action} of ${snapshot_id}, which the hold ${hold_id} covered`);
    }),
    ...events
      .filter(({ action }) => action === 'snapshot.locked')
      .flatMap((lock) => brokenBy(lock, stepsOf(lock.subject_id))),
  ];
};

/** No test makes a lock that ends, or that anybody lifts. */
function brokenBy(lock: Event, steps: readonly Event[]): string[] {
  return steps
    .filter(({ sequence }) => sequence > lock.sequence)
    .map(({ action }) => `${action} of ${lock.subject_id}, which was locked`);
}
