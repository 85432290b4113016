// Owns what may be removed from Neon without anybody asking: what is ours by name and by record, and in nobody's use. Every doubt is a
// reason to leave it.

import { derivedName } from '../names.ts';
import type { Finding, FindingReason, Known, Seen, SeenBranch } from './facts.ts';

/** What speaks against touching something in Neon, looked up by Neon ids. */
export interface Ties {
  /** Branches that hang on the branch. */
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** Our ids of what has recorded it as made for it. */
  readonly recordedBy: ReadonlyMap<string, readonly string[]>;
}

export function tiesOf(known: Known, seen: Seen): Ties {
  const snapshots = known.snapshots.map(({ id, neonId }) => [neonId, id] as const);
  const restores = known.restores
    .filter(({ targetKind }) => targetKind === 'new_branch')
    .map(({ id, neonBranchId }) => [neonBranchId, id] as const);
  return {
    children: group(seen.branches.map(({ id, parentId }) => [parentId ?? null, id])),
    recordedBy: group([...snapshots, ...restores]),
  };
}

function group(pairs: readonly (readonly [string | null, string])[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of pairs) {
    const present = key === null ? undefined : groups.get(key);
    if (present) present.push(value);
    else if (key !== null) groups.set(key, [value]);
  }
  return groups;
}

/** Whether something else of ours has recorded it: then its name proves nothing. */
export function isOfAnother({ recordedBy }: Ties, neonId: string, subjectId: string): boolean {
  return recordedBy.get(neonId)?.some((id) => id !== subjectId) ?? false;
}

/**
 * Why a branch that the resource `subjectId` made is not to be removed; null where it may be. `has_children` is said only where
 * nothing else speaks against it.
 */
export function whyKeepBranch(
  known: Known,
  ties: Ties,
  branch: SeenBranch,
  record: { readonly subjectId: string; readonly neonId: string | null },
): FindingReason | null {
  if (branch.name !== derivedName(record.subjectId)) return 'not_our_name';
  if (record.neonId !== null && record.neonId !== branch.id) return 'not_our_record';
  if (isOfAnother(ties, branch.id, record.subjectId)) return 'not_our_record';
  if (branch.isDefault) return 'is_default';
  if (branch.isProtected) return 'is_protected';
  if (known.preserved.some(({ neonBranchId }) => neonBranchId === branch.id)) return 'is_undo_copy';
  if (known.busy.has(branch.id)) return 'in_use';
  return ties.children.has(branch.id) ? 'has_children' : null;
}

/** What is kept for its children alone goes after them, where all of them go: at the end, in the order in which that can be. */
export function freeParents(findings: readonly Finding[], { children, ...ties }: Ties): readonly Finding[] {
  const removed = new Set(findings.flatMap(({ action, neonId }) => (action === 'remove' ? (neonId ?? []) : [])));
  const freed = findings.find(
    ({ action, reason, neonId }) =>
      action === 'none' &&
      reason === 'has_children' &&
      neonId !== null &&
      (children.get(neonId) ?? []).every((child) => removed.has(child)),
  );
  if (!freed) return findings;
  const others = findings.filter((finding) => finding !== freed);
  return freeParents([...others, { ...freed, action: 'remove', reason: null }], { children, ...ties });
}
