/**
 * Owns the taking back of what a call showed at once, where its work cannot be done or was never recorded. Never undoes a work
 * whose effect is in the state.
 */
import { getEndpoint, type Context } from './context.ts';
import type { Before, ProjectRecord } from './state.ts';
import { sweepProject } from './sweep.ts';

/** Puts back what the call had found, and removes what it made. May be done again. */
export async function rollBack(context: Context, project: ProjectRecord, before: Before): Promise<void> {
  const idsOf = (records: readonly { id: string }[]) => new Set(records.map(({ id }) => id));
  const [had, has] = [idsOf(before.endpoints), idsOf(project.endpoints)];
  const gone = project.endpoints.filter(({ id }) => !had.has(id));
  const back = before.endpoints.filter(({ id }) => !has.has(id));
  project.branches = structuredClone(before.branches);
  project.endpoints = structuredClone(before.endpoints);
  project.snapshots = structuredClone(before.snapshots);
  await Promise.all(gone.map(({ id }) => context.proxies.close(id)));
  for (const { id } of back) await context.proxies.open(getEndpoint(project, id));
  await sweepProject(context, project);
}
