// Chains in memory, as an export writes them, and the ways to tamper with one.

import { randomBytes } from 'node:crypto';
import { type AuditFact, chainBegin, hashAuditEvent } from '../../src/store/audit-chain.ts';
import { parseSigner, type SignedHead } from '../../src/store/signing.ts';

export type Told = AuditFact & { previousHash: string; hash: string };

/** A chain of so many events, the first half of them of form 1. */
export function makeChain(count: number, teamId = 'tem_a'): Told[] {
  const events = Array.from({ length: count }, (_, index) => makeEvent(index + 1, index < count / 2 ? 1 : 2, teamId));
  return link(events);
}

export function makeEvent(sequence: number, form: number, teamId = 'tem_a'): AuditFact {
  const isNew = form > 1;
  return {
    form,
    id: `evt_${sequence}`,
    teamId,
    sequence,
    at: new Date(1_780_000_000_000 + sequence * 1_000).toISOString(),
    actor: { kind: 'person', id: 'key_1', label: isNew ? 'ag_12345' : null },
    action: 'policy.updated',
    subject: { kind: 'policy', id: 'pol_1' },
    requestId: sequence % 2 ? `req-${sequence}` : null,
    sourceAddress: null,
    details: { '2': 'b', '1': 'a', version: sequence, text: 'ü ☃ "' },
    before: isNew ? { keepLast: sequence } : null,
    after: isNew ? { keepLast: sequence + 1 } : null,
  };
}

/** Hashes them anew, as one would who may write everything. */
export function link(facts: readonly AuditFact[], from: Buffer = chainBegin): Told[] {
  let previous = from;
  return facts.map((fact) => {
    const { previousHash: _previous, hash: _hash, ...plain } = fact as Partial<Told> & AuditFact;
    const hash = hashAuditEvent(previous, plain);
    const told = { ...plain, previousHash: previous.toString('hex'), hash: hash.toString('hex') };
    previous = hash;
    return told;
  });
}

export function linesOf(events: readonly object[]): string[] {
  return events.map((event) => JSON.stringify(event));
}

export function headOf(events: readonly Told[], kind: SignedHead['kind'] = 'head'): SignedHead {
  const last = events.at(-1);
  if (!last) throw new Error('a chain without events has no last one');
  const { teamId, sequence, hash, at } = last;
  return { kind, teamId, sequence, hash, at, month: null, signedAt: '2026-11-26T00:00:00.000Z' };
}

export function makeSigner() {
  return parseSigner(`a:${randomBytes(32).toString('base64url')}`);
}

export async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
