// Owns shared statements: what is asked for in one turn of the event loop is asked of the database at once, so that a busy process sends far
// fewer statements than it answers requests. Nothing is remembered: a statement begins after all that it answers was asked for.

import type { Db } from './database.ts';

interface Waiting<I, O> {
  readonly input: I;
  answer(found: O): void;
  fail(error: unknown): void;
}

/** `ask` answers in the order of the inputs. Where it fails, everybody who waits for it is told the same. */
export function inTurns<I, O>(
  ask: (db: Db, inputs: readonly I[]) => Promise<readonly O[]>,
): (db: Db, input: I) => Promise<O> {
  const turns = new WeakMap<Db, Waiting<I, O>[]>();

  async function end(db: Db): Promise<void> {
    const waiting = turns.get(db) ?? [];
    turns.delete(db);
    try {
      const answers = await ask(
        db,
        waiting.map(({ input }) => input),
      );
      for (const [index, { answer }] of waiting.entries()) answer(answers[index] as O);
    } catch (error) {
      for (const { fail } of waiting) fail(error);
    }
  }

  return (db, input) =>
    new Promise((answer, fail) => {
      const waiting = { input, answer, fail };
      const turn = turns.get(db);
      if (turn) {
        turn.push(waiting);
        return;
      }
      turns.set(db, [waiting]);
      setImmediate(() => void end(db));
    });
}
