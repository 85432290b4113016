// Owns policies as one document that a repository keeps: its form, what it would change, and the change, all or nothing. A pause is no part
// of it: a person's word about now, not what the policy says.

import { compareFields } from '../../core/document.ts';
import { Refusal } from '../../core/errors.ts';
import type { PolicyRule } from '../../core/policy.ts';
import { violatedUnique } from '../../store/constraint.ts';
import { listAllPolicies, lockAllPolicies, type PolicyRow } from '../../store/policies.ts';
import type { Actor } from '../actor.ts';
import { authorize } from '../authorize.ts';
import { change, type Unit } from '../change.ts';
import type { ImportPoliciesInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { staleVersion } from '../version.ts';
import type { PolicyChange, PolicyDocument, PolicyEntryView, PolicyImportView } from '../views.ts';
import { checkCaps } from './caps.ts';
import { checkDelegation } from './delegation.ts';
import { inDocument, inOrder, type Kept, listKept, readEntries } from './document-form.ts';
import { firesNext } from './next.ts';
import { addPolicy, dropPolicy, savePolicy } from './policy.ts';

/** Every policy of the team, by name. The same policies give the same document, whatever the order in which they were made. */
export async function exportPolicies(deps: CommandDeps, actor: Actor): Promise<PolicyDocument> {
  deps.allow();
  const kept = await listKept(deps.db, await listAllPolicies(deps.db, actor.teamId));
  return { policies: inOrder(kept.map(({ row, entry }) => [row.name, entry])) };
}

/**
 * Makes the team's policies what the document says, in one transaction; what it says already makes no new version. With `dryRun` it only
 * answers what it would do, refusals included; that is for whoever may read policies.
 * Refuses with `forbidden` who may not write them where it is none, with what `createPolicy` refuses (more than Neon would hold unless it is forced), `policies_absent` where the document leaves out a policy and `remove` is not said, and
 * `version_stale` where a policy was changed meanwhile.
 */
export async function importPolicies(
  deps: CommandDeps,
  actor: Actor,
  input: ImportPoliciesInput,
): Promise<PolicyImportView> {
  const rows = await listAllPolicies(deps.db, actor.teamId);
  const wanted = await readEntries(deps, actor, input.policies);
  deps.allow();
  const isDryRun = input.dryRun === true;
  if (!isDryRun) authorize(actor, 'policy.write');
  const plan = planImport(await listKept(deps.db, rows), wanted);
  const absent = plan.filter(({ change }) => change === 'remove').map(({ name }) => name);
  const changes = plan.map((one) => toChange(one, deps.now()));
  if (absent.length > 0 && input.remove !== true) throw leavesOut(absent, changes);
  const changed = plan.filter((one) => one.change !== 'unchanged');
  await checkTogether(deps, actor, changed, input.force === true);
  if (!isDryRun && plan.some((one) => one.change !== 'unchanged')) await apply(deps, actor, rows, plan);
  return { isDryRun, changes };
}

function toChange({ name, change, insteadOf, fields, row, rule }: PlannedChange, now: Date): PolicyChange {
  const pause = row ?? { paused_at: null, paused_until: null };
  const nextFirings = (rule?.schedules ?? []).map((schedule) => ({
    schedule: schedule.name,
    at: firesNext(schedule, pause, now)?.toISOString() ?? null,
  }));
  return { name, change, insteadOf, fields, nextFirings };
}

/** What each of the changes needs, counted with what the others make and take away. */
async function checkTogether(
  deps: CommandDeps,
  actor: Actor,
  changed: readonly PlannedChange[],
  isForced: boolean,
): Promise<void> {
  const replaced = changed.flatMap(({ row }) => row?.id ?? []);
  const saved = changed.flatMap(({ name, row, rule }) => (rule ? [{ name, id: row?.id, rule }] : []));
  for (const one of saved) {
    try {
      await checkDelegation(deps, actor.teamId, one.rule, replaced);
      const beside = saved.filter((other) => other !== one);
      if (!isForced) {
        await checkCaps(deps, actor.teamId, one.rule, { policyId: one.id, without: new Set(replaced), beside });
      }
    } catch (error) {
      throw inDocument(one.name, error);
    }
  }
}

interface PlannedChange extends Omit<PolicyChange, 'nextFirings'> {
  readonly row: PolicyRow | undefined;
  readonly rule: PolicyRule | undefined;
}

interface Wanted {
  readonly rule: PolicyRule;
  readonly entry: PolicyEntryView;
}

function planImport(kept: readonly Kept[], wanted: ReadonlyMap<string, Wanted>): PlannedChange[] {
  const present = new Map(kept.map((one) => [one.row.name, one] as const));
  const removed = kept.filter(({ row }) => !wanted.has(row.name));
  const names = [...new Set([...present.keys(), ...wanted.keys()])].sort(byText);
  return names.map((name): PlannedChange => {
    const [before, after] = [present.get(name), wanted.get(name)];
    const fields = compareFields(before?.entry ?? {}, after?.entry ?? {});
    const insteadOf = before || !after ? null : (removed.find((one) => isSame(one, after))?.row.name ?? null);
    const changed = fields.length > 0 ? 'update' : 'unchanged';
    const kind = before ? (after ? changed : 'remove') : 'create';
    return { name, change: kind, insteadOf, fields, row: before?.row, rule: after?.rule };
  });
}

function isSame(one: Kept, other: Wanted): boolean {
  return compareFields(one.entry, other.entry).length === 0;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** Removals first, so that nothing is in the way of a name. */
const turns = ['remove', 'update', 'create'] as const;

async function apply(
  deps: CommandDeps,
  actor: Actor,
  seen: readonly PolicyRow[],
  plan: readonly PlannedChange[],
): Promise<void> {
  try {
    await change(deps, actor, async (unit) => {
      await checkUnchanged(unit, actor, seen);
      for (const turn of turns) {
        for (const one of plan.filter((planned) => planned.change === turn)) await applyOne(deps, unit, actor, one);
      }
    });
  } catch (error) {
    throw violatedUnique(error) === 'policies_name' ? staleVersion(undefined) : error;
  }
}

async function applyOne(deps: CommandDeps, unit: Unit, actor: Actor, { row, rule }: PlannedChange): Promise<void> {
  if (row && rule) await savePolicy(deps, unit, actor, { id: row.id, version: row.version, rule });
  else if (rule) await addPolicy(deps, unit, actor, rule);
  else if (row) await dropPolicy(unit, row);
}

/** Each policy is locked, also those that stay: the answer says of them too what they are. */
async function checkUnchanged(unit: Unit, actor: Actor, seen: readonly PolicyRow[]): Promise<void> {
  const present = await lockAllPolicies(unit.tx, actor.teamId);
  const isSeen = present.every(({ id, version }, at) => seen[at]?.id === id && seen[at].version === version);
  if (!isSeen || present.length !== seen.length) throw staleVersion(undefined);
}

const changesShown = 100;

/** With all that it would change, so that nobody has to say `remove` to see it. */
function leavesOut(policies: readonly string[], changes: readonly PolicyChange[]): Refusal {
  return new Refusal(
    'policies_absent',
    `The document leaves out policies that are there: ${policies.slice(0, 5).join(', ')}${policies.length > 5 ? ' and others' : ''}. ` +
      'Nothing was saved. Say remove to delete them (their snapshots stay), or put them into the document.',
    { members: { policies, changes: changes.filter(({ change }) => change !== 'unchanged').slice(0, changesShown) } },
  );
}
