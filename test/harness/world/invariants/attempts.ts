// Invariant 5, and that attempts are facts: each has ended, fences rise, and no two of a lane were at work at once.

import type { Facts } from '../facts.ts';
import type { Invariant } from './invariant.ts';

type Attempt = Facts['attempts'][number];

export const attemptsEnded: Invariant = ({ attempts, jobs }) => {
  const fences = new Map(jobs.map(({ id, fence }) => [id, fence] as const));
  return attempts.flatMap((one, index) => {
    const name = `the attempt ${one.fence} of ${one.job_id}`;
    const next = attempts[index + 1];
    const hasNext = next?.job_id === one.job_id;
    return [
      ...(one.ended_at === null || one.outcome === null ? [`${name} has not ended`] : []),
      ...(one.ended_at !== null && one.ended_at < one.started_at ? [`${name} ended before it began`] : []),
      ...(one.fence > (fences.get(one.job_id) ?? 0) ? [`${name} has a fence above its job's`] : []),
      ...(hasNext && next.fence <= one.fence ? [`${name} is followed by the fence ${next.fence}`] : []),
      ...(hasNext && one.ended_at !== null && next.started_at < one.ended_at
        ? [`${name} ended after the next began`]
        : []),
    ];
  });
};

/** Of an attempt whose row another took nobody knows when it, or its process, ended: only that it had begun. */
function endOf({ outcome, started_at, ended_at }: Attempt): Date {
  return outcome === 'lost' || outcome === 'taken_over' ? started_at : (ended_at ?? started_at);
}

export const oneAtATimeInALane: Invariant = ({ attempts, jobs }) => {
  const laneOf = new Map(jobs.map(({ id, lane }) => [id, lane] as const));
  const lanes = Map.groupBy(attempts, ({ job_id }) => laneOf.get(job_id) ?? null);
  return [...lanes].flatMap(([lane, ofLane]) => {
    if (lane === null) return [];
    const inOrder = ofLane.toSorted((a, b) => a.started_at.getTime() - b.started_at.getTime());
    return inOrder.flatMap((one, index) => {
      const next = inOrder[index + 1];
      return next && next.job_id !== one.job_id && next.started_at < endOf(one)
        ? [
            `in the lane ${lane} the attempt ${next.fence} of ${next.job_id} began while ${one.fence} of ${one.job_id} was at work`,
          ]
        : [];
    });
  });
};
