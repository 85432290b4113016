// Owns what a policy costs a month once it has run for long: full sizes of snapshots, and branches beyond those that the plan includes.
// What branches store besides is not known beforehand, and is not in it. Of snapshots by its own schedules Neon may charge only what changed
// since the one before, which nobody knows beforehand either: their full sizes are the most that they can cost.

import type { KeptForecast } from '../../core/forecast.ts';
import { type PolicyStore, snapshotKind } from '../../core/policy.ts';
import type { SelectableBranchRow } from '../../store/branches.ts';
import type { Prices } from '../deps.ts';
import type { CostView, NeedView } from '../views.ts';

const gigabyte = 1_000_000_000;

interface Kept {
  readonly covered: readonly SelectableBranchRow[];
  readonly own: {
    readonly store: PolicyStore;
    readonly kept: KeptForecast;
    readonly keptByNeon: KeptForecast | undefined;
  };
  readonly branches: NeedView & { readonly included: number };
}

/** What the policy adds to the bill, in US dollars to the cent. An unknown size makes it unknown, never nothing. */
export function costOf({ covered, own, branches }: Kept, prices: Prices): CostView {
  const stored = covered.filter(({ isRoot }) => snapshotKind(own.store, isRoot) === 'neon_snapshot');
  const unknown = stored.filter(({ sizeBytes }) => sizeBytes === null).length;
  const { total } = own.keptByNeon ?? own.kept;
  const bytes = stored.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0) * total;
  const settled = branches.needed - branches.beingMade;
  const beyond = (count: number): number => Math.max(0, count - branches.included);
  const extra = beyond(settled) - beyond(settled - branches.thisPolicy);
  const snapshots = unknown > 0 ? null : (bytes / gigabyte) * prices.snapshotGbMonth;
  return { ...sumOf(snapshots, extra * prices.branchMonth, unknown), isAtMost: own.keptByNeon !== undefined };
}

export function addCosts(costs: readonly CostView[]): CostView {
  const sum = (values: readonly (number | null)[]): number | null =>
    values.reduce<number | null>((all, one) => (all === null || one === null ? null : all + one), 0);
  const unknown = costs.filter(({ unknownBecause }) => unknownBecause !== null).length;
  const snapshots = sum(costs.map((cost) => cost.snapshots));
  return {
    ...sumOf(snapshots, sum(costs.map((cost) => cost.branches)) ?? 0, 0),
    isAtMost: costs.some(({ isAtMost }) => isAtMost),
    unknownBecause: unknown === 0 ? null : `The cost of ${unknown} of ${costs.length} projects is not known.`,
  };
}

function sumOf(snapshots: number | null, branches: number, unknown: number): Omit<CostView, 'isAtMost'> {
  const toCents = (dollars: number): number => Math.round(dollars * 100) / 100;
  return {
    snapshots: snapshots === null ? null : toCents(snapshots),
    branches: toCents(branches),
    total: snapshots === null ? null : toCents(snapshots + branches),
    unknownBecause: unknown === 0 ? null : `Neon has not said yet how large ${unknown} of the branches are.`,
  };
}
