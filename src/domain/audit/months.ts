// Owns the months of the audit history: those to come are made ahead, those past their retention are closed and let go. It removes no event
// but with its whole month, and no month that a chain still needs.

import { insertAuditClosing } from '../../store/audit-heads.ts';
import {
  dropAuditMonth,
  type LastOfMonth,
  listAuditMonths,
  listLastOfMonth,
  makeAuditMonths,
  type Month,
  monthAfter,
  monthOf,
  spreadAuditOverflow,
} from '../../store/audit-months.ts';
import { readClocks } from '../../store/protection.ts';
import { schedulerActor } from '../actor.ts';
import { change } from '../change.ts';
import type { Deps } from '../deps.ts';

/** Months that are there before anything happens in them. */
const monthsAhead = 3;

/**
 * A round of what the months need; returns how many were let go. An event never waits for it: one whose month is missing is kept in an
 * overflow, from which this takes it to its month.
 */
export async function tendAuditMonths(deps: Deps): Promise<number> {
  const { earliest, latest } = await readClocks(deps.db, deps.now());
  const moved = await spreadAuditOverflow(deps.db);
  if (moved > 0) deps.log.info({ moved }, 'audit events whose month was not there were taken to it');
  const months = [earliest, latest].flatMap((now) =>
    Array.from({ length: monthsAhead + 1 }, (_, ahead) => monthAfter(monthOf(now), ahead)),
  );
  await makeAuditMonths(deps.db, [...new Set(months)]);
  return letGo(deps, earliest);
}

/** What is due by both clocks: one that has jumped ahead lets nothing go. */
async function letGo(deps: Deps, earliest: Date): Promise<number> {
  const { auditRetentionMonths } = deps.settings;
  if (auditRetentionMonths === null) return 0;
  const keptFrom = monthAfter(monthOf(earliest), -auditRetentionMonths);
  let dropped = 0;
  for (const month of await listAuditMonths(deps.db)) {
    if (month < keptFrom && (await letMonthGo(deps, month, keptFrom))) dropped += 1;
  }
  return dropped;
}

/**
 * Every chain is closed at its last event of the month, in a transaction of its own that also tells of it, and then the month goes. A
 * process that dies in between leaves closed chains whose month is still there; the next round lets it go.
 */
async function letMonthGo(deps: Deps, month: Month, keptFrom: Month): Promise<boolean> {
  const chains = await listLastOfMonth(deps.db, month, keptFrom);
  if (chains.some(({ isAmongKept }) => isAmongKept)) {
    deps.log.info(
      { month },
      'a month of the audit history stays: a clock that had jumped has dated younger events into it',
    );
    return false;
  }
  for (const last of chains) await close(deps, month, last);
  return dropAuditMonth(deps.db, month);
}

async function close(deps: Deps, month: Month, { teamId, sequence, hash, at }: LastOfMonth): Promise<void> {
  await change(deps, schedulerActor(teamId), async ({ tx, now, audit }) => {
    const head = {
      kind: 'closing',
      teamId,
      sequence,
      hash: hash.toString('hex'),
      at: at.toISOString(),
      month,
    } as const;
    const isNew = await insertAuditClosing(tx, {
      team_id: teamId,
      month,
      sequence,
      hash,
      at,
      signature: await deps.signer.sign({ ...head, signedAt: now.toISOString() }),
      created_at: now,
    });
    if (isNew) audit('audit.month_closed', { kind: 'audit_month', id: month }, { sequence, hash: head.hash });
  });
}
