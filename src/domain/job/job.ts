// Owns how jobs are seen from outside: what each does, and why it waits.

import { notFound, Refusal } from '../../core/errors.ts';
import { jobs } from '../../queue/jobs.ts';
import {
  type AttemptRow,
  findJob,
  listAttempts,
  type ListedJob,
  listJobs as listJobRows,
} from '../../store/outbox/list.ts';
import type { Actor } from '../actor.ts';
import type { ListJobsFilter, PageRequest } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { groupBy } from '../group.ts';
import type { AttemptView, JobView, JobWait, JobWithAttemptsView, Page } from '../views.ts';

/** Newest first. Refuses with `invalid_request` a kind of job that there is not. */
export async function listJobs(
  deps: CommandDeps,
  actor: Actor,
  filter: ListJobsFilter,
  page: PageRequest,
): Promise<Page<JobView>> {
  deps.allow();
  if (filter.job !== undefined && !(filter.job in jobs)) {
    throw new Refusal('invalid_request', `job is none of ${Object.keys(jobs).join(', ')}. Nothing was looked for.`, {
      members: { field: 'job' },
    });
  }
  const { items, nextCursor } = await listJobRows(deps.db, actor, filter, page);
  return { items: items.map(toJobView), nextCursor };
}

/** One that waits for Neon for hours is looked at every few seconds, and each look is an attempt. */
const attemptsMax = 200;

/** With its newest 200 attempts, the oldest of them first. */
export async function getJob(deps: CommandDeps, actor: Actor, id: string): Promise<JobWithAttemptsView> {
  const row = await findJob(deps.db, actor, id);
  if (!row) throw notFound('job', id);
  const attempts = await listAttemptsByJob(deps, actor, [row.id]);
  return { ...toJobView(row), attempts: attempts.get(row.id) ?? [] };
}

/** The attempts of each job as `getJob` has them; jobs that are not the team's, and those without an attempt, are absent. */
export async function listAttemptsByJob(
  deps: CommandDeps,
  actor: Actor,
  ids: readonly string[],
): Promise<Map<string, AttemptView[]>> {
  deps.allow();
  const rows = await listAttempts(deps.db, actor, ids, attemptsMax);
  const byJob = groupBy(rows, (row) => row.job_id);
  return new Map([...byJob].map(([id, attempts]) => [id, attempts.map(toAttemptView)]));
}

export function toJobView(row: ListedJob): JobView {
  return {
    id: row.id,
    job: row.job,
    subjectId: row.subject_id,
    projectId: row.project_id,
    lane: row.lane,
    priority: row.priority,
    state: row.state,
    waitsFor: waitOf(row),
    release: row.release,
    fence: row.fence,
    failedAttempts: row.failed_attempts,
    outcome: row.outcome,
    code: row.code,
    createdAt: row.created_at.toISOString(),
    begunAt: row.first_attempt_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}

/** The first of the reasons that hold, the hardest first. */
function waitOf(row: ListedJob): JobWait | null {
  if (row.state === 'done') return null;
  if (row.state === 'running') {
    return row.is_governed && row.slot_at !== null ? { code: 'governor', at: row.slot_at.toISOString() } : null;
  }
  if (row.state === 'released') {
    return row.awaits_lease && row.claimed_until !== null
      ? { code: 'lease', at: row.claimed_until.toISOString() }
      : { code: 'delivery' };
  }
  if (row.state === 'waits_for_neon') {
    return { code: row.reason === 'governor' ? 'governor' : 'neon', at: (row.look_at ?? row.not_before).toISOString() };
  }
  if (row.is_refused && row.credential_id !== null) {
    return { code: 'credential_refused', credentialId: row.credential_id };
  }
  const { busy_job_id: jobId, busy_job: job, busy_subject_id: subjectId } = row;
  if (jobId !== null && job !== null && subjectId !== null) return { code: 'lane_busy', jobId, job, subjectId };
  if (!row.is_early) return { code: 'turn' };
  const at = row.not_before.toISOString();
  return row.reason === 'governor' ? { code: 'governor', at } : { code: 'not_before', at, because: row.reason };
}

function toAttemptView(row: AttemptRow): AttemptView {
  return {
    fence: row.fence,
    release: row.release,
    worker: row.worker,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    outcome: row.outcome,
    code: row.code,
    message: row.message,
    neonRequestId: row.neon_request_id,
  };
}
