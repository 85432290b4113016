// Owns legal holds: placing, releasing and reading them. What a hold covers is never removed by Afterglow; the store refuses it.

import { notFound, Refusal } from '../../core/errors.ts';
import { parseInstant } from '../../core/instant.ts';
import { findBranch } from '../../store/branches.ts';
import {
  findHold,
  type HoldRow,
  insertHold,
  listHolds as listHoldRows,
  lockCoveredBy,
  lockForHold,
  lockHold,
  noteOutcome,
  releaseHold as releaseHoldRow,
} from '../../store/holds.ts';
import { findSnapshots, type SnapshotRow } from '../../store/snapshots.ts';
import type { Actor } from '../actor.ts';
import { advance } from '../advance.ts';
import { change, type Unit } from '../change.ts';
import type { ListHoldsFilter, PageRequest, PlaceHoldInput, ReleaseHoldInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import type { HoldView, Page } from '../views.ts';

/** What a hold is on: snapshots by id, or a branch by moments. */
interface Selected {
  readonly snapshotIds: readonly string[];
  readonly branchId: string | null;
  readonly from: Date | null;
  readonly until: Date | null;
}

/**
 * Places a hold from now until it is released, on what there is and on what is made later for its moments. What was expiring is
 * available again; what is purging has gone beyond return, and is named.
 * Refuses with `invalid_instant`, `not_found`, `range_empty`.
 */
export async function placeHold(deps: CommandDeps, actor: Actor, input: PlaceHoldInput): Promise<HoldView> {
  const selected = readSelector(input.selector);
  const projectIds = await findProjectsOf(deps, actor, selected);
  deps.allow();
  const { snapshotIds, branchId, from, until } = selected;
  if (from && until && until < from) {
    throw new Refusal('range_empty', 'selector.until lies before selector.from. No hold was placed.', {
      members: { field: 'selector.until' },
    });
  }
  return change(deps, actor, async (unit) => {
    const id = deps.newId('hld');
    const row = {
      id,
      team_id: actor.teamId,
      matter: input.matter,
      reason: input.reason,
      branch_id: branchId,
      from_at: from,
      until_at: until,
      placed_by_kind: actor.kind,
      placed_by: actor.id,
      created_at: unit.now,
    };
    await lockForHold(unit.tx, projectIds, snapshotIds);
    await insertHold(unit.tx, row, snapshotIds);
    const outcome = await turnBack(unit, id, await lockCoveredBy(unit.tx, id));
    await noteOutcome(unit.tx, id, outcome);
    const view = toHoldView(await lockHold(unit.tx, actor.teamId, id));
    const { matter, reason, selector } = view;
    unit.audit('hold.placed', { kind: 'hold', id }, { ...outcome, after: { matter, reason, selector } });
    return view;
  });
}

/** Its purge job finds what was turned back available, and ends. */
async function turnBack(
  unit: Unit,
  holdId: string,
  covered: readonly SnapshotRow[],
): Promise<{ turnedBack: string[]; tooLate: string[] }> {
  const expiring = covered.filter(({ status }) => status === 'expiring');
  for (const row of expiring) await advance(unit, 'snapshot', row, 'keep', { details: { cause: 'hold', holdId } });
  const gone = covered.filter(({ status }) => status === 'purging' || status === 'purged');
  return { turnedBack: expiring.map(({ id }) => id), tooLate: gone.map(({ id }) => id) };
}

/** Ends a hold; it stays listed. Refuses with `not_found` and `hold_released`. */
export async function releaseHold(deps: CommandDeps, actor: Actor, input: ReleaseHoldInput): Promise<HoldView> {
  await getRow(deps, actor, input.id);
  deps.allow();
  return change(deps, actor, async (unit) => {
    const row = await lockHold(unit.tx, actor.teamId, input.id);
    if (row.released_at) {
      throw new Refusal(
        'hold_released',
        `The hold was released at ${row.released_at.toISOString()}. Nothing was changed.`,
        { members: { releasedAt: row.released_at.toISOString() } },
      );
    }
    const release = {
      released_at: unit.now,
      released_by_kind: actor.kind,
      released_by: actor.id,
      release_reason: input.reason,
    };
    await releaseHoldRow(unit.tx, row.id, release);
    const released = toHoldView({ ...row, ...release });
    const { matter, reason, selector, releasedAt } = released;
    const before = { matter, reason, selector, releasedAt: null, releaseReason: null };
    const after = { matter, reason, selector, releasedAt, releaseReason: input.reason };
    unit.audit('hold.released', { kind: 'hold', id: row.id }, { matter, reason: input.reason, before, after });
    return released;
  });
}

/** Newest first, released ones among them. */
export async function listHolds(
  deps: CommandDeps,
  actor: Actor,
  filter: ListHoldsFilter,
  page: PageRequest,
): Promise<Page<HoldView>> {
  deps.allow();
  const { items, nextCursor } = await listHoldRows(deps.db, actor.teamId, filter, page);
  return { items: items.map(toHoldView), nextCursor };
}

export async function getHold(deps: CommandDeps, actor: Actor, id: string): Promise<HoldView> {
  const row = await getRow(deps, actor, id);
  deps.allow();
  return toHoldView(row);
}

function readSelector(selector: PlaceHoldInput['selector']): Selected {
  if ('snapshotIds' in selector) {
    return { snapshotIds: [...new Set(selector.snapshotIds)], branchId: null, from: null, until: null };
  }
  const { branchId, from, until = null } = selector;
  return {
    snapshotIds: [],
    branchId,
    from: parseInstant(from, 'selector.from'),
    until: until === null ? null : parseInstant(until, 'selector.until'),
  };
}

/** The projects in which the hold covers something. Refuses with `not_found` what is not the team's. */
async function findProjectsOf(
  { db }: CommandDeps,
  actor: Actor,
  { snapshotIds, branchId }: Pick<Selected, 'snapshotIds' | 'branchId'>,
): Promise<string[]> {
  if (branchId !== null) {
    const branch = await findBranch(db, actor, branchId);
    if (!branch) throw notFound('branch', branchId);
    return [branch.project_id];
  }
  const known = new Map((await findSnapshots(db, actor, snapshotIds)).map((row) => [row.id, row.project_id] as const));
  const unknown = snapshotIds.find((id) => !known.has(id));
  if (unknown !== undefined) throw notFound('snapshot', unknown);
  return [...new Set(known.values())];
}

async function getRow(deps: CommandDeps, actor: Actor, id: string): Promise<HoldRow> {
  const row = await findHold(deps.db, actor.teamId, id);
  if (!row) throw notFound('hold', id);
  return row;
}

function toHoldView(row: HoldRow): HoldView {
  return {
    id: row.id,
    matter: row.matter,
    reason: row.reason,
    selector: {
      snapshotIds: row.branch_id === null ? row.snapshot_ids : null,
      branchId: row.branch_id,
      from: row.from_at?.toISOString() ?? null,
      until: row.until_at?.toISOString() ?? null,
    },
    placedBy: { kind: row.placed_by_kind, id: row.placed_by },
    placedAt: row.created_at.toISOString(),
    turnedBack: row.turned_back,
    tooLate: row.too_late,
    releasedBy: row.released_by_kind && row.released_by ? { kind: row.released_by_kind, id: row.released_by } : null,
    releasedAt: row.released_at?.toISOString() ?? null,
    releaseReason: row.release_reason,
  };
}
