// What a page of fifty events costs among many, against one among ten thousand, over the same months. Calls on both sides take turns, so that
// other load of the machine falls on both.

import type { ListAuditEventsFilter } from '../../src/domain/index.ts';
import type { Histories, History } from './histories.ts';

const calls = 400;
const limit = 50;
const goal = 1.2;
const dayMs = 86_400_000;

interface Question {
  readonly filter: (history: History) => Promise<ListAuditEventsFilter>;
  /** From the page that begins in the middle of the months. */
  readonly isDeep?: boolean;
}

const ago = (days: number) => new Date(Date.now() - days * dayMs).toISOString();
const fixed = (filter: ListAuditEventsFilter) => async () => filter;

const questions: Readonly<Record<string, Question>> = {
  'no filter': { filter: fixed({}) },
  'no filter, a page in the middle': { filter: fixed({}), isDeep: true },
  action: { filter: fixed({ action: 'thing.happened_3' }) },
  actorId: { filter: fixed({ actorId: 'key_7' }) },
  'subjectId, of many events': { filter: fixed({ subjectId: 'snp_9' }) },
  'subjectId, of a few events a year ago': { filter: async (history) => ({ subjectId: await rareSubject(history) }) },
  since: { filter: fixed({ since: ago(500) }) },
  until: { filter: fixed({ until: ago(365) }) },
  'since, until and action': { filter: fixed({ since: ago(400), until: ago(300), action: 'thing.happened_3' }) },
};

export async function measurePages({ small, large }: Histories): Promise<string[]> {
  const lines = [
    `a page of ${limit}, median of ${calls} calls each, in ms: among ${small.rows}, among ${large.rows}, ratio`,
  ];
  let worst = 0;
  for (const [name, question] of Object.entries(questions)) {
    const asks = await Promise.all([small, large].map((history) => prepare(history, question)));
    const times = asks.map((): number[] => []);
    for (let call = -20; call < calls; call += 1) {
      for (const [side, ask] of asks.entries()) {
        const since = performance.now();
        await ask();
        // The first ones warm up.
        if (call >= 0) times[side]?.push(performance.now() - since);
      }
    }
    const [few = 0, many = 0] = times.map(median);
    worst = Math.max(worst, many / few);
    lines.push(
      `${name.padEnd(40)}${few.toFixed(2).padStart(7)}${many.toFixed(2).padStart(7)}${(many / few).toFixed(2).padStart(7)}`,
    );
  }
  return [...lines, `the worst ratio is ${worst.toFixed(2)} (goal: at most ${goal})`];
}

async function prepare(history: History, { filter, isDeep }: Question): Promise<() => Promise<unknown>> {
  const { domain, firstActor } = history.app;
  const asked = await filter(history);
  const cursor = isDeep ? await middle(history) : undefined;
  return () => domain.audit.list(firstActor, asked, { limit, cursor });
}

/** The cursor of a page that ends in the middle of the months. */
async function middle({ app }: History): Promise<string | undefined> {
  const page = await app.domain.audit.list(app.firstActor, { until: ago(365) }, { limit: 1 });
  return page.nextCursor ?? undefined;
}

async function rareSubject({ db, teamId }: History): Promise<string> {
  const row = await db
    .selectFrom('audit_events')
    .select('subject_id')
    .where('team_id', '=', teamId)
    .where('subject_id', 'like', 'rare%')
    .where('at', '<', new Date(ago(365)))
    .limit(1)
    .executeTakeFirstOrThrow();
  return row.subject_id;
}

export function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}
