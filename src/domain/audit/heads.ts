// Owns the signed heads of a team's chain: who keeps one can prove later that nothing before it was changed or taken away.

import { type AuditClosingRow, type AuditHeadRow, getAuditHead, listAuditClosings } from '../../store/audit-heads.ts';
import type { Actor } from '../actor.ts';
import type { CommandDeps } from '../deps.ts';
import type { AuditHeadView } from '../views.ts';

/** The head as it is now, signed now, and the closing heads of the months that retention let go, newest first, as they were signed then. */
export async function listAuditHeads(deps: CommandDeps, actor: Actor): Promise<{ items: AuditHeadView[] }> {
  deps.allow();
  const [head, closings] = await Promise.all([
    getAuditHead(deps.db, actor.teamId),
    listAuditClosings(deps.db, actor.teamId),
  ]);
  return { items: [await sign(deps, head), ...closings.map(toView)] };
}

async function sign(deps: CommandDeps, row: AuditHeadRow): Promise<AuditHeadView> {
  const head = {
    kind: 'head',
    teamId: row.team_id,
    sequence: row.sequence,
    hash: row.hash.toString('hex'),
    at: row.at?.toISOString() ?? null,
    month: null,
  } as const;
  const signedAt = deps.now().toISOString();
  return { ...head, signedAt, signature: await deps.signer.sign({ ...head, signedAt }) };
}

function toView(row: AuditClosingRow): AuditHeadView {
  return {
    kind: 'closing',
    teamId: row.team_id,
    sequence: row.sequence,
    hash: row.hash.toString('hex'),
    at: row.at.toISOString(),
    month: row.month,
    signedAt: row.created_at.toISOString(),
    signature: row.signature,
  };
}
