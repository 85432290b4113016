// What it costs to append events to the chain, hashed and under its head, against a plain INSERT of the same rows into the same table, in a
// transaction of its own too. Both take turns.

import { randomUUID } from 'node:crypto';
import { appendAuditEvents, type NewAuditEvent } from '../../src/store/audit.ts';
import type { Histories, History } from './histories.ts';
import { median } from './pages.ts';

const goal = 2;
const batches = [1, 10, 100] as const;
const rounds = 200;
const plainTeam = 'tem_plain';

export async function measureAppend({ large }: Histories): Promise<string[]> {
  const lines = [`a transaction among ${large.rows} events, median of ${rounds}, in ms: plain, appended, ratio`];
  let worst = 0;
  let sequence = 0;
  for (const batch of batches) {
    const times = { plain: [] as number[], appended: [] as number[] };
    for (let round = -20; round < rounds; round += 1) {
      const events = Array.from({ length: batch }, () => makeEvent(large.teamId));
      const plain = await timed(() => insertPlainly(large, events, sequence));
      const appended = await timed(() => large.db.transaction().execute((tx) => appendAuditEvents(tx, events)));
      sequence += batch;
      if (round < 0) continue;
      times.plain.push(plain);
      times.appended.push(appended);
    }
    const [plain, appended] = [median(times.plain), median(times.appended)];
    worst = Math.max(worst, appended / plain);
    lines.push(
      `${`${batch} event(s)`.padEnd(40)}${plain.toFixed(2).padStart(7)}${appended.toFixed(2).padStart(7)}${(appended / plain).toFixed(2).padStart(7)}`,
    );
  }
  return [...lines, `the worst ratio is ${worst.toFixed(2)} (goal: at most ${goal})`];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}

const placeholder = Buffer.alloc(32, 1);

async function insertPlainly({ db }: History, events: readonly NewAuditEvent[], from: number): Promise<void> {
  const rows = events.map((event, index) => ({
    team_id: plainTeam,
    sequence: from + index + 1,
    id: event.id,
    at: event.at,
    actor_kind: event.actor.kind,
    actor_id: event.actor.id,
    actor_label: event.actor.label,
    action: event.action,
    subject_kind: event.subject.kind,
    subject_id: event.subject.id,
    request_id: event.requestId,
    source_address: event.sourceAddress,
    details: JSON.stringify(event.details),
    before: JSON.stringify(event.before),
    after: JSON.stringify(event.after),
    form: 2,
    previous_hash: placeholder,
    hash: placeholder,
  }));
  await db.transaction().execute((tx) => tx.insertInto('audit_events').values(rows).execute());
}

function makeEvent(teamId: string): NewAuditEvent {
  return {
    id: `evt_${randomUUID()}`,
    teamId,
    at: new Date(),
    actor: { kind: 'service', id: 'key_7', label: 'ag_12345' },
    action: 'snapshot.creating',
    subject: { kind: 'snapshot', id: `snp_${randomUUID()}` },
    requestId: randomUUID(),
    sourceAddress: '192.0.2.1',
    details: { from: 'requested', policyId: `pol_${randomUUID()}` },
    before: { status: 'requested' },
    after: { status: 'creating' },
  };
}
