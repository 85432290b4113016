// Owns which branches of a project a policy means.

export interface PolicySelector {
  /** Ids of registered projects. */
  readonly projects: readonly string[];
  /** The default branch, every root branch, or branches by name. */
  readonly branches: 'default' | 'roots' | readonly string[];
}

export interface SelectableBranch {
  readonly name: string;
  readonly isDefault: boolean;
  readonly isRoot: boolean;
}

/** Whether the selector means this branch of one of its projects. */
export function selectsBranch(branches: PolicySelector['branches'], branch: SelectableBranch): boolean {
  if (branches === 'default') return branch.isDefault;
  if (branches === 'roots') return branch.isRoot;
  return branches.includes(branch.name);
}
