// Owns the events that tell of refused requests (403) of known actors: at most one for each actor, action and minute, with the count of
// those that it stands for, so that a flood fills neither the history nor the time of others.

import { Refusal, refusals } from '../../core/errors.ts';
import { countRefusals, listUntoldRefusals, takeRefusals, takeUntold } from '../../store/audit-refusals.ts';
import { type Actor, noTeam, schedulerActor } from '../actor.ts';
import { change } from '../change.ts';
import type { Deps } from '../deps.ts';

type RefusalDeps = Pick<Deps, 'db' | 'now' | 'newId' | 'settings' | 'reached'>;

/** Records that the actor was refused, if that is what the error says; resolves when it is recorded. */
export type NoteRefusal = (actor: Actor, action: string, error: unknown) => Promise<void>;

interface Refused {
  readonly actor: Actor;
  readonly action: string;
  readonly code: string;
  count: number;
}

/**
 * The first refusal is told at once; those of the next minute are counted by one statement, and told by the next event or by the round of
 * `tellRefusals`. What comes while one like it is being written waits for it and is written as one, so that a flood takes no more than
 * one connection for each actor and action.
 */
export function makeNoteRefusal(deps: RefusalDeps): NoteRefusal {
  const last = new Map<string, Promise<void>>();
  const next = new Map<string, { refused: Refused; written: Promise<void> }>();
  return (actor, action, error) => {
    if (!(error instanceof Refusal) || refusals[error.code].status !== 403) return Promise.resolve();
    // There is no chain that it would belong to.
    if (actor.teamId === noTeam) return Promise.resolve();
    const asked = typeof error.members['action'] === 'string' ? error.members['action'] : action;
    const key = `${actor.teamId} ${actor.id} ${asked}`;
    const waiting = next.get(key);
    if (waiting) {
      waiting.refused.count += 1;
      return waiting.written;
    }
    const refused: Refused = { actor, action: asked, code: error.code, count: 1 };
    const before = last.get(key) ?? Promise.resolve();
    const written = before
      .catch(() => undefined)
      .then(() => {
        next.delete(key);
        return write(deps, refused);
      })
      .finally(() => {
        if (last.get(key) === written) last.delete(key);
      });
    next.set(key, { refused, written });
    last.set(key, written);
    return written;
  };
}

async function write(deps: RefusalDeps, { actor, action, code, count }: Refused): Promise<void> {
  const key = { team_id: actor.teamId, actor_id: actor.id, action };
  if (await countRefusals(deps.db, key, { count, now: deps.now() })) return;
  await change(deps, actor, async ({ tx, now, audit }) => {
    const about = { ...key, actor_kind: actor.kind, actor_label: actor.label };
    const told = await takeRefusals(tx, about, { count, now });
    if (told === undefined) return;
    audit('access.refused', { kind: 'actor', id: actor.id }, { action, code, role: actor.role, count: told });
  });
}

const rowsAtOnce = 100;

/** Tells what the minutes that are over have left untold; returns of how many actors and actions. */
export async function tellRefusals(deps: RefusalDeps): Promise<number> {
  const rows = await listUntoldRefusals(deps.db, deps.now(), rowsAtOnce);
  for (const row of rows) {
    const who = { kind: row.actor_kind, id: row.actor_id, label: row.actor_label };
    const actor: Actor = { ...schedulerActor(row.team_id), ...who, role: 'viewer' };
    await change(deps, actor, async ({ tx, now, audit }) => {
      const count = await takeUntold(tx, row, now);
      if (count > 0) audit('access.refused', { kind: 'actor', id: actor.id }, { action: row.action, count });
    });
  }
  return rows.length;
}
