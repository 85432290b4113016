// Owns what the clients of a chaos run do. Each deed is a request that is sent until it is answered; a refusal is an answer too, as
// long as it is one that a client can bring upon itself.

import { randomUUID } from 'node:crypto';
import type { HoldView, Page, RequestRestoreInput, RestoreView, SnapshotView } from '../../src/domain/index.ts';
import type { World } from '../harness/world/world.ts';
import type { Deed } from './plan.ts';
import type { Tally } from './tally.ts';
import type { Tenant } from './tenants.ts';

export interface Doing {
  readonly world: World;
  readonly tenant: Tenant;
  readonly tally: Tally;
}

/** What somebody is told who asks for what cannot be now. */
const refusals = new Set([
  'already_ended',
  'branch_gone',
  'compliance_lock_fixed',
  'credential_refused',
  'hold_released',
  'instant_in_future',
  'name_taken',
  'no_preserved_branch',
  'not_found',
  'outside_restore_window',
  'past_point_of_no_return',
  'root_branch_cap_reached',
  'snapshot_held',
  'snapshot_in_use',
  'snapshot_locked',
  'snapshot_not_available',
  'target_busy',
  'transition_refused',
]);

/** Does it, and counts what came of it. Throws for an answer that nobody should get. */
export async function perform(doing: Doing, deed: Deed): Promise<void> {
  const outcome = await acts[deed.kind](doing, deed);
  doing.tally.add(`${deed.kind}.${outcome}`);
}

type Act = (doing: Doing, deed: Deed) => Promise<string>;

const acts: Readonly<Record<Deed['kind'], Act>> = {
  snapshot: (doing, deed) => requestSnapshot(doing, deed, { branchId: doing.tenant.main.id }),
  snapshot_of_child: (doing, deed) => requestSnapshot(doing, deed, { branchId: doing.tenant.child.id }),
  snapshot_of_moment: (doing, deed) => requestSnapshot(doing, deed, momentOf(doing, deed)),
  restore_new_branch: async (doing, deed) => {
    const snapshot = deed.chance < 0.5 ? await findSnapshot(doing, deed, 'available') : undefined;
    const source = snapshot ? { snapshotId: snapshot.id } : momentOf(doing, deed);
    const expiresAt = new Date(Date.now() + 12 * 3_600_000).toISOString();
    const target = { kind: 'new_branch', ...nameOf(deed), ...(deed.chance < 0.3 ? { expiresAt } : {}) } as const;
    return requestRestore(doing, { source, target });
  },
  restore_in_place: (doing, deed) =>
    requestRestore(doing, { source: momentOf(doing, deed), target: { kind: 'in_place', ...undoNameOf(deed) } }),
  restore_snapshot_in_place: async (doing, deed) => {
    const snapshot = await findSnapshot(doing, deed, 'available', 'neon_snapshot');
    if (!snapshot) return 'nothing_there';
    const target = { kind: 'in_place', ...undoNameOf(deed) } as const;
    return requestRestore(doing, { source: { snapshotId: snapshot.id }, target });
  },
  cancel_snapshot: async (doing, deed) => {
    const found = (await findSnapshot(doing, deed, 'creating')) ?? (await findSnapshot(doing, deed, 'requested'));
    // On a fast machine hardly any is under way: then one is asked for first.
    const id = found?.id ?? (await askForSnapshot(doing, deed));
    return id === undefined ? 'nothing_there' : call(doing, 'POST', `/v1/snapshots/${id}/cancel`);
  },
  cancel_restore: async (doing, deed) => {
    const restore = (await findRestore(doing, deed, 'running')) ?? (await findRestore(doing, deed, 'requested'));
    return restore ? call(doing, 'POST', `/v1/restores/${restore.id}/cancel`) : 'nothing_there';
  },
  delete_snapshot: async (doing, deed) => {
    const snapshot = await findSnapshot(doing, deed, 'available');
    return snapshot ? call(doing, 'DELETE', `/v1/snapshots/${snapshot.id}`) : 'nothing_there';
  },
  delete_undo_copy: async (doing, deed) => {
    const restore = await findRestore(doing, deed, 'succeeded', (one) => one.preservedBranch?.status === 'present');
    return restore ? call(doing, 'DELETE', `/v1/restores/${restore.id}/preserved-branch`) : 'nothing_there';
  },
  hold: async (doing, deed) => {
    const snapshot = await findSnapshot(doing, deed, 'available');
    const from = new Date(Date.now() - Math.round(deed.chance * 60_000)).toISOString();
    const until = new Date(Date.now() + 30_000).toISOString();
    const selector =
      deed.isNamed && snapshot ? { snapshotIds: [snapshot.id] } : { branchId: doing.tenant.main.id, from, until };
    return call(doing, 'POST', '/v1/holds', { matter: 'chaos', reason: 'It is played.', selector });
  },
  release_hold: async (doing, { chance }) => {
    const { items } = await doing.tenant.client.ask<Page<HoldView>>('GET', '/v1/holds?limit=200');
    const hold = choose(
      items.filter(({ releasedAt }) => releasedAt === null),
      chance,
    );
    return hold ? call(doing, 'POST', `/v1/holds/${hold.id}/release`, { reason: 'It is over.' }) : 'nothing_there';
  },
  lock_snapshot: async (doing, deed) => {
    const snapshot = await findSnapshot(doing, deed, 'available');
    const until = new Date(Date.now() + 4 * 3_600_000).toISOString();
    const body = { mode: deed.isNamed ? 'compliance' : 'governance', until, graceHours: 0 };
    return snapshot ? call(doing, 'POST', `/v1/snapshots/${snapshot.id}/lock`, body) : 'nothing_there';
  },
  fire_policy: async ({ world, tenant }) => {
    const dueAt = new Date(Date.now() - 1_000);
    const { numUpdatedRows } = await world.db
      .updateTable('schedules')
      .set({ next_firing_at: dueAt })
      .where('policy_id', '=', tenant.policy.id)
      .executeTakeFirst()
      // The database is away: then this one is not due.
      .catch(() => ({ numUpdatedRows: 0n }));
    return numUpdatedRows > 0n ? 'due' : 'not_due';
  },
  reconcile: (doing) => call(doing, 'POST', `/v1/projects/${doing.tenant.project.id}/reconcile`),
  sync: (doing) => call(doing, 'POST', `/v1/projects/${doing.tenant.project.id}/sync`),
};

async function requestSnapshot(
  doing: Doing,
  deed: Deed,
  body: object,
  accepted?: (view: SnapshotView) => void,
): Promise<string> {
  return call<SnapshotView>(doing, 'POST', '/v1/snapshots', { ...body, ...nameOf(deed) }, (view) => {
    doing.world.asked.snapshots.add(view.id);
    accepted?.(view);
  });
}

async function askForSnapshot(doing: Doing, deed: Deed): Promise<string | undefined> {
  let made: string | undefined;
  await requestSnapshot(doing, deed, { branchId: doing.tenant.child.id }, ({ id }) => void (made = id));
  return made;
}

async function requestRestore(doing: Doing, body: RequestRestoreInput): Promise<string> {
  return call<RestoreView>(doing, 'POST', '/v1/restores', body, ({ id }) => doing.world.asked.restores.add(id));
}

async function call<T>(
  { tenant }: Doing,
  method: string,
  path: string,
  body?: unknown,
  accepted?: (view: T) => void,
): Promise<string> {
  const answer = await tenant.client.call<T & { code: string }>(method, path, body);
  if (answer.status < 300) {
    accepted?.(answer.body);
    return 'accepted';
  }
  const { code } = answer.body;
  if (!refusals.has(code)) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return code;
}

async function findSnapshot(
  { tenant }: Doing,
  { chance }: Deed,
  status: SnapshotView['status'],
  kind?: SnapshotView['kind'],
): Promise<SnapshotView | undefined> {
  const path = `/v1/snapshots?projectId=${tenant.project.id}&status=${status}&limit=50`;
  const { items } = await tenant.client.ask<Page<SnapshotView>>('GET', path);
  return choose(
    items.filter((one) => kind === undefined || one.kind === kind),
    chance,
  );
}

async function findRestore(
  { tenant }: Doing,
  { chance }: Deed,
  status: RestoreView['status'],
  isFit: (restore: RestoreView) => boolean = () => true,
): Promise<RestoreView | undefined> {
  const path = `/v1/restores?projectId=${tenant.project.id}&status=${status}&limit=50`;
  const { items } = await tenant.client.ask<Page<RestoreView>>('GET', path);
  return choose(items.filter(isFit), chance);
}

export function choose<T>(items: readonly T[], chance: number): T | undefined {
  return items[Math.floor(chance * items.length)];
}

/** A moment ago, within the run. */
function momentOf({ tenant }: Doing, { chance }: Deed): { branchId: string; at: string } {
  const at = new Date(Date.now() - 20 - Math.round(chance * 1_000)).toISOString();
  return { branchId: tenant.main.id, at };
}

function nameOf({ isNamed }: Deed): { name?: string } {
  return isNamed ? { name: `wished-${randomUUID().slice(0, 8)}` } : {};
}

function undoNameOf({ isNamed }: Deed): { preserveAs?: string } {
  return isNamed ? { preserveAs: `undo-${randomUUID().slice(0, 8)}` } : {};
}
