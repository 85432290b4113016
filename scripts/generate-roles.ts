// What is generated from the table of roles and actions: docs/roles.md, with the operations of both doors that do each.

import { type Action, actionRules, actions } from '../src/domain/index.ts';
import { readActions } from '../src/graphql/actions.ts';
import { buildGraphqlSchema } from '../src/graphql/schema.ts';

interface Operation {
  readonly operationId?: string;
  readonly 'x-action'?: string;
}

/** As the OpenAPI document has them. */
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>> | undefined>>;

const roles = ['viewer', 'operator', 'approver', 'admin'] as const;

const reaches = {
  project: 'a project, in those that the key is narrowed to',
  team: 'the whole team: not for a key that is narrowed to projects',
  named_team: 'the team that the request names: not for a key that is narrowed to projects',
  fleet: 'the installation',
  caller: 'who asks',
} as const;

const opening = `# Roles and actions

Generated from \`src/domain/authorize.ts\` by \`npm run generate\`. Do not edit.

Every operation of both doors does one action: \`x-action\` in the OpenAPI document, \`@action\` in the GraphQL schema. A door with an
operation that names none does not start. What an actor may do in its team, \`GET /v1/me\` lists.

* **yes** by that role of the team, and by every higher one.
* **platform**: by the platform role, in any team, without a role in it. It manages teams, members and keys and sees figures; it reads no
  team's data, queries or connection URIs.
* A key that is narrowed to projects does what is about a project in those, and finds nothing else; what is about the whole team is
  \`forbidden\` to it whatever its role. Policies are the whole team's, to read too: they name other projects.
* Nobody makes or rotates a key above their own role. A key with an end or with networks does so only within them
  (\`beyond_own_bounds\`), and says them: nothing is inherited in silence. One that is narrowed to projects makes none.
* Two operations take more than their action where they do more: \`lockSnapshot\` takes \`lock.set_compliance\` or \`lock.shorten\`, and
  \`importPolicies\` takes \`policy.write\` where it is no dry run.
* What is not the actor's is \`not_found\`, whether it exists or not; only then a role that is too low is \`forbidden\`.

`;

/** The page, from the paths of the OpenAPI document. */
export function generateRoles(described: object): string {
  const paths = JSON.parse(JSON.stringify(described)) as Paths;
  const head = `| action | ${roles.join(' | ')} | platform | is about | REST | GraphQL |`;
  const rule = `|${'---|'.repeat(roles.length + 5)}`;
  const rest = Map.groupBy(operationsOf(paths), ([action]) => action);
  const graphql = Map.groupBy(readActions(buildGraphqlSchema()), ([, action]) => action);
  const rows = actions.map((action) => {
    const cells = [
      `\`${action}\``,
      ...roles.map((role) => (mayBy(action, role) ? 'yes' : '')),
      'platform' in actionRules[action] || actionRules[action].least === 'any' ? 'yes' : '',
      reaches[actionRules[action].of],
      list((rest.get(action) ?? []).map(([, name]) => name)),
      list((graphql.get(action) ?? []).map(([name]) => name)),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `${opening}${[head, rule, ...rows].join('\n')}\n`;
}

function mayBy(action: Action, role: (typeof roles)[number]): boolean {
  const { least } = actionRules[action];
  if (least === 'any') return true;
  return least !== 'none' && roles.indexOf(role) >= roles.indexOf(least);
}

function operationsOf(paths: Paths): [string, string][] {
  return Object.values(paths).flatMap((path) =>
    Object.values(path ?? {}).flatMap(({ operationId, 'x-action': action }): [string, string][] =>
      action && operationId ? [[action, operationId]] : [],
    ),
  );
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
