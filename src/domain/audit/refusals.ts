// Owns the events that tell of refused requests (403) of known actors: at most one for each actor, action and minute, with the count of
// those that it stands for, so that a flood fills neither the history nor the time of others.

import { Refusal, refusals } from '../../core/errors.ts';
import { countRefusal, listUntoldRefusals, takeRefusals, takeUntold } from '../../store/audit-refusals.ts';
import type { Actor } from '../actor.ts';
import { change } from '../change.ts';
import type { Deps } from '../deps.ts';

type RefusalDeps = Pick<Deps, 'db' | 'now' | 'newId' | 'settings' | 'reached'>;

/**
 * Records that the actor was refused, if that is what `error` says. The first one is told at once; those of the next minute are counted by
 * one statement, and told by the next event or by the round of `tellRefusals`.
 */
export async function noteRefusal(deps: RefusalDeps, actor: Actor, action: string, error: unknown): Promise<void> {
  if (!(error instanceof Refusal) || refusals[error.code].status !== 403) return;
  const asked = typeof error.members['action'] === 'string' ? error.members['action'] : action;
  const key = { team_id: actor.teamId, actor_id: actor.id, action: asked };
  if (await countRefusal(deps.db, key, deps.now())) return;
  await change(deps, actor, async ({ tx, now, audit }) => {
    const about = { ...key, actor_kind: actor.kind, actor_label: actor.label };
    const count = await takeRefusals(tx, about, now);
    if (count === undefined) return;
    const { code } = error;
    audit('access.refused', { kind: 'actor', id: actor.id }, { action: asked, code, role: actor.role, count });
  });
}

const rowsAtOnce = 100;

/** Tells what the minutes that are over have left untold; returns of how many actors and actions. */
export async function tellRefusals(deps: RefusalDeps): Promise<number> {
  const rows = await listUntoldRefusals(deps.db, deps.now(), rowsAtOnce);
  for (const row of rows) {
    const who = { teamId: row.team_id, kind: row.actor_kind, id: row.actor_id, label: row.actor_label };
    const actor: Actor = { ...who, role: 'viewer', requestId: null, sourceAddress: null };
    await change(deps, actor, async ({ tx, now, audit }) => {
      const count = await takeUntold(tx, row, now);
      if (count > 0) audit('access.refused', { kind: 'actor', id: actor.id }, { action: row.action, count });
    });
  }
  return rows.length;
}
