// What a policy keeps: a partition, always with reasons, never without the newest.

import fc from 'fast-check';
import t from 'tap';
import { planRetention, type RetentionPoint } from '../../../src/core/retention.ts';

const points = fc.uniqueArray(
  fc.record({
    id: fc.uuid().map((id) => `snp_${id}`),
    pointAt: fc.integer({ min: 0, max: 20 }).map((ms) => new Date(ms)),
  }),
  { selector: ({ id }) => id, maxLength: 30 },
);
const keepLast = fc.integer({ min: 1, max: 12 });
const kept = (all: readonly RetentionPoint[], n: number): string[] =>
  planRetention(all, { keepLast: n }).flatMap(({ id, keep }) => (keep ? [id] : []));

t.test('every point is decided once, with a reason that says which', async (t) => {
  fc.assert(
    fc.property(points, keepLast, (all, n) => {
      const decisions = planRetention(all, { keepLast: n });
      const ids = decisions.map(({ id }) => id).toSorted();
      const reasons = decisions.every(({ keep, reasons: [one] }) => one === (keep ? 'keep_last' : 'beyond_keep_last'));
      return reasons && JSON.stringify(ids) === JSON.stringify(all.map(({ id }) => id).toSorted());
    }),
  );
  t.pass();
});

t.test('exactly min(N, n) are kept, and the newest is one of them', async (t) => {
  fc.assert(
    fc.property(points, keepLast, (all, n) => {
      const keep = new Set(kept(all, n));
      const newest = Math.max(...all.map(({ pointAt }) => pointAt.getTime()));
      const keepsNewest =
        all.length === 0 || all.some(({ id, pointAt }) => pointAt.getTime() === newest && keep.has(id));
      return keep.size === Math.min(n, all.length) && keepsNewest;
    }),
  );
  t.pass();
});

t.test('nothing that is kept is older than something that goes', async (t) => {
  fc.assert(
    fc.property(points, keepLast, (all, n) => {
      const keep = new Set(kept(all, n));
      const times = (isKept: boolean) =>
        all.filter(({ id }) => keep.has(id) === isKept).map(({ pointAt }) => pointAt.getTime());
      return Math.min(...times(true)) >= Math.max(...times(false));
    }),
  );
  t.pass();
});

t.test('the order of the input changes nothing, and the input is left as it was', async (t) => {
  fc.assert(
    fc.property(points, keepLast, fc.infiniteStream(fc.nat()), (all, n, random) => {
      const before = JSON.stringify(all);
      const expected = JSON.stringify(planRetention(all, { keepLast: n }));
      const shuffled = all
        .map((point) => ({ point, at: random.next().value }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ point }) => point);
      return JSON.stringify(planRetention(shuffled, { keepLast: n })) === expected && JSON.stringify(all) === before;
    }),
  );
  t.pass();
});

t.test('what is kept is kept again when the rest is gone', async (t) => {
  fc.assert(
    fc.property(points, keepLast, (all, n) => {
      const first = kept(all, n);
      const left = all.filter(({ id }) => first.includes(id));
      return JSON.stringify(kept(left, n)) === JSON.stringify(first);
    }),
  );
  t.pass();
});

t.test('a rule that would keep nothing keeps the newest', async (t) => {
  const all = [1, 3, 2].map((ms) => ({ id: `snp_${ms}`, pointAt: new Date(ms) }));
  t.strictSame(kept(all, 0), ['snp_3']);
  t.strictSame(kept(all, -5), ['snp_3']);
  t.strictSame(kept([], 3), []);
});
