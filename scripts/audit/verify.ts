// Owns the verdict on an exported audit history: every event names the hash of the one before it, and fits the signed heads. It reads line
// by line, holds nothing of what it has read, and needs neither the service nor its database.

import { type AuditFact, chainBegin, hashAuditEvent } from '../../src/store/audit-chain.ts';
import type { SignedHead } from '../../src/store/signing.ts';

export interface Fault {
  /** Counted from 1; of what is missing at the end, the line after the last. */
  readonly line: number;
  /** What is known of the first event that does not fit. */
  readonly sequence: number | null;
  readonly id: string | null;
  readonly what: string;
}

export interface Verdict {
  readonly events: number;
  readonly teamId: string | null;
  readonly from: number | null;
  readonly to: number | null;
  /** The first event that does not fit; undefined where all do. */
  readonly fault: Fault | undefined;
}

export interface Proof {
  /** Where the chain begins: the closing head of the month before it. */
  readonly closing?: SignedHead | undefined;
  readonly heads?: readonly SignedHead[];
  /** The number of the first event where there is no closing head, said by who knows that the export is a piece. Default: 1. */
  readonly begins?: number | 'anywhere' | undefined;
}

type Told = AuditFact & { readonly previousHash: string; readonly hash: string };

/** Judges the lines of an export. The lines after the first fault are not read. */
export async function verifyAudit(
  lines: AsyncIterable<string>,
  { closing, heads = [], begins = 1 }: Proof,
): Promise<Verdict> {
  const known = closing ? [closing, ...heads] : heads;
  let count = 0;
  let first: Told | undefined;
  let last: Told | undefined;
  const verdict = (fault?: Fault): Verdict => ({
    events: count,
    teamId: last?.teamId ?? closing?.teamId ?? null,
    from: first?.sequence ?? null,
    to: last?.sequence ?? null,
    fault,
  });
  for await (const line of lines) {
    const event = readEvent(line);
    if (typeof event === 'string') return verdict({ line: count + 1, sequence: null, id: null, what: event });
    const what = judgeLink(event, last ?? closing, begins) ?? judgeSelf(event) ?? judgeHeads(event, last, known);
    if (what !== undefined) return verdict({ line: count + 1, sequence: event.sequence, id: event.id, what });
    count += 1;
    first ??= event;
    last = event;
  }
  return verdict(judgeEnd(last ?? closing, first, heads, count + 1));
}

/** The event of a line, or what is wrong with the line. */
function readEvent(line: string): Told | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'the line is not JSON';
  }
  // A name that is there twice, or a number in another spelling, would be hidden by parsing.
  if (JSON.stringify(value) !== line) return 'the line is not as it was exported';
  return isEvent(value) ? value : 'the line is no audit event';
}

function isEvent(value: unknown): value is Told {
  if (typeof value !== 'object' || value === null) return false;
  const event = value as { readonly [K in keyof Told]?: unknown };
  const texts = [event.id, event.teamId, event.at, event.previousHash, event.hash];
  const isHash = (text: unknown) => /^[0-9a-f]{64}$/.test(String(text));
  return (
    texts.every((text) => typeof text === 'string') &&
    isHash(event.previousHash) &&
    isHash(event.hash) &&
    Number.isSafeInteger(event.sequence) &&
    (event.form === 1 || event.form === 2) &&
    typeof event.actor === 'object' &&
    event.actor !== null
  );
}

/** Whether it follows the event before it, or may be the first. */
function judgeLink(
  event: Told,
  before: SignedHead | Told | undefined,
  begins: number | 'anywhere',
): string | undefined {
  if (!before) return judgeBegin(event, begins);
  if (event.teamId !== before.teamId) return `it is of the team ${event.teamId}, not of ${before.teamId}`;
  if (event.sequence !== before.sequence + 1) {
    return `it is number ${event.sequence} where ${before.sequence + 1} is due: events are missing, added, or in another order`;
  }
  if (event.previousHash !== before.hash) return 'it names another hash than that of the event before it';
  return undefined;
}

function judgeBegin({ sequence, previousHash }: Told, begins: number | 'anywhere'): string | undefined {
  if (sequence === 1 && previousHash !== chainBegin.toString('hex')) {
    return 'it is the first of its chain, and names an event before it';
  }
  if (begins === 'anywhere' || sequence === begins) return undefined;
  return begins === 1
    ? `it is number ${sequence}, and what was before it is missing: only a closing head (--closing), or your word that this is a piece of the history (--piece), lets it begin there`
    : `it is number ${sequence} where ${begins} is due`;
}

function judgeSelf({ previousHash, hash, ...fact }: Told): string | undefined {
  if (fact.form === 1 && (fact.actor.label !== null || fact.before !== null || fact.after !== null)) {
    return 'it says what events of its form could not say';
  }
  return hashOf(previousHash, fact) === hash ? undefined : 'what it says has another hash: it was changed';
}

/** Undefined of what no event can say, such as half a character. */
function hashOf(previousHash: string, fact: AuditFact): string | undefined {
  try {
    return hashAuditEvent(Buffer.from(previousHash, 'hex'), fact).toString('hex');
  } catch {
    return undefined;
  }
}

function judgeHeads(event: Told, last: Told | undefined, heads: readonly SignedHead[]): string | undefined {
  for (const head of heads) {
    if (head.teamId !== event.teamId) return `it is of the team ${event.teamId}, and the signed head of ${head.teamId}`;
    if (head.sequence === event.sequence && head.hash !== event.hash) {
      return `it has another hash than the head that was signed at ${head.signedAt}: the chain was written anew`;
    }
    if (!last && head.sequence === event.sequence - 1 && head.hash !== event.previousHash) {
      return `it follows another event than the head that was signed at ${head.signedAt}`;
    }
  }
  return undefined;
}

/** Whether every signed head was reached, and none lies before what was given. */
function judgeEnd(
  last: { readonly sequence: number } | undefined,
  first: Told | undefined,
  heads: readonly SignedHead[],
  line: number,
): Fault | undefined {
  const end = last?.sequence ?? 0;
  for (const { sequence, signedAt } of heads) {
    if (sequence > end) {
      const what = `it is missing: the events end with number ${end}, and the head that was signed at ${signedAt} is number ${sequence}`;
      return { line, sequence: end + 1, id: null, what };
    }
    if (first && sequence < first.sequence - 1) {
      const what = `the events begin with it, so the head that was signed at ${signedAt}, of number ${sequence}, proves nothing of them`;
      return { line: 1, sequence: first.sequence, id: first.id, what };
    }
  }
  return undefined;
}
