// Owns what news come to for one reader: what has changed is read as it is now, within the reader's scope, however many events tell of it.

import { branchStates, type BranchState, stateReasons } from '../../core/branch-status.ts';
import type { AuditEventRow } from '../../store/audit.ts';
import { findBranches } from '../../store/branches.ts';
import { listCoveredBy } from '../../store/holds.ts';
import { findJobs } from '../../store/outbox/list.ts';
import { findRestores } from '../../store/restores.ts';
import type { Scope } from '../../store/scope.ts';
import { findSnapshots } from '../../store/snapshots.ts';
import { toAuditEventView } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import { toJobView } from '../job/job.ts';
import { toRestoreViews } from '../restore/view.ts';
import { viewSnapshots } from '../snapshot/view.ts';
import type { JobView, RestoreView, SnapshotView, StatusChangeView, StreamTopic } from '../views.ts';
import type { Change, Delivery } from './delivery.ts';

export interface Interest {
  readonly topics: ReadonlySet<StreamTopic>;
  /** Of this restore alone. */
  readonly restoreId?: string | undefined;
}

type Views<V> = ReadonlyMap<string, V>;

/** Of what a hold covers, so many are told: the newest. */
const heldMax = 500;

/** As many of the events as are told together: up to one of a hold, where that is of interest, since it tells of all that the hold covers. */
export function pieceOf(rows: readonly AuditEventRow[], { topics }: Interest): readonly AuditEventRow[] {
  const at = topics.has('snapshot') ? rows.findIndex(isOfHold) : -1;
  return at < 0 ? rows : rows.slice(0, at + 1);
}

/**
 * What the events of a piece tell, in their order; of one restore or snapshot its last event alone. What is outside of the scope is left
 * out.
 */
export async function deliverEvents(
  db: Deps['db'],
  scope: Scope,
  interest: Interest,
  rows: readonly AuditEventRow[],
): Promise<Delivery[]> {
  const { topics, restoreId } = interest;
  const about = (topic: StreamTopic, is: (row: AuditEventRow) => boolean) =>
    new Map(topics.has(topic) ? rows.filter(is).map((row) => [row.subject_id, row] as const) : []);
  const restoreRows = about(
    'restore',
    (row) => isOfRestore(row) && (restoreId === undefined || row.subject_id === restoreId),
  );
  const snapshotRows = about('snapshot', ({ subject_kind }) => subject_kind === 'snapshot');
  const statusRows = about('status', isOfStatus);
  const restores = await viewRestores(db, scope, [...restoreRows.keys()]);
  const holdRow = topics.has('snapshot') ? rows.find(isOfHold) : undefined;
  const covered = holdRow ? await listCoveredBy(db, scope, holdRow.subject_id, heldMax) : [];
  const held = covered.filter((id) => !snapshotRows.has(id));
  const snapshots = await viewSnapshotsOf(db, scope, [...snapshotRows.keys(), ...held]);
  const branches = await namesOf(db, scope, [...statusRows.keys()]);
  return rows.flatMap((row) => {
    const changes: Change[] = [];
    if (topics.has('audit')) changes.push({ kind: 'auditEventAdded', event: toAuditEventView(row) });
    const restore = restoreRows.get(row.subject_id) === row ? restores.get(row.subject_id) : undefined;
    if (restore) changes.push({ kind: 'restoreChanged', restore });
    const snapshot = snapshotRows.get(row.subject_id) === row ? snapshots.get(row.subject_id) : undefined;
    if (snapshot) changes.push({ kind: 'snapshotChanged', snapshot });
    const branch = topics.has('status') && isOfStatus(row) ? branches.get(row.subject_id) : undefined;
    if (branch) changes.push({ kind: 'statusChanged', change: toStatusChange(row, branch) });
    for (const id of row === holdRow ? held : []) {
      const one = snapshots.get(id);
      if (one) changes.push({ kind: 'snapshotChanged', snapshot: one });
    }
    // Whoever goes on after the first of several must be given the others again: also who knows the sequence alone.
    return changes.map((change, n) => {
      const resumeAt = row.sequence - (n < changes.length - 1 ? 1 : 0);
      const isOfMany = row === holdRow && change.kind === 'snapshotChanged';
      return { ...change, sequence: isOfMany ? resumeAt : row.sequence, resumeAt };
    });
  });
}

/** The jobs as they are now, and the restores that they carry out. */
export async function findWork(
  db: Deps['db'],
  scope: Scope,
  { topics, restoreId }: Interest,
  jobIds: readonly string[],
): Promise<{ jobs: JobView[]; restores: RestoreView[] }> {
  if (!topics.has('job') && !topics.has('restore')) return { jobs: [], restores: [] };
  const jobs = await findJobs(db, scope, jobIds);
  const ids = jobs.filter(({ job }) => restoreJobs.has(job)).map(({ subject_id }) => subject_id);
  const wanted = topics.has('restore') ? ids.filter((id) => restoreId === undefined || id === restoreId) : [];
  return {
    jobs: topics.has('job') ? jobs.map(toJobView) : [],
    restores: [...(await viewRestores(db, scope, wanted)).values()],
  };
}

const restoreJobs = new Set(['restore.run', 'preserved_branch.purge']);

/** An undo copy has the id of its restore. */
function isOfRestore({ subject_kind }: AuditEventRow): boolean {
  return subject_kind === 'restore' || subject_kind === 'preserved_branch';
}

/** It changes what every snapshot that it covers says of its holds. */
function isOfHold({ action }: AuditEventRow): boolean {
  return action === 'hold.placed' || action === 'hold.released';
}

function isOfStatus({ action }: AuditEventRow): boolean {
  return action === 'branch.status_changed';
}

export async function viewRestores(
  db: Deps['db'],
  scope: Scope,
  ids: readonly string[],
): Promise<Map<string, RestoreView>> {
  if (ids.length === 0) return new Map();
  const views = await toRestoreViews({ db }, await findRestores(db, scope, [...new Set(ids)]));
  return new Map(views.map((view) => [view.id, view]));
}

async function viewSnapshotsOf(db: Deps['db'], scope: Scope, ids: readonly string[]): Promise<Views<SnapshotView>> {
  if (ids.length === 0) return new Map();
  const views = await viewSnapshots(db, await findSnapshots(db, scope, ids));
  return new Map(views.map((view) => [view.id, view]));
}

type Named = Pick<StatusChangeView, 'branchId' | 'projectId' | 'name'>;

async function namesOf(db: Deps['db'], scope: Scope, ids: readonly string[]): Promise<Views<Named>> {
  if (ids.length === 0) return new Map();
  const rows = await findBranches(db, scope, ids);
  return new Map(rows.map(({ id, project_id, name }) => [id, { branchId: id, projectId: project_id, name }]));
}

function toStatusChange({ details, at }: AuditEventRow, branch: Named): StatusChangeView {
  const reasons = Array.isArray(details['reasons']) ? details['reasons'] : [];
  return {
    ...branch,
    from: readState(details['from']),
    to: readState(details['to']),
    reasons: reasons.filter((reason) => typeof reason === 'string').filter(isReason),
    changedAt: at.toISOString(),
  };
}

function readState(told: unknown): BranchState | 'uncovered' {
  return branchStates.find((state) => state === told) ?? 'uncovered';
}

function isReason(text: string): text is keyof typeof stateReasons {
  return Object.hasOwn(stateReasons, text);
}
