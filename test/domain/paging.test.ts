// Every list is read from either end, on real rows: each row once, and each page in the order of the list.

import { sql } from 'kysely';
import t from 'tap';
import type { Page, PageRequest } from '../../src/domain/index.ts';
import { auditKeyOf, cursorOf, statusKeyOf, versionKeyOf } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';

const at = await startRegistered(t, { roles: ['api'] });
const { domain, actor, db, main, project } = at;
const many = [1, 2, 3, 4, 5];

/** Five rows beside the one that is there, which is another's in nothing but what must be unique. */
async function copy(table: string, id: string, changes: (n: number) => object): Promise<void> {
  for (const n of many) {
    const copied = JSON.stringify({ id: `${id.slice(0, -1)}${n}x`, ...changes(n) });
    await sql`insert into ${sql.table(table)}
      select (jsonb_populate_record(null::${sql.table(table)}, to_jsonb(original) || ${copied}::jsonb)).*
      from ${sql.table(table)} as original where id = ${id}`.execute(db);
  }
}

const selector = { projects: [project.id], branches: 'roots' as const };
await copy('branches', main.id, (n) => ({ neon_branch_id: `br-copy-${n}`, name: `copy ${n}`, is_default: false }));
await copy('projects', project.id, (n) => ({ neon_project_id: `copy-${n}` }));
const policies = [];
for (const n of many) {
  const form = { name: `policy ${n}`, selector, schedules: [], retention: { keepLast: n } };
  policies.push(await domain.policies.create(actor, form));
  await domain.snapshots.request(actor, { branchId: main.id, name: `snapshot ${n}` });
  const from = `2026-01-0${n}T00:00:00Z`;
  await domain.holds.place(actor, { matter: `m ${n}`, reason: 'r', selector: { branchId: main.id, from } });
  await domain.apiKeys.create(actor, { name: `key ${n}`, role: 'viewer' });
  const person = { issuer: 'https://id.example.com', subject: `person-${n}`, role: 'viewer' } as const;
  await domain.members.add(actor, { teamId: actor.teamId, ...person });
  await domain.teams.create(actor, { slug: `team-${n}`, name: `Team ${n}` });
  await domain.credentials.create(actor, { name: `credential ${n}`, neonApiKey: at.emulator.apiKey });
}
const [policy] = policies;
if (!policy) throw new Error('there is a policy');
for (const n of many) {
  await domain.policies.update(actor, { id: policy.id, version: n, name: `policy ${n + 10}` });
  await domain.retentionPlans.request(actor, policies[n - 1]?.id ?? '');
}
const target = { kind: 'new_branch' } as const;
const until = new Date(Date.now() - 1000).toISOString().replace(/\.\d+Z/, 'Z');
await sql`update branches set history_started_at = now() - interval '1 day'`.execute(db);
const restore = await domain.restores.request(actor, { source: { branchId: main.id, at: until }, target });
await copy('restores', restore.id, () => ({}));
await domain.watchBranches();
for (const n of many) {
  await sql`insert into schedules (id, policy_id, name, cron, time_zone, since)
    values (${`sch_${n}`}, ${policy.id}, ${`s${n}`}, '0 3 * * *', 'UTC', now())`.execute(db);
  await sql`insert into firings (id, team_id, schedule_id, policy_id, branch_id, due_at, status, created_at, updated_at)
    values (${`fir_${n}`}, ${actor.teamId}, ${`sch_${n}`}, ${policy.id}, ${main.id}, now(), 'missed', now(), now())`.execute(
    db,
  );
}

type List = (page: PageRequest) => Promise<Page<unknown>>;

const idOf = (item: unknown): string => (item as { id: string }).id;
const nested = async (pages: Promise<ReadonlyMap<string, Page<unknown>>>, parent: string) =>
  (await pages).get(parent) ?? { items: [], nextCursor: null };

const lists: Readonly<Record<string, readonly [list: List, keyOf?: (item: never) => string]>> = {
  teams: [(page) => domain.teams.list(actor, page)],
  members: [(page) => domain.members.list(actor, actor.teamId, page)],
  apiKeys: [(page) => domain.apiKeys.list(actor, page)],
  credentials: [(page) => domain.credentials.list(actor, page)],
  projects: [(page) => domain.projects.list(actor, {}, page)],
  branches: [(page) => domain.branches.list(actor, project.id, page)],
  policies: [(page) => domain.policies.list(actor, page)],
  versions: [
    (page) => domain.policies.versions(actor, policy.id, page),
    (one: { version: number }) => versionKeyOf(policy.id, one),
  ],
  firings: [(page) => domain.firings.list(actor, {}, page)],
  snapshots: [(page) => domain.snapshots.list(actor, { branchId: main.id }, page)],
  retentionPlans: [(page) => domain.retentionPlans.list(actor, {}, page)],
  holds: [(page) => domain.holds.list(actor, {}, page)],
  restores: [(page) => domain.restores.list(actor, { projectId: project.id }, page)],
  jobs: [(page) => domain.jobs.list(actor, { projectId: project.id }, page)],
  statuses: [(page) => domain.status.team(actor, { state: 'ok' }, page), statusKeyOf],
  audit: [(page) => domain.audit.list(actor, {}, page), auditKeyOf],
  'audit of an action': [(page) => domain.audit.list(actor, { action: 'hold.placed' }, page), auditKeyOf],
  'audit since': [(page) => domain.audit.list(actor, { since: '2026-01-01T00:00:00Z' }, page), auditKeyOf],
  'branches of projects': [(page) => nested(domain.branches.listOfProjects(actor, [project.id], page), project.id)],
  'snapshots of branches': [(page) => nested(domain.snapshots.listOfBranches(actor, [main.id], {}, page), main.id)],
  'restores of branches': [(page) => nested(domain.restores.listOfBranches(actor, [main.id], {}, page), main.id)],
};

for (const [name, [list, keyOf = idOf]] of Object.entries(lists)) {
  const key = keyOf as (item: unknown) => string;

  t.test(`${name}: forwards and backwards are one list, and a range of it is read from either end`, async (t) => {
    const whole = (await list({ limit: 200 })).items.map(key);
    t.ok(whole.length >= 5, `${whole.length} rows`);
    const forwards: string[] = [];
    const backwards: string[] = [];
    for (let cursor: string | undefined, guard = 0; guard <= whole.length; guard += 1) {
      const page: Page<unknown> = await list({ limit: 2, cursor });
      forwards.push(...page.items.map(key));
      if (page.nextCursor === null) break;
      t.equal(page.nextCursor, cursorOf(forwards.at(-1) ?? ''));
      cursor = page.nextCursor;
    }
    for (let before: string | undefined, guard = 0; guard <= whole.length; guard += 1) {
      const page: Page<unknown> = await list({ limit: 2, before, backwards: true });
      backwards.unshift(...page.items.map(key));
      if (page.nextCursor === null) break;
      t.equal(page.nextCursor, cursorOf(backwards[0] ?? ''));
      before = page.nextCursor;
    }
    t.strictSame(forwards, whole);
    t.strictSame(backwards, whole);
    const range = { cursor: cursorOf(whole[0] ?? ''), before: cursorOf(whole.at(-1) ?? '') };
    const first = await list({ limit: 2, ...range });
    const last = await list({ limit: 2, ...range, backwards: true });
    t.strictSame(first.items.map(key), whole.slice(1, 3));
    t.strictSame(last.items.map(key), whole.slice(-3, -1));
  });
}
