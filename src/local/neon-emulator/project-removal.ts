/**
 * Owns the end of a project: it leaves the state at once, with the keys that were for it alone, and then its servers and files
 * go. Never checks whether the caller may.
 */
import type { Context } from './context.ts';
import type { ProjectRecord } from './state.ts';

/** Resolves when the project is gone for good; what is left of it on disk is removed meanwhile, or by the next start. */
export async function removeProject(context: Context, project: ProjectRecord): Promise<void> {
  const { state } = context;
  context.projects.remove(project);
  context.resting.stir(project.id);
  state.apiKeys = state.apiKeys.filter(({ projectId }) => projectId !== project.id);
  // Dying before this save, the call never was. After it, the next start removes the directories, which nothing refers to then.
  await context.save();
  await Promise.all(project.endpoints.map((endpoint) => context.proxies.close(endpoint.id)));
  // Closing waits for the steps of a cluster; nobody else does.
  for (const cluster of project.clusters)
    context.rows.remove(cluster).catch((error: unknown) => context.log(`${cluster.id}: ${String(error)}`));
}
