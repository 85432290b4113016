// Events of a team's history that no command has made, as many and as large as a test wants, and told to other processes or not.

import type { Actor } from '../../src/domain/index.ts';
import { change } from '../../src/domain/change.ts';
import type { Deps } from '../../src/domain/deps.ts';
import type { Started } from './app.ts';

let made = 0;

/** Appends the events in one transaction. Unannounced, they are as those of a process that died when they were committed. */
export async function appendEvents(
  { db, faults }: Pick<Started, 'db' | 'faults'>,
  actor: Actor,
  count: number,
  { bytes = 0, announce }: { bytes?: number; announce?: Deps['announce'] } = {},
): Promise<void> {
  const deps = {
    db,
    now: () => new Date(Date.now() + faults.aheadMs),
    newId: (prefix: string) => `${prefix}_made${(made += 1)}`,
    settings: { leaseMs: 1_000 } as Deps['settings'],
    ...(announce ? { announce } : {}),
  };
  await change(deps, actor, async ({ audit }) => {
    for (let n = 0; n < count; n += 1) {
      audit('thing.happened', { kind: 'thing', id: `thing_${n}` }, { text: 'x'.repeat(bytes), after: {} });
    }
  });
}
