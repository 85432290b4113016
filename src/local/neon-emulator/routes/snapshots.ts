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
import * as ids from '../ids.ts';
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
import { checkBranchCaps, checkSnapshotCap } from '../limits.ts';
import { badRequest, conflict, unprocessable } from '../refusals.ts';
import { renderBranch, renderEndpoint, renderSnapshot } from '../render.ts';
import type { ProjectRecord, SnapshotRecord } from '../state.ts';
import { resolvePoint } from '../window.ts';
import { nameOrGenerated } from '../branch-rules.ts';
import type { RouteParts } from './call.ts';

export function registerSnapshots({ routes, context, operations }: RouteParts): void {
  routes.read('/projects/:projectId/snapshots', ({ project }) => ({
    status: 200,
    body: { snapshots: project.snapshots.map(renderSnapshot) } satisfies ListSnapshotsResponses[200],
  }));

  // All of it is in the query: Neon ignores a body here without an error.
  routes.change('POST', '/projects/:projectId/branches/:branchId/snapshot', async ({ project, query, param }) => {
    const branch = getBranch(project, param('branchId'));
    const asked = { timestamp: optionalInstant(query, 'timestamp'), lsn: optionalLsn(query, 'lsn') };
    const id = ids.snapshotId();
    const name = checkedName(project, optionalName(query, 'name'), undefined) ?? id;
    const slug = checkedSlug(project, optionalText(query, 'slug')) ?? id;
    const expiresAt = checkedFuture(context, optionalInstant(query, 'expires_at'));
    if (branch.parentId !== undefined) throw unprocessable('snapshots can be taken of root branches only');
    checkSnapshotCap(project);
    const resolved = await resolvePoint(context, project, branch, asked);
    const snapshot: SnapshotRecord = {
      id,
      name,
      slug,
      lsn: resolved.lsn,
      timestamp: resolved.timestamp,
      sourceBranchId: branch.id,
      createdAt: context.now().toISOString(),
      expiresAt,
      fullSizeBytes: undefined,
      point: resolved.point,
    };
    project.snapshots.push(snapshot);
    const shown = renderSnapshot(snapshot);
    const plan = { kind: 'take_snapshot' as const, snapshotId: id, sizeBytes: resolved.mark.sizeBytes };
    const started = await operations.begin(project, plan, [{ action: 'create_branch', branchId: branch.id }]);
    return { status: 200, body: { snapshot: shown, operations: started } satisfies CreateSnapshotResponses[200] };
  });

  routes.change('PATCH', '/projects/:projectId/snapshots/:snapshotId', async ({ project, body, param }) => {
    const snapshot = getSnapshot(project, param('snapshotId'));
    const fields = requiredObject(body, 'snapshot');
    const name = checkedName(project, optionalName(fields, 'name'), snapshot);
    const expiresAt = readExpiry(context, fields, snapshot.expiresAt);
    snapshot.name = name ?? snapshot.name;
    snapshot.expiresAt = expiresAt;
    await context.save();
    return { status: 200, body: { snapshot: renderSnapshot(snapshot) } satisfies UpdateSnapshotResponses[200] };
  });

  routes.change('DELETE', '/projects/:projectId/snapshots/:snapshotId', async ({ project, param }) => {
    const snapshot = getSnapshot(project, param('snapshotId'));
    project.snapshots.splice(project.snapshots.indexOf(snapshot), 1);
    const started = await operations.begin(project, { kind: 'sweep' }, [
      { action: 'delete_timeline', branchId: snapshot.sourceBranchId },
    ]);
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
      const branch = newBranch(context, project, newCluster(project, snapshot.point), name);
      branch.logicalSizeBytes = snapshot.fullSizeBytes;
      branch.restore = { snapshotId: snapshot.id, targetBranchId: target.id, status: 'restored' };
      const endpoint = await openEndpoint(context, project, branch.id, 'read_write');
      const started = await operations.begin(project, { kind: 'restore_snapshot', branchId: branch.id, finalize }, [
        { action: 'create_branch', branchId: branch.id },
        { action: 'start_compute', branchId: branch.id, endpointId: endpoint.id },
      ]);
      return {
        status: 200,
        body: {
          branch: renderBranch(project, branch),
          endpoints: [renderEndpoint(project, endpoint)],
          operations: started,
        } satisfies RestoreSnapshotResponses[200],
      };
    },
  );
}

function checkedName(
  project: ProjectRecord,
  name: string | undefined,
  own: SnapshotRecord | undefined,
): string | undefined {
  const isTaken = project.snapshots.some((snapshot) => snapshot !== own && snapshot.name === name);
  if (isTaken) throw conflict(`snapshot name ${name} already exists`);
  return name;
}

function checkedSlug(project: ProjectRecord, slug: string | undefined): string | undefined {
  if (slug === undefined) return undefined;
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(slug))
    throw badRequest('slug must match ^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$');
  if (project.snapshots.some((snapshot) => snapshot.slug === slug))
    throw conflict(`snapshot slug ${slug} already exists`);
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
