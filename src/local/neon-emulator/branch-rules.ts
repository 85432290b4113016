/**
 * Owns what a branch may be called and what may be done to it. Every check throws its refusal and changes nothing.
 */
import { childrenOf, type Context } from './context.ts';
import { freeName } from './names.ts';
import { conflict, unprocessable } from './refusals.ts';
import type { BranchRecord, ProjectRecord } from './state.ts';

export function checkMayHaveChildren(parent: BranchRecord): void {
  if (parent.expiresAt !== undefined) throw unprocessable('a branch with an expiration cannot have child branches');
}

export function checkNameFree(project: ProjectRecord, name: string): void {
  if (project.branches.some((branch) => branch.name === name)) throw conflict(`branch name ${name} already exists`);
}

export function checkMayExpire(project: ProjectRecord, branch: BranchRecord, isProtected: boolean): void {
  if (branch.isDefault) throw unprocessable('the default branch cannot have an expiration');
  if (isProtected) throw unprocessable('a protected branch cannot have an expiration');
  if (childrenOf(project, branch.id).length > 0)
    throw unprocessable('a branch with children cannot have an expiration');
}

export function mayBeDeleted(project: ProjectRecord, branch: BranchRecord): boolean {
  return !branch.isDefault && !branch.isProtected && childrenOf(project, branch.id).length === 0;
}

export function checkMayBeDeleted(project: ProjectRecord, branch: BranchRecord): void {
  if (branch.isDefault) throw unprocessable('cannot delete the default branch');
  if (branch.isProtected) throw unprocessable('cannot delete a protected branch');
  if (childrenOf(project, branch.id).length > 0) throw unprocessable('cannot delete a branch that has children');
}

export function nameOrGenerated(
  context: Context,
  project: ProjectRecord,
  name: string | undefined,
  prefix: string,
): string {
  if (name === undefined) return freeName(project.branches, `${prefix}_${context.now().toISOString()}`);
  checkNameFree(project, name);
  return name;
}
