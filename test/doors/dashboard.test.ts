// What a dashboard shows of a team is one request, and as many statements however much there is of it.

import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { startRegistered } from '../harness/app.ts';

const at = await startRegistered(t, { roles: ['api'] });
const { domain, actor, db, main, project } = at;

const query = `query ($slug: String!) {
  team(slug: $slug) {
    team { id slug name role createdAt }
    query {
      projects(first: 20) {
        edges {
          node {
            id name
            branches(first: 20) {
              edges {
                node {
                  id name restoreWindow { from until }
                  status { state reasons lastPoint { snapshotId } policies { policyId state nextFiringAt } }
                  timeline(first: 10) { restoreWindow { from until } points { kind id at status } }
                  snapshots(first: 3) { edges { node { id status pointAt holds } } pageInfo { hasNextPage } }
                  restores(first: 3) { edges { node { id status startedAt } } }
                  policies { id name warnings { code } schedules { nextFiringAt } }
                }
              }
            }
          }
        }
      }
    }
  }
}`;

/** Every statement that is sent to Postgres while `run` is under way. */
async function statementsOf(run: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const { query: send } = pg.Client.prototype;
  pg.Client.prototype.query = function counted(this: pg.Client, ...given: unknown[]) {
    const [first] = given;
    sent.push(typeof first === 'string' ? first : String((first as { text?: string }).text));
    return Reflect.apply(send, this, given) as never;
  };
  try {
    await run();
  } finally {
    pg.Client.prototype.query = send;
  }
  return sent;
}

const { key } = await domain.apiKeys.create(actor, { name: 'dashboard', role: 'viewer' });

interface Edges<T> {
  readonly edges: readonly { readonly node: T }[];
}

interface Shown {
  readonly id: string;
  readonly status: { readonly state: string; readonly policies: readonly object[] };
  readonly timeline: { readonly points: readonly object[] };
  readonly snapshots: Edges<{ readonly id: string; readonly holds: readonly string[] }>;
  readonly restores: Edges<{ readonly id: string }>;
  readonly policies: readonly { readonly id: string }[];
}

let teamShown: object = {};

async function ask(): Promise<readonly Shown[]> {
  const { payload } = await at.app.rest.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    payload: JSON.stringify({ query, variables: { slug: 'default' } }),
  });
  const { data, errors } = JSON.parse(payload) as {
    errors?: unknown;
    data: { team: { team: object; query: { projects: Edges<{ branches: Edges<Shown> }> } } };
  };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  teamShown = data.team.team;
  const { projects } = data.team.query;
  return projects.edges.flatMap(({ node }) => node.branches.edges.map((edge) => edge.node));
}

/** So many rows like one that is there, each another's in what must be unique. */
async function copy(table: string, id: string, count: number, changes: (n: number) => object): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const copied = JSON.stringify({ id: `${id.slice(0, 4)}${n}-${id.slice(4)}`, ...changes(n) });
    await sql`insert into ${sql.table(table)}
      select (jsonb_populate_record(null::${sql.table(table)}, to_jsonb(original) || ${copied}::jsonb)).*
      from ${sql.table(table)} as original where id = ${id}`.execute(db);
  }
}

const nightly = { name: 'nightly', cron: '0 3 * * *', timeZone: 'UTC' };
const form = { selector: { projects: [project.id], branches: 'roots' as const }, retention: { keepLast: 3 } };
const policy = await domain.policies.create(actor, { ...form, name: 'nightly', schedules: [nightly] });
const snapshot = await domain.snapshots.request(actor, { branchId: main.id, name: 'first' });
await sql`update snapshots set status = 'available', policy_id = ${policy.id}, point_at = now()`.execute(db);
const selector = { snapshotIds: [snapshot.id] };
const hold = await domain.holds.place(actor, { matter: 'm', reason: 'r', selector });
await sql`update branches set history_started_at = now() - interval '1 day'`.execute(db);
const atInstant = new Date(Date.now() - 1000).toISOString();
const restored = await domain.restores.request(actor, {
  source: { branchId: main.id, at: atInstant },
  target: { kind: 'new_branch', name: 'restored' },
});
// The first request of a key is an event of the audit history, and notes when the key was used.
await ask();

/** Of three times the one with the fewest: what the process does by its clock meanwhile is none of the request's. */
async function statementsOfAsking(): Promise<string[]> {
  const sent = [await statementsOf(ask), await statementsOf(ask), await statementsOf(ask)];
  return sent.reduce((fewest, one) => (one.length < fewest.length ? one : fewest));
}

const few = await statementsOfAsking();

t.test('the dashboard of a team takes at most 8 statements, with what the request itself costs', async (t) => {
  t.ok(few.length <= 8, `${few.length} statements:\n${few.map((text) => text.slice(0, 160)).join('\n')}`);
  t.match(few[0], /api_keys/, 'one of them is for who asks');
});

t.test('it shows what the single reads do', async (t) => {
  const [shown] = await ask();
  t.match(teamShown, { id: actor.teamId, slug: 'default', role: 'viewer', createdAt: String });
  const status = await domain.status.branch(actor, main.id);
  t.match(shown, { id: main.id, status: { state: status.state, policies: [{ policyId: policy.id }] } });
  t.strictSame(
    shown?.snapshots.edges.map(({ node }) => [node.id, node.holds]),
    [[snapshot.id, [hold.id]]],
  );
  t.match(shown?.restores.edges, [{ node: { id: restored.id } }]);
  t.strictSame(
    shown?.policies.map(({ id }) => id),
    [policy.id],
  );
  const { points } = await domain.branches.timeline(actor, main.id);
  t.match(shown?.timeline, { points: points.map(({ id }) => ({ id })) });
});

const snapshotInBrief =
  'id projectId branchId policyId name kind status pointAt sizeBytes version createdAt availableAt branch { id }';
const restoreInBrief = 'id projectId status version createdAt updatedAt startedAt endedAt branch { id }';

/** The only branch that is there, with the fields of its snapshots and its restores. */
async function askNested(snapshots: string, restores: string): Promise<Record<string, Edges<object>>> {
  const list = (name: string, fields: string) => `${name}(first: 3) { edges { node { ${fields} } } }`;
  const { payload } = await at.app.rest.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    payload: JSON.stringify({
      query: `{ branches(projectId: "${project.id}") { edges { node {
        ${list('snapshots', snapshots)} ${list('restores', restores)} } } } }`,
    }),
  });
  const { data, errors } = JSON.parse(payload) as { errors?: unknown; data: { branches: Edges<never> } };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  const [first] = data.branches.edges;
  if (!first) throw new Error('there is a branch');
  return first.node;
}

t.test('what is nested is the same, whether the whole of it is asked for or a part', async (t) => {
  const whole = await askNested(
    `${snapshotInBrief} holds steps { name } unverified`,
    `${restoreInBrief} source { branchId at } target { kind name branch { id } } steps { name }`,
  );
  const part = await askNested(snapshotInBrief, restoreInBrief);
  t.equal(whole['snapshots']?.edges.length, 1);
  t.equal(whole['restores']?.edges.length, 1);
  t.match(whole['snapshots']?.edges, part['snapshots']?.edges ?? []);
  t.match(whole['restores']?.edges, part['restores']?.edges ?? []);
  t.match(whole['snapshots']?.edges, [{ node: { holds: [hold.id], unverified: Array } }]);
  t.match(whole['restores']?.edges, [
    { node: { source: { branchId: main.id, at: atInstant }, target: { name: 'restored' } } },
  ]);
});

t.test('what one alias of a list asks for is there, though another that stands before it asks for less', async (t) => {
  const { payload } = await at.app.rest.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    payload: JSON.stringify({
      query: `{ branch(id: "${main.id}") {
        few: snapshots { edges { node { id } } } more: snapshots { edges { node { ...More } } }
        fewer: restores { edges { node { id } } } most: restores { edges { node { ... on Restore { target { kind } } } } }
      } } fragment More on Snapshot { holds unverified }`,
    }),
  });
  t.match(JSON.parse(payload), {
    data: {
      branch: {
        few: { edges: [{ node: { id: snapshot.id } }] },
        more: { edges: [{ node: { holds: [hold.id], unverified: Array } }] },
        most: { edges: [{ node: { target: { kind: 'new_branch' } } }] },
      },
    },
  });
});

t.test('it takes as many statements with many times the rows', async (t) => {
  await copy('projects', project.id, 8, (n) => ({ neon_project_id: `copy-${n}`, labels: { copied: 'yes' } }));
  const projects = await db.selectFrom('projects').select('id').execute();
  for (const { id } of projects) {
    await copy('branches', main.id, 8, (n) => ({
      id: `brn_${n}-${id}`,
      project_id: id,
      neon_branch_id: `br-${n}-${id}`,
      name: `branch ${n}`,
      is_default: false,
    }));
  }
  const branches = await db.selectFrom('branches').select(['id', 'project_id']).execute();
  for (const [n, branch] of branches.entries()) {
    const own = { branch_id: branch.id, project_id: branch.project_id };
    await copy('snapshots', snapshot.id, 4, (s) => ({ ...own, id: `snp_${n}-${s}`, name: `copy ${n} ${s}` }));
    await copy('restores', restored.id, 2, (r) => ({ ...own, id: `rst_${n}-${r}`, status: 'failed' }));
  }
  for (let n = 0; n < 5; n += 1) {
    await domain.policies.create(actor, {
      ...form,
      selector: { labels: { copied: 'yes' }, branches: 'roots' },
      name: `labels ${n}`,
      schedules: [nightly],
      force: true,
    });
  }
  const shown = await ask();
  t.equal(shown.length, 9 * 8 + 1);
  t.ok(shown.every(({ snapshots, restores }) => snapshots.edges.length > 2 && restores.edges.length > 1));
  const coveredBy = (id: string) => (id === main.id || id.endsWith(project.id) ? 1 : 5);
  t.ok(shown.every(({ id, policies }) => policies.length === coveredBy(id)));
  t.ok(shown.every(({ status, policies }) => status.policies.length === policies.length));
  t.equal((await statementsOfAsking()).length, few.length);
});
