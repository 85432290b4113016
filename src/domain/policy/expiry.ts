// Owns saying beforehand what a policy lets go of the points that it has. It expires nothing.

import { firedByUs } from '../../core/delegation.ts';
import { needsApproval } from '../../core/expiry.ts';
import type { PolicyRule } from '../../core/policy.ts';
import { planRetention, type RetentionDecision, type RetentionPoint } from '../../core/retention.ts';
import { nextFiring } from '../../core/schedule.ts';
import { selectsBranch, selectsProject } from '../../core/selector.ts';
import type { SelectableBranchRow } from '../../store/branches.ts';
import type { PolicyRow } from '../../store/policies.ts';
import { findCovers } from '../../store/protection.ts';
import { listSnapshotsInRestore } from '../../store/restores.ts';
import { listPointsOfPolicy } from '../../store/snapshots.ts';
import type { CommandDeps } from '../deps.ts';
import { toRetentionPoint } from '../retention/point.ts';
import type { ExpiryForecastView, PolicyPreviewView } from '../views.ts';
import type { PolicyForecast } from './forecast.ts';
import { inTheirZones, retentionZone, zoneOfSchedules } from './retention.ts';

const snapshotsShown = 200;
const branchesShown = 200;

interface Asked extends Pick<PolicyForecast, 'covered' | 'selected'> {
  readonly rule: PolicyRule;
  /** Whose points they are; a new policy has none. */
  readonly row: PolicyRow | undefined;
  /** The rule is what the policy says already. */
  readonly isSaved: boolean;
}

type Expiry = Pick<PolicyPreviewView, 'wouldExpire' | 'wouldExpireNow'>;

/**
 * What the next firing lets go, which makes a point first; and what is let go of the points that are there and the present version keeps
 * (of a version that stands: whatever is let go). Points that a restore uses stay.
 */
export async function forecastExpiry(deps: CommandDeps, asked: Asked): Promise<Expiry> {
  const { rule, row, isSaved, covered } = asked;
  if (!row) return { wouldExpire: nothing, wouldExpireNow: nothing };
  const now = deps.now();
  const points = await readPoints(
    deps,
    row.id,
    covered.map(({ id }) => id),
  );
  const context = { timeZone: zoneOfSchedules(rule.schedules), now };
  const firings = firedByUs(rule.schedules).flatMap((schedule) => {
    const at = nextFiring(schedule, now);
    return at ? [{ pointAt: at, timeZone: schedule.timeZone }] : [];
  });
  const nextAt = earliest(firings.map(({ pointAt }) => pointAt));
  const made = firings
    .filter(({ pointAt }) => pointAt.getTime() === nextAt?.getTime())
    .flatMap((firing, index) =>
      covered.map(({ id }): RetentionPoint => ({ id: `next:${index}:${id}`, branchId: id, ...firing })),
    );
  const next = planRetention([...points, ...made], rule.retention, { ...context, now: nextAt ?? now });
  const present = isSaved ? undefined : await planPresent(deps, row, asked, points);
  const atOnce = planRetention(points, rule.retention, context).flatMap((decision) => {
    if (!present) return [decision];
    const reasons = present.get(decision.id) ?? ['not_selected'];
    return reasons.includes('beyond_retention') ? [] : [{ ...decision, reasons }];
  });
  const share = rule.limits.expireAtMostShare;
  return {
    wouldExpire: await show(deps, { points: [...points, ...made], share }, next),
    wouldExpireNow: await show(deps, { points, share }, atOnce),
  };
}

const nothing: ExpiryForecastView = { count: 0, snapshots: [], needApproval: [] };

async function readPoints(
  { db, now }: CommandDeps,
  policyId: string,
  branchIds: readonly string[],
): Promise<RetentionPoint[]> {
  const rows = await listPointsOfPolicy(db, policyId, branchIds);
  const covers = await findCovers(
    db,
    rows.map(({ id }) => id),
    now(),
  );
  return inTheirZones(
    db,
    rows.map((row) => toRetentionPoint(row, covers.get(row.id))),
  );
}

/** Why the version that stands keeps each point; those of branches that it does not select are absent, it never lets them go. */
async function planPresent(
  { db, now }: CommandDeps,
  { id, selector, retention }: PolicyRow,
  { covered, selected }: Asked,
  points: readonly RetentionPoint[],
): Promise<Map<string, readonly string[]>> {
  const projects = new Map(selected.map((project) => [project.id, project] as const));
  const isMeant = (branch: SelectableBranchRow): boolean => {
    const project = projects.get(branch.projectId);
    return project !== undefined && selectsProject(selector, project) && selectsBranch(selector.branches, branch);
  };
  const meant = new Set(covered.filter(isMeant).map((branch) => branch.id));
  const own = points.filter(({ branchId }) => meant.has(branchId));
  const context = { timeZone: await retentionZone(db, id), now: now() };
  return new Map(planRetention(own, retention, context).map((decision) => [decision.id, decision.reasons]));
}

async function show(
  { db }: CommandDeps,
  { points, share }: { readonly points: readonly RetentionPoint[]; readonly share: number | undefined },
  decisions: readonly (Pick<RetentionDecision, 'id' | 'keep'> & { readonly reasons: readonly string[] })[],
): Promise<ExpiryForecastView> {
  const byId = new Map(points.map((point) => [point.id, point] as const));
  const gone = decisions.filter(({ keep }) => !keep);
  const inRestore = await listSnapshotsInRestore(
    db,
    gone.map(({ id }) => id),
  );
  const found = gone.filter(({ id }) => !inRestore.has(id));
  return {
    count: found.length,
    snapshots: found.slice(0, snapshotsShown).flatMap(({ id, reasons }) => {
      const point = byId.get(id);
      return point ? [{ snapshotId: id, branchId: point.branchId, pointAt: point.pointAt.toISOString(), reasons }] : [];
    }),
    needApproval: branchesThatNeedApproval(points, new Set(found.map(({ id }) => id)), share).slice(0, branchesShown),
  };
}

function branchesThatNeedApproval(
  points: readonly RetentionPoint[],
  expires: ReadonlySet<string>,
  share: number | undefined,
): string[] {
  return [...Map.groupBy(points, ({ branchId }) => branchId)].flatMap(([branchId, own]) => {
    const count = { points: own.length, expires: own.filter(({ id }) => expires.has(id)).length };
    return needsApproval(count, share) ? [branchId] : [];
  });
}

function earliest(instants: readonly Date[]): Date | undefined {
  return instants.toSorted((a, b) => a.getTime() - b.getTime())[0];
}
