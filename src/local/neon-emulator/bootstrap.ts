/**
 * Owns the first project: its cluster, role and database, with or without the sample's rows. It runs before the project is in
 * the state, so a crash meanwhile leaves only a directory that the next start removes.
 */
import { mkdir } from 'node:fs/promises';
import { sampleProject, sampleSql } from '../sample/index.ts';
import { makeBase } from './base.ts';
import type { Clusters } from './clusters.ts';
import * as ids from './ids.ts';
import { limitsOf } from './limits.ts';
import type { AccountRecord, Plan, ProjectRecord } from './state.ts';
import { clusterPaths, withClient } from './wal.ts';

export const ownerRole = 'neondb_owner';
export const databaseName = 'neondb';

export interface FirstProject {
  readonly account: AccountRecord;
  readonly plan: Plan;
  readonly sample: boolean;
  readonly adminPassword: string;
  readonly clusterId: string;
}

/** The project is ready, but its endpoint has no port yet. */
export async function createProject(dataDir: string, clusters: Clusters, wish: FirstProject): Promise<ProjectRecord> {
  const { account, plan, sample, adminPassword, clusterId } = wish;
  const paths = clusterPaths(dataDir, clusterId);
  await mkdir(paths.archive, { recursive: true });
  await mkdir(paths.bases);
  const ownerPassword = ids.password();
  const base = await clusters.exclusively(clusterId, async (access) => {
    const server = await access.start();
    await withClient(server, async (client) => {
      await client.query(`create role ${ownerRole} login createdb createrole password '${ownerPassword}'`);
      await client.query(`create database ${databaseName} owner ${ownerRole}`);
    });
    if (sample) {
      const seed = `set role ${ownerRole}; ${sampleSql}`;
      await withClient(server, (client) => client.query(seed), databaseName);
    }
    return makeBase(server, paths);
  });
  const at = base.endAt;
  const branchId = ids.branchId();
  return {
    id: ids.projectId(),
    accountId: account.id,
    name: sample ? sampleProject.name : 'emulated-project',
    plan,
    regionId: 'aws-us-east-1',
    historyRetentionSeconds: sample
      ? Math.min(sampleProject.historyRetentionSeconds, limitsOf[plan].historySecondsMax)
      : limitsOf[plan].historySecondsDefault,
    createdAt: at,
    updatedAt: at,
    adminPassword,
    rolePasswords: { [ownerRole]: ownerPassword },
    branches: [
      {
        id: branchId,
        name: 'main',
        parentId: undefined,
        parentLsn: undefined,
        parentTimestamp: undefined,
        state: 'ready',
        stateChangedAt: at,
        isDefault: true,
        isProtected: false,
        createdAt: at,
        updatedAt: at,
        lastResetAt: undefined,
        expiresAt: undefined,
        ttlSeconds: undefined,
        logicalSizeBytes: undefined,
        clusterId,
        restore: undefined,
      },
    ],
    deletedBranchIds: [],
    endpoints: [
      {
        id: ids.endpointId(),
        branchId,
        type: 'read_write',
        port: undefined,
        state: 'active',
        createdAt: at,
        updatedAt: at,
        startedAt: at,
        suspendedAt: undefined,
        lastActiveAt: at,
      },
    ],
    snapshots: [],
    operations: [],
    works: [],
    clusters: [
      {
        id: clusterId,
        origin: undefined,
        timeline: 1,
        startedAt: at,
        startLsn: base.endLsn,
        bases: [base],
        isRetired: false,
      },
    ],
  };
}
