// Readers of streams over real connections: server-sent events, and subscriptions over a WebSocket.

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Test } from 'tap';
import { createClient } from 'graphql-ws';

/** As JSON says it: a test looks at what it expects. */
type Told = Record<string, ReturnType<typeof JSON.parse>>;

export interface StreamEvent {
  /** `beat` for a frame that is no event. */
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Told;
}

export interface EventReader {
  readonly status: number;
  /** Of a refusal. */
  readonly problem: Told | undefined;
  readonly response: IncomingMessage;
  /** Those that have come. */
  readonly events: StreamEvent[];
  /** Resolves with the first event for which it holds, that has come or comes. Rejects where the stream ends before. */
  until(isIt: (event: StreamEvent) => boolean): Promise<StreamEvent>;
  /** Resolves at the end of the connection. */
  ended(): Promise<void>;
  leave(): void;
}

export interface Asking {
  readonly key: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Reads what is at the address. The reading ends with `t`. */
export async function readEvents(t: Test, url: string, { key, headers = {} }: Asking): Promise<EventReader> {
  const asked = request(url, { agent: false, headers: { authorization: `Bearer ${key}`, ...headers } }).end();
  t.teardown(() => void asked.destroy());
  asked.on('error', () => undefined);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const status = response.statusCode ?? 0;
  const events: StreamEvent[] = [];
  let text = '';
  let heard = (): void => undefined;
  response.setEncoding('utf8');
  response.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    response.on('close', () => {
      resolve();
      heard();
    });
  });
  if (status === 200) {
    response.on('data', (chunk: string) => {
      const frames = `${text}${chunk}`.split('\n\n');
      text = frames.pop() ?? '';
      events.push(...frames.map(parseFrame));
      heard();
    });
  }
  const problem = status === 200 ? undefined : (JSON.parse(await whole(response)) as Told);
  return {
    status,
    problem,
    response,
    events,
    async until(isIt) {
      for (;;) {
        const found = events.find(isIt);
        if (found) return found;
        if (response.destroyed || response.complete) throw new Error(`the stream has ended: ${JSON.stringify(events)}`);
        await new Promise<void>((resolve) => (heard = resolve));
      }
    },
    ended: () => ended,
    leave: () => void asked.destroy(),
  };
}

async function whole(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

function parseFrame(frame: string): StreamEvent {
  const fields = new Map(frame.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
  return {
    event: fields.get('event') ?? 'beat',
    id: fields.get('id'),
    data: JSON.parse(fields.get('data') ?? '{}') as Told,
  };
}

export interface SocketReader {
  /** Results of the subscription that have come. */
  readonly results: Told[];
  until(isIt: (data: Told) => boolean): Promise<Told>;
  /** How it ended: the close code of the connection, or the errors of the subscription. */
  ended(): Promise<{ code?: number; reason?: string; errors?: readonly Told[] }>;
  leave(): Promise<void>;
}

export interface Subscribing {
  /** The payload of the first message. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Subscribes at the address. It ends with `t`. */
export function subscribeAt(
  t: Test,
  url: string,
  query: string,
  { params = {}, variables = {} }: Subscribing,
): SocketReader {
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    connectionParams: params,
    retryAttempts: 0,
    lazy: true,
    onNonLazyError: () => undefined,
  });
  t.teardown(() => void client.dispose());
  const results: Told[] = [];
  let heard = (): void => undefined;
  let isOver = false;
  const ended = new Promise<{ code?: number; reason?: string; errors?: readonly Told[] }>((resolve) => {
    const over = (how: { code?: number; reason?: string; errors?: readonly Told[] }): void => {
      isOver = true;
      resolve(how);
      heard();
    };
    client.subscribe(
      { query, variables },
      {
        next: ({ data, errors }) => {
          results.push({ ...data, ...(errors ? { errors } : {}) });
          heard();
        },
        error: (error) => {
          if (Array.isArray(error)) over({ errors: error as Told[] });
          else over({ code: (error as CloseEvent).code, reason: (error as CloseEvent).reason });
        },
        complete: () => over({}),
      },
    );
  });
  return {
    results,
    async until(isIt) {
      for (;;) {
        const found = results.find(isIt);
        if (found) return found;
        if (isOver) throw new Error(`the subscription has ended: ${JSON.stringify([await ended, results])}`);
        await new Promise<void>((resolve) => (heard = resolve));
      }
    },
    ended: () => ended,
    leave: async () => client.dispose(),
  };
}
