// Owns the translation between the provider port and Neon's HTTP API, through the raw layer of the official SDK (nothing
// hidden: no retries, no polling). It reads answers tolerantly, because live answers carry more than the specification.

import { raw } from '@neon/sdk';
import type { NeonApi, NeonBranch, NeonOperation, NeonPoint, NeonSnapshot, SendingPorts } from './api.ts';
import { toNeonFailure } from './failures.ts';

export interface NeonClientOptions {
  /** Such as https://console.neon.tech/api/v2 */
  readonly baseUrl: string;
  /** Shorter than the lease of a claim, so that no call outlives its attempt. */
  readonly timeoutMs: number;
}

type RawBranch = { id: string; name: string; created_at: string; current_state: string; default: boolean } & Partial<{
  parent_id: string;
  parent_lsn: string;
  parent_timestamp: string;
  protected: boolean;
  logical_size: number;
  last_reset_at: string;
  expires_at: string;
  restore_status: string;
  restored_from: string;
  restored_as: string;
  restricted_actions: { name: string; reason: string }[];
}>;
type RawSnapshot = { id: string; name: string; created_at: string } & Partial<{
  slug: string;
  lsn: string;
  timestamp: string;
  source_branch_id: string;
  full_size: number;
  manual: boolean;
}>;
type RawOperation = { id: string; status: string; created_at: string; updated_at: string } & Partial<{
  branch_id: string;
  error: string;
  retry_at: string;
}>;

const branchPage = 1000;

const requestIdHeader = 'x-neon-ret-request-id';

/** A maker of ports, one for each Neon key; nothing holds them under the rate limit (`governor.ts` does). */
export function connectNeon(options: NeonClientOptions): SendingPorts {
  return (neonApiKey, changed) => {
    const client = raw.createClient({
      baseUrl: options.baseUrl,
      auth: neonApiKey,
      fetch: async (given: string | URL | Request, init?: RequestInit) => {
        const request = new Request(given, init);
        const response = await fetch(request, { signal: AbortSignal.timeout(options.timeoutMs) });
        const requestId = response.headers.get(requestIdHeader);
        if (request.method !== 'GET' && response.ok && requestId !== null) changed?.(requestId);
        return response;
      },
    });
    return makePort(client);
  };
}

function makePort(client: ReturnType<typeof raw.createClient>): NeonApi {
  return {
    async getAccountId() {
      return (await answer('GET /auth', raw.getAuthDetails({ client }))).account_id;
    },

    async getProject(projectId) {
      const { project } = await answer('get project', raw.getProject({ client, path: { project_id: projectId } }));
      return {
        id: project.id,
        name: project.name,
        region: project.region_id,
        pgVersion: project.pg_version,
        plan: (project.owner?.subscription_type ?? 'unknown').replace(/_v\d+$/, ''),
        historyRetentionSeconds: project.history_retention_seconds,
      };
    },

    async listBranches(projectId) {
      const branches: NeonBranch[] = [];
      let cursor: string | undefined;
      do {
        const page = await answer(
          'list branches',
          raw.listProjectBranches({
            client,
            path: { project_id: projectId },
            query: { limit: branchPage, ...(cursor ? { cursor } : {}) },
          }),
        );
        branches.push(...page.branches.map(toBranch));
        cursor = page.branches.length < branchPage ? undefined : page.pagination?.next;
      } while (cursor);
      return branches;
    },

    async listSnapshots(projectId) {
      const { snapshots } = await answer(
        'list snapshots',
        raw.listSnapshots({ client, path: { project_id: projectId } }),
      );
      return snapshots.map(toSnapshot);
    },

    async listOperations(projectId) {
      const { operations } = await answer(
        'list operations',
        raw.listProjectOperations({ client, path: { project_id: projectId }, query: { limit: 1000 } }),
      );
      return operations.map(toOperation);
    },

    async createBranch(projectId, { name, parentId, point, expiresAt, withCompute }) {
      const made = await answer(
        'create branch',
        raw.createProjectBranch({
          client,
          path: { project_id: projectId },
          body: {
            branch: {
              name,
              parent_id: parentId,
              ...('at' in point ? { parent_timestamp: point.at.toISOString() } : {}),
              ...('lsn' in point ? { parent_lsn: point.lsn } : {}),
              ...(expiresAt ? { expires_at: expiresAt.toISOString() } : {}),
            },
            ...(withCompute ? { endpoints: [{ type: 'read_write' }] } : {}),
          },
        }),
      );
      return { branch: toBranch(made.branch), operationIds: ids(made.operations) };
    },

    async updateBranch(projectId, branchId, { name, expiresAt }) {
      const { branch } = await answer(
        'update branch',
        raw.updateProjectBranch({
          client,
          path: { project_id: projectId, branch_id: branchId },
          body: {
            branch: { ...(name ? { name } : {}), ...(expiresAt ? { expires_at: expiresAt.toISOString() } : {}) },
          },
        }),
      );
      return toBranch(branch);
    },

    async deleteBranch(projectId, branchId) {
      const gone = await answerOrMissing(
        'delete branch',
        raw.deleteProjectBranch({ client, path: { project_id: projectId, branch_id: branchId } }),
      );
      return { operationIds: ids(gone?.operations) };
    },

    async restoreBranch(projectId, branchId, { point, preserveUnderName }) {
      const restored = await answer(
        'restore branch',
        raw.restoreProjectBranch({
          client,
          path: { project_id: projectId, branch_id: branchId },
          body: {
            source_branch_id: branchId,
            ...('at' in point ? { source_timestamp: point.at.toISOString() } : {}),
            ...('lsn' in point ? { source_lsn: point.lsn } : {}),
            preserve_under_name: preserveUnderName,
          },
        }),
      );
      return { branch: toBranch(restored.branch), operationIds: ids(restored.operations) };
    },

    async createSnapshot(projectId, branchId, { name, slug, point }) {
      const made = await answer(
        'create snapshot',
        raw.createSnapshot({
          client,
          path: { project_id: projectId, branch_id: branchId },
          query: { name, slug, ...pointQuery(point) },
        }),
      );
      return { snapshot: toSnapshot(made.snapshot), operationIds: ids(made.operations) };
    },

    async renameSnapshot(projectId, snapshotId, name) {
      const { snapshot } = await answer(
        'rename snapshot',
        raw.updateSnapshot({
          client,
          path: { project_id: projectId, snapshot_id: snapshotId },
          body: { snapshot: { name } },
        }),
      );
      return toSnapshot(snapshot);
    },

    async deleteSnapshot(projectId, snapshotId) {
      const gone = await answerOrMissing(
        'delete snapshot',
        raw.deleteSnapshot({ client, path: { project_id: projectId, snapshot_id: snapshotId } }),
      );
      return { operationIds: ids(gone?.operations) };
    },

    async restoreSnapshot(projectId, snapshotId, { name, targetBranchId }) {
      const restored = await answer(
        'restore snapshot',
        raw.restoreSnapshot({
          client,
          path: { project_id: projectId, snapshot_id: snapshotId },
          body: { name, target_branch_id: targetBranchId, finalize_restore: false },
        }),
      );
      return { branch: toBranch(restored.branch), operationIds: ids(restored.operations) };
    },

    async finalizeRestore(projectId, restoredBranchId, preserveUnderName) {
      const finalized = await answer(
        'finalize restore',
        raw.finalizeRestoreBranch({
          client,
          path: { project_id: projectId, branch_id: restoredBranchId },
          body: { name: preserveUnderName },
        }),
      );
      return { operationIds: ids(finalized.operations) };
    },

    async getBackupSchedule(projectId, branchId) {
      const { schedule } = await answer(
        'get backup schedule',
        raw.getSnapshotSchedule({ client, path: { project_id: projectId, branch_id: branchId } }),
      );
      return schedule.map(({ frequency, hour, day, retention_seconds }) => {
        return { frequency, hour, day, retentionSeconds: retention_seconds };
      });
    },

    async setBackupSchedule(projectId, branchId, schedule) {
      await answer(
        'set backup schedule',
        raw.setSnapshotSchedule({
          client,
          path: { project_id: projectId, branch_id: branchId },
          body: {
            schedule: schedule.map(({ frequency, hour, day, retentionSeconds }) => ({
              frequency,
              ...(hour === undefined ? {} : { hour }),
              ...(day === undefined ? {} : { day }),
              ...(retentionSeconds === undefined ? {} : { retention_seconds: retentionSeconds }),
            })),
          },
        }),
      );
    },

    async listDatabases(projectId, branchId) {
      const { databases } = await answer(
        'list databases',
        raw.listProjectBranchDatabases({ client, path: { project_id: projectId, branch_id: branchId } }),
      );
      return databases.map((database) => ({ name: database.name, owner: database.owner_name }));
    },

    async getConnectionUri(projectId, { branchId, databaseName, roleName, pooled }) {
      const { uri } = await answer(
        'get connection URI',
        raw.getConnectionUri({
          client,
          path: { project_id: projectId },
          query: { branch_id: branchId, database_name: databaseName, role_name: roleName, pooled },
        }),
      );
      return uri;
    },
  };
}

type Answer<T> =
  | { data: T; error: undefined; response?: Response }
  | { data: undefined; error: { message: string }; response?: Response };

async function answer<T>(call: string, pending: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await pending;
  if (error === undefined && data !== undefined && data !== null) return data;
  throw describe(call, error, response);
}

/** For deletions: what is gone already is done. */
async function answerOrMissing<T>(call: string, pending: Promise<Answer<T>>): Promise<T | undefined> {
  const { data, error, response } = await pending;
  if (error === undefined || response?.status === 404) return data;
  throw describe(call, error, response);
}

function describe(call: string, error: unknown, response: Response | undefined): Error {
  const facts = (error ?? {}) as { message?: string; code?: string; requestId?: string; status?: number };
  return toNeonFailure({
    call,
    status: response?.status ?? facts.status,
    neonCode: facts.code,
    neonMessage: facts.message,
    requestId: facts.requestId ?? response?.headers.get(requestIdHeader) ?? undefined,
    retryAfter: response?.headers.get('retry-after'),
  });
}

function pointQuery(point: NeonPoint): { timestamp?: string; lsn?: string } {
  if ('at' in point) return { timestamp: point.at.toISOString() };
  return 'lsn' in point ? { lsn: point.lsn } : {};
}

function ids(operations: readonly { id: string }[] | undefined): string[] {
  return (operations ?? []).map((operation) => operation.id);
}

function toDate(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

function toBranch(branch: RawBranch): NeonBranch {
  return {
    id: branch.id,
    name: branch.name,
    parentId: branch.parent_id,
    parentLsn: branch.parent_lsn,
    parentTimestamp: toDate(branch.parent_timestamp),
    state: branch.current_state,
    isDefault: branch.default,
    isProtected: branch.protected ?? false,
    logicalSizeBytes: branch.logical_size,
    createdAt: new Date(branch.created_at),
    lastResetAt: toDate(branch.last_reset_at),
    expiresAt: toDate(branch.expires_at),
    restoreStatus: branch.restore_status,
    restoredFrom: branch.restored_from,
    restoredAs: branch.restored_as,
    restrictedActions: branch.restricted_actions ?? [],
  };
}

function toSnapshot(snapshot: RawSnapshot): NeonSnapshot {
  return {
    id: snapshot.id,
    name: snapshot.name,
    slug: snapshot.slug,
    lsn: snapshot.lsn,
    timestamp: toDate(snapshot.timestamp),
    sourceBranchId: snapshot.source_branch_id,
    createdAt: new Date(snapshot.created_at),
    sizeBytes: snapshot.full_size,
    isScheduled: snapshot.manual === false,
  };
}

function toOperation(operation: RawOperation): NeonOperation {
  return {
    id: operation.id,
    branchId: operation.branch_id,
    status: operation.status,
    error: operation.error,
    retryAt: toDate(operation.retry_at),
    createdAt: new Date(operation.created_at),
    updatedAt: new Date(operation.updated_at),
  };
}
