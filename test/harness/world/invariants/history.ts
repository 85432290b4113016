// Invariant 2: the history of each status, as the audit chain tells it, is a path of `core/lifecycle` from the first status to the
// present one, each step once; and the chains verify.

import { type Resource, lifecycles } from '../../../../src/core/lifecycle.ts';
import { factOf } from '../../../../src/store/audit.ts';
import { hashAuditEvent } from '../../../../src/store/audit-chain.ts';
import type { Facts } from '../facts.ts';
import type { Invariant } from './invariant.ts';

type Event = Facts['events'][number];

/** The action that tells of a new one, and its status then. */
const beginnings: Readonly<Record<Resource, ReadonlyMap<string, string>>> = {
  snapshot: new Map([['snapshot.requested', 'requested']]),
  restore: new Map([['restore.requested', 'requested']]),
  preserved_branch: new Map([['preserved_branch.present', 'present']]),
  firing: new Map([
    ['firing.pending', 'pending'],
    ['firing.coalesced', 'coalesced'],
    ['firing.missed', 'missed'],
  ]),
  retention_plan: new Map([['retention_plan.pending', 'pending']]),
  credential: new Map([['credential.created', 'active']]),
};

export const historiesAreLegal: Invariant = (facts) => {
  const rowsOf: Record<Resource, readonly { id: string; status: string }[]> = {
    snapshot: facts.snapshots,
    restore: facts.restores,
    preserved_branch: facts.preservedBranches,
    firing: facts.firings,
    retention_plan: facts.retentionPlans,
    credential: facts.heads.length > 0 ? facts.credentials : [],
  };
  const bySubject = Map.groupBy(facts.events, (event) => `${event.subject_kind} ${event.subject_id}`);
  return (Object.keys(rowsOf) as Resource[]).flatMap((resource) =>
    rowsOf[resource].flatMap((row) => {
      const fault = follow(resource, row.status, bySubject.get(`${resource} ${row.id}`) ?? []);
      return fault === undefined ? [] : [`the history of the ${resource} ${row.id} (${row.status}): ${fault}`];
    }),
  );
};

/** What is wrong with the path; undefined where nothing is. */
function follow(resource: Resource, present: string, events: readonly Event[]): string | undefined {
  const statuses: object = lifecycles[resource];
  const once = new Set<string>();
  let status: string | undefined;
  for (const { action, details } of events) {
    const begun = beginnings[resource].get(action);
    if (status === undefined && begun !== undefined && details['from'] === undefined) {
      status = begun;
      continue;
    }
    const to = action.slice(resource.length + 1);
    if (!Object.hasOwn(statuses, to)) {
      // What is told besides, such as a clean-up's end, is told once.
      if (once.has(action) && action.includes('clean_up')) return `${action} is told twice`;
      once.add(action);
      continue;
    }
    if (status === undefined) return `${action} is told before its beginning`;
    if (details['from'] !== status) return `${action} came from ${String(details['from'])}, and it was ${status}`;
    if (!mayFollow(resource, status, to)) return `${to} may not follow ${status}`;
    status = to;
  }
  return status === present ? undefined : `it ends as ${status ?? 'never begun'}`;
}

function mayFollow(resource: Resource, from: string, to: string): boolean {
  const events = (lifecycles[resource] as Readonly<Record<string, Readonly<Record<string, string>>>>)[from] ?? {};
  return Object.values(events).includes(to);
}

/** Numbered without a gap, each hash over the one before, and the head is the last. */
export const chainsVerify: Invariant = ({ events, heads }) => {
  const chains = Map.groupBy(events, ({ team_id }) => team_id);
  return heads.flatMap((head) => {
    const chain = chains.get(head.team_id) ?? [];
    let hash = Buffer.alloc(32);
    const faults: string[] = [];
    for (const [index, event] of chain.entries()) {
      const isWhole = event.sequence === index + 1 && event.previous_hash.equals(hash);
      if (!isWhole || !hashOf(hash, event).equals(event.hash)) faults.push(`the event ${event.id} is not of its chain`);
      hash = Buffer.from(event.hash);
    }
    if (head.sequence !== chain.length || !head.hash.equals(hash))
      faults.push(`the head of ${head.team_id} is not its last`);
    return faults;
  });
};

function hashOf(previous: Buffer, event: Event): Buffer {
  return hashAuditEvent(previous, factOf(event));
}
