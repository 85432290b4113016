// Owns what becomes of each due instant of each covered branch: served, missed or coalesced, and what the snapshot captures. It writes nothing.

import { type DueInstants, jitterMs, planRepair } from '../../core/firing.ts';
import type { FiringStatus } from '../../core/lifecycle.ts';
import { maintenanceUntil } from '../../core/maintenance.ts';
import type { RetentionPoint } from '../../core/retention.ts';
import type { BranchRow } from '../../store/branches.ts';
import { findFirings, listLinesUnderWay } from '../../store/firings.ts';
import type { PolicyRow, ScheduleRow } from '../../store/policies.ts';
import type { ProjectRow } from '../../store/projects.ts';
import { listPointsOfPolicy } from '../../store/snapshots.ts';
import { windowOf } from '../branch/branch.ts';
import type { Unit } from '../change.ts';
import { groupBy } from '../group.ts';
import { toRetentionPoint } from '../retention/point.ts';
import { inTheirZones, retentionZone } from './retention.ts';

/** A schedule that is due, for one branch. */
export interface FiringLine {
  readonly schedule: ScheduleRow;
  readonly policy: PolicyRow;
  readonly branch: BranchRow;
  readonly project: ProjectRow;
  readonly due: DueInstants;
}

export interface PlannedFiring {
  readonly line: FiringLine;
  readonly dueAt: Date;
  readonly status: FiringStatus;
  readonly reason: string | null;
  /** Missed instants that it stands for, beside its own. */
  readonly missed: number;
  /** What the snapshot captures; undefined: the present. */
  readonly at?: Date | undefined;
  readonly delayMs?: number | undefined;
}

/** Without those that were fired before. */
export async function planFirings(unit: Unit, lines: readonly FiringLine[]): Promise<PlannedFiring[]> {
  if (lines.length === 0) return [];
  const keys = lines.map(({ schedule, branch }) => ({ scheduleId: schedule.id, branchId: branch.id }));
  const underWay = new Set((await listLinesUnderWay(unit.tx, keys)).map(keyOf));
  const oldest = Math.min(...lines.map(({ due }) => (due.missed.at(-1) ?? due.onTime ?? unit.now).getTime()));
  const known = await findFirings(unit.tx, keys, new Date(oldest));
  const fired = new Set(known.map((row) => `${row.schedule_id}:${row.branch_id}:${row.due_at.getTime()}`));
  const held = await listHeld(unit, lines);
  return lines
    .flatMap((line) => {
      if (underWay.has(keyOf({ scheduleId: line.schedule.id, branchId: line.branch.id }))) return coalesce(line);
      return planLine(line, held.get(line.policy.id), unit.now);
    })
    .filter(({ line, dueAt }) => !fired.has(`${line.schedule.id}:${line.branch.id}:${dueAt.getTime()}`));
}

function keyOf({ scheduleId, branchId }: { scheduleId: string; branchId: string }): string {
  return `${scheduleId}:${branchId}`;
}

/** What a policy has already, where missed instants are to be weighed against it. */
interface Held {
  readonly timeZone: string;
  readonly points: ReadonlyMap<string, RetentionPoint[]>;
}

async function listHeld(unit: Unit, lines: readonly FiringLine[]): Promise<Map<string, Held>> {
  const weighed = lines.filter(
    ({ due, policy }) => due.missed.length > 0 && policy.missed_firings === 'capture_moment',
  );
  const held = new Map<string, Held>();
  for (const [policyId, own] of groupBy(weighed, ({ policy }) => policy.id)) {
    const rows = await listPointsOfPolicy(
      unit.tx,
      policyId,
      own.map(({ branch }) => branch.id),
    );
    const points = await inTheirZones(
      unit.tx,
      rows.map((row) => toRetentionPoint(row)),
    );
    held.set(policyId, {
      timeZone: await retentionZone(unit.tx, policyId),
      points: groupBy(points, ({ branchId }) => branchId),
    });
  }
  return held;
}

/** The last one is still under way: a second at the same time would add nothing. */
function coalesce(line: FiringLine): PlannedFiring[] {
  const { onTime, missed } = line.due;
  const dueAt = onTime ?? missed[0];
  if (!dueAt) return [];
  const others = missed.length - (onTime ? 0 : 1);
  return [{ line, dueAt, status: 'coalesced', reason: 'previous_under_way', missed: others }];
}

function planLine(line: FiringLine, held: Held | undefined, now: Date): PlannedFiring[] {
  const { due } = line;
  const planned = [...(due.onTime ? [serve(line, due.onTime, now)] : []), ...planMissed(line, held, now)];
  const others = due.missed.length - (planned.length - (due.onTime ? 1 : 0));
  const [newest, ...rest] = planned;
  if (!newest) return [];
  const reason = newest.reason ?? (others > 0 ? `coalesces_${others}_missed` : null);
  return [{ ...newest, reason, missed: others }, ...rest];
}

/**
 * In its own time. It captures its instant, however long its job waits; only where the branch has no history that holds it (none is
 * kept, or the branch is younger) it captures the present, which is then.
 */
function serve(line: FiringLine, dueAt: Date, now: Date): PlannedFiring {
  const { policy, schedule, branch, project } = line;
  const jitter = jitterMs(schedule.id, branch.id, schedule.jitter_seconds);
  const until = maintenanceUntil(project.maintenance_windows, now);
  const at = isInWindow(line, dueAt, now) ? dueAt : undefined;
  const status = { line, dueAt, missed: 0, reason: null };
  if (!until)
    return { ...status, status: 'pending', at, delayMs: Math.max(0, dueAt.getTime() + jitter - now.getTime()) };
  const isLost = policy.missed_firings === 'skip' || (policy.missed_firings === 'capture_moment' && !at);
  if (isLost) return { ...status, status: 'missed', reason: 'maintenance_window' };
  const delayMs = until.getTime() + jitter - now.getTime();
  return { ...status, status: 'pending', at: policy.missed_firings === 'run_once' ? undefined : at, delayMs };
}

function planMissed(line: FiringLine, held: Held | undefined, now: Date): PlannedFiring[] {
  const { onTime, missed } = line.due;
  const [newest] = missed;
  if (!newest) return [];
  const one = { line, dueAt: newest, missed: 0 };
  if (line.policy.missed_firings === 'skip') return [{ ...one, status: 'missed', reason: 'skipped' }];
  const { project, policy, branch } = line;
  const waitMs = (maintenanceUntil(project.maintenance_windows, now)?.getTime() ?? now.getTime()) - now.getTime();
  if (policy.missed_firings === 'run_once') {
    // The one of the present stands for them all.
    return onTime ? [] : [{ ...one, status: 'pending', reason: null, delayMs: waitMs }];
  }
  const { capture, outOfReach } = planRepair({
    points: held?.points.get(branch.id) ?? [],
    due: line.due,
    retention: policy.retention,
    window: windowOf(branch, project, now),
    timeZone: held?.timeZone ?? 'UTC',
    firingZone: line.schedule.time_zone,
    now,
  });
  return [
    // The lane takes the newest first: it was promised for a moment earlier.
    ...capture.map((dueAt, index): PlannedFiring => {
      return { line, dueAt, missed: 0, status: 'pending', reason: null, at: dueAt, delayMs: waitMs + index };
    }),
    ...outOfReach.map((dueAt): PlannedFiring => {
      return { line, dueAt, missed: 0, status: 'missed', reason: 'outside_restore_window' };
    }),
  ].sort((a, b) => b.dueAt.getTime() - a.dueAt.getTime());
}

function isInWindow({ branch, project }: FiringLine, at: Date, now: Date): boolean {
  const window = windowOf(branch, project, now);
  return window !== null && at >= window.from && at <= window.until;
}
