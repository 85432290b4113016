// Reading instants: a zone, at most milliseconds, days that exist.

import fc from 'fast-check';
import t from 'tap';
import { parseInstant } from '../../../src/core/instant.ts';

const refused = { code: 'invalid_instant', members: { field: 'at' } };

t.test('an instant is read with its zone, to the millisecond', async (t) => {
  const cases = {
    '2026-03-01T09:30:00Z': '2026-03-01T09:30:00.000Z',
    '2026-03-01T09:30:00.1Z': '2026-03-01T09:30:00.100Z',
    '2026-03-01T09:30:00.12Z': '2026-03-01T09:30:00.120Z',
    '2026-03-01T09:30:00.123+02:00': '2026-03-01T07:30:00.123Z',
    '2026-03-01T00:15:00-00:30': '2026-03-01T00:45:00.000Z',
    '2026-12-31T23:59:59.999-23:59': '2027-01-01T23:58:59.999Z',
    '2028-02-29T00:00:00Z': '2028-02-29T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z': '9999-12-31T23:59:59.999Z',
    '2000-02-29T23:59:59+00:00': '2000-02-29T23:59:59.000Z',
    '2026-03-01t09:30:00z': '2026-03-01T09:30:00.000Z',
  };
  for (const [text, instant] of Object.entries(cases)) t.equal(parseInstant(text, 'at').toISOString(), instant, text);
});

t.test('what has no zone, too many digits, or names no real moment is refused with its field', async (t) => {
  const texts = [
    '',
    'yesterday',
    '1780000000000',
    '2026-03-01',
    '2026-03-01T09:30:00',
    '2026-03-01 09:30:00Z',
    '2026-03-01T09:30Z',
    '2026-03-01T09:30:00.1234Z',
    '2026-03-01T09:30:00.123456Z',
    '2026-03-01T09:30:00.Z',
    '2026-03-01T09:30:00,5Z',
    '2026-03-01T09:30:00+0200',
    '2026-03-01T09:30:00+24:00',
    '9999-12-31T23:59:59-00:30',
    '0000-03-01T09:30:00Z',
    '2026-03-01T09:30:00+02:60',
    '2026-03-01T09:30:00 CET',
    ' 2026-03-01T09:30:00Z',
    '2026-03-01T09:30:00Z\n',
    '2027-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-00T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T09:60:00Z',
    '2026-03-01T09:30:60Z',
    '+002026-03-01T09:30:00Z',
    '٢٠٢٦-03-01T09:30:00Z',
  ];
  for (const text of texts) t.throws(() => parseInstant(text, 'at'), refused, JSON.stringify(text));
});

t.test('what is written as an instant is read as the same one, in any zone', async (t) => {
  const instants = fc.date({
    min: new Date('0100-01-02T00:00:00Z'),
    max: new Date('9999-12-30T00:00:00Z'),
    noInvalidDate: true,
  });
  const offsets = fc.integer({ min: -1439, max: 1439 });
  fc.assert(
    fc.property(instants, offsets, (instant, minutes) => {
      const local = new Date(instant.getTime() + minutes * 60_000).toISOString().slice(0, -1);
      const two = (n: number): string => String(n).padStart(2, '0');
      const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
      return (
        parseInstant(instant.toISOString(), 'at').getTime() === instant.getTime() &&
        parseInstant(local + zone, 'at').getTime() === instant.getTime()
      );
    }),
  );
  t.pass();
});

t.test('any other text is refused, never misread', async (t) => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9:.TZtz+ -]*$/), (text) => {
      try {
        return !Number.isNaN(parseInstant(text, 'at').getTime());
      } catch (error) {
        return (error as { code?: string }).code === 'invalid_instant';
      }
    }),
  );
  t.pass();
});
