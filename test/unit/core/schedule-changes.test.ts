// Around every change of offset of ten years, in thirty zones: firings are those that somebody finds who looks at the zone's clock each
// minute, by rules that are written here once more.

import fc from 'fast-check';
import t from 'tap';
import { nextFiring } from '../../../src/core/schedule.ts';
import { zoneOf } from '../../../src/core/schedule/zone.ts';

const minute = 60_000;
const hour = 60 * minute;
const [from, until] = [Date.UTC(2018, 0), Date.UTC(2028, 0)];

const someZones = [
  'Africa/Cairo',
  'Africa/Casablanca',
  'America/Asuncion',
  'America/Caracas',
  'America/Havana',
  'America/Los_Angeles',
  'America/New_York',
  'America/Nuuk',
  'America/Santiago',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Whitehorse',
  'Antarctica/Casey',
  'Antarctica/Troll',
  'Asia/Amman',
  'Asia/Beirut',
  'Asia/Gaza',
  'Asia/Kolkata',
  'Asia/Pyongyang',
  'Asia/Tehran',
  'Asia/Tokyo',
  'Australia/Lord_Howe',
  'Australia/Sydney',
  'Europe/Berlin',
  'Europe/Dublin',
  'Europe/Istanbul',
  'Europe/London',
  'Europe/Moscow',
  'Europe/Volgograd',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Norfolk',
];
const zones = process.env['AFTERGLOW_TEST_ZONES'] === 'all' ? Intl.supportedValuesOf('timeZone') : someZones;

interface Line {
  readonly minutes: readonly number[];
  /** Undefined for every hour. */
  readonly hours: readonly number[] | undefined;
  readonly step: number;
}

const numbers = (max: number) => fc.uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 4 });
const lines: fc.Arbitrary<Line> = fc
  .record({
    minutes: numbers(59),
    // Clocks are set at night.
    hours: fc.option(fc.oneof(numbers(4), numbers(23))),
    step: fc.constantFrom(1, 2, 3, 6),
  })
  .map(({ minutes, hours, step }) => ({ minutes, hours: hours ?? undefined, step }));

function cronOf({ minutes, hours, step }: Line): string {
  const hourField = hours ? hours.join() : step === 1 ? '*' : `*/${step}`;
  return `${minutes.join()} ${hourField} * * *`;
}

function names({ minutes, hours, step }: Line, local: number): boolean {
  const at = new Date(local);
  const isHour = hours ? hours.includes(at.getUTCHours()) : at.getUTCHours() % step === 0;
  return isHour && minutes.includes(at.getUTCMinutes());
}

/** What the zone's clock shows at each minute. */
function watch(timeZone: string, start: number, end: number): { at: number; local: number }[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const seen = [];
  for (let at = start; at <= end; at += minute) {
    seen.push({ at, local: Date.parse(`${format.format(at).replace(' ', 'T')}:00Z`) });
  }
  return seen;
}

/** After the first minute. */
function expect(line: Line, clock: readonly { at: number; local: number }[]): number[] {
  const fired: number[] = [];
  let latest = clock[0]?.local ?? 0;
  for (const { at, local } of clock.slice(1)) {
    if (!line.hours) {
      if (names(line, local)) fired.push(at);
      continue;
    }
    let isNamed = false;
    for (let missed = latest + minute; missed <= local; missed += minute) isNamed ||= names(line, missed);
    if (isNamed) fired.push(at);
    latest = Math.max(latest, local);
  }
  return fired;
}

t.test('the changes of offset are those that the clock shows, and there are some', async (t) => {
  const found = zones.map((zone) => zoneOf(zone).changes(from, until).length);
  t.ok(found.reduce((sum, count) => sum + count) > 200);
  for (const zone of ['Asia/Tokyo', 'Asia/Kolkata']) t.strictSame(zoneOf(zone).changes(from, until), []);
  t.strictSame(
    zoneOf('Europe/Berlin')
      .changes(Date.UTC(2026, 0), Date.UTC(2027, 0))
      .map((at) => new Date(at).toISOString()),
    ['2026-03-29T01:00:00.000Z', '2026-10-25T01:00:00.000Z'],
  );
});

for (const timeZone of zones) {
  t.test(`${timeZone}: each firing once, in order, and none is left out or added`, async (t) => {
    for (const change of zoneOf(timeZone).changes(from, until)) {
      const [start, end] = [change - 4 * hour, change + 30 * hour];
      const clock = watch(timeZone, start, end);
      fc.assert(
        fc.property(lines, (line) => {
          const fired: number[] = [];
          for (let at = new Date(start); ; ) {
            const next = nextFiring({ cron: cronOf(line), timeZone }, at);
            if (!next || next.getTime() > end) break;
            if (next <= at) return false;
            fired.push(next.getTime());
            at = next;
          }
          return fired.join() === expect(line, clock).join();
        }),
        { numRuns: 4 },
      );
    }
    t.pass();
  });
}
