/**
 * Owns which projects there are: their list in the state, and finding one without going through all of them. Never looks into one
 * but for its endpoints, never saves.
 */
import type { ProjectRecord, State } from './state.ts';

export interface Projects {
  has(project: ProjectRecord): boolean;
  find(id: string): ProjectRecord | undefined;
  /** How many the organization has. */
  count(accountId: string): number;
  findOwner(endpointId: string): ProjectRecord | undefined;
  add(project: ProjectRecord): void;
  /** Does nothing for one that is not there any more. */
  remove(project: ProjectRecord): void;
}

export function createProjects({ projects }: Pick<State, 'projects'>): Projects {
  const byId = new Map(projects.map((project) => [project.id, project]));
  const counts = new Map<string, number>();
  const change = ({ accountId }: ProjectRecord, by: number) =>
    void counts.set(accountId, (counts.get(accountId) ?? 0) + by);
  for (const project of projects) change(project, 1);
  // Looked at again at each use, since endpoints come and go.
  const owners = new Map<string, ProjectRecord>();
  const owns = (project: ProjectRecord, endpointId: string) => project.endpoints.some(({ id }) => id === endpointId);
  return {
    has: (project) => byId.get(project.id) === project,
    find: (id) => byId.get(id),
    count: (accountId) => counts.get(accountId) ?? 0,
    findOwner(endpointId) {
      const known = owners.get(endpointId);
      if (known !== undefined && byId.has(known.id) && owns(known, endpointId)) return known;
      const owner = projects.find((project) => owns(project, endpointId));
      if (owner === undefined) owners.delete(endpointId);
      else owners.set(endpointId, owner);
      return owner;
    },
    add(project) {
      projects.push(project);
      byId.set(project.id, project);
      change(project, 1);
    },
    remove(project) {
      if (!byId.delete(project.id)) return;
      projects.splice(projects.indexOf(project), 1);
      change(project, -1);
    },
  };
}
