// Owns what a step of a restore is given and what it answers.

import type { NeonApi } from '../../../neon/api.ts';
import type { BranchRow } from '../../../store/branches.ts';
import type { RestoreProgress, Warning } from '../../../store/database.ts';
import type { ProjectRow } from '../../../store/projects.ts';
import type { RestoreRow } from '../../../store/restores.ts';
import type { SnapshotRow } from '../../../store/snapshots.ts';
import { Failure } from '../../../core/errors.ts';
import type { Unit } from '../../change.ts';
import type { Deps } from '../../deps.ts';
import type { Attempt } from '../../job/attempt.ts';

export interface StepContext {
  readonly deps: Deps;
  readonly attempt: Attempt;
  readonly neon: NeonApi;
  readonly project: ProjectRow;
  /** The branch that the source is of; in place, also the target. */
  readonly branch: BranchRow;
  readonly snapshot: SnapshotRow | undefined;
  readonly row: RestoreRow;
  /** An earlier attempt began this step: its effect may be there although no answer came. */
  readonly repeated: boolean;
}

export type StepOutcome =
  | {
      readonly kind: 'done';
      readonly progress?: RestoreProgress;
      readonly unverified?: readonly string[];
      readonly warnings?: readonly Warning[];
      /** Written in the transaction that records the step. */
      readonly write?: (unit: Unit) => Promise<void>;
    }
  | { readonly kind: 'waits_for_neon' };

/** What an earlier step must have recorded. */
export function recorded(context: StepContext, what: 'neonBranchId' | 'servedNeonBranchId' | 'servedName'): string {
  const value = context.row.progress[what];
  if (value === undefined) throw new Failure('internal', `The restore's progress lacks ${what}.`);
  return value;
}

/** The Neon id of a snapshot that is available. */
export function neonIdOf(snapshot: SnapshotRow | undefined): string {
  if (!snapshot?.neon_id) throw new Failure('internal', 'The snapshot has no id in Neon.');
  return snapshot.neon_id;
}
