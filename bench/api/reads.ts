// One snapshot by its id, and a page of fifty, each asked by a hundred teams with their keys, against a bare server that asks nobody for one.

import { sql } from 'kysely';
import type { AskedRequest } from './generator.ts';
import { type Measured, type Pace, takeTurns } from './rounds.ts';
import type { World } from './world.ts';

const questions = 2_000;
const limit = 50;

interface Question {
  readonly path: string;
  readonly teamId: string;
  readonly key: string;
}

export async function measureOne(world: World, pace: Pace): Promise<string[]> {
  return compare(world, pace, {
    goal: 0.75,
    asked: await drawSnapshots(world),
    path: ({ id }) => `/v1/snapshots/${id}`,
  });
}

export async function measurePage(world: World, pace: Pace): Promise<string[]> {
  const cursor = (id: string) => Buffer.from(id).toString('base64url');
  return compare(world, pace, {
    goal: 1,
    asked: await drawSnapshots(world),
    // Every other one from the middle of the list on.
    path: ({ id }, n) => `/v1/snapshots?limit=${limit}${n % 2 === 0 ? '' : `&cursor=${cursor(id)}`}`,
  });
}

interface Drawn {
  readonly id: string;
  readonly teamId: string;
}

/** Anywhere among the rows, of every team as many. */
async function drawSnapshots({ db }: World): Promise<Drawn[]> {
  const { rows } = await sql<Drawn>`
    select id, team_id as "teamId" from snapshots where id in (select id from snapshots tablesample bernoulli(1)) order by random() limit ${questions}`.execute(
    db,
  );
  return rows;
}

async function compare(
  world: World,
  pace: Pace,
  {
    goal,
    asked,
    path,
  }: { readonly goal: number; readonly asked: readonly Drawn[]; readonly path: (drawn: Drawn, n: number) => string },
): Promise<string[]> {
  const keys = new Map(world.teams.map(({ id, key }) => [id, key]));
  const all: Question[] = asked.map((drawn, n) => {
    return { path: path(drawn, n), teamId: drawn.teamId, key: keys.get(drawn.teamId) ?? '' };
  });
  const bare = await world.startServer('bare');
  const withKey = all.map(({ path, key }): AskedRequest => ({ path, headers: { authorization: `Bearer ${key}` } }));
  const withoutKey = all.map(({ path, teamId }): AskedRequest => {
    return { path: path.includes('?') ? `${path}&team=${teamId}` : path };
  });
  const bytes = await compareBytes(`${world.afterglow.said}`, withKey, bare.said, withoutKey);
  const [ours, theirs] = await takeTurns(
    [
      { name: 'Afterglow, with a key', program: world.afterglow, requests: withKey },
      { name: 'bare, without', program: bare, requests: withoutKey },
    ],
    pace,
  );
  if (!ours || !theirs) throw new Error('A side was not measured.');
  return [
    `${all.length} answers of both are the same, ${bytes} bytes each on average`,
    ...describe([ours, theirs]),
    `ratio ${(ours.perSecond / theirs.perSecond).toFixed(2)} (goal: at least ${goal})`,
  ];
}

/** Throws at the first answer that differs; returns how long one is. */
async function compareBytes(
  ours: string,
  withKey: readonly AskedRequest[],
  theirs: string,
  withoutKey: readonly AskedRequest[],
): Promise<number> {
  let bytes = 0;
  for (const [n, request] of withKey.entries()) {
    const [one, other] = await Promise.all([
      read(ours, request),
      read(theirs, withoutKey[n] ?? { path: 'there is none' }),
    ]);
    if (one !== other) throw new Error(`The answers to ${request.path} differ:\n${one}\n${other}`);
    bytes += Buffer.byteLength(one);
  }
  return Math.round(bytes / withKey.length);
}

async function read(url: string, { path, headers = {} }: AskedRequest): Promise<string> {
  const response = await fetch(`${url}${path}`, { headers });
  return response.text();
}

/** A line for each side. */
export function describe(sides: readonly Measured[]): string[] {
  return sides.map(
    ({ name, perSecond, p50Ms, p99Ms, cpuUs }) =>
      `${name.padEnd(28)}${perSecond.toFixed(0).padStart(7)}/s, p50 ${p50Ms} ms, p99 ${p99Ms} ms, ${cpuUs.toFixed(0)} us of processor time in the server`,
  );
}
