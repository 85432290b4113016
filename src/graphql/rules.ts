// Owns what an operation must be beyond GraphQL's own rules, whatever its variables: in one team, not too deep, and not of too many aliases.

import {
  type ASTNode,
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { Refusal, type RefusalCode } from '../core/errors.ts';

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

/** Refuses with the code, before anything is read. */
function refuse(context: ValidationContext, code: RefusalCode, message: string, nodes: ASTNode): void {
  const originalError = new Refusal(code, `${message} Nothing was done.`);
  context.reportError(new GraphQLError(message, { nodes, originalError }));
}

/** Refuses to tell the schema, with `introspection_off`. */
export function introspectionRule(context: ValidationContext): ASTVisitor {
  return {
    Field(field) {
      if (!/^__(schema|type)$/.test(field.name.value)) return;
      refuse(context, 'introspection_off', 'The schema is not told here: it is part of the documentation.', field);
    },
  };
}

const aliasesMax = 50;

/** Refuses operations of more than `aliasesMax` aliases, with `too_many_aliases`; those of a fragment count wherever it is spread. */
export function aliasRule(context: ValidationContext): ASTVisitor {
  const fragments = new Map<string, number>();
  return {
    OperationDefinition(operation) {
      if (aliasesIn(operation.selectionSet, 0) <= aliasesMax) return;
      refuse(context, 'too_many_aliases', `The operation has more than ${aliasesMax} aliases.`, operation);
    },
  };

  function aliasesIn({ selections }: SelectionSetNode, above: number): number {
    // Introspection is not measured by depth, so that what is deeper must not go uncounted.
    if (above > lookedInto) return aliasesMax + 1;
    return selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return sum + aliasesInFragment(selection.name.value, above);
      const own = selection.kind === Kind.FIELD && selection.alias ? 1 : 0;
      return sum + own + (selection.selectionSet ? aliasesIn(selection.selectionSet, above + 1) : 0);
    }, 0);
  }

  /** Each fragment is counted once. One that is being counted already is a cycle, which another rule refuses. */
  function aliasesInFragment(name: string, above: number): number {
    const known = fragments.get(name);
    if (known !== undefined) return known;
    fragments.set(name, 0);
    const fragment = context.getFragment(name);
    const count = fragment ? aliasesIn(fragment.selectionSet, above + 1) : 0;
    fragments.set(name, count);
    return count;
  }
}

const depthMax = 12;

/** What is looked into at all; deeper than this is refused whatever it holds. */
const lookedInto = 100;

/**
 * Refuses operations that nest deeper than `depthMax` fields, with `query_too_deep`. Introspection is left out (graphql bounds it by a rule
 * of its own): the query by which GraphiQL reads the schema is 15 deep. That is why mercurius' `queryDepth` is not used.
 */
export function depthRule(context: ValidationContext): ASTVisitor {
  const fragments = new Map<string, number>();
  return {
    OperationDefinition(operation) {
      const depth = depthOf(operation.selectionSet, 0);
      if (depth <= depthMax) return;
      refuse(context, 'query_too_deep', `The operation nests more than ${depthMax} fields deep.`, operation);
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
