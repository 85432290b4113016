// The state of a branch: a case for each reason, and properties of the whole.

import fc from 'fast-check';
import t from 'tap';
import {
  type BranchFacts,
  branchStates,
  type CoveringPolicy,
  judgeBranch,
  stateReasons,
} from '../../../src/core/branch-status.ts';

const at = (text: string): Date => new Date(text);
const hourly = {
  name: 'hourly',
  cron: '0 * * * *',
  timeZone: 'UTC',
  jitterSeconds: 0,
  startWithinSeconds: null,
  engine: 'afterglow',
} as const;
const fresh = at('2026-11-20T10:00:00Z');
const good: CoveringPolicy = {
  id: 'pol_1',
  pause: null,
  rpoSeconds: null,
  missedFirings: 'capture_moment',
  drawsOnCap: true,
  schedules: [hourly],
  coveredSince: at('2026-01-01T00:00:00Z'),
  newestPointAt: fresh,
  lastFiring: { dueAt: fresh, status: 'served', reason: null },
};
const facts = (policy: Partial<CoveringPolicy> = {}, rest: Partial<BranchFacts> = {}): BranchFacts => ({
  policies: [{ ...good, ...policy }],
  newestPointAt: fresh,
  isProjectGone: false,
  isCredentialRefused: false,
  snapshots: { held: 10, cap: 100 },
  historySeconds: 604_800,
  maintenanceWindows: [],
  now: at('2026-11-20T10:30:00Z'),
  ...rest,
});
const nine = at('2026-11-20T09:00:00Z');
const pending = { dueAt: fresh, status: 'pending', reason: null } as const;
const missed = (reason: string) => ({ dueAt: fresh, status: 'missed', reason }) as const;

const cases: [string, BranchFacts, string, string[]][] = [
  ['all is there', facts(), 'ok', []],
  ['a point that was due may come', facts({ newestPointAt: nine, lastFiring: pending }), 'late', ['point_late']],
  ['no scheduler fired', facts({ newestPointAt: nine, lastFiring: null }), 'late', ['point_late']],
  ['never a point', facts({ newestPointAt: null, lastFiring: pending }), 'missing', ['no_point', 'point_late']],
  [
    'one was due as it was covered',
    facts({ newestPointAt: null, lastFiring: null, coveredSince: fresh }),
    'missing',
    ['no_point', 'point_late'],
  ],
  [
    'covered after the last firing',
    facts({ newestPointAt: null, lastFiring: null, coveredSince: at('2026-11-20T10:01:00Z') }),
    'ok',
    [],
  ],
  [
    'the last firing was missed',
    facts({ newestPointAt: nine, lastFiring: missed('neon_refused') }),
    'missing',
    ['firing_missed', 'point_late'],
  ],
  ['one that was missed and made good', facts({ lastFiring: missed('neon_refused') }), 'ok', []],
  ['the objective is kept', facts({ rpoSeconds: 1_800 }), 'ok', []],
  ['the objective is not kept', facts({ rpoSeconds: 1_799 }), 'missing', ['rpo_exceeded']],
  ['by a point of no policy it is', facts({ rpoSeconds: 60 }, { newestPointAt: at('2026-11-20T10:29:30Z') }), 'ok', []],
  [
    'without a point it counts from the promise',
    facts(
      { rpoSeconds: 60, newestPointAt: null, lastFiring: null, coveredSince: at('2026-11-20T10:28:00Z') },
      { newestPointAt: null },
    ),
    'missing',
    ['rpo_exceeded'],
  ],
  ['the cap is near', facts({}, { snapshots: { held: 91, cap: 100 } }), 'at_risk', ['cap_near']],
  ['a tenth is free', facts({}, { snapshots: { held: 90, cap: 100 } }), 'ok', []],
  ['the cap is reached', facts({}, { snapshots: { held: 1, cap: 1 } }), 'at_risk', ['cap_reached']],
  [
    'missed because of the cap',
    facts({ newestPointAt: null, lastFiring: missed('snapshot_cap_reached') }),
    'at_risk',
    ['cap_reached', 'point_late'],
  ],
  ['branches do not draw on the cap', facts({ drawsOnCap: false }, { snapshots: { held: 100, cap: 100 } }), 'ok', []],
  ['Neon has another schedule', facts({ delegation: 'drifted' }), 'at_risk', ['delegation_drifted']],
  ['Neon refused the schedule', facts({ delegation: 'refused' }), 'at_risk', ['delegation_refused']],
  ['Neon has the schedule', facts({ delegation: 'set' }), 'ok', []],
  ['Neon is about to have it', facts({ delegation: 'pending' }), 'ok', []],
  ['the credential is refused', facts({}, { isCredentialRefused: true }), 'at_risk', ['credential_refused']],
  ['the project is gone', facts({}, { isProjectGone: true }), 'at_risk', ['project_gone']],
  [
    'frozen',
    facts({ newestPointAt: at('2026-11-20T08:00:00Z'), lastFiring: pending }),
    'at_risk',
    ['frozen', 'point_late'],
  ],
  ['history is short', facts({}, { historySeconds: 3_599 }), 'at_risk', ['window_shorter_than_interval']],
  ['nobody counts on history', facts({ missedFirings: 'skip' }, { historySeconds: 0 }), 'ok', []],
  [
    'paused',
    facts(
      { pause: 'until', rpoSeconds: 60, newestPointAt: null, lastFiring: missed('x') },
      { isProjectGone: true, isCredentialRefused: true, snapshots: { held: 1, cap: 1 }, historySeconds: 0 },
    ),
    'ok',
    ['paused'],
  ],
  ['paused without an end', facts({ pause: 'without_end' }), 'at_risk', ['paused_without_end', 'paused']],
  [
    'one of two paused without an end, the other until an instant',
    facts(
      {},
      {
        policies: [
          { ...good, pause: 'without_end' },
          { ...good, pause: 'until' },
        ],
      },
    ),
    'ok',
    ['paused'],
  ],
  [
    'one of two paused without an end',
    facts({}, { policies: [{ ...good, pause: 'without_end' }, good] }),
    'ok',
    ['paused'],
  ],
];

for (const [title, given, state, reasons] of cases) {
  t.test(`${title}: ${state}`, async (t) => {
    const { state: found, reasons: why } = judgeBranch(given);
    t.strictSame([found, why], [state, reasons]);
  });
}

t.test('the worst decides, every reason is said, and each policy is judged for itself', async (t) => {
  const bad = { ...good, id: 'pol_2', rpoSeconds: 600, newestPointAt: nine, lastFiring: pending };
  const paused = { ...good, id: 'pol_3', pause: 'without_end', rpoSeconds: 60 } as const;
  const judged = judgeBranch(facts({}, { policies: [good, bad, paused], isCredentialRefused: true }));
  t.match(judged, { state: 'missing', rpoSeconds: 600 });
  t.strictSame(judged.reasons, ['rpo_exceeded', 'credential_refused', 'point_late', 'paused']);
  t.strictSame(
    judged.policies.map(({ policyId, state, reasons }) => [policyId, state, ...reasons]),
    [
      ['pol_1', 'ok'],
      ['pol_2', 'late', 'point_late'],
      ['pol_3', 'ok', 'paused'],
    ],
  );
});

t.test('a schedule of months beside one of hours does not make the window short', async (t) => {
  const monthly = { ...hourly, name: 'monthly', cron: '0 0 1 * *' };
  t.strictSame(judgeBranch(facts({ schedules: [hourly, monthly], newestPointAt: fresh })).reasons, []);
  t.strictSame(judgeBranch(facts({ schedules: [monthly] })).reasons, ['window_shorter_than_interval']);
});

const instant = fc.date({ min: nine, max: at('2026-11-20T10:30:00Z'), noInvalidDate: true });
const policy = fc.record({
  id: fc.constantFrom('pol_1', 'pol_2'),
  pause: fc.constantFrom(null, 'until', 'without_end'),
  rpoSeconds: fc.option(fc.integer({ min: 60, max: 7_200 })),
  missedFirings: fc.constantFrom('capture_moment', 'run_once', 'skip'),
  drawsOnCap: fc.boolean(),
  schedules: fc.subarray([hourly, { ...hourly, name: 'daily', cron: '0 2 * * *' }]),
  coveredSince: instant,
  newestPointAt: fc.option(instant),
  lastFiring: fc.option(
    fc.record({
      dueAt: instant,
      status: fc.constantFrom('pending', 'served', 'missed'),
      reason: fc.option(fc.constantFrom('snapshot_cap_reached', 'neon_refused')),
    }),
  ),
}) as fc.Arbitrary<CoveringPolicy>;
const anything = fc.record({
  policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
  newestPointAt: fc.option(instant),
  isProjectGone: fc.boolean(),
  isCredentialRefused: fc.boolean(),
  snapshots: fc.record({ held: fc.nat(12), cap: fc.nat(10) }),
  historySeconds: fc.integer({ min: 0, max: 100_000 }),
  maintenanceWindows: fc.constant([]),
  now: fc.constant(at('2026-11-20T10:30:00Z')),
}) as fc.Arbitrary<BranchFacts>;

t.test(
  'property: the state is the worst of the reasons, whatever the order of the policies, and no policy is worse',
  async () => {
    fc.assert(
      fc.property(anything, (given) => {
        const { state, reasons, policies } = judgeBranch(given);
        const rank = (one: (typeof branchStates)[number]): number => branchStates.indexOf(one);
        const turned = judgeBranch({ ...given, policies: given.policies.toReversed() });
        return (
          rank(state) === Math.max(0, ...reasons.map((reason) => rank(stateReasons[reason]))) &&
          policies.every((one) => rank(one.state) <= rank(state)) &&
          turned.state === state &&
          turned.reasons.join() === reasons.join()
        );
      }),
      { numRuns: 300 },
    );
  },
);

t.test('property: while every policy is paused nothing is alarmed but that no pause has an end', async () => {
  fc.assert(
    fc.property(anything, (given) => {
      const policies = given.policies.map((one) => ({ ...one, pause: one.pause ?? ('until' as const) }));
      const isForgotten = policies.every(({ pause }) => pause === 'without_end');
      const reasons = isForgotten ? ['paused_without_end', 'paused'] : ['paused'];
      const judged = judgeBranch({ ...given, policies });
      return judged.state === (isForgotten ? 'at_risk' : 'ok') && judged.reasons.join() === reasons.join();
    }),
    { numRuns: 100 },
  );
});
