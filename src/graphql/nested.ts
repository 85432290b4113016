// Owns that a nested field is read once for all its parents: those that ask in one turn of the event loop wait for one call. Nothing is
// remembered beyond it, because a mutation may follow in the same request. A request waits apart from every other.

import type { GraphQLResolveInfo } from 'graphql';
import type { GraphqlContext } from './context.ts';

export interface Query<Parent, Args> {
  readonly obj: Parent;
  readonly params: Args;
  readonly info: GraphQLResolveInfo;
}

/** Answers in the order of the queries. */
export type Load<Parent, Args, Value> = (
  queries: readonly Query<Parent, Args>[],
  context: GraphqlContext,
) => Promise<readonly Value[]>;

interface Waiting<Parent, Args, Value> extends Query<Parent, Args> {
  answer(value: Value): void;
  fail(error: unknown): void;
}

/** The resolver of a field that is read by `load`. Where that fails, every parent is told the same. */
export function nested<Parent, Args, Value>(load: Load<Parent, Args, Value>) {
  const asked = new WeakMap<GraphqlContext, Waiting<Parent, Args, Value>[]>();

  async function read(context: GraphqlContext, queries: readonly Waiting<Parent, Args, Value>[]): Promise<void> {
    asked.delete(context);
    try {
      const values = await load(queries, context);
      queries.forEach(({ answer }, index) => answer(values[index] as Value));
    } catch (error) {
      queries.forEach(({ fail }) => fail(error));
    }
  }

  return (obj: Parent, params: Args, context: GraphqlContext, info: GraphQLResolveInfo): Promise<Value> =>
    new Promise((answer, fail) => {
      const query = { obj, params, info, answer, fail };
      const waiting = asked.get(context);
      if (waiting) {
        waiting.push(query);
        return;
      }
      const queries = [query];
      asked.set(context, queries);
      // After all promises that are settled by now, so that what waits for one of them is among the parents.
      process.nextTick(() => void read(context, queries));
    });
}
