// Both doors give the same answer, and leave the same behind: one life of a team, told to one installation through REST and to
// another through GraphQL, and compared after each command.

import t, { type Test } from 'tap';
import { buildGraphqlSchema } from '../../src/graphql/schema.ts';
import { connectNeon } from '../../src/neon/client.ts';
import { fields } from '../graphql/fields.ts';
import { strike } from '../harness/strike.ts';
import { ask, byGraphql, byRest, type Command, type CommandName, commands, type Door, questions } from './commands.ts';
import { makeLikeness } from './likeness.ts';
import type { Step } from './step.ts';
import { lastSteps, steps } from './steps.ts';
import { openWorld, type World } from './world.ts';

interface Side {
  readonly world: World;
  readonly door: Door;
  readonly like: (value: unknown) => unknown;
  readonly seen: { sequence: number };
}

async function openSide(test: Test, door: Door): Promise<Side> {
  const world = await openWorld(test);
  world.kept.set('neonApiKey', world.emulator.apiKey);
  world.kept.set('neonProject', world.emulator.projectId);
  world.kept.set('orphan', await takeElsewhere(world));
  return { world, door, like: makeLikeness(world), seen: { sequence: 0 } };
}

/** A snapshot that nobody asked Afterglow for. */
async function takeElsewhere({ emulator }: World): Promise<string> {
  const neon = connectNeon({ baseUrl: emulator.baseUrl, timeoutMs: 6_000 })(emulator.apiKey);
  const [main] = await neon.listBranches(emulator.projectId);
  const asked = { name: 'from the console', slug: 'console', point: { head: true } } as const;
  return (await neon.createSnapshot(emulator.projectId, main?.id ?? '', asked)).snapshot.id;
}

const slowly = { kind: 'operation', outcome: 'fails_once', retryAfterMs: 3_000 } as const;

const sides = await Promise.all([openSide(t, byRest), openSide(t, byGraphql)]);
const [rest] = sides;

function take({ command, expect, wish, keep, leavesRunning, slowed }: Step, index: number): void {
  t.test(`${index + 1}. ${command}: ${expect}, with the same answer and the same audit events`, async (t) => {
    const requestId = `step-${index + 1}`;
    const [left, right] = await Promise.all(
      sides.map(async ({ world, door, like, seen }) => {
        if (slowed) await strike(world, slowed, slowly, 1);
        const outcome = await door(world, wish(world), requestId);
        const { id, hash } = (outcome.answer ?? {}) as { id?: string; hash?: string };
        if (keep !== undefined && id !== undefined) world.kept.set(keep, id);
        if (keep !== undefined && hash !== undefined) world.kept.set(`${keep}Hash`, hash);
        await (leavesRunning ? world.underWay() : settle(world));
        return {
          code: outcome.code,
          answer: like(outcome.answer),
          // Of a request that does not fit the schema each door speaks in its own words.
          refusal: outcome.code === 'invalid_request' ? null : like(outcome.refusal),
          events: leavesRunning ? [] : like(await newEvents(world, seen)),
        };
      }),
    );
    t.equal(left?.code, expect, 'as expected');
    t.strictSame(right, left);
  });
}

for (const [index, step] of steps.entries()) take(step, index);

t.test('both doors read the same in one installation', async (t) => {
  for (const side of sides) {
    for (const list of lists) {
      const { viaRest, viaGraphql } = await readBoth(side, list);
      t.ok(viaRest.length > 0, `there is something to read: ${list.field}`);
      t.strictSame(viaGraphql, viaRest, list.field);
    }
  }
});

t.test(
  'the same labels find the same projects through both doors, and the same faults in them are refused',
  async (t) => {
    for (const { world } of sides) {
      const viaGraphql = async (labels: object) => {
        const query = `query ($labels: JSON) { projects(filter: { labels: $labels }) { edges { node { ${fields.project} } } } }`;
        return (await ask(world, query, { labels })).body as object;
      };
      const viaRest = (labels: Record<string, string>) => {
        const search = Object.entries(labels).map(([key, value]) => `label=${encodeURIComponent(`${key}:${value}`)}`);
        return world.send({ method: 'GET', url: `/v1/projects?${search.join('&')}` });
      };
      for (const [labels, count] of [
        [{ team: 'a', new: 'x' }, 1],
        [{ team: 'a', new: 'y' }, 0],
      ] as const) {
        const { body } = await viaRest(labels);
        t.match(body, { items: { length: count } });
        t.strictSame(await viaGraphql(labels), { data: { projects: edgesOf(body) } });
      }
      for (const labels of [{ Team: 'a' }, { team: 'a'.repeat(257) }, { team: 'a\u0001' }]) {
        t.match(await viaRest(labels), { status: 400, body: { code: 'invalid_request' } });
        t.match(await viaGraphql(labels), { errors: [{ extensions: { code: 'invalid_request' } }] });
      }
    }
  },
);

t.test('both doors say the same of who asks, of the fleet, of a team and of its members', async (t) => {
  for (const { world } of sides) {
    const id = world.kept.get('team') ?? '';
    const read = async (url: string) => (await world.send({ method: 'GET', url })).body;
    const query = `query ($id: ID!) { me { ${fields.me} } fleet { ${fields.fleet} } members(teamId: $id) { edges { node { ${fields.member} } } } }`;
    const members = await read(`/v1/teams/${id}/members`);
    t.match(members, { items: [{ subject: 'ann' }] });
    const expected = { me: await read('/v1/me'), fleet: await read('/v1/fleet'), members: edgesOf(members) };
    t.match(expected, { me: { isPlatform: true, team: { slug: 'default' } }, fleet: { teams: 2, members: 1 } });
    t.strictSame((await ask(world, query, { id })).body, { data: expected });
    const entered = `query ($id: ID!) { team(id: $id) { team { ${fields.team} } query { me { ${fields.me} } } } }`;
    const headers = { 'afterglow-team': 'shop' };
    const me = (await world.send({ method: 'GET', url: '/v1/me', headers })).body;
    t.match(me, { team: { slug: 'shop', role: null } });
    t.strictSame((await ask(world, entered, { id })).body, {
      data: { team: { team: await read(`/v1/teams/${id}`), query: { me } } },
    });
  }
});

t.test('both doors show the same head, signed', async (t) => {
  for (const { world } of sides) {
    const { body } = await world.send({ method: 'GET', url: '/v1/audit-heads' });
    const { data } = (await ask(world, `{ auditHeads { ${fields.auditHead} } }`)).body as {
      data: { auditHeads: object[] };
    };
    const [left, right] = [(body as { items: object[] }).items, data.auditHeads].map((heads) =>
      heads.map((head) => ({ ...head, signedAt: null, signature: null })),
    );
    t.match(left, [{ kind: 'head', month: null }]);
    t.strictSame(right, left);
  }
});

t.test('both doors show the same attempts of a job, in a list and alone', async (t) => {
  for (const { world } of sides) {
    const id = world.kept.get('restore') ?? '';
    const selection = `${fields.job} attempts { ${fields.attempt} }`;
    const query = `query ($id: ID!) { jobs(filter: { subjectId: $id }) { edges { node { ${selection} } } } }`;
    const { edges } = ((await ask(world, query, { id })).body as { data: { jobs: { edges: { node: JobNode }[] } } })
      .data.jobs;
    const [found, ...rest] = edges.map(({ node }) => node);
    t.strictSame(rest, [], 'a restore has one job');
    t.match(found, { job: 'restore.run', state: 'done', attempts: [{ outcome: /./ }] });
    t.strictSame((await world.send({ method: 'GET', url: `/v1/jobs/${found?.id}` })).body, found);
    const alone = await ask(world, `query ($id: ID!) { job(id: $id) { ${selection} } }`, { id: found?.id });
    t.strictSame(alone.body, { data: { job: found } });
  }
});

t.test('both doors show the same report of the newest comparison', async (t) => {
  for (const { world } of sides) {
    const id = world.kept.get('project') ?? '';
    const query = `query ($id: ID!) { project(id: $id) { reconcileReport { ${fields.reconcileReport} } } }`;
    const { body } = await world.send({ method: 'GET', url: `/v1/projects/${id}/reconcile-report` });
    t.match(body, { findings: [{ kind: 'orphan', neonId: world.kept.get('orphan') }] });
    t.strictSame((await ask(world, query, { id })).body, { data: { project: { reconcileReport: body } } });
  }
});

t.test('both doors show the same status, of a branch and of the team', async (t) => {
  for (const { world } of sides) {
    await world.app.domain.watchBranches();
    const id = world.kept.get('branch') ?? '';
    const { body } = await world.send({ method: 'GET', url: `/v1/branches/${id}/status` });
    const one = await ask(world, `query ($id: ID!) { branch(id: $id) { status { ${fields.branchStatus} } } }`, { id });
    t.strictSame(ageless(one.body), ageless({ data: { branch: { status: body } } }));
    const team = (await world.send({ method: 'GET', url: '/v1/status' })).body as {
      items: object[];
      nextCursor: unknown;
    };
    const { items, nextCursor, ...rest } = team;
    t.equal(nextCursor, null);
    const query = `{ status { counts { ok late at_risk missing } checkedAt branches { edges { node { ${fields.statusItem} } } } } }`;
    const edges = items.map((node) => ({ node }));
    t.strictSame(
      ageless((await ask(world, query)).body),
      ageless({ data: { status: { ...rest, branches: { edges } } } }),
    );
  }
});

t.test('both doors say the same of what a policy will do, and of what it covers', async (t) => {
  for (const { world, like } of sides) {
    const form = { name: 'ahead', selector: { projects: [world.kept.get('project')] }, preset: 'gfs', force: true };
    const range = { from: '2026-10-24T12:00:00Z', count: 3 };
    const read = (method: 'GET' | 'POST', url: string, body?: object) =>
      world.send({ method, url, ...(body ? { body } : {}) });
    const query = new URLSearchParams({ from: range.from, count: String(range.count) });
    const asked = await read('POST', `/v1/policies/preview?${query.toString()}`, form);
    t.match(asked, {
      status: 200,
      body: { firings: { length: 3 }, forecast: { projects: [{ snapshots: { fits: false } }] } },
    });
    const preview = await ask(
      world,
      `query ($input: CreatePolicyInput!, $from: String, $count: Int) {
      found: previewPolicy(input: $input, from: $from, count: $count) { ${fields.policyPreview} } }`,
      { input: form, ...range },
    );
    t.strictSame(like((preview.body as { data: { found: unknown } }).data.found), like(asked.body));
    const made = (await read('POST', '/v1/policies', form)).body as { id: string };
    const nested = `preview(count: 5) { ${fields.policyPreview} } coverage { ${fields.policyCoverage} }`;
    const found = await ask(world, `query ($id: ID!) { policy(id: $id) { ${nested} } }`, made);
    const { policy } = (found.body as { data: { policy: { preview: unknown; coverage: unknown } } }).data;
    t.strictSame(like(policy.preview), like((await read('GET', `/v1/policies/${made.id}/preview?count=5`)).body));
    const coverage = await read('GET', `/v1/policies/${made.id}/coverage`);
    t.match(coverage, { status: 200, body: { coveredCount: 1 } });
    t.strictSame(policy.coverage, coverage.body);
    t.match(await read('POST', '/v1/policies/preview?from=soon', form), {
      status: 400,
      body: { code: 'invalid_instant' },
    });
    const soon = await ask(world, `{ policy(id: "${made.id}") { preview(from: "soon") { warnings { code } } } }`);
    t.match(soon.body, { errors: [{ extensions: { code: 'invalid_instant', field: 'from' } }] });
    t.equal((await world.send({ method: 'DELETE', url: `/v1/policies/${made.id}` })).status, 204);
  }
});
t.test("both doors show the same versions of a policy, its firings, and the team's document", async (t) => {
  for (const { world } of sides) {
    const schedules = [{ name: 'yearly', cron: '0 0 1 1 *', timeZone: 'UTC' }];
    const policy = { name: 'by label', selector: { labels: { new: 'x' } }, schedules, retention: { keepLast: 5 } };
    const made = await world.send({ method: 'POST', url: '/v1/policies', body: policy });
    const { id } = made.body as { id: string };
    await world.send({
      method: 'PATCH',
      url: `/v1/policies/${id}`,
      body: { retention: { keepLast: 6 } },
      headers: { 'if-match': '"1"' },
    });
    await world.sql(
      `update schedules set next_firing_at = date_trunc('milliseconds', now()) where policy_id = '${id}'`,
    );
    t.equal(await world.app.domain.fireDueSchedules(), 1);
    await world.idle();
    const versions = await world.send({ method: 'GET', url: `/v1/policies/${id}/versions` });
    t.match(versions.body, {
      items: [
        { version: 2, retention: { keepLast: 6 } },
        { version: 1, by: { kind: 'person' } },
      ],
    });
    const firings = await world.send({ method: 'GET', url: `/v1/firings?policyId=${id}` });
    t.match(firings.body, { items: [{ policyId: id, schedule: 'yearly', status: 'served' }] });
    const { body: document } = await world.send({ method: 'GET', url: '/v1/policies/export' });
    t.match(document, { policies: { 'by label': { selector: policy.selector } } });
    const query = `query ($id: ID!) { policyVersions(policyId: $id) { edges { node { ${fields.policyVersion} } } }
      firings(filter: { policyId: $id }) { edges { node { ${fields.firing} } } } exportPolicies }`;
    t.strictSame((await ask(world, query, { id })).body, {
      data: { policyVersions: edgesOf(versions.body), firings: edgesOf(firings.body), exportPolicies: document },
    });
  }
});

function edgesOf(page: unknown) {
  return { edges: (page as { items: unknown[] }).items.map((node) => ({ node })) };
}

t.test('what is nested in GraphQL is what the lists of REST hold', async (t) => {
  if (!rest) throw new Error('no side');
  const { world, like } = rest;
  const [branch, project] = ['branch', 'project'].map((name) => world.kept.get(name) ?? '');
  const { body } = await ask(
    world,
    `query ($project: ID!) { project(id: $project) { ${fields.project} credential { ${fields.credential} }
      branches(first: 10) { edges { node { ${fields.branch} timeline { ${fields.timeline} }
        snapshots { edges { node { ${fields.snapshot} branch { id } } } }
        restores { edges { node { ${fields.restore} branch { id } target { branch { id } } } } } } } } } }`,
    { project },
  );
  const found = (body as { data: { project: { branches: { edges: { node: Nested }[] } } } }).data.project;
  const read = async (url: string) => (await world.send({ method: 'GET', url })).body as { items: { id: string }[] };
  const present = found.branches.edges.map(({ node }) => node);
  const listed = (await read(`/v1/projects/${project}/branches`)).items;
  t.strictSame(
    present.map(({ id }) => id),
    listed.map(({ id }) => id),
  );
  const nested = present.find(({ id }) => id === branch);
  for (const name of ['snapshots', 'restores'] as const) {
    const items = (await read(`/v1/${name}?branchId=${branch}`)).items;
    t.ok(items.length > 1, name);
    t.strictSame(
      nested?.[name].edges.map(({ node }) => node.id),
      items.map(({ id }) => id),
      name,
    );
    t.ok(
      nested?.[name].edges.every(({ node }) => node.branch.id === branch),
      'each knows its branch',
    );
  }
  t.strictSame(like(nested?.timeline), like(await read(`/v1/branches/${branch}/timeline`)));
});

t.test('what is nested in a team that was entered is read in that team, by who acts in another', async (t) => {
  if (!rest) throw new Error('no side');
  const { world } = rest;
  const nested = 'projects { edges { node { id branches { edges { node { id timeline { branchId } } } } } } }';
  const { body: direct } = await ask(world, `{ ${nested} }`);
  const answer = await world.send({
    method: 'POST',
    url: '/graphql',
    body: { query: `{ team(slug: "default") { query { ${nested} } } }` },
    headers: { 'afterglow-team': 'shop' },
  });
  t.strictSame(answer.body, { data: { team: { query: (direct as { data: object }).data } } });
  t.ok(JSON.stringify(direct).includes(world.kept.get('branch') ?? 'none'), 'and there is something in it');
});

for (const [index, step] of lastSteps.entries()) take(step, steps.length + index);

t.test('both doors leave the same rows', async (t) => {
  for (const [table, columns] of Object.entries(comparedTables)) {
    const [left, right] = await Promise.all(
      sides.map(async ({ world, like }) => like(await world.sql(`select ${columns} from ${table} order by 1`))),
    );
    t.strictSame(right, left, table);
    t.ok(Array.isArray(left), table);
  }
});

t.test('without a key both doors refuse in the same words', async (t) => {
  const answers = await Promise.all(
    ['/v1/projects', '/graphql'].map((url) =>
      rest?.world.send({
        method: url === '/graphql' ? 'POST' : 'GET',
        url,
        headers: { authorization: 'Bearer no-key-of-ours', 'x-request-id': 'no-key' },
        ...(url === '/graphql' ? { body: { query: '{ projects { pageInfo { hasNextPage } } }' } } : {}),
      }),
    ),
  );
  t.match(answers[0], { status: 401, body: { code: 'unauthenticated' } });
  t.strictSame(answers[1], answers[0]);
});

t.test('every command of both doors is in this test, done and refused', async (t) => {
  const mutations = Object.keys(buildGraphqlSchema().getMutationType()?.getFields() ?? {});
  const named = Object.entries<Command>(commands).filter(([, { isQuery }]) => !isQuery);
  t.strictSame(mutations.sort(), named.map(([name]) => name).sort(), 'of GraphQL');
  const paths = Object.entries(rest?.world.app.rest.swagger().paths ?? {});
  const routes = paths.flatMap(([path, item]) =>
    Object.keys(item ?? {})
      .filter((method) => ['post', 'patch', 'put', 'delete'].includes(method))
      .map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  t.strictSame(
    routes.filter((route) => !questions.includes(route)).sort(),
    Object.values(commands)
      .map(({ method, path }) => `${method} ${path}`)
      .sort(),
    'of REST',
  );
  for (const name of Object.keys(commands) as CommandName[]) {
    const outcomes = [...steps, ...lastSteps].filter(({ command }) => command === name).map(({ expect }) => expect);
    t.ok(outcomes.includes('ok') && outcomes.some((code) => code !== 'ok'), name);
  }
});

t.test('nothing was logged as a warning or an error', async (t) => {
  for (const { world } of sides) t.strictSame(world.alarms, []);
});

/** What both tables hold, without what depends on how often a job looked, or on the door itself (fingerprints). */
const comparedTables = {
  teams: '*',
  memberships: '*',
  api_keys:
    'id, team_id, name, prefix, role, kind, projects, cidrs, expires_at, rotated_at, own_expires_at, rotated_from, created_by_kind, created_by, is_platform, created_at, revoked_at',
  credentials: 'id, team_id, name, neon_account_id, status, version, created_at, updated_at, deleted_at',
  projects: '*',
  reconcile_reports: '*',
  branches: '*',
  policies: '*',
  policy_versions: '*',
  schedules: '*',
  firings: '*',
  snapshots: '*',
  retention_plans: '*',
  holds: '*',
  hold_snapshots: '*',
  restores: '*',
  preserved_branches: '*',
  outbox: 'id, team_id, job, subject_id, lane, priority, status, reason',
  lanes: '*',
  idempotency_keys: 'key, team_id, response',
  audit_events:
    'id, sequence, at, actor_kind, actor_id, actor_label, action, subject_kind, subject_id, request_id, source_address, details, before, after',
};

interface Nested {
  readonly id: string;
  readonly timeline: unknown;
  readonly snapshots: {
    readonly edges: { readonly node: { readonly id: string; readonly branch: { readonly id: string } } }[];
  };
  readonly restores: Nested['snapshots'];
}

interface JobNode {
  readonly id: string;
}

interface List {
  readonly path: string;
  readonly field: string;
  readonly of: keyof typeof fields;
}

const lists: readonly List[] = [
  { path: '/v1/teams', field: 'teams', of: 'team' },
  { path: '/v1/api-keys', field: 'apiKeys', of: 'apiKey' },
  { path: '/v1/projects', field: 'projects', of: 'project' },
  { path: '/v1/credentials', field: 'credentials', of: 'credential' },
  { path: '/v1/snapshots', field: 'snapshots', of: 'snapshot' },
  { path: '/v1/holds', field: 'holds', of: 'hold' },
  { path: '/v1/restores', field: 'restores', of: 'restore' },
  { path: '/v1/jobs', field: 'jobs', of: 'job' },
  { path: '/v1/audit-events', field: 'auditEvents', of: 'auditEvent' },
];

/** Everything in a list, page by page, through each door. */
async function readBoth({ world }: Side, list: List) {
  const viaRest: unknown[] = [];
  const viaGraphql: unknown[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { body } = await world.send({
      method: 'GET',
      url: `${list.path}?limit=7${cursor ? `&cursor=${cursor}` : ''}`,
    });
    const page = body as { items: unknown[]; nextCursor: string | null };
    viaRest.push(...page.items);
    cursor = page.nextCursor;
  }
  for (let after: string | null = null, more = true; more; ) {
    const query = `query ($after: String) { list: ${list.field}(first: 7, after: $after) {
      edges { node { ${fields[list.of]} } } pageInfo { hasNextPage endCursor } } }`;
    const { body } = await ask(world, query, { after });
    const { list: page } = (
      body as { data: { list: { edges: { node: unknown }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } }
    ).data;
    viaGraphql.push(...page.edges.map(({ node }) => node));
    ({ endCursor: after, hasNextPage: more } = page.pageInfo);
  }
  return { viaRest, viaGraphql };
}

/** Waits until the work that was promised is done, and keeps what it made for the steps that follow. */
async function settle(world: World): Promise<void> {
  await world.idle();
  const [branch] = await world.sql<{ id: string }>('select id from branches where is_default');
  const [child] = await world.sql<{ id: string }>(`select id from branches where name = 'rescued'`);
  const [snapshot] = await world.sql<{ at: Date }>(
    `select point_at as at from snapshots where status = 'available' order by point_at desc limit 1`,
  );
  if (branch) world.kept.set('branch', branch.id);
  if (child) world.kept.set('child', child.id);
  if (snapshot) world.kept.set('pointAt', snapshot.at.toISOString());
}

async function newEvents(world: World, seen: { sequence: number }): Promise<unknown[]> {
  const events = await world.sql<{ sequence: string }>(
    `select ${comparedTables.audit_events} from audit_events where sequence > ${seen.sequence} order by sequence, id`,
  );
  seen.sequence = Number(events.at(-1)?.sequence ?? seen.sequence);
  return events;
}

/** Two looks are never at the same instant. */
function ageless(answer: unknown): unknown {
  const text = JSON.stringify(answer);
  return JSON.parse(
    text
      .replace(/"(checkedAt|until)":"[^"]+"/g, '"$1":"<now>"')
      .replace(/"achievedSeconds":\d+/g, '"achievedSeconds":"<age>"'),
  );
}
