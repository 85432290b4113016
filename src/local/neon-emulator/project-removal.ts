/**
 * Owns the end of a project: it leaves the state at once, with the keys that were for it alone, and then its servers and files
 * go. Never checks whether the caller may.
 */
import { removeTree } from './base.ts';
import type { Context } from './context.ts';
import type { ProjectRecord } from './state.ts';
import { clusterPaths } from './wal.ts';

/** Resolves when the project is gone for good; what is left of it on disk is removed meanwhile, or by the next start. */
export async function removeProject(context: Context, project: ProjectRecord): Promise<void> {
  const { state } = context;
  state.projects = state.projects.filter((other) => other !== project);
  state.apiKeys = state.apiKeys.filter(({ projectId }) => projectId !== project.id);
  // Dying before this save, the call never was. After it, the next start removes the directories, which nothing refers to then.
  await context.save();
  await Promise.all(project.endpoints.map((endpoint) => context.proxies.close(endpoint.id)));
  // Closing waits for the steps of a cluster; nobody else does.
  for (const { id } of project.clusters) {
    context.clusters
      .exclusively(id, async (access) => {
        await access.stop();
        await removeTree(clusterPaths(context.dataDir, id).root);
      })
      .catch((error: unknown) => context.log(`${id}: ${String(error)}`));
  }
}
