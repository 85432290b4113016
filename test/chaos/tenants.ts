// Owns who uses the world of a chaos run: teams with their keys, accounts of Neon, and many registered projects, each with two branches
// and some with a policy.

import { randomBytes } from 'node:crypto';
import type { BranchView, CredentialView, PolicyView, ProjectView } from '../../src/domain/index.ts';
import type { NeonApi } from '../../src/neon/api.ts';
import { hashApiKey, insertApiKey } from '../../src/store/api-keys.ts';
import { insertTeam } from '../../src/store/teams.ts';
import { makeClient, type PatientClient } from '../harness/world/client.ts';
import { untilNeonRests } from '../harness/world/neon.ts';
import type { World } from '../harness/world/world.ts';
import type { Mode } from './plan.ts';

export interface Tenant {
  readonly client: PatientClient;
  readonly project: ProjectView;
  readonly main: BranchView;
  readonly child: BranchView;
  readonly policy: PolicyView;
  /** The port of its account: what is done behind Afterglow's back. */
  readonly port: NeonApi;
}

/** One for each project. */
export async function addTenants(world: World, mode: Mode): Promise<Tenant[]> {
  const teams = await Promise.all(Array.from({ length: mode.teams }, (_, index) => addTeam(world, `team-${index}`)));
  const accounts = [world.neon.apiKey];
  while (accounts.length < mode.accounts) {
    const { apiKey } = await world.neon.addAccount(`account-${accounts.length}`);
    world.secrets.push(apiKey);
    accounts.push(apiKey);
  }
  const credentials = new Map<string, CredentialView>();
  for (const [t, client] of teams.entries()) {
    for (const [a, neonApiKey] of accounts.entries()) {
      const body = { name: `account-${a}`, neonApiKey };
      credentials.set(`${t} ${a}`, await client.ask<CredentialView>('POST', '/v1/credentials', body));
    }
  }
  return Promise.all(
    Array.from({ length: mode.projects }, (_, index) => {
      const [t, a] = [index % teams.length, index % accounts.length];
      const [client, apiKey, credential] = [teams[t], accounts[a], credentials.get(`${t} ${a}`)];
      if (!client || !apiKey || !credential) throw new Error('A team or an account is missing.');
      return addTenant(world, { client, apiKey, credentialId: credential.id });
    }),
  );
}

async function addTeam({ db, services, clients, secrets }: World, slug: string): Promise<PatientClient> {
  const apiKey = `ag_${randomBytes(24).toString('hex')}`;
  const teamId = `tem_${slug}`;
  await db.transaction().execute(async (tx) => {
    await insertTeam(tx, { id: teamId, slug, name: slug, created_at: new Date() });
    await insertApiKey(tx, {
      id: `key_${slug}`,
      team_id: teamId,
      name: 'chaos',
      prefix: apiKey.slice(0, 8),
      hash: hashApiKey(apiKey),
      role: 'admin',
      kind: 'service',
      created_at: new Date(),
    });
  });
  const client = makeClient({ address: services.address, apiKey, withinMs: 180_000 });
  clients.set(teamId, client);
  secrets.push(apiKey);
  return client;
}

interface Wanted {
  readonly client: PatientClient;
  readonly apiKey: string;
  readonly credentialId: string;
}

async function addTenant(world: World, { client, apiKey, credentialId }: Wanted): Promise<Tenant> {
  const made = await world.neon.addProject(apiKey);
  world.keys.set(made.id, apiKey);
  const port = world.neon.port(apiKey);
  const wish = { name: 'child', parentId: made.branchId, point: { head: true }, withCompute: true } as const;
  await port.createBranch(made.id, wish);
  await untilNeonRests(port, made.id);
  const project = await client.ask<ProjectView>('POST', '/v1/projects', { neonProjectId: made.id, credentialId });
  const branches = await client.list<BranchView>(`/v1/projects/${project.id}/branches`);
  const main = branches.find(({ name }) => name === 'main');
  const child = branches.find(({ name }) => name === 'child');
  if (!main || !child) throw new Error('The mirror lacks a branch.');
  for (const { id, name } of [main, child]) {
    world.asked.given.push({ neonProjectId: made.id, branchId: id, name });
  }
  const policy = await client.ask<PolicyView>('POST', '/v1/policies', {
    name: `policy of ${project.id}`,
    selector: { projects: [project.id], branches: ['main', 'child'] },
    // It is due when the run says so.
    schedules: [{ name: 'yearly', cron: '0 0 1 1 *', timeZone: 'UTC' }],
    retention: { keepLast: 2 },
  });
  return { client, project, main, child, policy, port };
}
