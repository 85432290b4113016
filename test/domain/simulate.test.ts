// Trying a retention rule on any list: what is answered, in which order, and what is refused. Nothing is saved.

import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { refuses } from '../harness/refusal.ts';
import { inRole } from '../harness/teams.ts';

const at = await startRegistered(t);
const { domain, actor } = at;
const base = {
  points: [
    { id: 'old', pointAt: '2026-11-24T12:00:00Z' },
    { id: 'evening', pointAt: '2026-11-25T22:59:59.999Z' },
    { id: 'midnight', pointAt: '2026-11-26T00:00:00+01:00' },
    { id: 'held', pointAt: '2026-01-01T00:00:00Z', held: true },
    { id: 'locked', pointAt: '2026-01-02T00:00:00Z', lockedUntil: '2026-12-01T00:00:00.001Z' },
    { id: 'unlocked', pointAt: '2026-01-03T00:00:00Z', lockedUntil: '2026-12-01T00:00:00Z' },
    { id: 'proven', pointAt: '2026-01-04T00:00:00Z', proven: true },
    { id: 'other', pointAt: '2025-01-01T00:00:00Z', branchId: 'brn_other' },
  ],
  retention: { daily: 2 },
  timeZone: 'Europe/Berlin',
  now: '2026-12-01T00:00:00Z',
};
const one = { id: 'a', pointAt: '2026-11-30T00:00:00Z' };

t.test('each point is decided with its reasons, in the order of the input, also for a viewer', async (t) => {
  const { decisions } = await domain.retention.simulate(inRole(actor, 'viewer'), base);
  t.strictSame(decisions, [
    { id: 'old', keep: false, reasons: ['beyond_retention'] },
    { id: 'evening', keep: true, reasons: ['daily:2026-11-25'] },
    { id: 'midnight', keep: true, reasons: ['daily:2026-11-26', 'newest'] },
    { id: 'held', keep: true, reasons: ['hold'] },
    { id: 'locked', keep: true, reasons: ['lock'] },
    { id: 'unlocked', keep: false, reasons: ['beyond_retention'] },
    { id: 'proven', keep: true, reasons: ['last_proven'] },
    { id: 'other', keep: true, reasons: ['daily:2025-01-01', 'newest'] },
  ]);
  const reversed = await domain.retention.simulate(actor, { ...base, points: base.points.toReversed() });
  t.strictSame(reversed.decisions, decisions.toReversed());
  t.strictSame(await domain.retention.simulate(actor, { ...base, points: [] }), { decisions: [] });
});

t.test('what GraphQL gives for what is absent is absent', async (t) => {
  const nulls = { branchId: null, held: null, lockedUntil: null, proven: null };
  const { decisions } = await domain.retention.simulate(actor, {
    ...base,
    points: [
      { ...one, ...nulls },
      { ...one, id: 'b', pointAt: '2026-11-20T00:00:00Z' },
    ],
    retention: { keepLast: 1, daily: null },
  });
  t.strictSame(
    decisions.map(({ keep }) => keep),
    [true, false],
    'both are of one branch',
  );
});

const refused = [
  ['retention_keeps_nothing', { retention: {} }, { field: 'retention' }],
  ['retention_keeps_nothing', { retention: { bucketKeeps: 'first' } }, { field: 'retention' }],
  ['invalid_duration', { retention: { keepWithin: 'two days' } }, { field: 'retention.keepWithin' }],
  ['invalid_time_zone', { timeZone: 'Europe/Atlantis' }, { field: 'timeZone' }],
  ['invalid_time_zone', { timeZone: '+01:00' }, { field: 'timeZone' }],
  ['invalid_instant', { now: '2026-12-01' }, { field: 'now' }],
  ['invalid_instant', { now: '2200-01-01T00:00:00Z' }, { field: 'now' }],
  ['invalid_instant', { points: [one, { id: 'b', pointAt: '2026-02-29T00:00:00Z' }] }, { field: 'points[1].pointAt' }],
  ['invalid_instant', { points: [{ id: 'b', pointAt: '1969-12-31T23:59:59Z' }] }, { field: 'points[0].pointAt' }],
  ['invalid_instant', { points: [{ ...one, lockedUntil: 'ever' }] }, { field: 'points[0].lockedUntil' }],
  ['duplicate_id', { points: [one, { ...one, id: 'b' }, one] }, { field: 'points[2].id', id: 'a' }],
  [
    'instant_in_future',
    { points: [one, { id: 'x', pointAt: '2026-12-01T00:05:00.001Z' }] },
    { field: 'points[1].pointAt', id: 'x', now: '2026-12-01T00:00:00.000Z' },
  ],
] as const;

for (const [code, change, members] of refused) {
  t.test(`${code}: ${JSON.stringify(change)}`, async (t) => {
    await refuses(t, at, code, () => domain.retention.simulate(actor, { ...base, ...change }), members);
  });
}

t.test('a clock may be ahead by five minutes', async (t) => {
  const points = [{ id: 'x', pointAt: '2026-12-01T00:05:00Z' }];
  const { decisions } = await domain.retention.simulate(actor, { ...base, points });
  t.match(decisions, [{ id: 'x', keep: true }]);
});
