// Owns the comparison of our snapshots with their copies in Neon: snapshots there, or branches that stand for them.

import { sameLsn } from '../lsn.ts';
import { derivedName } from '../names.ts';
import type {
  CleanedUp,
  Completion,
  Finding,
  FindingAction,
  FindingReason,
  Known,
  KnownSnapshot,
  Seen,
  SeenBranch,
} from './facts.ts';
import { isOfAnother, type Ties, whyKeepBranch } from './removal.ts';

/** What Neon says of a copy. */
interface Copy {
  readonly id: string;
  readonly name: string;
  readonly slug: string | undefined;
  readonly sourceId: string | undefined;
  readonly timestamp: Date | undefined;
  readonly lsn: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly isReady: boolean;
  /** Where it is a branch. */
  readonly branch: SeenBranch | undefined;
}

export interface SnapshotComparison {
  readonly findings: readonly Finding[];
  readonly completions: readonly Completion[];
  readonly cleanedUp: readonly CleanedUp[];
  readonly present: number;
  /** Neon ids of the copies that our rows stand for. */
  readonly claimed: ReadonlySet<string>;
}

interface Copies {
  readonly byId: ReadonlyMap<string, Copy>;
  readonly byName: ReadonlyMap<string, Copy>;
}

export function compareSnapshots(known: Known, seen: Seen, ties: Ties): SnapshotComparison {
  const copies = { neon_snapshot: index(seen.snapshots.map(ofSnapshot)), branch: index(seen.branches.map(ofBranch)) };
  const findings: Finding[] = [];
  const completions: Completion[] = [];
  const cleanedUp: CleanedUp[] = [];
  const claimed = new Set<string>();
  let present = 0;
  for (const row of known.snapshots) {
    const copy = findCopy(row, copies[row.kind]);
    if (copy) claimed.add(copy.id);
    if (known.busy.has(row.id)) continue;
    if (copy && (row.status === 'available' || row.status === 'missing')) {
      present += 1;
      completions.push(...complete(row, copy));
    }
    if (!copy && (row.cleanUp === 'pending' || row.cleanUp === 'left'))
      cleanedUp.push({ kind: 'snapshot', id: row.id });
    const finding = judge(known, ties, row, copy);
    if (finding) findings.push(finding);
  }
  return { findings, completions, cleanedUp, present, claimed };
}

function ofSnapshot(snapshot: Seen['snapshots'][number]): Copy {
  return { ...snapshot, sourceId: snapshot.sourceBranchId, isReady: true, branch: undefined };
}

function ofBranch(branch: SeenBranch): Copy {
  return {
    id: branch.id,
    name: branch.name,
    slug: undefined,
    sourceId: branch.parentId,
    timestamp: branch.parentTimestamp,
    lsn: branch.parentLsn,
    sizeBytes: branch.logicalSizeBytes,
    isReady: branch.state === 'ready',
    branch,
  };
}

/** A slug is unique and never changes; a name may be another's by now, so it comes second. */
function index(copies: readonly Copy[]): Copies {
  const named = copies.map((copy) => [copy.name, copy] as const);
  const slugs = copies.flatMap((copy) => (copy.slug === undefined ? [] : [[copy.slug, copy] as const]));
  return { byId: new Map(copies.map((copy) => [copy.id, copy] as const)), byName: new Map([...named, ...slugs]) };
}

/** Of one that was purged only what is certainly it: by its id and by its name. */
function findCopy(row: KnownSnapshot, copies: Copies): Copy | undefined {
  const byId = row.neonId === null ? undefined : copies.byId.get(row.neonId);
  if (row.status === 'purged') return byId && isNamedFor(row, byId) ? byId : undefined;
  if (row.status === 'available' || row.status === 'missing') return byId;
  return byId ?? copies.byName.get(derivedName(row.id));
}

function isNamedFor(row: KnownSnapshot, copy: Copy): boolean {
  const name = derivedName(row.id);
  return copy.slug === name || copy.name === name;
}

/** Later than the copy itself, Neon says how large it is, and which position it has. */
function complete(row: KnownSnapshot, copy: Copy): Completion[] {
  const sizeBytes = row.sizeBytes ?? copy.sizeBytes ?? null;
  const lsn = row.lsn ?? copy.lsn ?? null;
  const pointAt = row.pointAt ?? copy.timestamp ?? null;
  const isSame = sizeBytes === row.sizeBytes && lsn === row.lsn && pointAt === row.pointAt;
  return isSame ? [] : [{ snapshotId: row.id, sizeBytes, lsn, pointAt }];
}

function judge(known: Known, ties: Ties, row: KnownSnapshot, copy: Copy | undefined): Finding | undefined {
  const found = (kind: Finding['kind'], action: FindingAction, reason: FindingReason | null = null): Finding => ({
    kind,
    what: row.kind === 'branch' ? 'branch' : 'snapshot',
    subjectKind: 'snapshot',
    subjectId: row.id,
    neonId: copy?.id ?? row.neonId,
    name: copy?.name ?? row.name,
    policyId: row.policyId,
    action,
    reason,
  });
  if (row.status === 'available') return copy ? undefined : found('missing', 'mark_missing');
  if (row.status === 'missing') return copy ? found('found', 'mark_found') : found('missing', 'none', 'already_marked');
  if (!copy || !(row.status === 'failed' || row.status === 'cancelled' || row.status === 'purged')) return undefined;
  const isUnwanted = row.status === 'purged' || (row.status === 'cancelled' && row.neonId !== null);
  const kind = isUnwanted || isUnfit(row, copy) ? 'leftover' : 'lost_answer';
  if (row.status === 'failed' && kind === 'lost_answer') {
    if (isOfAnother(ties, copy.id, row.id)) return found(kind, 'none', 'not_our_record');
    return copy.isReady ? found(kind, 'adopt') : found(kind, 'none', 'not_ready');
  }
  const reason = whyKeep(known, ties, row, copy);
  return found(kind, reason === null ? 'remove' : 'none', reason);
}

/** Its operations failed, or it is not what was asked for: it must never be called available. */
function isUnfit(row: KnownSnapshot, copy: Copy): boolean {
  if (row.errorCode === 'operation_failed' || row.errorCode === 'read_back_mismatch') return true;
  if (row.askedAt && copy.timestamp && copy.timestamp.getTime() !== row.askedAt.getTime()) return true;
  if (row.askedLsn !== null && copy.lsn !== undefined && !sameLsn(copy.lsn, row.askedLsn)) return true;
  return row.sourceNeonId !== null && copy.sourceId !== undefined && copy.sourceId !== row.sourceNeonId;
}

function whyKeep(known: Known, ties: Ties, row: KnownSnapshot, copy: Copy): FindingReason | null {
  // A hold that came too late for it: what is there after all is not removed.
  if (row.status === 'purged' && row.isCovered) return 'held_or_locked';
  if (copy.branch) return whyKeepBranch(known, ties, copy.branch, { subjectId: row.id, neonId: row.neonId });
  if (!isNamedFor(row, copy)) return 'not_our_name';
  const isOther = row.neonId !== null && row.neonId !== copy.id;
  if (isOther || isOfAnother(ties, copy.id, row.id)) return 'not_our_record';
  return known.busy.has(copy.id) ? 'in_use' : null;
}
