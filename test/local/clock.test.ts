import fc from 'fast-check';
import t from 'tap';
import { toEmulated, toReal, type ClockShift } from '../../src/local/neon-emulator/clock.ts';

const begin = Date.parse('2026-03-01T00:00:00Z');
const minutes = (from: number, to: number) => fc.integer({ min: from * 60_000, max: to * 60_000 });
const text = (ms: number) => new Date(ms).toISOString();

const jumps = fc
  .array(fc.record({ after: minutes(0, 10), offsetMs: minutes(-10, 10) }), { maxLength: 6 })
  .map((parts) => {
    let at = begin;
    return parts.map(({ after, offsetMs }): ClockShift => ({ atReal: text((at += after)), offsetMs }));
  });
const instant = minutes(-20, 90).map((ms) => text(begin + ms));

t.test(
  'whatever jumps the clock made, an instant means the latest moment that agrees with what was shown',
  async () => {
    const later = fc.property(jumps, instant, (shifts, moment) => toReal(shifts, toEmulated(shifts, moment)) >= moment);
    const shown = fc.property(jumps, instant, (shifts, asked) => {
      const moment = toReal(shifts, asked);
      const isJump = shifts.some(({ atReal }) => atReal === moment);
      return isJump ? toEmulated(shifts, moment) >= asked : toEmulated(shifts, moment) === asked;
    });
    const ordered = fc.property(jumps, fc.tuple(instant, instant), (shifts, pair) => {
      const [early, late] = pair.toSorted();
      return toReal(shifts, early ?? '') <= toReal(shifts, late ?? '');
    });
    fc.assert(later, { numRuns: 1000 });
    fc.assert(shown, { numRuns: 1000 });
    fc.assert(ordered, { numRuns: 1000 });
  },
);

t.test(
  'a jump forward leaves a gap that means the moment of the jump; after a jump back the latest counts',
  async (t) => {
    const hour = 3_600_000;
    const shifts = [
      { atReal: '2026-03-01T10:00:00.000Z', offsetMs: hour },
      { atReal: '2026-03-01T12:00:00.000Z', offsetMs: 0 },
    ];
    t.equal(toReal(shifts, '2026-03-01T09:59:59.999999Z'), '2026-03-01T09:59:59.999999Z');
    t.equal(toReal(shifts, '2026-03-01T10:30:00Z'), '2026-03-01T10:00:00.000Z');
    t.equal(toReal(shifts, '2026-03-01T11:30:00.123456Z'), '2026-03-01T10:30:00.123456Z');
    t.equal(toReal(shifts, '2026-03-01T12:30:00Z'), '2026-03-01T12:30:00Z', 'shown at 11:30 and at 12:30');
    t.equal(toEmulated(shifts, '2026-03-01T11:30:00Z'), '2026-03-01T12:30:00.000Z');
  },
);

t.test('an instant with another zone is the same moment', async (t) => {
  const shifts = [{ atReal: '2026-03-01T10:00:00.000Z', offsetMs: 1000 }];
  t.equal(toReal(shifts, '2026-03-01T13:00:01.0005+02:00'), '2026-03-01T11:00:00.0005Z');
});
