// Lists that are bounded in time, through both doors: `since` is included, `until` is not, and pages lead on within them.

import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { restore, takeSnapshot } from '../harness/work.ts';

const minute = 60_000;
const at = await startRegistered(t, { roles: ['api', 'worker'] });
const { domain, actor, main, project } = at;
const { key } = await domain.apiKeys.create(actor, { name: 'k', role: 'viewer' });

for (const name of ['a', 'b', 'c']) await takeSnapshot(at, { branchId: main.id, name });
const [newest] = (await domain.snapshots.list(actor, {}, { limit: 1 })).items;
for (const name of ['a', 'b', 'c']) {
  await restore(at, { source: { snapshotId: newest?.id ?? '' }, target: { kind: 'new_branch', name } });
}
const policy = await domain.policies.create(actor, {
  name: 'minutes',
  selector: { projects: [project.id], branches: [main.name] },
  schedules: [{ name: 'minutes', cron: '* * * * *', timeZone: 'UTC' }],
  retention: { keepLast: 10 },
});
const snapshots = (await domain.snapshots.list(actor, {}, { limit: 50 })).items;
for (const minutes of [0, 1, 2]) {
  await at.setAhead(Date.parse(policy.schedules[0]?.nextFiringAt ?? '') + minutes * minute + 1_000 - Date.now());
  await domain.fireDueSchedules();
}

interface Item {
  readonly id: string;
  readonly [member: string]: unknown;
}

async function send(method: 'GET' | 'POST', url: string, body?: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  return (await at.app.rest.inject({ method, url, headers, ...payload })).json();
}

type Bounds = Readonly<Record<string, string>>;
type Read = (bounds: Bounds, limit?: number, cursor?: string) => Promise<{ ids: string[]; next: string | null }>;

function byRest(path: string): Read {
  return async (bounds, limit = 50, cursor) => {
    const query = new URLSearchParams({ ...bounds, limit: String(limit), ...(cursor === undefined ? {} : { cursor }) });
    const page = (await send('GET', `${path}?${query.toString()}`)) as { items: Item[]; nextCursor: string | null };
    return { ids: page.items.map(({ id }) => id), next: page.nextCursor };
  };
}

const edges = 'edges { node { id } } pageInfo { hasNextPage endCursor }';

interface Connection {
  readonly edges: readonly { readonly node: Item }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Of the root, or of the branch. */
function byGraphql(field: string, type: string, nested = false): Read {
  return async (filter, first = 50, after) => {
    const list = `list: ${field}(filter: $filter, first: $first, after: $after) { ${edges} }`;
    const query = `query ($filter: ${type}, $first: Int, $after: String) {
      ${nested ? `branch(id: ${JSON.stringify(main.id)}) { ${list} }` : list} }`;
    const { data } = (await send('POST', '/graphql', { query, variables: { filter, first, after } })) as {
      data: { list: Connection; branch: { list: Connection } };
    };
    const { list: found } = nested ? data.branch : data;
    const { hasNextPage, endCursor } = found.pageInfo;
    return { ids: found.edges.map(({ node }) => node.id), next: hasNextPage ? endCursor : null };
  };
}

const lists = [
  {
    name: 'snapshots',
    items: snapshots.map(({ id, createdAt }) => ({ id, at: createdAt })),
    reads: [
      byRest('/v1/snapshots'),
      byGraphql('snapshots', 'SnapshotFilter'),
      byGraphql('snapshots', 'BranchSnapshotFilter', true),
    ],
  },
  {
    name: 'restores',
    items: (await domain.restores.list(actor, {}, { limit: 50 })).items.map(({ id, createdAt }) => ({
      id,
      at: createdAt,
    })),
    reads: [
      byRest('/v1/restores'),
      byGraphql('restores', 'RestoreFilter'),
      byGraphql('restores', 'BranchRestoreFilter', true),
    ],
  },
  {
    name: 'firings',
    items: (await domain.firings.list(actor, { policyId: policy.id }, { limit: 50 })).items.map(({ id, dueAt }) => ({
      id,
      at: dueAt,
    })),
    reads: [byRest('/v1/firings'), byGraphql('firings', 'FiringFilter')],
  },
];

for (const { name, items, reads } of lists) {
  t.test(`${name} since an instant hold it, and those until it do not, through every field and route`, async (t) => {
    const [c, b, a, ...others] = items;
    if (!a || !b || !c || others.length > 0) throw new Error(`three are made: ${items.length}`);
    t.ok(a.at < b.at && b.at < c.at, 'at three instants');
    // What the firings have asked for comes later.
    const until = new Date(Date.parse(c.at) + 1).toISOString();
    for (const read of reads) {
      t.strictSame((await read({ since: b.at, until })).ids, [c.id, b.id]);
      t.strictSame((await read({ until: b.at })).ids, [a.id]);
      t.strictSame((await read({ since: b.at, until: c.at })).ids, [b.id]);
      t.strictSame((await read({ since: c.at, until: b.at })).ids, [], 'the wrong way round holds nothing');
      const first = await read({ since: a.at, until: c.at }, 1);
      t.strictSame(first.ids, [b.id]);
      t.strictSame(await read({ since: a.at, until: c.at }, 1, first.next ?? ''), { ids: [a.id], next: null });
    }
  });
}

t.test('a bound that is no instant is invalid_instant through both doors', async (t) => {
  for (const name of ['snapshots', 'restores', 'firings']) {
    t.match(await send('GET', `/v1/${name}?since=yesterday`), { code: 'invalid_instant', field: 'since' });
    const query = `{ ${name}(filter: { until: "2026-03-01T09:30:00" }) { edges { cursor } } }`;
    const answer = await send('POST', '/graphql', { query });
    t.match(answer, { errors: [{ extensions: { code: 'invalid_instant', field: 'until' } }] });
  }
});
