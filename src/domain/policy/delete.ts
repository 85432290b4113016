// Owns deleting a policy by a person's word, and the last snapshot that may be taken before it is let go. It removes no snapshot.

import type { Actor } from '../actor.ts';
import { change } from '../change.ts';
import type { DeletePolicyInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { staleVersion } from '../version.ts';
import type { SnapshotView } from '../views.ts';
import { dropPolicy, getPolicyRow } from './policy.ts';
import { checkAnyProjectPresent, requestOfCovered } from './run.ts';

/**
 * Nothing that it made is removed: its snapshots stay until a person deletes them. With `lastSnapshot` one more is requested of every
 * branch that it covers, in the same transaction, and stays as they do; also of a policy that is paused, or left to Neon, whose schedule
 * ends with it. Refuses with `version_stale` for another `version`, and with `project_gone` where Neon shows none of its projects to take
 * a last snapshot of: nothing is deleted then.
 */
export async function deletePolicy(
  deps: CommandDeps,
  actor: Actor,
  { id, version, lastSnapshot }: DeletePolicyInput,
): Promise<{ snapshots: SnapshotView[] }> {
  const row = await getPolicyRow(deps, actor, id);
  deps.allow();
  if (version !== undefined && version !== row.version) throw staleVersion(row.version);
  if (lastSnapshot) await checkAnyProjectPresent(deps, row);
  return change(deps, actor, async (unit) => {
    const snapshots = lastSnapshot ? await requestOfCovered(deps, unit, row) : [];
    await dropPolicy(unit, row);
    return { snapshots };
  });
}
