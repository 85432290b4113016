/**
 * Owns the taking of snapshots, by a call or by a schedule, and what they may be called. A snapshot is a fixed point of a
 * cluster's history; its sizes are computed later (snapshot-sizes.ts).
 */
import type { Operation } from '@neon/sdk/raw';
import type { Context, Operations } from './context.ts';
import * as ids from './ids.ts';
import { checkSnapshotCap } from './limits.ts';
import { freeName } from './names.ts';
import { conflict, unprocessable } from './refusals.ts';
import type { Asked } from './rows/rows.ts';
import type { BranchRecord, ProjectRecord, SnapshotRecord } from './state.ts';
import { resolvePoint } from './window.ts';

export interface SnapshotWish {
  readonly asked: Asked;
  /** Default: made of the branch's name, the time and the origin, as Neon does. */
  readonly name: string | undefined;
  readonly slug: string | undefined;
  readonly expiresAt: string | undefined;
  /** `manual`, or how often a schedule takes it. Only manual ones are capped. */
  readonly origin: 'manual' | 'daily' | 'weekly' | 'monthly';
}

/** Refuses what the plan, the branch or its history do not allow, and names that are taken. */
export async function takeSnapshot(
  context: Context,
  operations: Operations,
  project: ProjectRecord,
  branch: BranchRecord,
  wish: SnapshotWish,
): Promise<{ readonly snapshot: SnapshotRecord; readonly operations: Operation[] }> {
  const { asked, slug, expiresAt, origin } = wish;
  if (wish.name !== undefined) checkSnapshotNameFree(project, wish.name);
  if (slug !== undefined && project.snapshots.some((snapshot) => snapshot.slug === slug))
    throw conflict(`snapshot slug ${slug} already exists`);
  if (branch.parentId !== undefined) throw unprocessable('snapshots can be taken of root branches only');
  if (origin === 'manual') checkSnapshotCap(project);
  const { point, mark, lsn, timestamp } = await resolvePoint(context, project, branch, asked);
  const isHead = 'lsn' in point && point.lsn === mark.lsn;
  const id = ids.snapshotId();
  const createdAt = context.now().toISOString();
  const snapshot: SnapshotRecord = {
    id,
    name: wish.name ?? freeName(project.snapshots, `${branch.name} at ${spelled(createdAt)} UTC (${origin})`),
    slug: slug ?? id,
    lsn: isHead ? mark.lsn : lsn,
    timestamp,
    sourceBranchId: branch.id,
    createdAt,
    expiresAt,
    isManual: origin === 'manual',
    headSizeBytes: isHead ? mark.sizeBytes : undefined,
    fullSizeBytes: undefined,
    diffSizeBytes: undefined,
    point,
  };
  project.snapshots.push(snapshot);
  const started = await operations.begin(project, { kind: 'take_snapshot', snapshotId: id }, [
    { action: 'create_branch', branchId: branch.id },
  ]);
  return { snapshot, operations: started };
}

export function checkSnapshotNameFree(project: ProjectRecord, name: string, own?: SnapshotRecord): void {
  const isTaken = project.snapshots.some((snapshot) => snapshot !== own && snapshot.name === name);
  if (isTaken) throw conflict(`snapshot name ${name} already exists`);
}

/** 2026-11-13 03:15:45 */
function spelled(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ');
}
