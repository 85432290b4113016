// Owns what an operation must be beyond GraphQL's own rules: in one team, and not too deep.

import {
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/**
 * Refuses a document that enters a team and reads anything beside it, or enters more than one: who acts would depend on which field comes
 * first.
 */
export function enteredRule(context: ValidationContext): ASTVisitor {
  const entered: FieldNode[] = [];
  const alone = new Set<FieldNode>();
  return {
    OperationDefinition({ selectionSet }) {
      const [first, ...rest] = selectionSet.selections.filter((one) => !isMeta(one));
      if (first?.kind === Kind.FIELD && rest.length === 0) alone.add(first);
    },
    Field(field) {
      if (field.name.value === 'team' && context.getParentType() === context.getSchema().getQueryType()) {
        entered.push(field);
      }
    },
    Document: {
      leave() {
        const [first] = entered;
        if (!first || (entered.length === 1 && alone.has(first))) return;
        const message = 'A document that enters a team reads nothing beside it, and enters no other.';
        context.reportError(new GraphQLError(message, { nodes: entered }));
      },
    },
  };
}

function isMeta(selection: SelectionNode): boolean {
  return selection.kind === Kind.FIELD && selection.name.value.startsWith('__');
}

const depthMax = 12;

/** What is looked into at all; deeper than this is refused whatever it holds. */
const lookedInto = 100;

/**
 * Refuses operations that nest deeper than `depthMax` fields. Introspection is left out (graphql bounds it by a rule of its
 * own): the query by which GraphiQL reads the schema is 15 deep. That is why mercurius' `queryDepth` is not used.
 */
export function depthRule(context: ValidationContext): ASTVisitor {
  const fragments = new Map<string, number>();
  return {
    OperationDefinition(operation) {
      const depth = depthOf(operation.selectionSet, 0);
      if (depth <= depthMax) return;
      const message = `The operation nests more than ${depthMax} fields deep.`;
      context.reportError(new GraphQLError(message, { nodes: operation }));
    },
  };

  function depthOf({ selections }: SelectionSetNode, above: number): number {
    if (above > lookedInto) return lookedInto;
    const depths = selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = context.getFragment(selection.name.value);
        return fragment ? depthOfFragment(fragment, above) : 0;
      }
      const inner = selection.selectionSet ? depthOf(selection.selectionSet, above + 1) : 0;
      if (selection.kind === Kind.INLINE_FRAGMENT) return inner;
      return selection.name.value.startsWith('__') ? 0 : inner + 1;
    });
    return Math.max(0, ...depths);
  }

  /** Each fragment is measured once. One that is being measured already is a cycle, which another rule refuses. */
  function depthOfFragment(fragment: FragmentDefinitionNode, above: number): number {
    const name = fragment.name.value;
    const known = fragments.get(name);
    if (known !== undefined) return known;
    fragments.set(name, 0);
    const depth = depthOf(fragment.selectionSet, above + 1);
    fragments.set(name, depth);
    return depth;
  }
}
