/**
 * Owns the rows of branches as they are: each branch is a Postgres cluster, and a moment of one is recovered from base copies and
 * WAL. It hands on to the files that do each part, and decides nothing itself.
 */
import { removeTree } from '../base.ts';
import { fillProject } from '../bootstrap.ts';
import { applyChange, readCatalogOf } from '../catalog.ts';
import { createClusters, type Clusters, type ClustersOptions } from '../clusters.ts';
import { endpointsOf, getCluster, type ClusterContext, type Context, type Travel } from '../context.ts';
import { recoverCluster } from '../recovery.ts';
import { refreshBase } from '../renewal.ts';
import { removeRows } from '../schema-only.ts';
import { refreshSizes } from '../sizes.ts';
import type { ProjectRecord } from '../state.ts';
import { retireCluster, sweepLeftovers } from '../sweep-files.ts';
import { createTravel, measure } from '../travel.ts';
import { trimHistory } from '../trim.ts';
import { restUnused, stopUnserved } from '../unused.ts';
import { clusterPaths, markHead } from '../wal.ts';
import type { Destination, Rows } from './rows.ts';

/** `context` is looked up at each call: the context holds this part, too. */
export function createRealRows(context: () => Context, options: Omit<ClustersOptions, 'isWhole'>): Rows {
  const clusters = createClusters({
    ...options,
    isWhole(clusterId) {
      const known = context().state.projects.flatMap((project) => project.clusters);
      const cluster = known.find(({ id }) => id === clusterId);
      return cluster?.startedAt !== undefined && !cluster.isRetired;
    },
  });
  let made: ClusterContext | undefined;
  const real = (): ClusterContext => (made ??= { ...context(), clusters, travel });
  const travel = createTravel(real);
  return {
    ...ofClusters(clusters, travel),
    duties: [restUnused, refreshSizes, trimHistory].map((duty) => async (project) => {
      await duty(real(), project);
      return 0;
    }),
    open: () => sweepLeftovers(real()),
    fill: (project, cluster, from) => fillProject(real(), project, cluster, from),
    recover: (project, cluster, isSchemaOnly) =>
      recoverCluster(real(), project, cluster, isSchemaOnly ? removeRows : undefined),
    settle: (project, branchId) => settle(real(), project, branchId),
    remove: ({ id }) =>
      clusters.exclusively(id, async (access) => {
        await access.stop();
        // Dying here leaves files that are partly gone; nothing refers to them, and the next start removes the rest.
        await removeTree(clusterPaths(options.dataDir, id).root);
      }),
    retire: (cluster) => retireCluster(real(), cluster),
    rest: (project, clusterId) => stopUnserved(real(), project, clusterId),
    measure: (project, point) => measure(real(), project, point),
  };
}

function ofClusters(clusters: Clusters, travel: Travel) {
  const serverAt = ({ project, branch, asked }: Destination) =>
    asked === undefined ? clusters.running(branch.clusterId) : travel.at(project, branch, asked);
  return {
    tidy: () => travel.rest(),
    close: () => clusters.stopAll(),
    isAwake: (clusterId: string) => clusters.isRunning(clusterId),
    wake: async (clusterId: string) => void (await clusters.running(clusterId)),
    mark: async (clusterId: string) => markHead(await clusters.running(clusterId)),
    readCatalog: async (clusterId: string) => readCatalogOf(await clusters.running(clusterId)),
    applyChange: async (clusterId, change) => applyChange(await clusters.running(clusterId), change),
    lead: async (to) => ({ port: (await serverAt(to)).port, isReadOnly: to.asked !== undefined }),
    serverFor: (to) => serverAt(to),
  } satisfies Partial<Rows>;
}

/** Nobody waits for these. The cluster's queue keeps such a step apart from others, and closing waits for it. */
function settle(context: ClusterContext, project: ProjectRecord, branchId: string): void {
  const inBackground = (step: Promise<void>) => void step.catch((error: unknown) => context.log(String(error)));
  const branch = project.branches.find(({ id }) => id === branchId);
  if (branch === undefined) return;
  const source = getCluster(project, branch.clusterId).origin?.clusterId;
  if (source !== undefined) inBackground(refreshBase(context, project, source));
  if (endpointsOf(project, branchId).length === 0) inBackground(stopUnserved(context, project, branch.clusterId));
}
