// Owns which branches of which projects a policy means.

export interface PolicySelector {
  /** Ids of registered projects; absent where `labels` choose them. */
  readonly projects?: readonly string[];
  /** Every project that carries all of these, also one that is registered later; absent where `projects` are named. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The default branch, every root branch, or branches by name. */
  readonly branches: 'default' | 'roots' | readonly string[];
}

export interface SelectableProject {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface SelectableBranch {
  readonly name: string;
  readonly isDefault: boolean;
  readonly isRoot: boolean;
}

export function selectsProject(selector: PolicySelector, project: SelectableProject): boolean {
  if (selector.projects) return selector.projects.includes(project.id);
  const wanted = Object.entries(selector.labels ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => project.labels[key] === value);
}

/** Whether the selector means this branch of one of its projects. */
export function selectsBranch(branches: PolicySelector['branches'], branch: SelectableBranch): boolean {
  if (branches === 'default') return branch.isDefault;
  if (branches === 'roots') return branch.isRoot;
  return branches.includes(branch.name);
}
