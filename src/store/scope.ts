// Owns the scope in which rows are read for an actor: its team, and the projects that its key is narrowed to. Every read of what belongs to
// a project takes one (a house rule holds it), so that what is outside cannot be told from what does not exist.

import { type RawBuilder, sql } from 'kysely';

export interface Scope {
  readonly teamId: string;
  /** Null: every project of the team. */
  readonly projects: readonly string[] | null;
}

/** For Afterglow itself at work, and for what is the team's as a whole: never for what an actor is shown. */
export function wholeTeam(teamId: string): Scope {
  return { teamId, projects: null };
}

/** The tables whose rows belong to a project, and the column that names it. */
export const projectColumns = {
  projects: 'id',
  branches: 'project_id',
  snapshots: 'project_id',
  restores: 'project_id',
  reconcile_reports: 'project_id',
  branch_statuses: 'project_id',
} as const;

/** Holds for the rows of the table that the scope lets be seen. */
export function inScope({ teamId, projects }: Scope, table: keyof typeof projectColumns): RawBuilder<boolean> {
  const isOfTeam = sql<boolean>`${sql.ref(`${table}.team_id`)} = ${teamId}`;
  if (projects === null) return isOfTeam;
  return sql<boolean>`${isOfTeam} and ${sql.ref(`${table}.${projectColumns[table]}`)} = any(${projects})`;
}

/** Holds where the column names a project that the scope lets be seen; a row that names none is the whole team's. */
export function namesProject({ projects }: Scope, column: string): RawBuilder<boolean> {
  return projects === null ? sql<boolean>`true` : sql<boolean>`${sql.ref(column)} = any(${projects})`;
}

/** Holds where the column names a branch that the scope lets be seen. */
export function namesBranch(scope: Scope, column: string): RawBuilder<boolean> {
  if (scope.projects === null) return sql<boolean>`true`;
  return sql<boolean>`${sql.ref(column)} in (select id from branches where project_id = any(${scope.projects}))`;
}
