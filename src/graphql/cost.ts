// Owns what an operation may cost, judged before anything is read: how many objects its answer could hold. Pages multiply what is in them.

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isAbstractType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { getArgumentValues } from 'graphql/execution/values.js';
import { Refusal } from '../core/errors.ts';
import type { Budget } from './context.ts';
import { checkArgument } from './limits.ts';

interface Asked {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Takes the cost of the operation from the budget. Refuses with `query_too_costly`, and with `invalid_request` a page that is too large. Returns
 * the coerced variables; undefined where they do not fit, or there is no such operation: that is refused when the operation runs.
 */
export function spend(budget: Budget, asked: Asked): Record<string, unknown> | undefined {
  const { schema, document, operationName, variables } = asked;
  const operation = getOperationAST(document, operationName);
  if (!operation) return undefined;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (!coerced) return undefined;
  budget.spent += costOf(schema, document, operation, coerced);
  if (budget.spent <= budget.max) return coerced;
  throw new Refusal(
    'query_too_costly',
    `The request could answer ${budget.spent} objects, and at most ${budget.max} are allowed. Nothing more was done. Ask for smaller pages.`,
    { members: { cost: budget.spent, costMax: budget.max } },
  );
}

/** What tells of the schema, whole or one type of it. */
const introspective: ReadonlySet<string> = new Set(['__schema', '__type']);
/** No row is read, but the process is busy for as long. */
const introspectionCost = 1_000;

/** As many edges as a connection has without `first` and `last`. */
const pageSize = 50;

function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Record<string, unknown>,
): number {
  const root = schema.getRootType(operation.operation);
  if (!root) return 0;
  const fragments = new Map<string, number>();
  return ofSelections(operation.selectionSet, root);

  /** Of an interface, the most that an object of one of its types may come to. */
  function ofType(set: SelectionSetNode, type: GraphQLNamedType): number {
    if (isObjectType(type)) return ofSelections(set, type);
    if (!isAbstractType(type)) return 0;
    return Math.max(0, ...schema.getPossibleTypes(type).map((possible) => ofSelections(set, possible)));
  }

  function ofSelections({ selections }: SelectionSetNode, type: GraphQLObjectType): number {
    return selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + ofField(selection, type);
      if (selection.kind === Kind.FRAGMENT_SPREAD) return sum + ofFragment(selection.name.value, type);
      return sum + ofCondition(selection, type);
    }, 0);
  }

  /** Nothing, where its condition is one that no object of the type meets. */
  function ofCondition(
    { selectionSet, typeCondition }: InlineFragmentNode | FragmentDefinitionNode,
    type: GraphQLObjectType,
  ): number {
    const wanted = typeCondition ? schema.getType(typeCondition.name.value) : type;
    const isMet = wanted === type || (isAbstractType(wanted) && schema.isSubType(wanted, type));
    return isMet ? ofSelections(selectionSet, type) : 0;
  }

  /** Cycles are refused before. */
  function ofFragment(name: string, type: GraphQLObjectType): number {
    const key = `${name} ${type.name}`;
    const known = fragments.get(key);
    if (known !== undefined) return known;
    const fragment = document.definitions.find(
      (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
    );
    const cost = fragment?.kind === Kind.FRAGMENT_DEFINITION ? ofCondition(fragment, type) : 0;
    fragments.set(key, cost);
    return cost;
  }

  function ofField(node: FieldNode, type: GraphQLObjectType): number {
    const field = type.getFields()[node.name.value];
    if (!field) return introspective.has(node.name.value) ? introspectionCost : 0;
    const inner = node.selectionSet ? ofType(node.selectionSet, getNamedType(field.type)) : 0;
    const own = ownCost(schema, field);
    const size = sizeOf(field, node);
    // The objects of a list are its own; those of a connection are in its edges.
    return isListType(getNullableType(field.type)) ? (own + inner) * size : own + inner * size;
  }

  /** How many times what is under the field may be there. */
  function sizeOf(field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    const sizes = field.args.filter(({ name }) => name === 'first' || name === 'last' || name === 'ids');
    if (sizes.length === 0) return 1;
    const values: Record<string, unknown> = getArgumentValues(field, node, given);
    for (const arg of sizes) checkArgument(schema, arg, values[arg.name]);
    const size = values['first'] ?? values['last'] ?? values['ids'];
    if (Array.isArray(size)) return size.length;
    return typeof size === 'number' ? size : pageSize;
  }
}

/** What the schema says with @cost; else 1 for each object, and nothing for what only leads to one. */
function ownCost(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>): number {
  const directive = schema.getDirective('cost');
  const said = directive && field.astNode && getDirectiveValues(directive, field.astNode)?.['is'];
  if (typeof said === 'number') return said;
  return isLeafType(getNamedType(field.type)) || field.name === 'edges' || field.name === 'pageInfo' ? 0 : 1;
}
