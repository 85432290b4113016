// `node` and `nodes` hand on what the read of the kind answers, whatever that is.

import { isInterfaceType, isObjectType } from 'graphql';
import t from 'tap';
import { notFound } from '../../src/core/errors.ts';
import { buildGraphqlSchema } from '../../src/graphql/schema.ts';
import { openDoor } from './door.ts';
import { snapshot } from './samples.ts';

const schema = buildGraphqlSchema();
const nodeType = schema.getType('Node');
if (!isInterfaceType(nodeType)) throw new Error('Node is no interface');

t.test('every kind that a field reads by its id alone is a Node, and no other is', async (t) => {
  const read = Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap(({ name, args, type }) =>
    name !== 'node' && args.length === 1 && args[0]?.name === 'id' ? [String(type)] : [],
  );
  const kinds = schema.getPossibleTypes(nodeType).map(({ name }) => name);
  t.strictSame(kinds.sort(), [...read, 'Team'].sort(), 'a team is entered by its id');
});

for (const [name, read] of [
  ['snp_1', 'snapshots.get'],
  ['key_1', 'apiKeys.get'],
  ['rtp_1', 'retentionPlans.get'],
  ['pol_1', 'policies.get'],
] as const) {
  t.test(`${name} is read by ${read} and by nothing else`, async (t) => {
    const door = await openDoor(t);
    const { data, errors } = await door.ask('query ($id: ID!) { node(id: $id) { __typename id } }', { id: name });
    t.strictSame(errors, []);
    const type = (data?.['node'] as { __typename: string } | undefined)?.__typename ?? '';
    t.ok(isObjectType(schema.getType(type)));
    t.strictSame(data, { node: { __typename: type, id: name } });
    t.strictSame(door.calls, [{ name: read, input: [name] }]);
  });
}

for (const id of ['', '_', 'snp', 'xyz_1', 'evt_1', 'mbr_1', 'toString_1', '__proto___1', 'SNP_1', ' snp_1']) {
  t.test(`${JSON.stringify(id)} is the id of no kind: not_found, and nothing is read`, async (t) => {
    const door = await openDoor(t);
    const { data, errors } = await door.ask('query ($id: ID!) { node(id: $id) { id } }', { id });
    t.strictSame(data, { node: null });
    t.match(errors, [{ path: ['node'], extensions: { code: 'not_found' } }]);
    t.strictSame(door.calls, []);
  });
}

const many = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Snapshot { branch { id } } } }';

t.test(
  'nodes are in the order of their ids, one that is refused is null, and what is nested is read at once',
  async (t) => {
    const door = await openDoor(t);
    door.snapshots = [snapshot, { ...snapshot, id: 'snp_2' }];
    door.fail('policies.get', notFound('policy', 'pol_1'));
    const ids = ['snp_2', 'pol_1', 'snp_1', 'hld_1', 'xyz', 'snp_2'];
    const { data, errors } = await door.ask(many, { ids });
    const of = (id: string) => ({ __typename: 'Snapshot', id, branch: { id: 'brn_1' } });
    t.strictSame(data, {
      nodes: [of('snp_2'), null, of('snp_1'), { __typename: 'Hold', id: 'hld_1' }, null, of('snp_2')],
    });
    t.match(
      errors.map(({ path, extensions }) => [path, extensions['code']]),
      [
        [['nodes', 1], 'not_found'],
        [['nodes', 4], 'not_found'],
      ],
    );
    t.strictSame(
      door.calls.map(({ name }) => name),
      ['snapshots.get', 'policies.get', 'snapshots.get', 'holds.get', 'branches.getMany'],
    );
  },
);

t.test('more than 200 ids are invalid_request, and nothing is read', async (t) => {
  const door = await openDoor(t);
  const ids = Array.from({ length: 201 }, () => 'snp_1');
  t.match((await door.ask(many, { ids })).errors, [
    { extensions: { code: 'invalid_request', errors: [{ path: 'ids' }] } },
  ]);
  t.strictSame(door.calls, []);
  t.strictSame((await door.ask(many, { ids: ids.slice(1) })).errors, []);
});

t.test('a node costs what the dearest of its kinds does, and nodes what each of them reads', async (t) => {
  const asked = `{ __typename ... on Project { branches(first: 20) { edges { node { id } } } }
    ... on Branch { snapshots(first: 30) { edges { node { id } } } } ...Held } `;
  const fragment = 'fragment Held on Node { ... on Hold { id } ... on Policy { name } }';
  // A branch, its list and 30 snapshots.
  const one = await openDoor(t, { costMax: 1 + 1 + 30 });
  t.strictSame((await one.ask(`{ node(id: "brn_1") ${asked} } ${fragment}`)).errors, []);
  const two = await openDoor(t, { costMax: 2 * (5 + 1 + 30) });
  const ids = ['brn_1', 'prj_1', 'hld_1'];
  const query = `query ($ids: [ID!]!) { nodes(ids: $ids) ${asked} } ${fragment}`;
  t.strictSame((await two.ask(query, { ids: ids.slice(1) })).errors, []);
  two.calls.length = 0;
  t.match((await two.ask(query, { ids })).errors, [{ extensions: { code: 'query_too_costly', cost: 3 * 36 } }]);
  t.strictSame(two.calls, []);
});
