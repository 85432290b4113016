/**
 * Owns what a project has consumed in spans of time, as far as the emulator knows it: bytes that are there, and since when. It
 * invents nothing: compute time and network traffic are not measured, and what was deleted is forgotten.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from './context.ts';
import { limitsFor } from './limits.ts';
import type { ProjectRecord } from './state.ts';
import { clusterPaths } from './wal.ts';

/** In milliseconds; `to` is not part of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** So much of something, from an instant until now. */
interface Holding {
  readonly amount: number;
  readonly since: number;
}

export const metricNames = [
  'compute_unit_seconds',
  'root_branch_bytes_month',
  'child_branch_bytes_month',
  'instant_restore_bytes_month',
  'public_network_transfer_bytes',
  'private_network_transfer_bytes',
  'extra_branches_month',
  'snapshot_storage_bytes_month',
] as const;
export type MetricName = (typeof metricNames)[number];
export type Holdings = Partial<Record<MetricName, readonly Holding[]>>;

/** Without the metrics that the emulator does not measure. */
export async function readHoldings(context: Context, project: ProjectRecord): Promise<Holdings> {
  const archived = new Map<string, Holding[]>();
  for (const { id } of project.clusters) archived.set(id, await readArchive(context, id));
  const children = project.branches.filter(({ parentId }) => parentId !== undefined);
  const ofChildren = new Set(children.map(({ clusterId }) => clusterId));
  const byAge = project.branches.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  return {
    root_branch_bytes_month: project.branches
      .filter(({ parentId }) => parentId === undefined)
      .map(({ logicalSizeBytes = 0, createdAt }) => ({ amount: logicalSizeBytes, since: Date.parse(createdAt) })),
    // What it has changed, and no more than what it holds.
    child_branch_bytes_month: children.map(({ clusterId, logicalSizeBytes = 0, createdAt }) => {
      const changed = (archived.get(clusterId) ?? []).reduce((sum, { amount }) => sum + amount, 0);
      return { amount: Math.min(changed, logicalSizeBytes), since: Date.parse(createdAt) };
    }),
    instant_restore_bytes_month: [...archived].flatMap(([id, holdings]) => (ofChildren.has(id) ? [] : holdings)),
    extra_branches_month: byAge
      .slice(limitsFor(project).branchesIncluded)
      .map(({ createdAt }) => ({ amount: 1, since: Date.parse(createdAt) })),
    snapshot_storage_bytes_month: project.snapshots.map(({ fullSizeBytes, diffSizeBytes, createdAt }) => ({
      amount: fullSizeBytes ?? diffSizeBytes ?? 0,
      since: Date.parse(createdAt),
    })),
  };
}

async function readArchive(context: Context, clusterId: string): Promise<Holding[]> {
  const { archive } = clusterPaths(context.dataDir, clusterId);
  const names = await readdir(archive).catch(() => []);
  const files = await Promise.all(names.map((name) => stat(join(archive, name)).catch(() => undefined)));
  return files.flatMap((file) => {
    if (file === undefined) return [];
    const at = context.clock.toEmulated(new Date(file.mtimeMs).toISOString());
    return [{ amount: file.size, since: Date.parse(at) }];
  });
}

/** Amount times time within the span, in parts of the month in which the span begins. */
export function amountMonths(holdings: readonly Holding[], { from, to }: Span, now: number): number {
  const end = Math.min(to, now);
  const held = holdings.reduce((sum, { amount, since }) => sum + amount * Math.max(0, end - Math.max(from, since)), 0);
  return Math.round(held / (nextStart(from, 'monthly') - startOf(from, 'monthly')));
}

export type Granularity = 'hourly' | 'daily' | 'monthly';

/** The spans between two instants, each rounded down to the granularity, in UTC. */
export function spansBetween(from: number, to: number, granularity: Granularity): Span[] {
  const spans: Span[] = [];
  const end = startOf(to, granularity);
  for (let start = startOf(from, granularity); start < end; ) {
    const next = nextStart(start, granularity);
    spans.push({ from: start, to: next });
    start = next;
  }
  return spans;
}

export function startOf(at: number, granularity: Granularity): number {
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (granularity === 'monthly') return Date.UTC(year, month);
  if (granularity === 'daily') return Date.UTC(year, month, date.getUTCDate());
  return Date.UTC(year, month, date.getUTCDate(), date.getUTCHours());
}

export function nextStart(at: number, granularity: Granularity): number {
  if (granularity === 'hourly') return startOf(at, granularity) + 3_600_000;
  if (granularity === 'daily') return startOf(at, granularity) + 86_400_000;
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}
