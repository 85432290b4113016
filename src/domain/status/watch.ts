// Owns the look at every covered branch by the clock, apart from what fires: that something is not there, nothing that is done can tell.
// Any number of schedulers may look at once; a change is told by the one that writes it.

import { type Rhythms, rememberRhythms } from '../../core/rhythm.ts';
import { isUnreachable } from '../../store/constraint.ts';
import {
  listWatchedProjects,
  listWatchedTeams,
  type NewStatus,
  putStatuses,
  recordStatusCheck,
  removeStatuses,
  type StatusRow,
} from '../../store/statuses.ts';
import { wholeTeam } from '../../store/scope.ts';
import { schedulerActor } from '../actor.ts';
import { change, type Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { type JudgedBranch, judgeBranches } from './judge.ts';

const projectsAtOnce = 500;
/** Spans of schedules, three a line at most. */
const rhythmsKept = 50_000;

/**
 * A watch that looks at all covered branches of all teams, so many projects at a time, and returns how many states have changed. Written
 * are only rows that differ in more than their age. A team that cannot be looked at does not keep it from the others.
 */
export function makeWatch(deps: Deps): () => Promise<number> {
  const rhythms = rememberRhythms(rhythmsKept);
  return async () => {
    let changed = 0;
    for (const teamId of await listWatchedTeams(deps.db)) {
      try {
        changed += await watchTeam(deps, rhythms, teamId);
      } catch (error) {
        if (isUnreachable(error)) throw error;
        deps.log.error({ err: error, teamId }, 'the branches of a team could not be looked at');
      }
    }
    return changed;
  };
}

async function watchTeam(deps: Deps, rhythms: Rhythms, teamId: string): Promise<number> {
  const begunAt = deps.now();
  let changed = 0;
  let after: string | undefined = '';
  while (after !== undefined) {
    const projects = await listWatchedProjects(deps.db, wholeTeam(teamId), after, projectsAtOnce);
    const now = deps.now();
    const { branches, known } = await judgeBranches(deps.db, rhythms, { teamId, projects, now });
    changed += await record(deps, teamId, compare(branches, known, now));
    after = projects.length === projectsAtOnce ? projects.at(-1)?.id : undefined;
  }
  await recordStatusCheck(deps.db, teamId, begunAt);
  return changed;
}

interface Differences {
  readonly written: readonly { readonly status: NewStatus; readonly before: StatusRow | undefined }[];
  readonly removed: readonly StatusRow[];
}

function compare(branches: readonly JudgedBranch[], known: ReadonlyMap<string, StatusRow>, now: Date): Differences {
  const covered = new Set(branches.map(({ branch }) => branch.id));
  return {
    written: branches.flatMap((judged) => {
      const before = known.get(judged.branch.id);
      const status = toStatus(judged, before, now);
      return before && !differs(status, before) ? [] : [{ status, before }];
    }),
    removed: [...known.values()].filter(({ branch_id }) => !covered.has(branch_id)),
  };
}

function toStatus(judged: JudgedBranch, before: StatusRow | undefined, now: Date): NewStatus {
  const { branch, judgement, covering, lastPoint, nextFiringAt } = judged;
  const { state, reasons, rpoSeconds } = judgement;
  return {
    branch_id: branch.id,
    project_id: branch.project_id,
    policies: covering,
    state,
    reasons,
    last_point_id: lastPoint?.id ?? null,
    last_point_at: lastPoint?.at ?? null,
    rpo_seconds: rpoSeconds,
    next_firing_at: nextFiringAt,
    version: before?.version ?? 0,
    changed_at: before && !isNews({ state, reasons }, before) ? before.changed_at : now,
  };
}

type Told = Pick<NewStatus, 'state' | 'reasons'>;

function isNews(status: Told, before: Told): boolean {
  return status.state !== before.state || status.reasons.join() !== before.reasons.join();
}

function differs(status: NewStatus, before: StatusRow): boolean {
  return (
    isNews(status, before) ||
    status.last_point_id !== before.last_point_id ||
    status.last_point_at?.getTime() !== before.last_point_at?.getTime() ||
    status.rpo_seconds !== before.rpo_seconds ||
    status.next_firing_at?.getTime() !== before.next_firing_at?.getTime() ||
    coveringText(status.policies) !== coveringText(before.policies)
  );
}

function coveringText(policies: NewStatus['policies']): string {
  return policies.map(({ id, since }) => `${id} ${since}`).join();
}

/** In one transaction: who was faster has told it, so what is not written here is not told here. */
async function record(deps: Deps, teamId: string, { written, removed }: Differences): Promise<number> {
  if (written.length === 0 && removed.length === 0) return 0;
  return change(deps, schedulerActor(teamId), async (unit) => {
    const put = await putStatuses(
      unit.tx,
      teamId,
      written.map(({ status }) => status),
    );
    const gone = await removeStatuses(unit.tx, removed);
    const news = [
      ...written.flatMap(({ status, before }) => {
        const isTold = put.has(status.branch_id) && (!before || isNews(status, before));
        return isTold ? [{ branchId: status.branch_id, from: before, to: status }] : [];
      }),
      ...removed.flatMap((from) => {
        return gone.has(from.branch_id) ? [{ branchId: from.branch_id, from, to: undefined }] : [];
      }),
    ];
    for (const one of news) tell(unit, one);
    return news.length;
  });
}

interface News {
  readonly branchId: string;
  readonly from: Told | undefined;
  readonly to: Told | undefined;
}

function tell(unit: Unit, { branchId, from, to }: News): void {
  const [before, after] = [stateOf(from), stateOf(to)];
  unit.audit(
    'branch.status_changed',
    { kind: 'branch', id: branchId },
    { from: before.state, to: after.state, reasons: after.reasons, before, after },
  );
}

function stateOf(status: Told | undefined) {
  return { state: status?.state ?? 'uncovered', reasons: status?.reasons ?? [] };
}
