// The dashboard of a team in one request over GraphQL, asked by a hundred teams with their keys, against PostGraphile 5 that asks nobody for
// one. Both answer the same rows and fields: those that tables hold. What is judged in code (the status of a branch, its restore window and
// timeline, which policies cover it) or comes from a view (the holds of a snapshot), PostGraphile cannot know: neither is asked for it, and
// the team's policies stand beside its projects. Afterglow reads the whole of every policy all the same.

import { describe } from './reads.ts';
import type { AskedRequest } from './generator.ts';
import { takeTurns, type Pace } from './rounds.ts';
import type { World } from './world.ts';

const goal = 1.5;

const ours = `query ($slug: String!) {
  team(slug: $slug) {
    team { id slug name createdAt }
    query {
      policies(first: 20) { edges { node { id name store schedules { name cron timeZone nextFiringAt } } } }
      projects(first: 20) {
        edges {
          node {
            id name region
            branches(first: 20) {
              edges {
                node {
                  id name isDefault isProtected state logicalSizeBytes
                  snapshots(first: 3) { edges { node { id name status pointAt sizeBytes } } pageInfo { hasNextPage } }
                  restores(first: 3) { edges { node { id status startedAt endedAt } } pageInfo { hasNextPage } }
                }
              }
            }
          }
        }
      }
    }
  }
}`;

const theirs = `query ($slug: String!) {
  team: teamBySlug(slug: $slug) {
    id: rowId slug name createdAt
    policies: policiesByTeamId(first: 20, condition: { deletedAt: null }, orderBy: PRIMARY_KEY_DESC) {
      edges {
        node {
          id: rowId name store
          schedules: schedulesByPolicyId(condition: { removedAt: null }, orderBy: NAME_ASC) { nodes { name cron timeZone nextFiringAt } }
        }
      }
    }
    projects: projectsByTeamId(first: 20, condition: { removedAt: null }, orderBy: PRIMARY_KEY_DESC) {
      edges {
        node {
          id: rowId name region
          branches: branchesByProjectId(first: 20, condition: { goneAt: null }, orderBy: PRIMARY_KEY_DESC) {
            edges {
              node {
                id: rowId name isDefault isProtected state logicalSizeBytes
                snapshots: snapshotsByBranchId(first: 3, orderBy: PRIMARY_KEY_DESC) {
                  edges { node { id: rowId name status pointAt sizeBytes } } pageInfo { hasNextPage }
                }
                restores: restoresByBranchId(first: 3, orderBy: PRIMARY_KEY_DESC) {
                  edges { node { id: rowId status startedAt endedAt } } pageInfo { hasNextPage }
                }
              }
            }
          }
        }
      }
    }
  }
}`;

/** An answer with a tenth of a megabyte takes long: so many compile what twenty thousand small ones do. */
const warmRequests = 500;

export async function measureDashboard(world: World, pace: Pace): Promise<string[]> {
  const postgraphile = await world.startServer('postgraphile');
  const withKey = world.teams.map(({ slug, key }) => ask(ours, slug, { authorization: `Bearer ${key}` }));
  const withoutKey = world.teams.map(({ slug }) => ask(theirs, slug));
  const { rows, bytes } = await compareRows(
    { url: world.afterglow.said, requests: withKey },
    { url: postgraphile.said, requests: withoutKey },
  );
  const failedWith = '"errors":';
  const [one, other] = await takeTurns(
    [
      { name: 'Afterglow, with a key', program: world.afterglow, requests: withKey, failedWith },
      { name: 'PostGraphile, without', program: postgraphile, requests: withoutKey, failedWith },
    ],
    { ...pace, warmRequests },
  );
  if (!one || !other) throw new Error('A side was not measured.');
  return [
    `${withKey.length} answers of both hold the same ${rows} rows, ${bytes.join(' and ')} bytes each on average`,
    ...describe([one, other]),
    `ratio ${(one.perSecond / other.perSecond).toFixed(2)} (goal: at least ${goal})`,
  ];
}

function ask(query: string, slug: string, headers: Readonly<Record<string, string>> = {}): AskedRequest {
  return {
    method: 'POST',
    path: '/graphql',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { slug } }),
  };
}

interface Asked {
  readonly url: string;
  readonly requests: readonly AskedRequest[];
}

/** Throws at the first answer whose rows or fields differ; returns how many rows there are, and how long the answers of each side. */
async function compareRows(ours: Asked, theirs: Asked) {
  let rows = 0;
  const bytes = [0, 0];
  for (const n of ours.requests.keys()) {
    const texts = await Promise.all([ours, theirs].map(({ url, requests }) => read(url, requests[n])));
    const [one, other] = texts.map((text) => JSON.stringify(toPlain(teamOf(text))));
    if (one !== other) throw new Error(`The dashboards of team ${n} differ:\n${one}\n${other}`);
    for (const [side, text] of texts.entries()) bytes[side] = (bytes[side] ?? 0) + Buffer.byteLength(text);
    rows += one?.match(/"id":/g)?.length ?? 0;
  }
  return { rows, bytes: bytes.map((sum) => Math.round(sum / ours.requests.length)) };
}

async function read(url: string, request: AskedRequest | undefined): Promise<string> {
  if (!request) throw new Error('Each side is asked as much as the other.');
  const { path, method = 'GET', headers = {}, body = null } = request;
  const response = await fetch(`${url}${path}`, { method, headers, body });
  return response.text();
}

/** What is said of the team: Afterglow's answer has what is read in it apart. */
function teamOf(text: string): object {
  const { data } = JSON.parse(text) as { data?: { team?: { team?: object; query?: object } | null } };
  const team = data?.team;
  if (!team) throw new Error(`There is no team in the answer: ${text.slice(0, 1_000)}`);
  return team.query ? { ...team.team, ...team.query } : team;
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** The same whichever way instants, large numbers and lists are written. */
function toPlain(value: unknown): unknown {
  if (typeof value === 'string' && instant.test(value)) return new Date(value).toISOString();
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object' || value === null) return value;
  if ('nodes' in value) return toPlain(value.nodes);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toPlain(member)]));
}
