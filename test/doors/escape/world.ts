// Two teams: one that has something of every kind, and those who ask for it and are to learn nothing.

import pg from 'pg';
import type { Test } from 'tap';
import { type Registered, startRegistered } from '../../harness/app.ts';
import { reconcile } from '../../harness/reconcile.ts';
import { writeRow } from '../../harness/rows.ts';
import { restore, takeSnapshot } from '../../harness/work.ts';
import type { Ids } from './ids.ts';

export const roles = ['viewer', 'operator', 'approver', 'admin'] as const;

export type Sql = (text: string) => Promise<unknown[]>;

export interface EscapeWorld {
  readonly at: Registered;
  readonly ids: Ids;
  readonly callers: Awaited<ReturnType<typeof makeCallers>>;
  readonly sql: Sql;
}

/** With nothing left to do: no job is promised, so nothing changes by itself. */
export async function openEscape(t: Test): Promise<EscapeWorld> {
  // Hundreds of keys that are none are presented, from one address: they are not to be answered late.
  const at = await startRegistered(t, { roles: ['api', 'worker'], edge: { failedSignIns: 0 } });
  // A subscription needs a connection.
  await at.app.rest.listen({ port: 0, host: '127.0.0.1' });
  const sql = sqlOf(at.databaseUrl);
  const ids = await makeIds(at);
  const callers = await makeCallers(at, sql);
  await at.until(
    () => at.db.selectFrom('outbox').select('id').where('status', '!=', 'done').execute(),
    (rows) => rows.length === 0,
  );
  return { at, ids, callers, sql };
}

async function makeIds(at: Registered): Promise<Ids> {
  const { domain, actor, main, project, credential } = at;
  await domain.projects.update(actor, { id: project.id, version: project.version, labels: { env: 'kept' } });
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  const moment = await writeRow(at.emulator.connectionUri, 1);
  const restored = await restore(at, { source: { branchId: main.id, at: moment.at }, target: { kind: 'in_place' } });
  const selector = { projects: [project.id] };
  const policy = await domain.policies.create(actor, {
    name: 'p',
    selector,
    schedules: [],
    retention: { keepLast: 2 },
  });
  const selected = { snapshotIds: [snapshot.id] };
  const hold = await domain.holds.place(actor, { matter: 'Smith', reason: 'The court asked.', selector: selected });
  const plan = await domain.retentionPlans.request(actor, policy.id);
  await reconcile(at);
  const [job] = (await domain.jobs.list(actor, { subjectId: snapshot.id }, { limit: 1 })).items;
  const person = { issuer: 'https://id.example.com', subject: 'mary', role: 'admin' } as const;
  const member = await domain.members.add(actor, { teamId: actor.teamId, ...person });
  const key = await domain.apiKeys.create(actor, { name: 'k', role: 'viewer' });
  return {
    team: actor.teamId,
    member: member.id,
    key: key.id,
    credential: credential.id,
    project: project.id,
    branch: main.id,
    policy: policy.id,
    snapshot: snapshot.id,
    hold: hold.id,
    plan: plan.id,
    restore: restored.id,
    job: job?.id ?? '',
  };
}

async function makeCallers({ domain, actor }: Registered, sql: Sql) {
  const inRole = async (role: (typeof roles)[number], more = {}) =>
    (await domain.apiKeys.create(actor, { name: role, role, kind: 'person', ...more })).key;
  const ended = await domain.apiKeys.create(actor, { name: 'x', role: 'admin', expiresAt: '2999-01-01T00:00:00Z' });
  await sql(`update api_keys set expires_at = now() - interval '1 second' where id = '${ended.id}'`);
  await sql(`insert into projects select (jsonb_populate_record(null::projects,
    to_jsonb(projects) || '{"id": "prj_twin", "neon_project_id": "twin"}')).* from projects`);
  const team = await domain.teams.create(actor, { slug: 'other', name: 'Other' });
  const maker = await domain.teams.enter(actor, 'other');
  const foreign = await domain.apiKeys.create(maker, { name: 'x', role: 'admin', kind: 'person' });
  const platform = await domain.apiKeys.create(maker, { name: 'x', role: 'admin', kind: 'person' });
  await sql(`update api_keys set is_platform = true where id = '${platform.id}'`);
  return {
    roles: Object.fromEntries(await Promise.all(roles.map(async (role) => [role, await inRole(role)]))) as Record<
      (typeof roles)[number],
      string
    >,
    ended: { key: ended.key },
    narrowed: { key: await inRole('admin', { projects: ['prj_twin'] }) },
    foreign: { key: foreign.key },
    /** Of the platform, in the first team, in which it has no role. */
    platform: { key: platform.key, team: 'default' },
    otherTeam: team.id,
  };
}

function sqlOf(databaseUrl: string): Sql {
  return async (text) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
}
