// Makes many projects in the emulator and their rows in Afterglow's store, straight: what a registration costs is not measured here.

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { connectNeon } from '../../src/neon/client.ts';
import { parseKeyring } from '../../src/store/seal.ts';
import { insertTeam } from '../../src/store/teams.ts';
import type { World } from './world.ts';

export interface BenchProject {
  readonly id: string;
  readonly teamId: string;
  readonly neonProjectId: string;
  readonly branchId: string;
}

/** So many projects over so many accounts, each account a team of its own. */
export async function makeProjects(world: World, count: number, accounts: number): Promise<BenchProject[]> {
  const made: BenchProject[] = [];
  for (let account = 0; account < accounts; account += 1) {
    const share = Math.ceil((count - account) / accounts);
    made.push(...(await makeAccount(world, `account-${account}`, share)));
  }
  return made;
}

async function makeAccount(world: World, name: string, count: number): Promise<BenchProject[]> {
  const { emulator, db } = world;
  const { apiKey } = await emulator.control.addAccount(name);
  const neon = connectNeon({ baseUrl: emulator.baseUrl, timeoutMs: 30_000 })(apiKey);
  const accountId = await neon.getAccountId();
  const teamId = `tem_${uuidv7()}`;
  const credentialId = `crd_${uuidv7()}`;
  const now = new Date();
  await db.transaction().execute((tx) => insertTeam(tx, { id: teamId, slug: name, name, created_at: now }));
  await db
    .insertInto('credentials')
    .values({
      id: credentialId,
      team_id: teamId,
      name,
      sealed_key: await parseKeyring(world.encryptionKeys).seal(apiKey),
      neon_account_id: accountId,
      status: 'active',
      created_at: now,
      updated_at: now,
    })
    .execute();
  const projects: BenchProject[] = [];
  for (let index = 0; index < count; index += 1) {
    const { project, branch } = await createProject(emulator.baseUrl, apiKey, `${name}-${index}`);
    const row = { id: `prj_${uuidv7()}`, teamId, neonProjectId: project.id, branchId: `brn_${uuidv7()}` };
    await sql`
      with project as (
        insert into projects (id, team_id, credential_id, neon_project_id, name, region, pg_version, plan,
          history_retention_seconds, labels, limits, created_at, updated_at, synced_at)
        values (${row.id}, ${teamId}, ${credentialId}, ${project.id}, ${name}, 'r', 17, 'scale', 86400, '{}',
          '{"rootBranches": 1000, "snapshots": 100000}', now(), now(), now() + interval '1 day')
      )
      insert into branches (id, team_id, project_id, neon_branch_id, name, is_default, is_protected, state,
        neon_created_at, history_started_at, created_at, updated_at)
      values (${row.branchId}, ${teamId}, ${row.id}, ${branch.id}, ${branch.name}, true, false, 'ready',
        ${branch.created_at}::timestamptz, ${branch.created_at}::timestamptz, now(), now())`.execute(db);
    projects.push(row);
  }
  return projects;
}

interface MadeProject {
  readonly project: { readonly id: string };
  readonly branch: { readonly id: string; readonly name: string; readonly created_at: string };
}

async function createProject(baseUrl: string, key: string, name: string): Promise<MadeProject> {
  const response = await fetch(`${baseUrl}/projects`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ project: { name } }),
  });
  if (response.status === 429) {
    await sleep(1_000);
    return createProject(baseUrl, key, name);
  }
  if (!response.ok) throw new Error(`POST /projects: ${response.status} ${await response.text()}`);
  return (await response.json()) as MadeProject;
}
