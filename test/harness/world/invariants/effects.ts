// Invariant 3: each row has the one effect in Neon that it says, and all that Neon holds is explained by one row, or was there before.

import { derivedName } from '../../../../src/core/names.ts';
import type { Facts, NeonState } from '../facts.ts';
import type { Invariant } from './invariant.ts';

/** Something that Neon must hold, or may. */
interface Explained {
  readonly by: string;
  readonly neonId: string | null | undefined;
  /** Undefined: whatever it is named. */
  readonly name?: string | null;
  readonly slug?: string;
  /** It may be gone as well. */
  readonly isOptional?: boolean;
}

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly slug?: string | undefined;
}

export const oneEffectEach: Invariant = (facts, asked) =>
  facts.projects.flatMap((project) => {
    const neon = facts.neon.get(project.neon_project_id);
    if (!neon) return [`nobody has asked Neon about ${project.id}`];
    const given = asked.given
      .filter(({ neonProjectId }) => neonProjectId === project.neon_project_id)
      .map(({ branchId, name }) => {
        const row = facts.branches.find(({ id }) => id === branchId);
        return { by: `the branch ${branchId}`, neonId: row?.neon_branch_id, name };
      });
    const snapshots = snapshotsOf(facts, project.id, 'neon_snapshot', neon.snapshots);
    const branches = [
      ...given,
      ...snapshotsOf(facts, project.id, 'branch', neon.branches),
      ...restoresOf(facts, project.id, neon),
      ...preservedOf(facts, project.id),
    ];
    const { removed } = asked;
    return [
      ...compare('snapshot', { explained: snapshots, listed: neon.snapshots, removed }),
      ...compare('branch', { explained: branches, listed: neon.branches, removed }),
    ];
  });

function snapshotsOf(
  facts: Facts,
  projectId: string,
  kind: 'neon_snapshot' | 'branch',
  listed: readonly Listed[],
): Explained[] {
  const rows = facts.snapshots.filter((row) => row.project_id === projectId && row.kind === kind);
  return rows.flatMap((row): Explained[] => {
    const by = `the ${row.status} snapshot ${row.id}`;
    const derived = derivedName(row.id);
    const slug = kind === 'neon_snapshot' ? { slug: derived } : {};
    if (row.status === 'available') {
      const isRenamed = !row.warnings.some(({ code }) => code === 'name_taken');
      return [{ by, neonId: row.neon_id, name: isRenamed ? row.name : derived, ...slug }];
    }
    if (row.clean_up !== 'left') return [];
    const left = listed.find((one) => one.id === row.neon_id || one.slug === derived || one.name === derived);
    return left ? [{ by, neonId: left.id, isOptional: true }] : [];
  });
}

function restoresOf(facts: Facts, projectId: string, neon: NeonState): Explained[] {
  return facts.restores
    .filter((row) => row.project_id === projectId)
    .flatMap((row): Explained[] => {
      const by = `the ${row.status} restore ${row.id}`;
      const isRenamed = !row.warnings.some(({ code }) => code === 'name_taken');
      if (row.status === 'succeeded') {
        if (row.target_kind === 'in_place') return [];
        const name = isRenamed ? (row.target_name ?? derivedName(row.id)) : derivedName(row.id);
        return [{ by, neonId: row.progress.neonBranchId, name }];
      }
      if (row.clean_up !== 'left') return [];
      const left = neon.branches.find(
        ({ id, name }) => id === row.progress.neonBranchId || name === derivedName(row.id),
      );
      return left ? [{ by, neonId: left.id, isOptional: true }] : [];
    });
}

function preservedOf(facts: Facts, projectId: string): Explained[] {
  return facts.preservedBranches
    .filter((row) => row.project_id === projectId && row.status === 'present')
    .map((row) => ({ by: `the undo copy of ${row.id}`, neonId: row.neon_branch_id, name: row.name }));
}

interface Compared {
  readonly explained: readonly Explained[];
  readonly listed: readonly Listed[];
  readonly removed: ReadonlySet<string>;
}

function compare(what: string, { explained, listed, removed }: Compared): string[] {
  const faults: string[] = [];
  const left = new Map(listed.map((one) => [one.id, one] as const));
  for (const { by, neonId, name, slug, isOptional } of explained) {
    const one = left.get(neonId ?? '');
    left.delete(neonId ?? '');
    if (!one) {
      if (!isOptional && !removed.has(neonId ?? '')) faults.push(`Neon has no ${what} ${neonId} for ${by} alone`);
      continue;
    }
    if (name !== undefined && one.name !== name) faults.push(`${by} is named ${one.name} in Neon, not ${name}`);
    if (slug !== undefined && one.slug !== slug) faults.push(`${by} has the slug ${one.slug} in Neon, not ${slug}`);
  }
  for (const one of left.values()) faults.push(`Neon has a ${what} that no row explains: ${JSON.stringify(one)}`);
  return faults;
}

/** A restore in place has changed the served branch: the way back is there, until somebody asked for its end. */
export const undoCopiesAreKept: Invariant = (facts) => {
  const kept = new Map(facts.preservedBranches.map((row) => [row.id, row.status] as const));
  // Its removal was asked for, and given up when its deadline came: whether Neon has removed it all the same is for it to say.
  const asked = new Set(
    facts.events.filter(({ action }) => action === 'preserved_branch.purging').map((one) => one.subject_id),
  );
  const isAllowed = (id: string): boolean =>
    ['present', 'purged'].includes(kept.get(id) ?? '') || (kept.get(id) === 'missing' && asked.has(id));
  return facts.restores
    .filter((row) => row.status === 'succeeded' && row.target_kind === 'in_place')
    .filter((row) => !isAllowed(row.id))
    .map((row) => `the undo copy of ${row.id} is ${kept.get(row.id) ?? 'not recorded'}`);
};
