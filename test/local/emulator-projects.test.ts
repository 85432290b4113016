import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateProjectResponses, GetProjectResponses, ListProjectsResponses } from '@neon/sdk/raw';
import t from 'tap';
import { startEmulator, type Emulator } from '../../src/local/neon-emulator/index.ts';
import { openNeon, removeDir, speakTo, sql, temporaryDir, type Answered, type Neon } from './neon.ts';
import { eventually, processesOn, startVictim } from './processes.ts';

type Created = CreateProjectResponses[201];

t.setTimeout(300_000);
const neon = await openNeon();
const { emulator } = neon;
t.after(() => neon.close());

async function create(who: Neon, project: object = {}): Promise<Created> {
  const { status, body } = await who.call<Created>('POST', '/projects', { project });
  if (status !== 201) throw new Error(`POST /projects: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** The same emulator, with another project as the one that paths without a slash are about. */
function within(who: Neon, projectId: string): Neon {
  return speakTo({ ...who.emulator, projectId }, who.dir);
}

async function refusal(answer: Promise<Answered<unknown>>): Promise<string> {
  const { status, body } = await answer;
  return `${status} ${typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : ''}`.trim();
}

const post = (project: object, who: Neon = neon) => refusal(who.call('POST', '/projects', { project }));
const isFinished = ({ status }: { readonly status: string }) => status === 'finished';
const clustersIn = async (dir: string) => (await readdir(join(dir, 'clusters'))).length;

t.test(
  'a project is answered before it is there, and all that was answered is true when its operations end',
  async (t) => {
    const created = await create(neon, {
      name: 'shop',
      region_id: 'aws-eu-central-1',
      pg_version: 17,
      history_retention_seconds: 7200,
      branch: { name: 'production', role_name: 'shop keeper', database_name: 'shop"db' },
      default_endpoint_settings: { suspend_timeout_seconds: 600 },
    });
    t.match(created.project, {
      id: /^[a-z]+-[a-z]+-\d{8}$/,
      name: 'shop',
      region_id: 'aws-eu-central-1',
      pg_version: 17,
      history_retention_seconds: 7200,
      org_id: emulator.accountId,
      default_endpoint_settings: { suspend_timeout_seconds: 600 },
    });
    t.match(created.branch, { name: 'production', default: true, current_state: 'init' });
    t.match(created.endpoints, [{ type: 'read_write', branch_id: created.branch.id, suspend_timeout_seconds: 600 }]);
    t.match(created.operations, [{ action: 'create_timeline' }, { action: 'start_compute' }]);
    t.match(created.roles, [{ name: 'shop keeper' }]);
    t.match(created.databases, [{ name: 'shop"db', owner_name: 'shop keeper' }]);
    const own = within(neon, created.project.id);
    t.equal((await own.call('POST', 'branches', { branch: {} })).status, 423, 'locked meanwhile');
    await own.settled();
    t.match((await own.call('GET', `branches/${created.branch.id}`)).body, { branch: { current_state: 'ready' } });
    const { databases } = (await own.call<Created>('GET', `branches/${created.branch.id}/databases`)).body;
    t.equal(databases[0]?.id, created.databases[0]?.id);
    const [uri] = created.connection_uris;
    t.equal(await sql(uri?.connection_uri ?? '', 'select current_user || current_database()'), 'shop keepershop"db');
  },
);

t.test('what is not asked for is as Neon has it, and projects hold nothing in common', async (t) => {
  const created = await create(neon);
  t.equal(created.project.name, created.project.id);
  t.match(created.branch, { name: 'main' });
  t.match(created.project, { region_id: 'aws-us-east-1', history_retention_seconds: 86_400 });
  const own = within(neon, created.project.id);
  await own.settled();
  const uri = await own.uri(created.branch.id);
  t.equal(created.connection_uris[0]?.connection_uri, uri);
  await sql(uri, 'create table here as select 1 as n');
  await t.rejects(sql(emulator.connectionUri, 'select n from here'), { code: '42P01' });
  t.equal((await own.call('GET', `branches/${emulator.branchId}`)).status, 404);
  const copy = await own.branch({ name: 'copy' });
  t.equal(await sql(await own.uri(copy.id), 'select n from here'), '1');
});

t.test('what this machine or the plan has not is refused, and nothing is made', async (t) => {
  const before = (await neon.call<ListProjectsResponses[200]>('GET', '/projects?limit=400')).body.projects.length;
  t.equal(await post({ pg_version: 16 }), '400');
  t.equal(await post({ pg_version: 'seventeen' }), '400');
  t.equal(await post({ region_id: 'moon-dark-side-1' }), '400');
  t.equal(await post({ name: 'x'.repeat(257) }), '400');
  t.equal(await post({ history_retention_seconds: 2_592_001 }), '400');
  t.equal(await post({ default_endpoint_settings: { suspend_timeout_seconds: 5 } }), '400');
  for (const branch of [{ role_name: 'cloud_admin' }, { database_name: 'postgres' }, { role_name: 'x'.repeat(64) }])
    t.equal(await post({ branch }), '400');
  t.equal(await refusal(neon.call('POST', '/projects', {})), '400');
  const after = (await neon.call<ListProjectsResponses[200]>('GET', '/projects?limit=400')).body.projects.length;
  t.equal(after, before);
});

t.test('a name with half a character is refused', async (t) => {
  const half = 'a\ud800';
  t.equal(await post({ name: half }), '400');
  t.equal(await post({ branch: { role_name: half } }), '400');
  t.equal(await post({ branch: { database_name: half } }), '400');
  t.equal(await refusal(neon.call('POST', 'branches', { branch: { name: half } })), '400');
});

t.test('projects are searched and paged', async (t) => {
  for (const name of ['page one', 'page two']) await within(neon, (await create(neon, { name })).project.id).settled();
  const list = async (query: string) => (await neon.call<ListProjectsResponses[200]>('GET', `/projects?${query}`)).body;
  const all = (await list('limit=400')).projects.map(({ id }) => id);
  const paged: string[] = [];
  for (let cursor = ''; ; ) {
    const { projects, pagination } = await list(`limit=2&cursor=${cursor}`);
    paged.push(...projects.map(({ id }) => id));
    if (projects.length < 2) break;
    cursor = pagination?.cursor ?? '';
  }
  t.same(paged, all);
  const found = (await list('search=page')).projects.map(({ name }) => name);
  t.same(found.toSorted(), ['page one', 'page two']);
  t.equal((await list(`search=${emulator.projectId}`)).projects.length, 1);
  t.same((await list('recoverable=true')).projects, []);
  t.equal(await refusal(neon.call('GET', '/projects?limit=401')), '400');
});

t.test('a project is renamed, and its settings hold for endpoints that are made later', async (t) => {
  const patched = await neon.call<GetProjectResponses[200]>('PATCH', '', {
    project: { name: 'other name', default_endpoint_settings: { suspend_timeout_seconds: -1 } },
  });
  t.match(patched, {
    status: 200,
    body: { project: { name: 'other name', default_endpoint_settings: { suspend_timeout_seconds: -1 } } },
  });
  const branch = await neon.branch({ name: 'later' });
  t.match((await neon.call('GET', `branches/${branch.id}/endpoints`)).body, {
    endpoints: [{ suspend_timeout_seconds: -1 }],
  });
});

t.test(
  'a deleted project is gone at once, and soon its servers, its ports, its files and the keys for it alone',
  async (t) => {
    const before = await clustersIn(neon.dir);
    const created = await create(neon);
    const own = within(neon, created.project.id);
    t.equal(await refusal(own.call('DELETE', '')), '423', 'not while it is made');
    await own.settled();
    await own.branch({ name: 'child' });
    const path = `/organizations/${emulator.accountId}/api_keys`;
    const wish = { key_name: 'of the deleted', project_id: created.project.id };
    const { key } = (await own.call<{ key: string }>('POST', path, wish)).body;
    t.ok((await clustersIn(neon.dir)) > before);
    t.match(await own.call('DELETE', ''), { status: 200, body: { project: { id: created.project.id } } });
    t.equal(await refusal(own.call('GET', '')), '404');
    t.equal(await refusal(own.call('DELETE', '')), '404');
    t.equal((await speakTo({ ...emulator, apiKey: key }, neon.dir).call('GET', '/auth')).status, 401);
    await t.rejects(sql(created.connection_uris[0]?.connection_uri ?? '', 'select 1'), { code: 'ECONNREFUSED' });
    t.ok(await eventually(async () => (await clustersIn(neon.dir)) === before, 60_000));
    t.equal(await sql(emulator.connectionUri, 'select 1'), '1', 'the others go on');
  },
);

t.test('the plan gives the caps; the plan custom has those that are given', async (t) => {
  const hour = 3600;
  const free = await openNeon({ plan: 'free', sample: true });
  t.teardown(() => free.close());
  const patch = (seconds: number) => free.call('PATCH', '', { project: { history_retention_seconds: seconds } });
  t.equal(await refusal(patch(6 * hour + 1)), '422');
  t.equal((await patch(6 * hour)).status, 200);
  t.equal(await post({ history_retention_seconds: 6 * hour + 1 }, free), '422');
  t.match((await free.call('GET', '')).body, { project: { owner: { subscription_type: 'free_v3' } } });
  const custom = await openNeon({
    limits: { projects: 2, branches: 1, historySecondsMax: 3600, historySecondsDefault: 60 },
  });
  t.teardown(() => custom.close());
  t.match((await custom.call('GET', '')).body, {
    project: { history_retention_seconds: 60, owner: { subscription_type: 'direct_sales_v3', branches_limit: 1 } },
  });
  t.equal(await refusal(custom.call('PATCH', '', { project: { history_retention_seconds: 3601 } })), '422');
  t.equal(await refusal(custom.call('POST', 'branches', { branch: {} })), '422 BRANCHES_LIMIT_EXCEEDED');
  const second = await create(custom);
  await within(custom, second.project.id).settled();
  t.equal(await post({}, custom), '422 PROJECTS_LIMIT_EXCEEDED');
  t.equal((await custom.call('DELETE', `/projects/${second.project.id}`)).status, 200);
  t.equal((await custom.call('POST', '/projects', { project: {} })).status, 201);
});

t.test('an empty emulator has an account and no project, until one is made', async (t) => {
  const dir = await temporaryDir();
  t.teardown(() => removeDir(dir));
  const first = await startEmulator({ dataDir: dir, empty: true, rateLimited: false });
  t.teardown(() => first.close());
  t.match(first, { projectId: '', branchId: '', connectionUri: '', apiKey: /^napi_/, accountId: /^org-/ });
  const speak = speakTo(first, dir);
  t.match((await speak.call('GET', '/projects')).body, { projects: [] });
  t.strictSame(processesOn(dir), []);
  const created = await create(speak, { branch: { database_name: 'own' } });
  await within(speak, created.project.id).settled();
  await first.close();
  const second = await startEmulator({ dataDir: dir, empty: true });
  t.teardown(() => second.close());
  t.equal(second.connectionUri, created.connection_uris[0]?.connection_uri);
  t.equal(await sql(second.connectionUri, 'select current_database()'), 'own');
});

t.test('kill -9 while a project is made or deleted: the next start has it whole, or nothing of it', async (t) => {
  const dir = await temporaryDir();
  t.teardown(() => removeDir(dir));
  for (const [index, delayMs] of [0, 120, 700].entries()) {
    const victim = await startVictim('emulator', dir);
    const described: Omit<Emulator, 'close'> = JSON.parse(victim.line);
    const doomed = speakTo({ ...described, close: async () => {} }, dir);
    const { body: listed } = await doomed.call<ListProjectsResponses[200]>('GET', '/projects');
    const made = listed.projects.find(({ name }) => name === `made ${index - 1}`);
    if (made !== undefined) await doomed.call('DELETE', `/projects/${made.id}`);
    const created = await create(doomed, { name: `made ${index}` });
    await sleep(delayMs);
    await victim.kill();
    t.ok(await eventually(() => processesOn(dir).length === 0), 'no Postgres is left');
    const again = await startEmulator({ dataDir: dir, rateLimited: false });
    const speak = within(speakTo(again, dir), created.project.id);
    const isOver = async () => (await speak.call('GET', 'operations')).body.operations.every(isFinished);
    t.ok(await eventually(isOver, 60_000), 'its operations end well');
    t.equal(await sql(await speak.uri(created.branch.id), 'select 1'), '1');
    const names = (await speak.call<ListProjectsResponses[200]>('GET', '/projects')).body.projects.map(
      ({ name }) => name,
    );
    t.same(names.toSorted(), ['emulated-project', `made ${index}`]);
    await again.close();
    t.equal(await clustersIn(dir), 2, 'nothing of the deleted is left');
  }
});

t.end();
