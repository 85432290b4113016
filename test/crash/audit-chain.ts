// Recomputes every audit chain of a database: numbered without a gap, each hash over the one before, and the head is the last.

import type { Test } from 'tap';
import { hashAuditEvent } from '../../src/store/audit.ts';
import { rowsOf } from '../process/client.ts';

interface Event {
  readonly team_id: string;
  readonly sequence: string;
  readonly id: string;
  readonly at: Date;
  readonly actor_kind: 'person' | 'service' | 'scheduler';
  readonly actor_id: string;
  readonly action: string;
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly request_id: string | null;
  readonly source_address: string | null;
  readonly details: Record<string, unknown>;
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
}

export async function checkAuditChains(t: Test, databaseUrl: string): Promise<void> {
  const heads = await rowsOf<{ team_id: string; sequence: string; hash: Buffer }>(
    databaseUrl,
    'select team_id, sequence, hash from audit_heads',
  );
  t.ok(heads.length > 0, 'there is an audit chain');
  for (const head of heads) {
    const events = await rowsOf<Event>(databaseUrl, 'select * from audit_events where team_id = $1 order by sequence', [
      head.team_id,
    ]);
    let hash = Buffer.alloc(32);
    const faults: string[] = [];
    for (const [index, event] of events.entries()) {
      const computed = hashOf(hash, event);
      const isWhole = Number(event.sequence) === index + 1 && event.previous_hash.equals(hash);
      if (!isWhole || !computed.equals(event.hash)) faults.push(`${event.sequence} ${event.action}`);
      hash = Buffer.from(event.hash);
    }
    t.strictSame(faults, [], `the audit chain of ${events.length} events verifies`);
    t.equal(Number(head.sequence), events.length, 'its head counts them');
    t.ok(head.hash.equals(hash), 'and names the last');
  }
}

function hashOf(previous: Buffer, event: Event): Buffer {
  return hashAuditEvent(previous, {
    id: event.id,
    teamId: event.team_id,
    at: event.at,
    actor: { kind: event.actor_kind, id: event.actor_id },
    action: event.action,
    subject: { kind: event.subject_kind, id: event.subject_id },
    requestId: event.request_id,
    sourceAddress: event.source_address,
    details: event.details,
    sequence: Number(event.sequence),
  });
}
