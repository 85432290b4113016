// What Neon's own schedules can do of a policy, and what becomes of one that Neon shows otherwise.

import t from 'tap';
import {
  decideDelegation,
  type DelegationFacts,
  isSameSchedule,
  keptByNeon,
  type NativeSchedule,
  toNativeSchedules,
} from '../../../src/core/delegation.ts';
import { Refusal } from '../../../src/core/errors.ts';
import type { PolicyRule, PolicySchedule } from '../../../src/core/policy.ts';
import type { RetentionRule } from '../../../src/core/retention.ts';

const day = 86_400;
const schedule = (cron: string, more: Partial<PolicySchedule> = {}): PolicySchedule => {
  return { name: 'one', cron, timeZone: 'UTC', jitterSeconds: 0, startWithinSeconds: null, engine: 'neon', ...more };
};
const rule = (schedules: PolicySchedule[], retention: RetentionRule, more: Partial<PolicyRule> = {}): PolicyRule => ({
  name: 'left to Neon',
  selector: { projects: ['prj_1'], branches: 'default' },
  schedules,
  retention,
  protection: null,
  store: 'neon_snapshot',
  objectives: {},
  missedFirings: 'capture_moment',
  limits: {},
  ...more,
});
const daily = schedule('0 3 * * *');

t.test('what Neon keeps at its worst moment is counted by the shortest pause between two snapshots', (t) => {
  const cases: [PolicySchedule[], RetentionRule, object][] = [
    [[daily], { daily: 7 }, { daily: 7 }],
    [[daily], { daily: 35 }, { daily: 35 }],
    [[daily], { keepWithin: 'PT1H' }, { daily: 1 }],
    [[daily], { keepWithin: 'P1DT1S' }, { daily: 2 }],
    [[schedule('@weekly')], { weekly: 5 }, { weekly: 5 }],
    [[schedule('@weekly')], { keepWithin: 'P30D' }, { weekly: 5 }],
    [[schedule('@monthly')], { monthly: 1 }, { monthly: 2 }],
    [[schedule('@monthly')], { keepWithin: 'P28D' }, { monthly: 1 }],
    [[daily, schedule('@weekly', { name: 'two' })], { daily: 7, keepWithin: 'P14D' }, { daily: 14, weekly: 2 }],
    [[schedule('0 3 * * *', { engine: 'afterglow' })], { daily: 7 }, {}],
  ];
  for (const [schedules, retention, counts] of cases) {
    t.strictSame(keptByNeon(rule(schedules, retention)), counts, JSON.stringify([schedules[0]?.cron, retention]));
  }
  t.end();
});

t.test('what Neon can do has its form', (t) => {
  const cases: [string, RetentionRule, NativeSchedule][] = [
    ['0 3 * * *', { daily: 7 }, { frequency: 'daily', hour: 3, retentionSeconds: 7 * day }],
    ['00 23 * * ?', { daily: 35 }, { frequency: 'daily', hour: 23, retentionSeconds: 3_024_000 }],
    ['@daily', { keepWithin: 'PT1H' }, { frequency: 'daily', hour: 0, retentionSeconds: 3_600 }],
    ['@weekly', { weekly: 5 }, { frequency: 'weekly', hour: 0, day: 7, retentionSeconds: 35 * day }],
    ['0 2 * * 0', { weekly: 1 }, { frequency: 'weekly', hour: 2, day: 7, retentionSeconds: 7 * day }],
    ['0 2 * * 7', { weekly: 1 }, { frequency: 'weekly', hour: 2, day: 7, retentionSeconds: 7 * day }],
    ['0 2 * * MON', { weekly: 1 }, { frequency: 'weekly', hour: 2, day: 1, retentionSeconds: 7 * day }],
    ['0 2 * * 3', { keepWithin: 'P2W' }, { frequency: 'weekly', hour: 2, day: 3, retentionSeconds: 14 * day }],
    ['0 2 28 * *', { monthly: 1 }, { frequency: 'monthly', hour: 2, day: 28, retentionSeconds: 31 * day }],
    ['@monthly', { keepWithin: 'P1M' }, { frequency: 'monthly', hour: 0, day: 1, retentionSeconds: 31 * day }],
    ['0 3 * * *', { daily: 2, keepWithin: 'P10D' }, { frequency: 'daily', hour: 3, retentionSeconds: 10 * day }],
    [
      '0 3 * * *',
      { daily: 9, keepWithin: 'P2D', bucketKeeps: 'first' },
      { frequency: 'daily', hour: 3, retentionSeconds: 9 * day },
    ],
  ];
  for (const [cron, retention, native] of cases) {
    t.strictSame(
      toNativeSchedules(rule([schedule(cron)], retention)),
      [native],
      `${cron} ${JSON.stringify(retention)}`,
    );
  }
  const both = [daily, schedule('0 4 * * 1', { name: 'two', timeZone: 'Etc/UTC', startWithinSeconds: 900 })];
  t.strictSame(toNativeSchedules(rule(both, { daily: 7, weekly: 4 })), [
    { frequency: 'daily', hour: 3, retentionSeconds: 7 * day },
    { frequency: 'weekly', hour: 4, day: 1, retentionSeconds: 28 * day },
  ]);
  for (const timeZone of ['utc', 'GMT', 'Etc/Zulu']) {
    t.equal(toNativeSchedules(rule([schedule('0 3 * * *', { timeZone })], { daily: 7 })).length, 1, timeZone);
  }
  t.strictSame(toNativeSchedules(rule([schedule('*/5 * * * *', { engine: 'afterglow' })], { yearly: 9 })), []);
  t.end();
});

t.test('what Neon cannot do is refused with its reason and its field', (t) => {
  const lock = { mode: 'governance', for: 'P1Y', graceHours: 0 } as const;
  const cases: [string, string, PolicyRule][] = [
    ['time_zone', 'schedules[0].timeZone', rule([schedule('0 3 * * *', { timeZone: 'Europe/Berlin' })], { daily: 7 })],
    ['time_zone', 'schedules[0].timeZone', rule([schedule('0 3 * * *', { timeZone: 'Europe/London' })], { daily: 7 })],
    ...[
      '30 3 * * *',
      '0 * * * *',
      '0 */2 * * *',
      '0 3,4 * * *',
      '@hourly',
      '0 3 * * 1-5',
      '0 3 1,15 * *',
      '0 3 29 * *',
      '0 3 L * *',
    ]
      .concat(['0 3 1 * 1', '0 3 1 1 *', '@yearly', '0 3 * 1 *', '0-0 3 * * *', '0 3 */2 * *', '0 3 * * 1#1'])
      .map((cron): [string, string, PolicyRule] => [
        'cron',
        'schedules[0].cron',
        rule([schedule(cron)], { keepWithin: 'P7D' }),
      ]),
    ['jitter', 'schedules[0].jitterSeconds', rule([schedule('0 3 * * *', { jitterSeconds: 1 })], { daily: 7 })],
    ['window', 'schedules[0].window', rule([schedule('0 3 * * *', { startWithinSeconds: 60 })], { daily: 7 })],
    ['frequency_twice', 'schedules[1].cron', rule([daily, schedule('0 9 * * *', { name: 'two' })], { daily: 7 })],
    [
      'mixed_engines',
      'schedules[1].engine',
      rule([daily, schedule('0 * * * *', { engine: 'afterglow' })], { daily: 7 }),
    ],
    ['store', 'store', rule([daily], { daily: 7 }, { store: 'branch' })],
    ['protection', 'protection', rule([daily], { daily: 7 }, { protection: { lock } })],
    ['objectives', 'objectives', rule([daily], { daily: 7 }, { objectives: { rpoSeconds: 90_000 } })],
    ['retention', 'retention', rule([daily], { daily: 36 })],
    ['retention', 'retention', rule([schedule('@weekly')], { weekly: 6 })],
    ['retention', 'retention', rule([schedule('@monthly')], { monthly: 2 })],
    ['retention', 'retention', rule([daily], { daily: 7, keepWithin: 'P36D' })],
    ['retention', 'retention', rule([daily], { keepWithin: 'PT3599S' })],
    ['retention', 'retention', rule([daily, schedule('@weekly', { name: 'two' })], { daily: 7 })],
    ['retention', 'retention.weekly', rule([daily], { daily: 7, weekly: 2 })],
    ['retention', 'retention.hourly', rule([daily], { daily: 7, hourly: 24 })],
    ['retention', 'retention.yearly', rule([daily], { daily: 7, yearly: 1 })],
    ['retention', 'retention.keepLast', rule([daily], { daily: 7, keepLast: 3 })],
    ['retention', 'retention.minimumKept', rule([daily], { daily: 7, minimumKept: 3 })],
    ['retention', 'retention.bucketKeeps', rule([daily], { daily: 7, bucketKeeps: 'last' })],
  ];
  for (const [reason, field, asked] of cases) {
    const name = `${reason}: ${JSON.stringify([asked.schedules.map(({ cron }) => cron), asked.retention])}`;
    try {
      toNativeSchedules(asked);
      t.fail(name);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      t.match(error, { code: 'delegation_impossible', members: { reason, field } }, name);
    }
  }
  t.end();
});

t.test('two schedules are the same whatever their order and what of a default is said', (t) => {
  const [a, b]: NativeSchedule[] = [
    { frequency: 'daily', hour: 0, retentionSeconds: 3_024_000 },
    { frequency: 'weekly', day: 2 },
  ];
  t.ok(a && b && isSameSchedule([a, b], [b, { frequency: 'daily', day: 1 }]));
  t.notOk(isSameSchedule([{ frequency: 'weekly', day: 2 }], [{ frequency: 'weekly', day: 3 }]));
  t.notOk(isSameSchedule([{ frequency: 'weekly', day: 2 }], []));
  t.end();
});

t.test('what is ours is set and taken back; what a person has set in Neon stays', (t) => {
  const at = (hour: number): NativeSchedule[] => [{ frequency: 'daily', hour, retentionSeconds: day }];
  const known = (
    state: 'pending' | 'set' | 'drifted' | 'refused',
    asked: NativeSchedule[],
    replaced: NativeSchedule[] = [],
  ) => {
    return { state, asked, replaced };
  };
  const cases: [string, string, DelegationFacts][] = [
    ['nothing stands there', 'set', { wanted: at(1), known: undefined, seen: [] }],
    ['the same stands there', 'agrees', { wanted: at(1), known: undefined, seen: at(1) }],
    ["a person's stands there", 'foreign', { wanted: at(1), known: undefined, seen: at(2) }],
    ['the answer was lost', 'agrees', { wanted: at(1), known: known('pending', at(1)), seen: at(1) }],
    ['it never got there', 'set', { wanted: at(1), known: known('pending', at(1)), seen: [] }],
    ['the policy was changed', 'set', { wanted: at(2), known: known('set', at(1)), seen: at(1) }],
    [
      'and again, before the first change got there',
      'set',
      { wanted: at(3), known: known('pending', at(2), at(1)), seen: at(1) },
    ],
    ['and again, after it', 'set', { wanted: at(3), known: known('pending', at(2), at(1)), seen: at(2) }],
    ['a person changed it', 'drifted', { wanted: at(1), known: known('set', at(1)), seen: at(5) }],
    ['a person removed it', 'drifted', { wanted: at(1), known: known('set', at(1)), seen: [] }],
    ['and it stays so', 'drifted', { wanted: at(1), known: known('drifted', at(1)), seen: at(5) }],
    ['until the person puts it back', 'agrees', { wanted: at(1), known: known('drifted', at(1)), seen: at(1) }],
    [
      'the policy was changed after a person changed it',
      'foreign',
      { wanted: at(2), known: known('set', at(1)), seen: at(5) },
    ],
    [
      'the policy was changed after a person removed it',
      'set',
      { wanted: at(2), known: known('drifted', at(1)), seen: [] },
    ],
    ['it is taken back', 'set', { wanted: [], known: known('set', at(1)), seen: at(1) }],
    ['it was taken back', 'agrees', { wanted: [], known: known('pending', [], at(1)), seen: [] }],
    ["a person's is not taken back", 'foreign', { wanted: [], known: known('set', at(1)), seen: at(5) }],
    ['it was refused, and is tried again', 'set', { wanted: at(1), known: known('refused', []), seen: [] }],
  ];
  for (const [name, decision, facts] of cases) t.equal(decideDelegation(facts), decision, name);
  t.end();
});
