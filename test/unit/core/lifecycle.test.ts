// Which status follows which: every entry of the tables, and a refusal for everything else.

import t from 'tap';
import {
  type EventOf,
  hasEnded,
  lifecycles,
  nextStatus,
  type Resource,
  type StatusOf,
} from '../../../src/core/lifecycle.ts';

/** The tables once more, as a reader of the design would write them: status, event, next. */
const entries: Record<Resource, [string, string, string][]> = {
  snapshot: [
    ['requested', 'start', 'creating'],
    ['requested', 'fail', 'failed'],
    ['requested', 'cancel', 'cancelled'],
    ['creating', 'complete', 'available'],
    ['creating', 'fail', 'failed'],
    ['creating', 'cancel', 'cancelled'],
    ['available', 'expire', 'expiring'],
    ['available', 'delete', 'expiring'],
    ['available', 'lose', 'missing'],
    ['expiring', 'keep', 'available'],
    ['expiring', 'purge', 'purging'],
    ['purging', 'finish', 'purged'],
    ['purging', 'give_up', 'available'],
    ['missing', 'find', 'available'],
    ['missing', 'delete', 'purged'],
    ['failed', 'adopt', 'available'],
  ],
  restore: [
    ['requested', 'start', 'running'],
    ['requested', 'fail', 'failed'],
    ['requested', 'cancel', 'cancelled'],
    ['running', 'succeed', 'succeeded'],
    ['running', 'fail', 'failed'],
    ['running', 'cancel', 'cancelled'],
  ],
  preserved_branch: [
    ['present', 'delete', 'purging'],
    ['present', 'lose', 'missing'],
    ['purging', 'finish', 'purged'],
    ['missing', 'find', 'present'],
    ['missing', 'delete', 'purged'],
    ['purging', 'give_up', 'present'],
  ],
  firing: [
    ['pending', 'serve', 'served'],
    ['pending', 'miss', 'missed'],
    ['missed', 'serve', 'served'],
  ],
  retention_plan: [
    ['pending', 'approve', 'approved'],
    ['pending', 'reject', 'rejected'],
    ['pending', 'supersede', 'superseded'],
    ['rejected', 'supersede', 'superseded'],
  ],
  credential: [
    ['active', 'refuse', 'refused'],
    ['refused', 'accept', 'active'],
  ],
};

const ends: Record<Resource, string[]> = {
  snapshot: ['cancelled', 'purged'],
  restore: ['succeeded', 'failed', 'cancelled'],
  preserved_branch: ['purged'],
  firing: ['served', 'coalesced'],
  retention_plan: ['approved', 'superseded'],
  credential: [],
};

const resources = Object.keys(lifecycles) as Resource[];

/** The table as plain words, so that what it does not hold can be asked for too. */
function tableOf(resource: Resource): [status: string, row: object][] {
  return Object.entries(lifecycles[resource]);
}

/** Every event of every table: none may be taken where there is no entry. */
const events = [...new Set(resources.flatMap((resource) => entries[resource].map(([, event]) => event)))];

for (const resource of resources) {
  t.test(`${resource}: every entry is taken, everything else is transition_refused`, async (t) => {
    const taken = new Map(entries[resource].map(([status, event, next]) => [`${status} ${event}`, next]));
    t.equal(
      taken.size,
      tableOf(resource).reduce((sum, [, row]) => sum + Object.keys(row).length, 0),
    );
    for (const [status] of tableOf(resource)) {
      for (const event of events) {
        const next = taken.get(`${status} ${event}`);
        const act = () => nextStatus(resource, status as StatusOf<Resource>, event as EventOf<Resource>);
        if (next !== undefined) t.equal(act(), next, `${status} ${event}`);
        else
          t.throws(
            act,
            { code: 'transition_refused', members: { presentStatus: status, event } },
            `${status} ${event}`,
          );
      }
    }
  });

  t.test(`${resource}: ended is what no event leads out of`, async (t) => {
    const ended = tableOf(resource).filter(([status]) => hasEnded(resource, status as StatusOf<Resource>));
    t.strictSame(
      ended.map(([status]) => status),
      ends[resource],
    );
  });
}
