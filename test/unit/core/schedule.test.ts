// The arithmetic of schedules: days of daylight saving, what never fires, and refusals that name the field.

import fc from 'fast-check';
import t from 'tap';
import { checkSchedule, nextFiring, planFirings } from '../../../src/core/schedule.ts';

const now = new Date('2026-11-22T12:00:00Z');

/** The first `count` firings after an instant. */
function firings(cron: string, timeZone: string, after: string, count: number): string[] {
  const found: string[] = [];
  let at = new Date(after);
  for (let index = 0; index < count; index += 1) {
    const next = nextFiring({ cron, timeZone }, at);
    if (!next) break;
    found.push(next.toISOString().replace(':00.000Z', 'Z'));
    at = next;
  }
  return found;
}

t.test('a daily schedule keeps its wall-clock time when the clocks change, in both zones and directions', async (t) => {
  const daily = '0 9 * * *';
  t.strictSame(firings(daily, 'Europe/Berlin', '2026-03-28T00:00:00Z', 3), [
    '2026-03-28T08:00Z',
    '2026-03-29T07:00Z',
    '2026-03-30T07:00Z',
  ]);
  t.strictSame(firings(daily, 'Europe/Berlin', '2026-10-24T00:00:00Z', 3), [
    '2026-10-24T07:00Z',
    '2026-10-25T08:00Z',
    '2026-10-26T08:00Z',
  ]);
  t.strictSame(firings(daily, 'America/New_York', '2026-03-07T00:00:00Z', 3), [
    '2026-03-07T14:00Z',
    '2026-03-08T13:00Z',
    '2026-03-09T13:00Z',
  ]);
  t.strictSame(firings(daily, 'America/New_York', '2026-10-31T00:00:00Z', 3), [
    '2026-10-31T13:00Z',
    '2026-11-01T14:00Z',
    '2026-11-02T14:00Z',
  ]);
});

t.test('where clocks are set, each line fires when it should, and the plan says so', async (t) => {
  // [line, zone, after, until, firings]
  for (const [cron, timeZone, after, until, expected] of [
    // Berlin goes from 02:00 to 03:00.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-29T00:00Z', '2026-03-29T12:00Z', ['03:00:00+02:00 skipped']],
    ['*/15 2 * * *', 'Europe/Berlin', '2026-03-29T00:00Z', '2026-03-29T12:00Z', ['03:00:00+02:00 skipped']],
    ['0 2,3 * * *', 'Europe/Berlin', '2026-03-29T00:00Z', '2026-03-29T12:00Z', ['03:00:00+02:00 skipped']],
    [
      '30 1-3 * * *',
      'Europe/Berlin',
      '2026-03-29T00:00Z',
      '2026-03-29T12:00Z',
      ['01:30:00+01:00', '03:00:00+02:00 skipped', '03:30:00+02:00'],
    ],
    ['30 * * * *', 'Europe/Berlin', '2026-03-29T00:00Z', '2026-03-29T02:00Z', ['01:30:00+01:00', '03:30:00+02:00']],
    [
      '0 */2 * * *',
      'Europe/Berlin',
      '2026-03-28T22:30Z',
      '2026-03-29T04:00Z',
      ['00:00:00+01:00', '04:00:00+02:00', '06:00:00+02:00'],
    ],
    // And in autumn from 03:00 back to 02:00.
    ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:00Z', '2026-10-25T12:00Z', ['02:30:00+02:00 repeated']],
    [
      '*/30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T23:00Z',
      '2026-10-25T12:00Z',
      ['02:00:00+02:00 repeated', '02:30:00+02:00 repeated'],
    ],
    [
      '30 * * * *',
      'Europe/Berlin',
      '2026-10-25T00:00Z',
      '2026-10-25T03:00Z',
      ['02:30:00+02:00 repeated', '02:30:00+01:00 repeated', '03:30:00+01:00'],
    ],
    // New York goes from 02:00 to 03:00, and back from 02:00 to 01:00.
    ['0 2 * * *', 'America/New_York', '2026-03-08T05:00Z', '2026-03-08T20:00Z', ['03:00:00-04:00 skipped']],
    ['15 1 * * *', 'America/New_York', '2026-11-01T04:00Z', '2026-11-01T20:00Z', ['01:15:00-04:00 repeated']],
    // Lord Howe goes half an hour: from 02:00 to 02:30, and back from 02:00 to 01:30.
    [
      '*/15 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-03T14:00Z',
      '2026-10-04T01:00Z',
      ['02:30:00+11:00 skipped', '02:45:00+11:00'],
    ],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00Z', '2026-04-05T01:00Z', ['01:45:00+11:00 repeated']],
    [
      '45 * * * *',
      'Australia/Lord_Howe',
      '2026-04-04T14:15Z',
      '2026-04-04T16:30Z',
      ['01:45:00+11:00 repeated', '01:45:00+10:30 repeated', '02:45:00+10:30'],
    ],
    // Apia had no 30th of December 2011.
    [
      '0 12 * * *',
      'Pacific/Apia',
      '2011-12-29T12:00Z',
      '2011-12-31T12:00Z',
      ['12:00:00-10:00', '00:00:00+14:00 skipped', '12:00:00+14:00'],
    ],
    [
      '0 0 30 * *',
      'Pacific/Apia',
      '2011-12-01T00:00Z',
      '2012-02-01T00:00Z',
      ['00:00:00+14:00 skipped', '00:00:00+14:00'],
    ],
    ['0 */6 * * *', 'Pacific/Apia', '2011-12-30T04:30Z', '2011-12-30T16:30Z', ['00:00:00+14:00', '06:00:00+14:00']],
  ] as const) {
    const all = planFirings({ cron, timeZone }, new Date(after), 10).filter(({ at }) => at <= new Date(until));
    const told = all.map(({ local, dst }) => `${local.slice(11)}${dst ? ` ${dst}` : ''}`);
    t.strictSame(told, expected, `${cron} in ${timeZone}`);
    t.ok(
      all.every(({ at, local }) => new Date(local).getTime() === at.getTime()),
      'local and UTC are one instant',
    );
  }
});

t.test('a word means its line', async (t) => {
  const from = new Date('2026-11-22T12:00:00Z');
  for (const [word, line] of [
    ['@hourly', '0 * * * *'],
    ['@daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
  ] as const) {
    t.strictSame(
      planFirings({ cron: word, timeZone: 'Asia/Kathmandu' }, from, 3),
      planFirings({ cron: line, timeZone: 'Asia/Kathmandu' }, from, 3),
    );
    t.doesNotThrow(() => checkSchedule({ cron: word, timeZone: 'UTC' }, 'schedules[0]', from));
  }
});

t.test('a time that the spring skips still fires once on that day', async (t) => {
  for (const [cron, timeZone, from, until] of [
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z'],
    ['30 2 * * *', 'America/New_York', '2026-03-07T17:00:00Z', '2026-03-08T17:00:00Z'],
  ] as const) {
    const all = firings(cron, timeZone, from, 5).filter((at) => at < until);
    t.equal(all.length, 1, `${timeZone}: ${all.join()}`);
  }
});

t.test('a time that the autumn has twice fires once on that day', async (t) => {
  for (const [timeZone, from, until] of [
    ['Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z'],
    ['America/New_York', '2026-10-31T17:00:00Z', '2026-11-01T17:00:00Z'],
  ] as const) {
    const cron = timeZone === 'Europe/Berlin' ? '30 2 * * *' : '30 1 * * *';
    const all = firings(cron, timeZone, from, 5).filter((at) => at < until);
    t.equal(all.length, 1, `${timeZone}: ${all.join()}`);
  }
});

t.test('an hourly schedule fires every hour that passes on a day of 25 and of 23 hours', async (t) => {
  const count = (from: string, until: string): number =>
    firings('0 * * * *', 'Europe/Berlin', from, 30).filter((at) => at <= until).length;
  t.equal(count('2026-10-24T22:00:00Z', '2026-10-25T23:00Z'), 25);
  t.equal(count('2026-03-28T23:00:00Z', '2026-03-29T22:00Z'), 23);
});

t.test('leap days and month ends fire where they are', async (t) => {
  t.strictSame(firings('0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', 2), ['2028-02-29T00:00Z', '2032-02-29T00:00Z']);
  t.strictSame(firings('0 0 31 * *', 'UTC', '2026-04-01T00:00:00Z', 2), ['2026-05-31T00:00Z', '2026-07-31T00:00Z']);
});

t.test('a line that does not parse or never fires is invalid_cron, naming its field', async (t) => {
  const lines = [
    '',
    ' ',
    'daily',
    '* * * *',
    '* * * * * *',
    '0 0 0 1 1 * 2030',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '*/0 * * * *',
    '5-1 * * * *',
    '0 0 31 2 *',
    '0 0 30 2 *',
    '2099-01-01T00:00:00',
    '2099-01-01T00:00:00Z',
    '@reboot',
    '@Daily 1',
  ];
  for (const cron of lines) {
    const act = () => checkSchedule({ cron, timeZone: 'UTC' }, 'schedules[2]', now);
    t.throws(act, { code: 'invalid_cron', members: { field: 'schedules[2].cron' } }, JSON.stringify(cron));
  }
});

t.test('a zone that is none is invalid_time_zone, naming its field', async (t) => {
  for (const timeZone of ['', ' ', 'Europe/Atlantis', '+02:00', 'Berlin', 'UTC+2', 'Europe/Berlin ', 'x'.repeat(500)]) {
    const act = () => checkSchedule({ cron: '0 3 * * *', timeZone }, 'schedules[0]', now);
    t.throws(act, { code: 'invalid_time_zone', members: { field: 'schedules[0].timeZone' } }, JSON.stringify(timeZone));
  }
  for (const timeZone of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Kathmandu']) {
    t.doesNotThrow(() => checkSchedule({ cron: '0 3 * * *', timeZone }, 'schedules[0]', now), timeZone);
  }
});

t.test('the next firing is strictly after', async () => {
  const rule = { cron: '*/15 * * * *', timeZone: 'Asia/Kathmandu' };
  fc.assert(
    fc.property(fc.date({ min: new Date('2024-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }), (after) => {
      const next = nextFiring(rule, after);
      const again = next && nextFiring(rule, next);
      return next !== null && again !== null && next > after && again > next && next.getTime() % 900_000 === 0;
    }),
    { numRuns: 50 },
  );
});
