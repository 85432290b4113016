// Comparing the project with Neon, from the request to the end of the report, and what such a comparison finds: work that was lost.

import type { FindingView, ReconcileReportView, RestoreView, SnapshotView } from '../../src/domain/index.ts';
import type { Registered } from './app.ts';
import { untilAtRest } from './neon.ts';
import { strike, type Struck } from './strike.ts';
import { untilSnapshot } from './work.ts';

type At = Pick<Registered, 'domain' | 'actor' | 'until' | 'project'>;

/** Waits until the report has ended. */
export async function untilReported(at: At, id: string): Promise<ReconcileReportView> {
  return at.until(
    () => at.domain.projects.reconcileReport(at.actor, at.project.id),
    (report) => report.id === id && report.endedAt !== null,
  );
}

/** Asks for a reconcile and waits until it has ended. */
export async function reconcile(at: At): Promise<ReconcileReportView> {
  const { id } = await at.domain.projects.reconcile(at.actor, at.project.id);
  return untilReported(at, id);
}

/** What was found, in short: kind, action and outcome. */
export function briefly(findings: readonly FindingView[]): string[] {
  return findings.map(({ kind, action, outcome, reason }) =>
    [kind, action, outcome, reason].filter((word) => word !== null).join(' '),
  );
}

/** Waits until the clean-up of a snapshot or restore stands so. */
export async function untilCleanUp(
  at: Registered,
  id: string,
  cleanUp: SnapshotView['cleanUp'],
): Promise<SnapshotView | RestoreView> {
  const { domain, actor } = at;
  const read = (): Promise<SnapshotView | RestoreView> =>
    id.startsWith('rst') ? domain.restores.get(actor, id) : domain.snapshots.get(actor, id);
  return at.until(read, (view) => view.cleanUp === cleanUp);
}

/** A snapshot whose creation was answered by nobody, and that failed because Neon would not say whether it is there. */
export async function loseSnapshot(at: Registered, name?: string): Promise<SnapshotView> {
  await strike(at, 'createSnapshot', { kind: 'drop', when: 'after' }, 1);
  const unsaid = await strike(at, 'listSnapshots', { kind: 'status', status: 422 });
  const { id } = await at.domain.snapshots.request(at.actor, { branchId: at.main.id, name });
  await untilCleanUp(at, id, 'left');
  unsaid.end();
  await untilAtRest(at);
  return untilSnapshot(at, id, 'failed');
}

/** A restore that failed, and whose branch Neon would not remove. */
export async function leaveBranch(at: Registered): Promise<RestoreView> {
  const { domain, actor, main } = at;
  const kept = await strike(at, 'deleteBranch', { kind: 'status', status: 422 });
  const unsaid = await strike(at, 'listDatabases', { kind: 'status', status: 422 });
  const source = { branchId: main.id, at: new Date().toISOString() };
  const { id } = await domain.restores.request(actor, { source, target: { kind: 'new_branch' } });
  await untilCleanUp(at, id, 'left');
  kept.end();
  unsaid.end();
  await untilAtRest(at);
  return domain.restores.get(actor, id);
}

/** Neon answers as if it had no such project. */
export function loseProject(at: Pick<Registered, 'emulator'>): Promise<Struck> {
  return strike(at, 'any', { kind: 'status', status: 404 });
}
