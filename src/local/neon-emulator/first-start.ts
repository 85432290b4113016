/**
 * Owns what is there before the first call: an account with its keys, its plan, and a project unless none is wanted. What a
 * former start made stays; options that are given prevail.
 */
import { sampleProject } from '../sample/index.ts';
import { ensureKeys, makeAccount } from './accounts.ts';
import { defaultNames, newProject } from './bootstrap.ts';
import { getCluster, type Context } from './context.ts';
import { newEndpoint } from './creation.ts';
import { limitsFor, limitsOf } from './limits.ts';
import * as ids from './ids.ts';
import { defaultRegionId } from './regions.ts';
import { neonComputeSettings } from './routes/compute-settings.ts';
import type { Limits, OrganizationRecord, Plan, ProjectRecord, State } from './state.ts';

export interface FirstWishes {
  readonly apiKey?: string;
  readonly plan?: Plan;
  readonly limits?: Partial<Limits>;
  readonly sample?: boolean;
  readonly empty?: boolean;
}

export function freshState(): State {
  return {
    version: 2,
    apiPort: undefined,
    clockShifts: [],
    adminPassword: ids.password(),
    persons: [],
    organizations: [],
    apiKeys: [],
    lastKeyId: 0,
    projects: [],
  };
}

export interface First {
  readonly organization: OrganizationRecord;
  readonly apiKey: string;
  readonly personalApiKey: string;
  readonly project: ProjectRecord | undefined;
}

/** The project is ready, but an endpoint that was made here has no ports yet. Saves the state. */
export async function prepareFirst(context: Context, wishes: FirstWishes): Promise<First> {
  const { state } = context;
  const at = context.now().toISOString();
  if (state.organizations.length === 0) makeAccount(state, 'Afterglow', 'scale', at);
  const [[organization], [person]] = [state.organizations, state.persons];
  if (organization === undefined || person === undefined) throw new Error('The Neon emulator has no account.');
  setPlan(state, organization, wishes);
  const [organizationKey, personalKey] = ensureKeys(state, organization, person, at);
  organizationKey.key = wishes.apiKey ?? organizationKey.key;
  if (state.projects.length === 0 && wishes.empty !== true)
    context.projects.add(await makeFirstProject(context, organization, wishes.sample ?? true));
  await context.save();
  const project = state.projects.find(({ accountId }) => accountId === organization.id);
  return { organization, apiKey: organizationKey.key, personalApiKey: personalKey.key, project };
}

/** Caps without a plan mean the plan `custom`; those that are not named are those of `scale`. */
function setPlan(state: State, organization: OrganizationRecord, { plan, limits }: FirstWishes): void {
  if (plan === undefined && limits === undefined) return;
  organization.plan = plan ?? 'custom';
  organization.customLimits = organization.plan === 'custom' ? { ...limitsOf.scale, ...limits } : undefined;
  for (const project of state.projects.filter(({ accountId }) => accountId === organization.id)) {
    project.plan = organization.plan;
    project.customLimits = organization.customLimits;
  }
}

/** It is not in the state before it is whole: a crash meanwhile leaves only a directory that the next start removes. */
async function makeFirstProject(
  context: Context,
  organization: OrganizationRecord,
  isSample: boolean,
): Promise<ProjectRecord> {
  const { branch: branchName, role: roleName, database: databaseName } = defaultNames;
  const sampleSeconds = Math.min(sampleProject.historyRetentionSeconds, limitsFor(organization).historySecondsMax);
  const { project, branch } = newProject(context, {
    organization,
    name: isSample ? sampleProject.name : 'emulated-project',
    regionId: defaultRegionId,
    historyRetentionSeconds: isSample ? sampleSeconds : undefined,
    endpointDefaults: neonComputeSettings,
    branchName,
    content: { roleName, databaseName, isSample },
  });
  const cluster = getCluster(project, branch.clusterId);
  await context.rows.fill(project, cluster, 'initdb');
  branch.state = 'ready';
  const at = context.now().toISOString();
  const endpoint = newEndpoint(branch.id, { type: 'read_write' }, at);
  project.endpoints.push({ ...endpoint, state: 'active', startedAt: at, lastActiveAt: at });
  return project;
}
