// Owns hearing what processes tell each other through Postgres: the channels, and for each listener one connection of its own. A lost
// message costs delay alone.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** The channel on which a transaction that promised work says so when it commits. */
export const outboxChannel = 'afterglow_outbox';
/** The channel on which processes say what they have changed, once it is committed. */
export const newsChannel = 'afterglow_news';

/** Between the end of one connection, or a vain attempt at one, and the next attempt: never two at once. */
const reopenMs = 1_000;

interface Listener {
  /** Called with each message of any process, and with undefined when the connection is open, again or for the first time: something may have been missed. */
  readonly heard: (message: string | undefined) => void;
  /** Told of each connection that breaks, and of each that cannot be opened again. */
  readonly onError: (error: Error) => void;
}

/** Listens until the returned function is called. A connection that cannot be opened is tried again, the first like any other. */
export async function listenOn(
  connectionString: string,
  channel: typeof outboxChannel | typeof newsChannel,
  { heard, onError }: Listener,
): Promise<() => Promise<void>> {
  const closing = new AbortController();
  const closed = once(closing.signal, 'abort');
  let present = await open();
  const keeping = keepOpen();

  /** A connection that listens, and the promise of its end; undefined where it could not be opened. */
  async function open(): Promise<{ client: pg.Client; ended: Promise<unknown> } | undefined> {
    const client = new pg.Client({
      connectionString,
      connectionTimeoutMillis: 5_000,
      application_name: 'afterglow listener',
    });
    const ended = new Promise((end) => void client.once('end', end));
    client.on('notification', ({ payload }) => heard(payload ?? ''));
    client.on('error', (error) => {
      if (!closing.signal.aborted) onError(error);
    });
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
    } catch (error) {
      client.end().catch(() => undefined);
      onError(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
    heard(undefined);
    return { client, ended };
  }

  async function keepOpen(): Promise<void> {
    for (;;) {
      if (present) await Promise.race([present.ended, closed]);
      if (!(await rest())) return;
      present = await open();
    }
  }

  /** False where nothing is to be opened any more. */
  async function rest(): Promise<boolean> {
    return sleep(reopenMs, true, { signal: closing.signal }).catch(() => false);
  }

  return async () => {
    closing.abort();
    await keeping;
    await present?.client.end();
  };
}
