// Owns news between processes: which teams' histories have grown, and which of their jobs have changed. It is told after the commit, gathered,
// and never in the way of who writes; what is lost costs delay alone (ADR 11).

import { sql } from 'kysely';
import type { Db } from './database.ts';
import { newsChannel } from './listen.ts';

export interface News {
  readonly teamId: string;
  readonly jobs: readonly string[];
}

/** `missed`: there may have been news that nobody heard. */
export type HeardNews = readonly News[] | 'missed';

export interface Announcer {
  /** Tells every process, soon, that the team's history may have grown and that these of its jobs have changed. Never throws. */
  announce(teamId: string, jobs?: readonly string[]): void;
  /** Tells what is left to be told. */
  close(): Promise<void>;
}

/** So long what is told is gathered: a process tells at most fifty times a second, whatever it changes. */
const gatherMs = 20;
/** Postgres carries 8000 bytes in a message. */
const messageBytesMax = 7_000;
const jobsInPiece = 100;

export function makeAnnouncer(db: Db): Announcer {
  let waiting = new Map<string, Set<string>>();
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  async function send(): Promise<void> {
    timer = undefined;
    const messages = writeNews(waiting);
    waiting = new Map();
    // Where it cannot be told, the others look by the clock.
    await sql`select pg_notify(${newsChannel}, message) from unnest(${messages}::text[]) as message`
      .execute(db)
      .catch(() => undefined);
    sending = undefined;
    if (waiting.size > 0) schedule();
  }

  /** One message at a time: while it is under way the next one is gathered. */
  function schedule(): void {
    if (timer === undefined && sending === undefined) timer = setTimeout(() => void (sending = send()), gatherMs);
  }

  return {
    announce(teamId, jobs = []) {
      const known = waiting.get(teamId) ?? new Set();
      for (const job of jobs) known.add(job);
      waiting.set(teamId, known);
      schedule();
    },
    async close() {
      await sending;
      clearTimeout(timer);
      if (waiting.size > 0) await send();
      clearTimeout(timer);
    },
  };
}

/** As messages: lists of a team and its jobs, as JSON. */
function writeNews(news: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const pieces = [...news].flatMap(([teamId, jobs]) => {
    const ids = [...jobs];
    const count = Math.max(1, Math.ceil(ids.length / jobsInPiece));
    return Array.from({ length: count }, (_, n) => [teamId, ...ids.slice(n * jobsInPiece, (n + 1) * jobsInPiece)]);
  });
  const messages: string[] = [];
  let present: string[] = [];
  let bytes = 0;
  for (const piece of pieces.map((one) => JSON.stringify(one))) {
    if (present.length > 0 && bytes + piece.length > messageBytesMax) {
      messages.push(`[${present.join()}]`);
      present = [];
      bytes = 0;
    }
    present.push(piece);
    bytes += piece.length + 1;
  }
  return present.length > 0 ? [...messages, `[${present.join()}]`] : messages;
}

/** What a message says; one that cannot be read, of another version perhaps, counts as missed. */
export function readNews(message: string | undefined): HeardNews {
  if (message === undefined) return 'missed';
  try {
    return (JSON.parse(message) as [string, ...string[]][]).map(([teamId, ...jobs]) => ({ teamId, jobs }));
  } catch {
    return 'missed';
  }
}
