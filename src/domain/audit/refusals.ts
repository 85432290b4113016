// Owns the events that tell of refused requests (403) of known actors: at most one for each actor, action, source address and minute, with the
// count of those that it stands for and the last of them, so that a flood fills neither the history nor the time of others.

import { Refusal, refusals } from '../../core/errors.ts';
import {
  countRefusals,
  forgetRefusals,
  type LastRefused,
  listUntoldRefusals,
  otherSources,
  placeRefusals,
  takeOverRefusals,
  takeRefusals,
  takeUntold,
} from '../../store/audit-refusals.ts';
import { type Actor, noTeam, schedulerActor } from '../actor.ts';
import { change } from '../change.ts';
import type { Deps } from '../deps.ts';

type RefusalDeps = Pick<Deps, 'db' | 'now' | 'newId' | 'settings' | 'reached'>;

/** Records that the actor was refused, if that is what the error says, with the id that it aimed at; resolves when it is recorded. */
export type NoteRefusal = (actor: Actor, action: string, error: unknown, aimedAt: string | null) => Promise<void>;

interface Refused {
  actor: Actor;
  readonly action: string;
  code: string;
  aimedAt: string | null;
  count: number;
}

/**
 * The first refusal is told at once; those of the next minute are counted by one statement, and told by the next event or by the round of
 * `tellRefusals`. What comes while one like it is being written waits for it and is written as one, so that a flood takes no more than
 * one connection for each actor and action, from however many addresses.
 */
export function makeNoteRefusal(deps: RefusalDeps): NoteRefusal {
  const last = new Map<string, Promise<void>>();
  const next = new Map<string, { refused: Refused; written: Promise<void> }>();
  return (actor, action, error, aimedAt) => {
    if (!(error instanceof Refusal) || refusals[error.code].status !== 403) return Promise.resolve();
    // There is no chain that it would belong to.
    if (actor.teamId === noTeam) return Promise.resolve();
    const asked = typeof error.members['action'] === 'string' ? error.members['action'] : action;
    const line = `${actor.teamId} ${actor.id} ${asked}`;
    const key = `${line} ${actor.sourceAddress}`;
    const waiting = next.get(key);
    if (waiting) {
      const { refused } = waiting;
      Object.assign(refused, { actor, code: error.code, aimedAt, count: refused.count + 1 });
      return waiting.written;
    }
    const refused: Refused = { actor, action: asked, code: error.code, aimedAt, count: 1 };
    const before = last.get(line) ?? Promise.resolve();
    const written = before
      .catch(() => undefined)
      .then(() => {
        next.delete(key);
        return write(deps, refused);
      })
      .finally(() => {
        if (last.get(line) === written) last.delete(line);
      });
    next.set(key, { refused, written });
    last.set(line, written);
    return written;
  };
}

async function write(deps: RefusalDeps, { actor, action, code, aimedAt, count }: Refused): Promise<void> {
  const key = { team_id: actor.teamId, actor_id: actor.id, action, source: actor.sourceAddress ?? '' };
  const last: LastRefused = {
    request_id: actor.requestId,
    source_address: actor.sourceAddress,
    code,
    role: actor.role,
    aimed_at: aimedAt,
  };
  if (await countRefusals(deps.db, key, { count, last, now: deps.now() })) return;
  await change(deps, actor, async ({ tx, now, audit }) => {
    const place = await placeRefusals(tx, key, now);
    const about = { ...place, actor_kind: actor.kind, actor_label: actor.label };
    const told = await takeRefusals(tx, about, { count, last, now });
    if (told !== undefined) audit('access.refused', { kind: 'actor', id: actor.id }, tell({ ...place, ...last }, told));
  });
}

/** From more addresses than are counted apart, the event has the last one. */
function tell(
  { action, source, code, role, aimed_at }: LastRefused & { action: string; source: string },
  count: number,
) {
  return { action, code, role, aimedAt: aimed_at, count, ...(source === otherSources ? { sources: 'many' } : {}) };
}

const rowsAtOnce = 100;

/** Tells what the minutes that are over have left untold; returns of how many actors, actions and sources. */
export async function tellRefusals(deps: RefusalDeps): Promise<number> {
  await takeOverRefusals(deps.db, deps.now());
  const rows = await listUntoldRefusals(deps.db, deps.now(), rowsAtOnce);
  for (const row of rows) {
    const who = { kind: row.actor_kind, id: row.actor_id, label: row.actor_label };
    // The request that is told is the last one counted, as of when its row is locked.
    await change(deps, { ...schedulerActor(row.team_id), ...who }, async ({ tx, now, audit }) => {
      const taken = await takeUntold(tx, row, now);
      if (!taken) return;
      const from = { requestId: taken.request_id, sourceAddress: taken.source_address };
      audit('access.refused', { kind: 'actor', id: row.actor_id }, tell(taken, taken.untold), from);
    });
  }
  await forgetRefusals(deps.db, deps.now());
  return rows.length;
}
