import t from 'tap';
import { type Door, openDoor } from './door.ts';
import * as samples from './samples.ts';

const pageInfo = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

interface Connection {
  readonly edges: readonly { readonly node: { readonly id: string }; readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

function numbered<T extends { readonly id: string }>(sample: T, count: number): T[] {
  return Array.from({ length: count }, (_, index) => ({
    ...sample,
    id: `${sample.id}_${String(index).padStart(3, '0')}`,
  }));
}

async function connectionAt(door: Door, query: string, ...path: string[]): Promise<Connection> {
  const { data, errors } = await door.ask(query);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return path.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], data) as Connection;
}

const lists = [
  {
    title: 'a list of the domain',
    read: (door: Door, args: string) =>
      connectionAt(door, `{ snapshots${args} { edges { node { id } cursor } ${pageInfo} } }`, 'snapshots'),
  },
  {
    title: 'the branches of a project',
    read: (door: Door, args: string) =>
      connectionAt(
        door,
        `{ project(id: "prj_1") { branches${args} { edges { node { id } cursor } ${pageInfo} } } }`,
        'project',
        'branches',
      ),
  },
];

for (const { title, read } of lists) {
  t.test(`${title} is read to its end, newest first, each once`, async (t) => {
    const door = await openDoor(t);
    door.snapshots = numbered(samples.snapshot, 5);
    door.branches = numbered(samples.branch, 5);
    const seen: string[] = [];
    let page = await read(door, '(first: 2)');
    t.equal(page.pageInfo.hasPreviousPage, false);
    for (let guard = 0; guard < 5; guard += 1) {
      seen.push(...page.edges.map(({ node }) => node.id.slice(-3)));
      t.equal(page.pageInfo.endCursor, page.edges.at(-1)?.cursor);
      if (!page.pageInfo.hasNextPage) break;
      page = await read(door, `(first: 2, after: "${page.pageInfo.endCursor}")`);
      t.equal(page.pageInfo.hasPreviousPage, true);
    }
    t.strictSame(seen, ['004', '003', '002', '001', '000']);
  });

  t.test(`${title} is read backwards to its beginning, each page in the same order`, async (t) => {
    const door = await openDoor(t);
    door.snapshots = numbered(samples.snapshot, 5);
    door.branches = numbered(samples.branch, 5);
    const pages: string[][] = [];
    let page = await read(door, '(last: 2)');
    t.equal(page.pageInfo.hasNextPage, false);
    for (let guard = 0; guard < 5; guard += 1) {
      pages.unshift(page.edges.map(({ node }) => node.id.slice(-3)));
      t.equal(page.pageInfo.startCursor, page.edges[0]?.cursor);
      if (!page.pageInfo.hasPreviousPage) break;
      page = await read(door, `(last: 2, before: "${page.pageInfo.startCursor}")`);
      t.equal(page.pageInfo.hasNextPage, true);
    }
    t.strictSame(pages, [['004'], ['003', '002'], ['001', '000']]);
  });

  t.test(`between two cursors ${title} is read from either end`, async (t) => {
    const door = await openDoor(t);
    door.snapshots = numbered(samples.snapshot, 6);
    door.branches = numbered(samples.branch, 6);
    const { edges } = await read(door, '');
    const between = `after: "${edges[0]?.cursor}", before: "${edges[5]?.cursor}"`;
    for (const [asked, expected] of [
      [`first: 2`, ['004', '003']],
      [`last: 2`, ['002', '001']],
      [`first: 9`, ['004', '003', '002', '001']],
    ] as const) {
      const page = await read(door, `(${asked}, ${between})`);
      t.strictSame(
        page.edges.map(({ node }) => node.id.slice(-3)),
        expected,
      );
      t.match(page.pageInfo, { hasNextPage: true, hasPreviousPage: true }, 'what the cursors name lies on either side');
    }
  });

  t.test(`a page of both ends of ${title} is refused`, async (t) => {
    const door = await openDoor(t);
    await t.rejects(read(door, '(first: 1, last: 1)'), /invalid_request/);
  });

  t.test(`the cursor of any edge of ${title} leads on from it`, async (t) => {
    const door = await openDoor(t);
    door.snapshots = numbered(samples.snapshot, 5);
    door.branches = numbered(samples.branch, 5);
    const { edges } = await read(door, '(first: 4)');
    const rest = await read(door, `(after: "${edges[1]?.cursor}")`);
    t.strictSame(
      rest.edges.map(({ node }) => node.id.slice(-3)),
      ['002', '001', '000'],
    );
  });

  t.test(`without arguments ${title} has 50 a page`, async (t) => {
    const door = await openDoor(t);
    door.snapshots = numbered(samples.snapshot, 60);
    door.branches = numbered(samples.branch, 60);
    const { edges, pageInfo } = await read(door, '');
    t.equal(edges.length, 50);
    t.equal(pageInfo.hasNextPage, true);
  });

  for (const first of [0, 201, -1]) {
    t.test(`a page of ${first} of ${title} is refused`, async (t) => {
      const door = await openDoor(t);
      await t.rejects(read(door, `(first: ${first})`), /invalid_request/);
      await t.rejects(read(door, `(last: ${first})`), /invalid_request/);
    });
  }
}

t.test('an empty list has no cursors', async (t) => {
  const door = await openDoor(t);
  door.projects = [];
  const { data } = await door.ask(`{ projects { edges { cursor } ${pageInfo} } }`);
  t.strictSame(data, {
    projects: {
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    },
  });
});

t.test('a nested list says that there is more, and its cursor leads on in the list of the resource', async (t) => {
  const door = await openDoor(t);
  door.snapshots = numbered(samples.snapshot, 3).reverse();
  const nested = await connectionAt(
    door,
    `{ branch(id: "brn_1") { snapshots(first: 2) { edges { node { id } cursor } ${pageInfo} } } }`,
    'branch',
    'snapshots',
  );
  t.strictSame(nested.pageInfo.hasNextPage, true);
  const rest = await connectionAt(
    door,
    `{ snapshots(filter: { branchId: "brn_1" }, after: "${nested.pageInfo.endCursor}") { edges { node { id } cursor } ${pageInfo} } }`,
    'snapshots',
  );
  t.strictSame(
    [...nested.edges, ...rest.edges].map(({ node }) => node.id.slice(-3)),
    ['002', '001', '000'],
  );
});
