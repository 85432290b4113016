// Owns a client that does not give up: a request whose answer is lost, or that cannot be served now, is sent again under the same
// Idempotency-Key until it is answered. What was accepted is written down, so that it can be asked what became of it.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '../../../src/domain/index.ts';

export interface Answered<T> {
  readonly status: number;
  readonly body: T;
  /** How often it was sent. */
  readonly sent: number;
}

interface Problem {
  readonly code: string;
  readonly detail?: string;
}

export interface PatientClient {
  /** Until it is answered with anything that is final. `key` null: without an Idempotency-Key. */
  call<T = Problem>(method: string, path: string, body?: unknown): Promise<Answered<T>>;
  /** As `call`, for an answer that must be 2xx. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** The items of all pages of a list. */
  list<T>(path: string): Promise<T[]>;
}

export interface ClientOptions {
  /** Where the API is now. */
  readonly address: () => string;
  readonly apiKey: string;
  /** How long it tries. Default 60 s. */
  readonly withinMs?: number;
}

const pauseMs = 40;
/** One that hangs is sent again. */
const answerWithinMs = 10_000;

export function makeClient({ address, apiKey, withinMs = 60_000 }: ClientOptions): PatientClient {
  async function send<T>(method: string, path: string, body: unknown, key: string): Promise<Omit<Answered<T>, 'sent'>> {
    const response = await fetch(`${address()}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'POST' ? { 'idempotency-key': key } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerWithinMs),
    });
    const text = await response.text();
    const parsed: T = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, body: parsed };
  }

  async function call<T>(method: string, path: string, body?: unknown): Promise<Answered<T>> {
    const key = randomUUID();
    const deadline = Date.now() + withinMs;
    for (let sent = 1; ; sent += 1) {
      const answer = await send<T>(method, path, body, key).catch((error: unknown) => ({ status: 0, body: error }));
      if (!isPassing(answer)) return { ...(answer as Omit<Answered<T>, 'sent'>), sent };
      if (Date.now() > deadline) throw new Error(`${method} ${path} was not answered: ${JSON.stringify(answer)}`);
      await sleep(pauseMs);
    }
  }

  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await call<T>(method, path, body);
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  async function list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const query: string = `${path.includes('?') ? '&' : '?'}limit=200${cursor === null ? '' : `&cursor=${cursor}`}`;
      const page: Page<T> = await ask<Page<T>>('GET', `${path}${query}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return items;
  }

  return { call, ask, list };
}

/** Not answered, or an answer that says to come again. */
function isPassing({ status, body }: { status: number; body: unknown }): boolean {
  if (status === 0 || status === 502 || status === 503 || status === 429) return true;
  return status === 409 && (body as Problem).code === 'idempotency_key_in_flight';
}
