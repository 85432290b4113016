// Owns the comparison of restores with the branches that they made in Neon: what is past its time, and undo copies.

import { derivedName } from '../names.ts';
import type {
  CleanedUp,
  Finding,
  FindingAction,
  FindingReason,
  Known,
  KnownRestore,
  Seen,
  SeenBranch,
} from './facts.ts';
import { type Ties, whyKeepBranch } from './removal.ts';

export interface RestoreComparison {
  readonly findings: readonly Finding[];
  readonly cleanedUp: readonly CleanedUp[];
  /** Undo copies that are there. */
  readonly present: number;
  /** Neon ids of the branches that our rows stand for. */
  readonly claimed: ReadonlySet<string>;
}

/**
 * Neon itself removes what has expired. What is there so long after its expiry was forgotten by it; less would trust a clock that may
 * be wrong by an hour.
 */
const overdueMs = 2 * 3_600_000;

export function compareRestores(known: Known, seen: Seen, ties: Ties, now: Date): RestoreComparison {
  const byName = new Map(seen.branches.map((branch) => [branch.name, branch] as const));
  const byId = new Map(seen.branches.map((branch) => [branch.id, branch] as const));
  const findings: Finding[] = [];
  const cleanedUp: CleanedUp[] = [];
  const claimed = new Set<string>();
  for (const row of known.restores) {
    const made = byName.get(derivedName(row.id)) ?? byTarget(row, byId);
    if (made) claimed.add(made.id);
    if (known.busy.has(row.id)) continue;
    if (!made && isLeft(row)) cleanedUp.push({ kind: 'restore', id: row.id });
    const finding = made && judge(known, ties, row, { made, now });
    if (finding) findings.push(finding);
  }
  const undo = compareUndoCopies(known, byName, byId);
  return {
    findings: [...findings, ...undo.findings],
    cleanedUp,
    present: undo.present,
    claimed: new Set([...claimed, ...undo.claimed]),
  };
}

function byTarget(row: KnownRestore, byId: ReadonlyMap<string, SeenBranch>): SeenBranch | undefined {
  return row.targetKind === 'new_branch' && row.neonBranchId !== null ? byId.get(row.neonBranchId) : undefined;
}

/** A clean-up that left something, or was given up. What may have become the served branch stays said. */
function isLeft({ cleanUp, hasBegunCutover }: KnownRestore): boolean {
  return (cleanUp === 'pending' || cleanUp === 'left') && !hasBegunCutover;
}

function judge(
  known: Known,
  ties: Ties,
  row: KnownRestore,
  { made, now }: { readonly made: SeenBranch; readonly now: Date },
): Finding | undefined {
  const isUnsuccessful = row.status === 'failed' || row.status === 'cancelled';
  if (!isUnsuccessful && !isOverdue(row, made, now)) return undefined;
  const reason = row.hasBegunCutover
    ? 'cutover_begun'
    : whyKeepBranch(known, ties, made, { subjectId: row.id, neonId: row.neonBranchId });
  return { ...found('leftover', row.id, made, reason === null ? 'remove' : 'none', reason), subjectKind: 'restore' };
}

/** A target under the name that we gave it, whose time was up long ago in our record and, if it says so, in Neon's. */
function isOverdue(
  { status, targetKind, expiresAt, neonBranchId }: KnownRestore,
  made: SeenBranch,
  now: Date,
): boolean {
  if (status !== 'succeeded' || targetKind !== 'new_branch' || neonBranchId === null) return false;
  const isPast = (at: Date): boolean => at.getTime() + overdueMs <= now.getTime();
  return expiresAt !== null && isPast(expiresAt) && (made.expiresAt === undefined || isPast(made.expiresAt));
}

function compareUndoCopies(
  known: Known,
  byName: ReadonlyMap<string, SeenBranch>,
  byId: ReadonlyMap<string, SeenBranch>,
): { findings: Finding[]; claimed: Set<string>; present: number } {
  const findings: Finding[] = [];
  const claimed = new Set<string>();
  let present = 0;
  const recorded = new Set(known.preserved.map(({ id }) => id));
  for (const row of known.preserved.filter(({ status }) => status !== 'purged')) {
    const branch = byId.get(row.neonBranchId);
    if (branch) claimed.add(branch.id);
    if (known.busy.has(row.id)) continue;
    if (branch && row.status !== 'purging') present += 1;
    if (branch && row.status === 'missing') findings.push(found('found', row.id, branch, 'mark_found'));
    const lost = { id: row.neonBranchId, name: row.name };
    if (!branch && row.status === 'present') findings.push(found('missing', row.id, lost, 'mark_missing'));
    if (!branch && row.status === 'missing') findings.push(found('missing', row.id, lost, 'none', 'already_marked'));
  }
  for (const row of known.restores.filter(({ id, targetKind }) => targetKind === 'in_place' && !recorded.has(id))) {
    const branch = byName.get(derivedName(row.id, 'preserved'));
    if (branch) claimed.add(branch.id);
    const hasEnded = row.status !== 'requested' && row.status !== 'running';
    if (branch && hasEnded && !known.busy.has(row.id)) findings.push(found('lost_answer', row.id, branch, 'adopt'));
  }
  return { findings, claimed, present };
}

function found(
  kind: Finding['kind'],
  subjectId: string,
  { id, name }: Pick<SeenBranch, 'id' | 'name'>,
  action: FindingAction,
  reason: FindingReason | null = null,
): Finding {
  const subject = { subjectKind: 'preserved_branch', subjectId } as const;
  return { kind, what: 'branch', ...subject, neonId: id, name, policyId: null, action, reason };
}
