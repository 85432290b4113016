// Owns how a covered branch is: one state and all of its reasons, from facts that somebody else has gathered. It reads no clock.

import { type DelegationState, firedByUs } from './delegation.ts';
import type { FiringStatus } from './lifecycle.ts';
import { type Freshness, freshness, type PromisedSchedule, standsFor } from './freshness.ts';
import type { MaintenanceWindow } from './maintenance.ts';
import type { MissedFirings } from './policy.ts';
import { plainRhythms, type Rhythms } from './rhythm.ts';
import { isWindowShorter } from './schedule.ts';

/**
 * Of a branch that policies cover, from good to bad; the worst that one of its reasons asks for is its state.
 * - `ok`: every point that was due is there, or still has its time
 * - `late`: a point that was due is not there, and may come
 * - `at_risk`: what has to be there is there or may come, and something stands in the way of the next points
 * - `missing`: a point is not there and was promised: none at all, none young enough for the objective, or its firing has ended without one
 */
export const branchStates = ['ok', 'late', 'at_risk', 'missing'] as const;
export type BranchState = (typeof branchStates)[number];

/** Every reason, with the state that it asks for. */
export const stateReasons = {
  /** A policy has never made a point of it, though one was due. */
  no_point: 'missing',
  /** The newest point of all is older than the strictest objective allows. */
  rpo_exceeded: 'missing',
  /** The last firing of a policy ended without a point. */
  firing_missed: 'missing',
  /** Neon does not show the project any more. */
  project_gone: 'at_risk',
  credential_refused: 'at_risk',
  /** The project holds as many snapshots as it may, or the last firing was missed because of that. */
  cap_reached: 'at_risk',
  /** Less than a tenth of the cap is free. */
  cap_near: 'at_risk',
  /** A policy has had no success for two of its firings: nothing expires by it. */
  frozen: 'at_risk',
  /** The restore window is shorter than the pauses between firings: instants between two of them cannot be brought back. */
  window_shorter_than_interval: 'at_risk',
  /** Neon has another schedule of the branch than the one that was left to it: somebody changed it. */
  delegation_drifted: 'at_risk',
  /** The schedule that is left to Neon could not be set. */
  delegation_refused: 'at_risk',
  /** Every policy that covers it is paused, and none of the pauses has an end: nothing comes until a person remembers. */
  paused_without_end: 'at_risk',
  point_late: 'late',
  /** A policy that covers it is paused: nothing is expected of that one. */
  paused: 'ok',
} as const satisfies Record<string, BranchState>;

export type StateReason = keyof typeof stateReasons;
const reasonOrder = Object.keys(stateReasons) as StateReason[];

/** Of a policy that is paused: it goes on by itself, or when a person says so. */
export type Pause = 'until' | 'without_end';

/** What a policy is to a branch that it covers. */
export interface CoveringPolicy {
  readonly id: string;
  readonly pause: Pause | null;
  readonly rpoSeconds: number | null;
  readonly missedFirings: MissedFirings;
  /** Whether its points are Neon's snapshots, of which a project may hold only so many. */
  readonly drawsOnCap: boolean;
  readonly schedules: readonly PromisedSchedule[];
  readonly coveredSince: Date;
  /** The moment of the newest available point that it made of the branch. */
  readonly newestPointAt: Date | null;
  /** Of a policy that is left to Neon: what is known of the branch's schedule there. */
  readonly delegation?: DelegationState | undefined;
  /** The last firing that was not coalesced. */
  readonly lastFiring: { readonly dueAt: Date; readonly status: FiringStatus; readonly reason: string | null } | null;
}

export interface BranchFacts {
  /** At least one. */
  readonly policies: readonly CoveringPolicy[];
  /** The moment of the newest available point of any origin. */
  readonly newestPointAt: Date | null;
  readonly isProjectGone: boolean;
  readonly isCredentialRefused: boolean;
  /** Of the project: snapshots that it holds or is about to, and how many it may. */
  readonly snapshots: { readonly held: number; readonly cap: number };
  /** What Neon keeps of history. */
  readonly historySeconds: number;
  readonly maintenanceWindows: readonly MaintenanceWindow[];
  readonly now: Date;
}

export interface PolicyJudgement {
  readonly policyId: string;
  readonly state: BranchState;
  readonly reasons: readonly StateReason[];
  readonly freshness: Freshness;
}

export interface BranchJudgement {
  readonly state: BranchState;
  /** All of them, the worst first. */
  readonly reasons: readonly StateReason[];
  /** Of the strictest policy that is not paused. */
  readonly rpoSeconds: number | null;
  readonly policies: readonly PolicyJudgement[];
}

/** Of the cap: with fewer free it is near. */
const nearShare = 0.9;

/** The state of a branch, with every reason. Order of policies does not matter. */
export function judgeBranch(facts: BranchFacts, rhythms: Rhythms = plainRhythms): BranchJudgement {
  const policies = facts.policies.map((policy) => judgePolicy(policy, facts, rhythms));
  const active = facts.policies.filter(({ pause }) => pause === null);
  const objectives = active.flatMap(({ rpoSeconds }) => rpoSeconds ?? []);
  const rpoSeconds = objectives.length === 0 ? null : Math.min(...objectives);
  const own: Partial<Record<StateReason, boolean>> = {
    rpo_exceeded: isRpoExceeded(active, rpoSeconds, facts),
    project_gone: active.length > 0 && facts.isProjectGone,
    credential_refused: active.length > 0 && facts.isCredentialRefused,
    ...capReasons(active, facts.snapshots),
    window_shorter_than_interval: isWindowShort(active, facts),
    paused_without_end: facts.policies.every(({ pause }) => pause === 'without_end'),
  };
  const found = new Set([...policies.flatMap(({ reasons }) => reasons), ...reasonOrder.filter((one) => own[one])]);
  return { ...concluded(found), rpoSeconds, policies };
}

function judgePolicy(policy: CoveringPolicy, facts: BranchFacts, rhythms: Rhythms): PolicyJudgement {
  const { maintenanceWindows, now } = facts;
  const fresh = freshness(policy.schedules, { ...policy, maintenanceWindows, now }, rhythms);
  const found = new Set<StateReason>();
  if (policy.pause !== null) {
    found.add('paused');
  } else {
    const missed = missedFiring(policy);
    // A full cap is told as what it is: a danger to the next points, and the reason why the last one is not there.
    if (missed === 'snapshot_cap_reached') found.add('cap_reached');
    else if (missed !== undefined) found.add('firing_missed');
    if (fresh.isLate) found.add('point_late');
    if (fresh.isLate && !policy.newestPointAt && missed !== 'snapshot_cap_reached') found.add('no_point');
    if (fresh.isFrozen) found.add('frozen');
    if (policy.delegation === 'drifted') found.add('delegation_drifted');
    if (policy.delegation === 'refused') found.add('delegation_refused');
  }
  return { policyId: policy.id, ...concluded(found), freshness: fresh };
}

/** The reason of the last firing, where it ended without a point and none has come since. */
function missedFiring({ lastFiring, newestPointAt }: CoveringPolicy): string | undefined {
  if (lastFiring?.status !== 'missed' || standsFor(newestPointAt, lastFiring.dueAt)) return undefined;
  return lastFiring.reason ?? '';
}

function isRpoExceeded(
  active: readonly CoveringPolicy[],
  rpoSeconds: number | null,
  { newestPointAt, now }: BranchFacts,
): boolean {
  if (rpoSeconds === null) return false;
  // Without a point the objective counts from when somebody began to promise one.
  const since = newestPointAt ?? earliest(active.map(({ coveredSince }) => coveredSince));
  return since.getTime() + rpoSeconds * 1000 < now.getTime();
}

function capReasons(
  active: readonly CoveringPolicy[],
  { held, cap }: BranchFacts['snapshots'],
): Partial<Record<StateReason, boolean>> {
  if (!active.some(({ drawsOnCap }) => drawsOnCap)) return {};
  return { cap_reached: held >= cap, cap_near: held < cap && held > cap * nearShare };
}

/**
 * By the longest pause between any two firings of the policies that count on history for what they miss, all of their schedules together:
 * with history for less, an instant in that pause can be neither captured nor brought back.
 */
function isWindowShort(active: readonly CoveringPolicy[], facts: BranchFacts): boolean {
  const counting = active.filter(({ missedFirings }) => missedFirings === 'capture_moment');
  return isWindowShorter(
    facts.historySeconds,
    counting.flatMap(({ schedules }) => firedByUs(schedules)),
  );
}

function concluded(found: ReadonlySet<StateReason>): { state: BranchState; reasons: StateReason[] } {
  const reasons = reasonOrder.filter((reason) => found.has(reason));
  const worst = Math.max(0, ...reasons.map((reason) => branchStates.indexOf(stateReasons[reason])));
  return { state: branchStates[worst] ?? 'ok', reasons };
}

function earliest(instants: readonly Date[]): Date {
  return new Date(Math.min(...instants.map((at) => at.getTime())));
}
