// Owns which operations are run as compiled code (by graphql-jit, which mercurius brings), and which as graphql-js reads them. The answers are
// the same: what graphql-jit would answer in another way is never compiled.

import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * So often is a text run before it is compiled, so that who sends a new text with every request has none compiled. mercurius keeps what was
 * compiled with the parsed document, of which there are few.
 */
export const runsBeforeCompiled = 5;

/** With those of a fragment wherever it is spread: code is made for each. A dashboard has sixty; of as many as this is made in a few milliseconds. */
const fieldsMax = 300;

/** Names of the variables that have defaults; undefined of a document that is never compiled. */
const known = new WeakMap<DocumentNode, readonly string[] | undefined>();

/**
 * Whether the operation of the document, which is valid, may be run compiled with these variables, which are coerced: graphql-jit knows no
 * default of a variable that takes no null, and lets a null for one that has a default pass where graphql-js refuses it.
 */
export function mayBeCompiled(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): boolean {
  if (!known.has(document))
    known.set(document, isCompilable(schema, document) ? namesWithDefault(document) : undefined);
  return known.get(document)?.every((name) => variables[name] !== null) ?? false;
}

/**
 * mercurius keeps one compiled operation of each text, whichever is named. graphql-jit knows a field node once, wherever a fragment that holds
 * it is spread under @skip or @include, and makes code of an interface for each of its types. Who changes something does so once.
 */
function isCompilable(schema: GraphQLSchema, document: DocumentNode): boolean {
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (operation?.operation !== OperationTypeNode.QUERY || operations.length > 1) return false;
  let isPlain = true;
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Directive: () => void (isPlain = false),
      Field: () => {
        if (isAbstractType(getNamedType(types.getType()))) isPlain = false;
      },
    }),
  );
  return isPlain && countFields(document, operation.selectionSet) <= fieldsMax;
}

/** Without end in no case: cycles are refused before, and each fragment is counted once. */
function countFields({ definitions }: DocumentNode, whole: SelectionSetNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const counts = new Map<string, number>();
  return countIn(whole);

  function countIn({ selections }: SelectionSetNode): number {
    return selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return sum + countOf(selection.name.value);
      const inner = selection.selectionSet ? countIn(selection.selectionSet) : 0;
      return sum + inner + (selection.kind === Kind.FIELD ? 1 : 0);
    }, 0);
  }

  function countOf(name: string): number {
    const fragment = fragments.get(name);
    const count = counts.get(name) ?? (fragment ? countIn(fragment.selectionSet) : 0);
    counts.set(name, count);
    return count;
  }
}

function namesWithDefault({ definitions }: DocumentNode): string[] {
  const variables = definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION ? (one.variableDefinitions ?? []) : [],
  );
  return variables.filter(({ defaultValue }) => defaultValue !== undefined).map(({ variable }) => variable.name.value);
}
