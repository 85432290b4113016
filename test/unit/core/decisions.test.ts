// Named decisions of retention and of schedules, each worked out by hand: `decisions/*.json`.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { dueInstants } from '../../../src/core/firing.ts';
import { planRetention, type RetentionRule } from '../../../src/core/retention.ts';
import { planFirings, type ScheduleRule } from '../../../src/core/schedule.ts';
import { decidedReports, heldReports } from './reports.ts';

interface Scenario {
  readonly title: string;
  /** The reports of elsewhere that it answers, as `reports.ts` names them. */
  readonly lessons?: readonly string[];
}

/** A point is an instant of one branch, or says more of itself; `keeps` names what is kept with every reason, and all else goes. */
interface RetentionScenario extends Scenario {
  readonly timeZone: string;
  readonly now: string;
  readonly retention: RetentionRule;
  readonly points: Readonly<Record<string, string | Point>>;
  readonly keeps: Readonly<Record<string, readonly string[]>>;
  /** The policy of the branch is failing. */
  readonly frozen?: boolean;
}

interface Point {
  readonly at: string;
  readonly branch?: string;
  readonly zone?: string;
  readonly held?: boolean;
  readonly proven?: boolean;
  readonly lockedUntil?: string;
}

/** Every firing strictly after `after`, up to `until`: its local time, and how it is flagged. */
interface FiringScenario extends Scenario {
  readonly schedule: ScheduleRule;
  readonly after: string;
  readonly until: string;
  readonly fires: readonly string[];
}

/** Of the firings from `first` to `until`, that nobody served, the last one is left. */
interface OutageScenario extends Scenario {
  readonly schedule: ScheduleRule;
  readonly first: string;
  readonly until: string;
  readonly coalesces: { readonly at: string; readonly count: number };
}

const folder = join(import.meta.dirname, 'decisions');
const scenarios = readdirSync(folder).map((file) => ({
  file,
  scenario: JSON.parse(readFileSync(join(folder, file), 'utf8')) as RetentionScenario | FiringScenario | OutageScenario,
}));

for (const { file, scenario } of scenarios) {
  t.test(`${file}: ${scenario.title}`, async (t) => {
    if ('retention' in scenario) decideRetention(t, scenario);
    else if ('fires' in scenario) decideFirings(t, scenario);
    else decideOutage(t, scenario);
  });
}

function decideRetention(t: Test, scenario: RetentionScenario): void {
  const points = Object.entries(scenario.points).map(([id, given]) => {
    const {
      at,
      branch = 'brn',
      zone,
      held,
      proven,
      lockedUntil,
    }: Point = typeof given === 'string' ? { at: given } : given;
    return {
      id,
      branchId: branch,
      pointAt: new Date(at),
      ...(zone === undefined ? {} : { timeZone: zone }),
      isHeld: held ?? false,
      isProven: proven ?? false,
      lockedUntil: lockedUntil === undefined ? null : new Date(lockedUntil),
    };
  });
  const decisions = planRetention(points, scenario.retention, {
    timeZone: scenario.timeZone,
    now: new Date(scenario.now),
    frozen: new Set(scenario.frozen ? ['brn'] : []),
  });
  t.equal(decisions.length, points.length);
  const kept = decisions.filter(({ keep }) => keep).map(({ id, reasons }) => [id, reasons] as const);
  t.strictSame(Object.fromEntries(kept), scenario.keeps);
}

function decideFirings(t: Test, { schedule, after, until, fires }: FiringScenario): void {
  const planned = planFirings(schedule, new Date(after), fires.length + 1);
  const within = planned.filter(({ at }) => at <= new Date(until));
  t.strictSame(
    within.map(({ local, dst }) => (dst ? `${local} ${dst}` : local)),
    fires,
  );
  t.ok(
    within.every(({ at, local }) => new Date(local).getTime() === at.getTime()),
    'local and UTC are one instant',
  );
}

function decideOutage(t: Test, { schedule, first, until, coalesces }: OutageScenario): void {
  const { at, count } = coalesces;
  const { onTime, missed } = dueInstants(schedule, new Date(first), new Date(until), 0);
  t.strictSame({ onTime, at: missed[0], count: missed.length }, { onTime: null, at: new Date(at), count });
}

t.test('every report of elsewhere that is answered by a decision has its scenario', async (t) => {
  const answered = new Set(scenarios.flatMap(({ scenario }) => scenario.lessons ?? []));
  t.strictSame([...answered].sort(), [...decidedReports].sort());
});

t.test('every other report is held by a test', async (t) => {
  for (const { reports, file, title } of heldReports) {
    const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
    t.ok(text.includes(title), `${reports.join(', ')}: ${file} has a test of the title: ${title}`);
  }
});
