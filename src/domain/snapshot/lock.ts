// Owns the retention lock of a snapshot, set by a person or by the policy that made it. Which change may be, `core/protection` decides.

import { notFound, Refusal } from '../../core/errors.ts';
import { parseInstant } from '../../core/instant.ts';
import { type Lock, type LockWish, planLock, planLockChange, type Protection, weakens } from '../../core/protection.ts';
import type { RetentionReason } from '../../core/retention.ts';
import { readClocks } from '../../store/protection.ts';
import {
  findSnapshot,
  lockSnapshot as lockSnapshotRow,
  patchSnapshot,
  type SnapshotRow,
} from '../../store/snapshots.ts';
import type { Actor } from '../actor.ts';
import { advance } from '../advance.ts';
import { authorize } from '../authorize.ts';
import { change, type Unit } from '../change.ts';
import type { LockSnapshotInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import type { SnapshotView } from '../views.ts';
import { viewSnapshot } from './view.ts';

/**
 * Makes, extends, shortens or lifts (`until` null) the lock of an available snapshot; one that is expiring is available again.
 * To weaken a lock takes an admin and a reason, a compliance lock takes an admin, and it cannot be weakened once its grace is over.
 * Refuses with `invalid_instant`, `not_found`, `forbidden`, `snapshot_not_available`, `compliance_lock_fixed`, `lock_too_short`,
 * `lock_too_long`, `reason_required`.
 */
export async function lockSnapshot(deps: CommandDeps, actor: Actor, input: LockSnapshotInput): Promise<SnapshotView> {
  const until = input.until === null ? null : parseInstant(input.until, 'until');
  const known = await findSnapshot(deps.db, actor, input.id);
  if (!known) throw notFound('snapshot', input.id);
  deps.allow();
  const wish: LockWish = { mode: input.mode, until, graceHours: input.graceHours };
  return change(deps, actor, async (unit) => {
    const row = await lockSnapshotRow(unit.tx, known.id);
    const clocks = await readClocks(unit.tx, unit.now);
    const present = lockOf(row);
    if (weakens(present, wish, clocks)) authorize(actor, 'lock.shorten');
    if ((wish.mode ?? present?.mode) === 'compliance' && wish.until !== null) authorize(actor, 'lock.set_compliance');
    checkAvailable(row);
    const { kind, lock } = planLockChange(present, wish, clocks);
    if (kind === 'weaker' && input.reason === undefined) throw reasonRequired();
    if (kind !== 'none') {
      await turnBack(unit, row);
      const told = { reason: input.reason ?? null };
      await setLock(unit, await lockSnapshotRow(unit.tx, row.id), { lock, by: actor.id, isNew: kind === 'made', told });
    }
    return viewSnapshot(unit.tx, await lockSnapshotRow(unit.tx, row.id));
  });
}

/**
 * The lock that a policy's protection gives to the snapshot that it has just made, and that is kept for these reasons; none without a
 * protection. A lock that it has already stays.
 */
export async function lockByPolicy(
  unit: Unit,
  row: SnapshotRow,
  policy: { readonly id: string; readonly protection: Protection | null },
  reasons: readonly RetentionReason[],
): Promise<void> {
  if (!policy.protection || lockOf(row)) return;
  const lock = planLock(policy.protection, { availableAt: row.available_at ?? unit.now, reasons });
  if (lock) await setLock(unit, row, { lock, by: policy.id, isNew: true, told: { cause: 'policy' } });
}

/** Its purge job finds it available, and ends. */
async function turnBack(unit: Unit, row: SnapshotRow): Promise<void> {
  if (row.status === 'expiring') await advance(unit, 'snapshot', row, 'keep', { details: { cause: 'lock' } });
}

interface LockSetting {
  readonly lock: Lock | null;
  readonly by: string;
  readonly isNew: boolean;
  readonly told: Readonly<Record<string, unknown>>;
}

async function setLock(unit: Unit, row: SnapshotRow, { lock, by, isNew, told }: LockSetting): Promise<void> {
  await patchSnapshot(unit.tx, row.id, {
    lock_mode: lock?.mode ?? null,
    lock_until: lock?.until ?? null,
    lock_grace_until: lock?.graceUntil ?? null,
    locked_at: lock && unit.now,
    locked_by: lock && by,
    version: row.version + 1,
    updated_at: unit.now,
  });
  const action = isNew ? 'snapshot.locked' : 'snapshot.lock_changed';
  const [before, after] = [{ lock: tellLock(lockOf(row)) }, { lock: tellLock(lock) }];
  unit.audit(action, { kind: 'snapshot', id: row.id }, { by, ...told, before, after });
}

function lockOf(row: SnapshotRow): Lock | null {
  const { lock_mode: mode, lock_until: until, lock_grace_until: graceUntil } = row;
  return mode && until && graceUntil ? { mode, until, graceUntil } : null;
}

function tellLock(lock: Lock | null): object | null {
  return lock && { mode: lock.mode, until: lock.until.toISOString(), graceUntil: lock.graceUntil.toISOString() };
}

function checkAvailable({ status }: SnapshotRow): void {
  if (status === 'available' || status === 'expiring') return;
  throw new Refusal(
    'snapshot_not_available',
    `The snapshot is ${status}: only an available one can be locked. Nothing was changed.`,
    { members: { presentStatus: status } },
  );
}

function reasonRequired(): Refusal {
  return new Refusal(
    'reason_required',
    'To shorten, lift or soften a lock takes a reason, which is kept in the audit history. Nothing was changed. Send one.',
    { members: { field: 'reason' } },
  );
}
