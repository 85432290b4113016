// Named decisions of retention, each worked out by hand: `decisions/*.json`. A point is an instant of one branch, or says more of itself;
// `keeps` names what is kept with every reason, and all else goes.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { planRetention, type RetentionRule } from '../../../src/core/retention.ts';

interface Decision {
  readonly title: string;
  /** The report of elsewhere that it answers. */
  readonly source?: string;
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
  readonly held?: boolean;
  readonly proven?: boolean;
  readonly lockedUntil?: string;
}

const folder = join(import.meta.dirname, 'decisions');

for (const file of readdirSync(folder)) {
  const decision = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Decision;
  t.test(`${file}: ${decision.title}`, async (t) => {
    const points = Object.entries(decision.points).map(([id, given]) => {
      const {
        at,
        branch = 'brn',
        held,
        proven,
        lockedUntil,
      }: Point = typeof given === 'string' ? { at: given } : given;
      return {
        id,
        branchId: branch,
        pointAt: new Date(at),
        isHeld: held ?? false,
        isProven: proven ?? false,
        lockedUntil: lockedUntil === undefined ? null : new Date(lockedUntil),
      };
    });
    const decisions = planRetention(points, decision.retention, {
      timeZone: decision.timeZone,
      now: new Date(decision.now),
      frozen: new Set(decision.frozen ? ['brn'] : []),
    });
    t.equal(decisions.length, points.length);
    const kept = decisions.filter(({ keep }) => keep).map(({ id, reasons }) => [id, reasons] as const);
    t.strictSame(Object.fromEntries(kept), decision.keeps);
  });
}
