// What a plan of retention costs, up to a million points, and whether it grows as they do. Other load of the machine only ever adds,
// so each figure is the best of five, and the sizes of a line are measured in turn.

import { planRetention, type RetentionPoint, type RetentionRule } from '../../src/core/retention.ts';

const sizes = [250_000, 500_000, 1_000_000] as const;
const rounds = 5;
const goalMs = 1_500;
const now = new Date('2026-12-01T00:00:00Z');
const spanMs = 7 * 365 * 86_400_000;

const rules: Readonly<Record<string, RetentionRule>> = {
  'seven years of compliance': {
    hourly: 24,
    daily: 30,
    weekly: 52,
    monthly: 84,
    yearly: 7,
    keepLast: 3,
    keepWithin: 'P2D',
    minimumKept: 3,
  },
  'the largest that is taken': {
    hourly: 10_000,
    daily: 10_000,
    weekly: 10_000,
    monthly: 10_000,
    yearly: 10_000,
    keepLast: 10_000,
    keepWithin: 'P5Y',
    minimumKept: 10_000,
  },
};

const orders: Readonly<Record<string, (newestFirst: RetentionPoint[]) => RetentionPoint[]>> = {
  'newest first': (points) => points,
  'oldest first': (points) => points.toReversed(),
  shuffled,
};

const compliance = 'seven years of compliance';
const shapes = [
  ...[1, 1_000].flatMap((branches) =>
    Object.keys(orders).map((order) => ({ branches, order, rule: compliance, bucketKeeps: 'first' as const })),
  ),
  { branches: 1, order: 'shuffled', rule: compliance, bucketKeeps: 'last' as const },
  { branches: 1, order: 'shuffled', rule: 'the largest that is taken', bucketKeeps: 'first' as const },
  { branches: 1_000, order: 'shuffled', rule: 'the largest that is taken', bucketKeeps: 'first' as const },
];

export async function measurePlan(): Promise<string[]> {
  const lines = [
    `best of ${rounds}, in milliseconds; in parentheses the time for a point against that among ${sizes[0]}`,
  ];
  let worst = 0;
  for (const { branches, order, rule, bucketKeeps } of shapes) {
    const points = makePoints(sizes[2], branches);
    const lists = sizes.map((size) => (orders[order] ?? shuffled)(points.slice(0, size)));
    const best = measure(lists, { ...rules[rule], bucketKeeps });
    worst = Math.max(worst, best.at(-1) ?? 0);
    lines.push(`${`branches: ${branches}, ${order}, ${rule}, ${bucketKeeps}`.padEnd(64)}${describe(best)}`);
  }
  lines.push(`the slowest plan over ${sizes[2]} points took ${worst.toFixed(0)} ms (goal: at most ${goalMs})`);
  return lines;
}

function measure(lists: readonly RetentionPoint[][], rule: RetentionRule): number[] {
  const best = lists.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, points] of lists.entries()) {
      const since = performance.now();
      const decisions = planRetention(points, rule, { timeZone: 'Europe/Berlin', now });
      best[index] = Math.min(best[index] ?? 0, performance.now() - since);
      if (decisions.length !== points.length) throw new Error('a point was not decided');
    }
  }
  return best;
}

function describe(best: readonly number[]): string {
  const [least = 0] = best;
  return best
    .map((ms, index) => {
      const size = sizes[index] ?? 0;
      const ratio = ms / size / (least / sizes[0]);
      return `${size}: ${ms.toFixed(0).padStart(5)} (${ratio.toFixed(2)})`;
    })
    .join('   ');
}

/** Evenly over seven years, the branches in turn: as rows come that are read in order of time. */
function makePoints(count: number, branches: number): RetentionPoint[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `snp_${String(count - index).padStart(12, '0')}`,
    branchId: `brn_${index % branches}`,
    pointAt: new Date(now.getTime() - Math.floor((index * spanMs) / count)),
    isHeld: index % 1_000 === 999,
    lockedUntil: index % 1_000 === 500 ? now : null,
    isProven: index % 500 === 499,
  }));
}

/** The same at every run: a generator of Lehmer's, and the shuffle of Fisher and Yates. */
function shuffled(points: RetentionPoint[]): RetentionPoint[] {
  const mixed = [...points];
  let state = 1;
  for (let left = mixed.length; left > 1; left -= 1) {
    state = (state * 48_271) % 2_147_483_647;
    const [a, b] = [left - 1, state % left];
    [mixed[a], mixed[b]] = [mixed[b] as RetentionPoint, mixed[a] as RetentionPoint];
  }
  return mixed;
}
