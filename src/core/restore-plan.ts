// Owns the order of a restore's steps. The order is the safety argument: everything that can refuse comes before anything
// is made, what is made is proved before it is served, and the served branch is touched only after its undo copy has a name.

export type RestoreSourceKind = 'point' | 'neon_snapshot' | 'branch_snapshot';
export type RestoreTargetKind = 'new_branch' | 'in_place';

/**
 * - `preflight`         looks at Neon as it is now: the source is there, the wished name is free, a slot is free. Changes nothing.
 * - `create_branch`     a child branch of the source at the instant or LSN (Neon rule 10).
 * - `restore_snapshot`  a new root branch from the snapshot, not served yet (Neon rule 8, first step).
 * - `restore_in_place`  the branch becomes its own past; its present is preserved under our name (Neon rule 9).
 * - `await_...`         Neon's operations have finished.
 * - `read_back`         what Neon says it made is compared with what was asked.
 * - `probe_restored`    the restored branch answers a query before it replaces the served one.
 * - `cut_over`          the restored branch becomes the served one; the replaced one is preserved (Neon rule 8, second step).
 * - `name`              the names and the expiry that the user wished.
 * - `probe`             the target answers a query through the URI that users will have.
 */
export type RestoreStepName =
  | 'preflight'
  | 'create_branch'
  | 'restore_snapshot'
  | 'restore_in_place'
  | 'await_restore'
  | 'read_back'
  | 'probe_restored'
  | 'cut_over'
  | 'await_cutover'
  | 'read_back_cutover'
  | 'name'
  | 'probe';

/** The steps of a restore, in order. */
export function planRestore(source: RestoreSourceKind, target: RestoreTargetKind): readonly RestoreStepName[] {
  if (target === 'in_place' && source === 'neon_snapshot') {
    return [
      'preflight',
      'restore_snapshot',
      'await_restore',
      'read_back',
      'probe_restored',
      'cut_over',
      'await_cutover',
      'read_back_cutover',
      'name',
      'probe',
    ];
  }
  const make =
    target === 'in_place' ? 'restore_in_place' : source === 'neon_snapshot' ? 'restore_snapshot' : 'create_branch';
  return ['preflight', make, 'await_restore', 'read_back', 'name', 'probe'];
}

interface Begun {
  readonly name: RestoreStepName;
  readonly startedAt: string | null;
}

export function hasBegun(steps: readonly Begun[], name: RestoreStepName): boolean {
  return steps.some((step) => step.name === name && step.startedAt !== null);
}

/** Whether the step is a call that makes or changes a branch in Neon. */
export function isChange(name: RestoreStepName): boolean {
  return ['create_branch', 'restore_snapshot', 'restore_in_place', 'cut_over'].includes(name);
}

/** Whether a step that changes Neon was begun: something of it may be left there. */
export function hasBegunToChange(steps: readonly Begun[]): boolean {
  return steps.some(({ name, startedAt }) => name !== 'preflight' && startedAt !== null);
}

/** From here on the served branch is, or may be, another: the restore goes on to its end. */
export function isPastPointOfNoReturn(steps: readonly Begun[]): boolean {
  return hasBegun(steps, 'restore_in_place') || hasBegun(steps, 'cut_over');
}

/** How many root branch slots a restore takes in Neon while it lasts and after: its undo copy, or the root made from a snapshot. */
export function rootSlotsTaken(source: RestoreSourceKind, target: RestoreTargetKind): 0 | 1 {
  return target === 'in_place' || source === 'neon_snapshot' ? 1 : 0;
}
