// Owns what is asked of the nodes of a connection, so that no more of them is read.

import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

type Selected = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>;

/** By the nodes of the field: of a compiled operation they are the same each time. */
const known = new WeakMap<GraphQLResolveInfo['fieldNodes'], ReadonlySet<string>>();

/** The names of the fields that are asked of the nodes of the connection that the field is. Those under a condition are among them. */
export function fieldsOfNodes({ fieldNodes, fragments }: Selected): ReadonlySet<string> {
  const before = known.get(fieldNodes);
  if (before) return before;
  const edges = fieldsUnder(fieldNodes, fragments).filter(({ name }) => name.value === 'edges');
  const nodes = fieldsUnder(edges, fragments).filter(({ name }) => name.value === 'node');
  const names = new Set(fieldsUnder(nodes, fragments).map(({ name }) => name.value));
  known.set(fieldNodes, names);
  return names;
}

/** Each fragment is looked into once. */
function fieldsUnder(fields: readonly FieldNode[], fragments: Selected['fragments']): FieldNode[] {
  const spread = new Set<string>();
  return fields.flatMap(({ selectionSet }) => (selectionSet ? fieldsIn(selectionSet) : []));

  function fieldsIn({ selections }: SelectionSetNode): FieldNode[] {
    return selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsIn(selection.selectionSet);
      const name = selection.name.value;
      const fragment = spread.has(name) ? undefined : fragments[name];
      spread.add(name);
      return fragment ? fieldsIn(fragment.selectionSet) : [];
    });
  }
}
