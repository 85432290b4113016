// Owns that the GraphQL door says what each of its operations does: a field of Query, Mutation or Subscription without an action of the table keeps the
// door from starting.

import { type DirectiveNode, type GraphQLSchema, Kind } from 'graphql';
import { type Action, isAction } from '../domain/index.ts';

/** The action of each field of Query, Mutation and Subscription, by its name. Throws where one names none, or one that is not in the table. */
export function readActions(schema: GraphQLSchema): Map<string, Action> {
  const found = new Map<string, Action>();
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    for (const { name, astNode } of Object.values(root?.getFields() ?? {})) {
      const action = nameIn(astNode?.directives?.find((directive) => directive.name.value === 'action'));
      if (action === undefined || !isAction(action)) {
        throw new Error(`The field ${root?.name}.${name} names no action of the table (@action).`);
      }
      found.set(name, action);
    }
  }
  return found;
}

function nameIn(directive: DirectiveNode | undefined): string | undefined {
  const value = directive?.arguments?.find(({ name }) => name.value === 'is')?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
