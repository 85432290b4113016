// Owns the registration of Neon projects. It reads Neon to make sure of what it registers, and never changes it.

import { NeonFailure, notFound, Refusal } from '../../core/errors.ts';
import type { NeonBranch, NeonProject } from '../../neon/api.ts';
import { violatedUnique } from '../../store/constraint.ts';
import { findCredential, getCredentialRow, lockCredential } from '../../store/credentials.ts';
import { listBranchesDelegatedIn } from '../../store/delegations.ts';
import { listPolicySelectors } from '../../store/policies.ts';
import {
  findProject,
  findRemovedProject,
  hasUnfinishedWork,
  insertProject,
  findRegisteredProject,
  listProjects as listProjectRows,
  type ProjectRow,
  updateProject as updateProjectRow,
} from '../../store/projects.ts';
import type { Actor } from '../actor.ts';
import { change, type Unit } from '../change.ts';
import type { ListProjectsFilter, PageRequest, RegisterProjectInput, UpdateProjectInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { staleVersion } from '../version.ts';
import type { Page, ProjectChangeView, ProjectView } from '../views.ts';
import { portOf } from '../credential/port.ts';
import { listNextFirings } from './firings.ts';
import { readWindows } from './maintenance.ts';
import { mirrorBranches } from './mirror.ts';
import { toProjectView } from './view.ts';

/**
 * Registers a Neon project once per installation and mirrors its branches. One that the team removed before comes back under
 * its old id, with all that was known of it.
 * Refuses with `project_already_registered` (naming no team), `neon_project_not_found`, `credential_refused`.
 */
export async function registerProject(
  deps: CommandDeps,
  actor: Actor,
  input: RegisterProjectInput,
): Promise<ProjectView> {
  const credential = await findCredential(deps.db, actor.teamId, input.credentialId);
  if (!credential) throw notFound('credential', input.credentialId);
  deps.allow();
  if (await findRegisteredProject(deps.db, input.neonProjectId)) throw alreadyRegistered(input.neonProjectId);
  const seen = await lookAtNeon(deps, credential.id, input.neonProjectId);
  try {
    return await change(deps, actor, async (unit) => {
      if (!(await lockCredential(unit.tx, credential.id))) throw notFound('credential', input.credentialId);
      const row = await putProject(deps, unit, actor, input, seen.project);
      await mirrorBranches(deps, unit, row, seen.branches);
      unit.audit(
        'project.registered',
        { kind: 'project', id: row.id },
        { neonProjectId: row.neon_project_id, credentialId: credential.id, labels: row.labels, after: tell(row) },
      );
      return toProjectView(row);
    });
  } catch (error) {
    throw violatedUnique(error) === 'projects_neon_id' ? alreadyRegistered(input.neonProjectId) : error;
  }
}

export async function listProjects(
  deps: CommandDeps,
  actor: Actor,
  filter: ListProjectsFilter,
  page: PageRequest,
): Promise<Page<ProjectView>> {
  deps.allow();
  const { items, nextCursor } = await listProjectRows(deps.db, actor, filter, page);
  return { items: items.map(toProjectView), nextCursor };
}

export async function getProject(deps: CommandDeps, actor: Actor, id: string): Promise<ProjectView> {
  const row = await getRow(deps, actor, id);
  deps.allow();
  return toProjectView(row);
}

/**
 * Labels and limits, as a merge-patch (RFC 7396): null removes one; maintenance windows are replaced. It fires nothing, and answers what
 * fires next. Refuses with `version_stale`, and with what `readWindows` refuses.
 */
export async function updateProject(
  deps: CommandDeps,
  actor: Actor,
  input: UpdateProjectInput,
): Promise<ProjectChangeView> {
  const row = await getRow(deps, actor, input.id);
  deps.allow();
  if (row.version !== input.version) throw staleVersion(row.version);
  const labels = mergePatch(row.labels, input.labels ?? {});
  const limits = mergePatch({ ...row.limits }, input.limits ?? {});
  const given = input.maintenanceWindows;
  const maintenanceWindows = given ? readWindows(given, deps.now()) : row.maintenance_windows;
  return change(deps, actor, async ({ tx, now, audit }) => {
    const updated = await updateProjectRow(tx, row.id, input.version, {
      labels: JSON.stringify(labels),
      limits: JSON.stringify(limits),
      maintenance_windows: JSON.stringify(maintenanceWindows),
      updated_at: now,
    });
    if (!updated) throw staleVersion(undefined);
    audit('project.updated', { kind: 'project', id: row.id }, { before: tell(row), after: tell(updated) });
    const next = await listNextFirings(tx, actor.teamId, [updated]);
    return { ...toProjectView(updated), nextFirings: next.get(row.id) ?? [] };
  });
}

/**
 * Forgets the registration. Nothing is removed in Neon, and snapshots and history stay readable; what is held or locked stays so, and
 * nothing of the project can be removed through us until it is registered again.
 * Refuses with `project_in_use` while policies name it (those that choose it by labels leave it alone from then on), and
 * `project_busy` while work is promised or under way.
 */
export async function removeProject(deps: CommandDeps, actor: Actor, id: string): Promise<void> {
  const row = await getRow(deps, actor, id);
  deps.allow();
  await change(deps, actor, async ({ tx, now, audit }) => {
    const busy = await hasUnfinishedWork(tx, row.id);
    const naming = await listPolicySelectors(tx, actor.teamId);
    const policies = naming.filter(({ selector }) => selector.projects?.includes(row.id)).map(({ name }) => name);
    if (policies.length > 0) {
      throw new Refusal(
        'project_in_use',
        `Policies name this project: ${policies.slice(0, 5).join(', ')}. It was not removed. Take it out of them first.`,
        { members: { policies } },
      );
    }
    if (busy) {
      throw new Refusal(
        'project_busy',
        'Snapshots, restores or removals in this project are under way. It was not removed. Try again when they have ended.',
      );
    }
    const delegated = await listBranchesDelegatedIn(tx, row.id);
    const { status } = await getCredentialRow(tx, row.credential_id);
    // Where Neon cannot be asked any more, nothing can be taken back: the history keeps which they were.
    const canTakeBack = row.gone_at === null && status !== 'refused';
    if (delegated.length > 0 && canTakeBack) throw delegates(delegated);
    const removed = await updateProjectRow(tx, row.id, row.version, { removed_at: now, updated_at: now });
    if (!removed) throw staleVersion(undefined);
    audit(
      'project.removed',
      { kind: 'project', id: row.id },
      { neonProjectId: row.neon_project_id, delegated, before: tell(row) },
    );
  });
}

function delegates(branchIds: readonly string[]): Refusal {
  return new Refusal(
    'project_in_use',
    `In Neon ${branchIds.length} of its branches have a schedule that a policy has left to Neon, and would go on making snapshots. It was ` +
      'not removed. Pause or change the policy, wait until its schedules are taken back, and try again.',
    { members: { branchIds: branchIds.slice(0, 100) } },
  );
}

/** What the audit history says of one: what a team has set. */
function tell(row: ProjectRow) {
  const { name, labels, limits, maintenance_windows: maintenanceWindows, credential_id: credentialId } = row;
  return { name, credentialId, labels, limits, maintenanceWindows };
}

async function getRow(deps: CommandDeps, actor: Actor, id: string): Promise<ProjectRow> {
  const row = await findProject(deps.db, actor, id);
  if (!row) throw notFound('project', id);
  return row;
}

async function lookAtNeon(
  deps: CommandDeps,
  credentialId: string,
  neonProjectId: string,
): Promise<{ project: NeonProject; branches: NeonBranch[] }> {
  try {
    const neon = await portOf(deps, { credential_id: credentialId });
    const [project, branches] = await Promise.all([neon.getProject(neonProjectId), neon.listBranches(neonProjectId)]);
    return { project, branches };
  } catch (error) {
    if (error instanceof NeonFailure && error.kind === 'missing') {
      throw new Refusal(
        'neon_project_not_found',
        `Neon shows no project ${JSON.stringify(neonProjectId.slice(0, 64))} to this credential. Nothing was registered.`,
        { members: { field: 'neonProjectId' } },
      );
    }
    throw error;
  }
}

async function putProject(
  deps: CommandDeps,
  { tx, now }: Unit,
  actor: Actor,
  input: RegisterProjectInput,
  seen: NeonProject,
): Promise<ProjectRow> {
  const facts = {
    credential_id: input.credentialId,
    name: seen.name,
    region: seen.region,
    pg_version: seen.pgVersion,
    plan: seen.plan,
    history_retention_seconds: seen.historyRetentionSeconds,
    labels: JSON.stringify(input.labels ?? {}),
    updated_at: now,
    synced_at: now,
    gone_at: null,
  };
  const removed = await findRemovedProject(tx, actor, input.neonProjectId);
  if (removed) {
    const revived = await updateProjectRow(tx, removed.id, removed.version, { ...facts, removed_at: null });
    if (!revived) throw staleVersion(undefined);
    return revived;
  }
  return insertProject(tx, {
    id: deps.newId('prj'),
    team_id: actor.teamId,
    neon_project_id: input.neonProjectId,
    limits: JSON.stringify({}),
    created_at: now,
    ...facts,
  });
}

function alreadyRegistered(neonProjectId: string): Refusal {
  return new Refusal(
    'project_already_registered',
    `The Neon project ${JSON.stringify(neonProjectId.slice(0, 64))} is registered in this installation already. Nothing was done.`,
  );
}

function mergePatch<T>(present: Readonly<Record<string, T>>, patch: Readonly<Record<string, T | null | undefined>>) {
  const merged = Object.entries({ ...present, ...patch }).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(merged);
}
