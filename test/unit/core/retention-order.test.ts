// The order in which retention looks at points, and the months into which they fall: as a comparison and the runtime's calendar say.

import fc from 'fast-check';
import t from 'tap';
import { linesOf } from '../../../src/core/retention/order.ts';
import { choose, makeBucketNames } from '../../../src/core/retention/tiers.ts';

const day = 86_400_000;
const ages = [
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 0, max: 1_000 * 365 * day }),
];

t.test('branch by branch, the newest first, those of one moment by id, whatever the order of the input', async (t) => {
  const point = fc.record({
    id: fc.string({ minLength: 1, maxLength: 4 }),
    branchId: fc.constantFrom('b', 'a', 'c'),
    pointAt: fc.oneof(...ages).map((age) => new Date(Date.UTC(2026, 0) - age)),
  });
  const points = fc.uniqueArray(point, { selector: ({ id }) => id, maxLength: 60 });
  const property = fc.property(points, (all) => {
    const expected = all.toSorted(
      (a, b) =>
        (a.branchId < b.branchId ? -1 : a.branchId > b.branchId ? 1 : 0) ||
        b.pointAt.getTime() - a.pointAt.getTime() ||
        (a.id < b.id ? 1 : -1),
    );
    const lines = linesOf(all);
    t.strictSame(
      lines.flatMap((line) => line.points),
      expected,
    );
    return lines.every(({ branchId, points, at }) =>
      points.every((one, index) => one.branchId === branchId && one.pointAt.getTime() === at[index]),
    );
  });
  fc.assert(property, { numRuns: 300 });
});

t.test('every day from the year -800 to 3200 falls into its month and its year', async (t) => {
  const count = 4_000 * 366;
  const newest = Date.UTC(3200, 0);
  const local = Float64Array.from({ length: count }, (_, index) => newest - index * day);
  const offsets = new Float64Array(count);
  for (const tier of ['monthly', 'yearly'] as const) {
    const wish = { tier, count: Number.POSITIVE_INFINITY, keeps: 'first' } as const;
    const starts = choose(wish, { local, offsets }, makeBucketNames()).places.slice(0, -1);
    t.ok(starts.length > 3_900, 'there are as many as there are years, or months');
    const wrong = starts.filter((index) => {
      const at = new Date(local[index] ?? 0);
      return at.getUTCDate() !== 1 || (tier === 'yearly' && at.getUTCMonth() !== 0);
    });
    t.strictSame(wrong, []);
    t.equal(starts.length, tier === 'yearly' ? yearsOf(local) - 1 : monthsOf(local) - 1, tier);
  }
});

function yearsOf(local: Float64Array): number {
  return new Date(local[0] ?? 0).getUTCFullYear() - new Date(local.at(-1) ?? 0).getUTCFullYear() + 1;
}

function monthsOf(local: Float64Array): number {
  const [last, first] = [new Date(local[0] ?? 0), new Date(local.at(-1) ?? 0)];
  return (last.getUTCFullYear() - first.getUTCFullYear()) * 12 + last.getUTCMonth() - first.getUTCMonth() + 1;
}
