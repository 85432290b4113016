/**
 * Owns new projects: their records, and the making of the first cluster with its role and database, with or without the sample's
 * rows. Never answers a call, never puts a project into the state.
 */
import { mkdir } from 'node:fs/promises';
import pg from 'pg';
import { sampleSql } from '../sample/index.ts';
import { copyBase, makeBase, openClustersDir, removeTree } from './base.ts';
import { createRoleSql, firstDatabaseId } from './catalog-sql.ts';
import type { ClusterContext, Context } from './context.ts';
import { newBranch, newCluster } from './creation.ts';
import * as ids from './ids.ts';
import { limitsFor } from './limits.ts';
import { passwordsOf } from './passwords.ts';
import type { BranchRecord, ClusterRecord, OrganizationRecord, ProjectContent, ProjectRecord } from './state.ts';
import { clusterPaths, withClient } from './wal.ts';

/** What Neon calls them where nothing else is asked for. */
export const defaultNames = { branch: 'main', database: 'neondb', role: 'neondb_owner' } as const;

export interface ProjectWish {
  readonly organization: OrganizationRecord;
  /** Default: its id. */
  readonly name: string | undefined;
  readonly regionId: string;
  /** Default: the plan's. */
  readonly historyRetentionSeconds: number | undefined;
  readonly endpointDefaults: ProjectRecord['endpointDefaults'];
  readonly branchName: string;
  readonly content: ProjectContent;
}

/** Its only branch is in state `init`, its cluster has no data yet, and it has no endpoint. */
export function newProject(context: Context, wish: ProjectWish): { project: ProjectRecord; branch: BranchRecord } {
  const { organization } = wish;
  const at = context.now().toISOString();
  const id = ids.projectId();
  const project: ProjectRecord = {
    id,
    accountId: organization.id,
    name: wish.name ?? id,
    plan: organization.plan,
    customLimits: organization.customLimits,
    regionId: wish.regionId,
    historyRetentionSeconds: wish.historyRetentionSeconds ?? limitsFor(organization).historySecondsDefault,
    createdAt: at,
    updatedAt: at,
    content: wish.content,
    endpointDefaults: wish.endpointDefaults,
    rolePasswords: [{ role: wish.content.roleName, password: ids.password() }],
    branches: [],
    endpoints: [],
    snapshots: [],
    operations: [],
    works: [],
    clusters: [],
  };
  const branch = newBranch(context, project, newCluster(project, undefined), wish.branchName);
  branch.isDefault = true;
  return { project, branch };
}

/**
 * Makes the data of a project's first cluster and leaves it running. Does nothing for one that is whole. A crash before the end
 * leaves a cluster without `startedAt`, and the same call begins anew.
 */
export async function fillProject(
  context: ClusterContext,
  project: ProjectRecord,
  cluster: ClusterRecord,
  from: 'initdb' | 'template',
): Promise<void> {
  const template = from === 'template' ? await context.clusters.template() : undefined;
  await context.clusters.exclusively(cluster.id, async (access) => {
    if (cluster.startedAt !== undefined) return;
    await access.stop();
    const paths = clusterPaths(context.dataDir, cluster.id);
    await removeTree(paths.root);
    await openClustersDir(context.dataDir);
    await mkdir(paths.archive, { recursive: true });
    await mkdir(paths.bases);
    if (template === undefined) await access.make();
    else await copyBase(template, paths.data);
    const server = await access.start();
    const { roleName, databaseName, isSample } = project.content;
    const [owner, database] = [roleName, databaseName].map((name) => pg.escapeIdentifier(name));
    const password = passwordsOf(project, roleName)[0];
    await withClient(server, async (client) => {
      await client.query(createRoleSql(roleName, password));
      await client.query(`create database ${database} owner ${owner} oid ${firstDatabaseId}`);
    });
    const seed = `set role ${owner}; ${sampleSql}`;
    if (isSample) await withClient(server, (client) => client.query(seed), databaseName);
    const base = await makeBase(server, paths);
    cluster.bases.push(base);
    cluster.timeline = 1;
    cluster.startLsn = base.endLsn;
    cluster.startedAt = base.endAt;
  });
}
