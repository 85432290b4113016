// Of real rows of every kind, `node` gives what the field of the kind gives. Who is refused what, the escape tests ask.

import t from 'tap';
import { fields } from '../graphql/fields.ts';
import { nowhere } from './escape/ids.ts';
import { nodeKinds } from './escape/requests.ts';
import { type EscapeWorld, openEscape } from './escape/world.ts';

const { at, ids, callers }: EscapeWorld = await openEscape(t);
const none = nowhere(ids);

interface Asked {
  readonly type: string;
  /** The field that reads it alone. */
  readonly field: string;
  readonly selection: string;
}

/** Its window ends now, which is another instant at each reading. */
const branch = fields.branch.replace('restoreWindow { from until }', '');

const kinds: Readonly<Record<(typeof nodeKinds)[number][0], Asked>> = {
  team: { type: 'Team', field: 'team', selection: fields.team },
  key: { type: 'ApiKey', field: 'apiKey', selection: fields.apiKey },
  credential: { type: 'Credential', field: 'credential', selection: fields.credential },
  project: { type: 'Project', field: 'project', selection: `${fields.project} ${fields.nextFirings}` },
  branch: { type: 'Branch', field: 'branch', selection: `${branch} snapshots { edges { node { id } } }` },
  policy: { type: 'Policy', field: 'policy', selection: fields.policy },
  snapshot: { type: 'Snapshot', field: 'snapshot', selection: `${fields.snapshot} branch { name }` },
  plan: { type: 'RetentionPlan', field: 'retentionPlan', selection: fields.retentionPlan },
  hold: { type: 'Hold', field: 'hold', selection: fields.hold },
  restore: { type: 'Restore', field: 'restore', selection: fields.restore },
  job: { type: 'Job', field: 'job', selection: `${fields.job} attempts { ${fields.attempt} }` },
};

interface Answer {
  readonly data: Record<string, unknown>;
  readonly errors?: readonly { readonly path: unknown; readonly extensions: { readonly code: string } }[];
}

async function ask(query: string, variables: object, { key = '' }: { readonly key?: string }): Promise<Answer> {
  const answer = await at.app.rest.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    payload: JSON.stringify({ query, variables }),
  });
  return answer.json();
}

const admin = { key: callers.roles.admin };

for (const [kind] of nodeKinds) {
  const { type, field, selection } = kinds[kind];
  t.test(`the node of a ${kind} is what the field ${field} answers`, async (t) => {
    const body = `{ __typename ${selection} }`;
    const alone = kind === 'team' ? `team(id: $id) { team ${body} }` : `${field}(id: $id) ${body}`;
    const id = ids[kind];
    const read = await ask(`query ($id: ID!) { ${alone} }`, { id }, admin);
    const found = kind === 'team' ? (read.data['team'] as { team: object }).team : read.data[field];
    t.match(found, { __typename: type, id });
    const node = await ask(
      `query ($id: ID!) { node(id: $id) { __typename ... on ${type} { ${selection} } } }`,
      { id },
      admin,
    );
    t.strictSame(node, { data: { node: found } });
  });
}

const many = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';
const codesOf = ({ errors = [] }: Answer) => errors.map(({ path, extensions }) => [path, extensions.code]);

t.test('nodes of every kind come in the order of their ids, with null for what is nowhere', async (t) => {
  const asked = nodeKinds.flatMap(([kind]) => [ids[kind], none[kind]]);
  const answer = await ask(many, { ids: asked }, admin);
  t.strictSame(
    answer.data['nodes'],
    nodeKinds.flatMap(([kind]) => [{ __typename: kinds[kind].type, id: ids[kind] }, null]),
  );
  t.strictSame(
    codesOf(answer),
    nodeKinds.map((_, index) => [['nodes', 2 * index + 1], 'not_found']),
  );
});

t.test(
  'a key of another project finds none of the nodes, and is told which of the kinds it may not read',
  async (t) => {
    const answer = await ask(many, { ids: [ids.snapshot, ids.policy, 'prj_twin', ids.project] }, callers.narrowed);
    t.strictSame(answer.data['nodes'], [null, null, { __typename: 'Project', id: 'prj_twin' }, null]);
    t.strictSame(codesOf(answer), [
      [['nodes', 0], 'not_found'],
      [['nodes', 1], 'forbidden'],
      [['nodes', 3], 'not_found'],
    ]);
  },
);

t.test('a node is read in the team that was entered', async (t) => {
  const query = 'query ($id: ID!) { team(slug: "default") { query { node(id: $id) { id } } } }';
  const id = ids.snapshot;
  t.strictSame(await ask(query, { id }, admin), { data: { team: { query: { node: { id } } } } });
  t.match(codesOf(await ask(query, { id }, callers.foreign)), [[['team'], 'not_found']]);
});
