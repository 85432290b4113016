// What we say of Neon's branches is what Neon says, and a branch keeps our lineage id whatever becomes of its Neon id. To be asked
// after a sync.

import type { Invariant } from './invariant.ts';

export const mirrorIsTrue: Invariant = (facts) =>
  facts.projects
    .filter(({ removed_at }) => removed_at === null)
    .flatMap((project) => {
      const listed = facts.neon.get(project.neon_project_id)?.branches ?? [];
      const rows = facts.branches.filter((row) => row.project_id === project.id && row.gone_at === null);
      const ours = rows.map((row) =>
        describe({
          id: row.neon_branch_id,
          name: row.name,
          parentId: row.parent_neon_branch_id,
          isDefault: row.is_default,
          expiresAt: row.expires_at,
        }),
      );
      const theirs = listed.map(describe);
      return [
        ...theirs.filter((one) => !ours.includes(one)).map((one) => `the mirror of ${project.id} lacks ${one}`),
        ...ours.filter((one) => !theirs.includes(one)).map((one) => `the mirror of ${project.id} has ${one}`),
        ...(ours.length === theirs.length
          ? []
          : [`the mirror of ${project.id} has ${ours.length} of ${theirs.length}`]),
      ];
    });

interface Branch {
  readonly id: string;
  readonly name: string;
  readonly parentId?: string | null | undefined;
  readonly isDefault: boolean;
  readonly expiresAt?: Date | null | undefined;
}

function describe({ id, name, parentId, isDefault, expiresAt }: Branch): string {
  return `${name} (${[id, parentId ?? 'root', isDefault && 'default', expiresAt?.toISOString()].filter(Boolean).join(', ')})`;
}

export const lineagesAreKept: Invariant = (facts, asked) => {
  const registered = new Set(facts.projects.map((project) => project.neon_project_id));
  return asked.given
    .filter(({ neonProjectId }) => registered.has(neonProjectId))
    .flatMap(({ branchId, name }) => {
      const row = facts.branches.find(({ id }) => id === branchId);
      if (!row) return [`the lineage ${branchId} (${name}) is not there`];
      return row.gone_at === null && row.name === name
        ? []
        : [`the lineage ${branchId} (${name}) is ${row.name}, gone at ${row.gone_at?.toISOString() ?? 'no time'}`];
    });
};
