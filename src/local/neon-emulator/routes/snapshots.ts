/**
 * Owns the calls on snapshots. A snapshot is a fixed point of a cluster's history, kept as long as the snapshot is.
 */
import type {
  CreateSnapshotResponses,
  DeleteSnapshotResponses,
  ListSnapshotsResponses,
  RestoreSnapshotResponses,
  UpdateSnapshotResponses,
} from '@neon/sdk/raw';
import { getBranch, getSnapshot, type Context } from '../context.ts';
import { newBranch, newCluster, openEndpoint } from '../creation.ts';
import { finalizeOperations } from '../finalize.ts';
import { copiedPoint } from '../history.ts';
import {
  fieldsOf,
  optionalFlag,
  optionalInstant,
  optionalLsn,
  optionalName,
  optionalText,
  requiredObject,
  type Fields,
} from '../input.ts';
import { checkBranchCaps } from '../limits.ts';
import { badRequest, unprocessable } from '../refusals.ts';
import { renderBranch, renderEndpoint, renderSnapshot } from '../render.ts';
import { deleteSnapshot } from '../removal.ts';
import { checkSnapshotNameFree, takeSnapshot } from '../snapshots.ts';
import { nameOrGenerated } from '../branch-rules.ts';
import type { RouteParts } from './call.ts';

export function registerSnapshots({ routes, context, operations }: RouteParts): void {
  routes.read('/projects/:projectId/snapshots', ({ project }) => ({
    status: 200,
    body: { snapshots: project.snapshots.map(renderSnapshot) } satisfies ListSnapshotsResponses[200],
  }));

  // All of it is in the query: Neon ignores a body here without an error.
  routes.change('POST', '/projects/:projectId/branches/:branchId/snapshot', async ({ project, query, param }) => {
    const taken = await takeSnapshot(context, operations, project, getBranch(project, param('branchId')), {
      asked: { timestamp: optionalInstant(query, 'timestamp'), lsn: optionalLsn(query, 'lsn') },
      name: optionalName(query, 'name'),
      slug: checkedSlug(optionalText(query, 'slug')),
      expiresAt: checkedFuture(context, optionalInstant(query, 'expires_at')),
      origin: 'manual',
    });
    return {
      status: 200,
      body: {
        snapshot: renderSnapshot(taken.snapshot),
        operations: taken.operations,
      } satisfies CreateSnapshotResponses[200],
    };
  });

  routes.change('PATCH', '/projects/:projectId/snapshots/:snapshotId', async ({ project, body, param }) => {
    const snapshot = getSnapshot(project, param('snapshotId'));
    const fields = requiredObject(body, 'snapshot');
    const name = optionalName(fields, 'name') ?? snapshot.name;
    checkSnapshotNameFree(project, name, snapshot);
    const expiresAt = readExpiry(context, fields, snapshot.expiresAt);
    snapshot.name = name;
    snapshot.expiresAt = expiresAt;
    await context.save();
    return { status: 200, body: { snapshot: renderSnapshot(snapshot) } satisfies UpdateSnapshotResponses[200] };
  });

  routes.change('DELETE', '/projects/:projectId/snapshots/:snapshotId', async ({ project, param }) => {
    const snapshot = getSnapshot(project, param('snapshotId'));
    const started = await deleteSnapshot(operations, project, snapshot);
    return { status: 202, body: { operations: started } satisfies DeleteSnapshotResponses[202] };
  });

  routes.change(
    'POST',
    '/projects/:projectId/snapshots/:snapshotId/restore',
    async ({ project, body, query, param }) => {
      const snapshot = getSnapshot(project, param('snapshotId'));
      const fields = fieldsOf(body);
      const target = getBranch(project, optionalText(fields, 'target_branch_id') ?? snapshot.sourceBranchId);
      const finalize = optionalFlag(fields, 'finalize_restore') ?? false;
      const wished = optionalName(fields, 'name') ?? optionalName(query, 'name');
      const name = nameOrGenerated(context, project, wished, `${target.name}_from_${snapshot.slug}`);
      checkBranchCaps(project, 'root');
      const branch = newBranch(context, project, newCluster(project, copiedPoint(project, snapshot.point)), name);
      branch.logicalSizeBytes = snapshot.headSizeBytes ?? snapshot.fullSizeBytes;
      branch.restore = {
        snapshotId: snapshot.id,
        targetBranchId: target.id,
        status: 'restored',
        since: branch.createdAt,
      };
      const endpoint = await openEndpoint(context, project, branch.id, { type: 'read_write' });
      const started = await operations.begin(project, { kind: 'restore_snapshot', branchId: branch.id, finalize }, [
        { action: 'create_branch', branchId: branch.id },
        { action: 'start_compute', branchId: branch.id, endpointId: endpoint.id },
        ...(finalize ? finalizeOperations(project, branch) : []),
      ]);
      return {
        status: 200,
        body: {
          branch: renderBranch(context, project, branch),
          endpoints: [renderEndpoint(project, endpoint)],
          operations: started,
        } satisfies RestoreSnapshotResponses[200],
      };
    },
  );
}

function checkedSlug(slug: string | undefined): string | undefined {
  if (slug !== undefined && !/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(slug))
    throw badRequest('slug must match ^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$');
  return slug;
}

function readExpiry(context: Context, fields: Fields, present: string | undefined): string | undefined {
  if (!('expires_at' in fields)) return present;
  return fields['expires_at'] === null
    ? undefined
    : (checkedFuture(context, optionalInstant(fields, 'expires_at')) ?? present);
}

function checkedFuture(context: Context, at: string | undefined): string | undefined {
  if (at !== undefined && Date.parse(at) <= context.now().getTime())
    throw unprocessable('expires_at must be in the future');
  return at;
}
