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

/** Listens until the returned function is called. Throws where the first connection cannot be opened; then nothing listens. */
export async function listenOn(
  connectionString: string,
  channel: typeof outboxChannel | typeof newsChannel,
  { heard, onError }: Listener,
): Promise<() => Promise<void>> {
  const closing = new AbortController();
  const closed = once(closing.signal, 'abort');
  let present = await open();
  const keeping = keepOpen();

  /** A connection that listens, and the promise of its end. */
  async function open(): Promise<{ client: pg.Client; ended: Promise<unknown> }> {
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
      throw error;
    }
    heard(undefined);
    return { client, ended };
  }

  async function keepOpen(): Promise<void> {
    for (;;) {
      await Promise.race([present.ended, closed]);
      do if (!(await rest())) return;
      while (!(await reopen()));
    }
  }

  /** False where nothing is to be opened any more. */
  async function rest(): Promise<boolean> {
    return sleep(reopenMs, true, { signal: closing.signal }).catch(() => false);
  }

  async function reopen(): Promise<boolean> {
    try {
      present = await open();
      return true;
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  }

  return async () => {
    closing.abort();
    await keeping;
    await present.client.end();
  };
}
