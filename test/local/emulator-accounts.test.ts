import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startEmulator } from '../../src/local/neon-emulator/index.ts';
import { openNeon, removeDir, speakTo, type Answered } from './neon.ts';

interface KeyBody {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly project_id?: string;
  readonly created_by: string;
  readonly revoked: boolean;
}

t.setTimeout(120_000);
const neon = await openNeon();
const { emulator } = neon;
t.after(() => neon.close());
const { accountId, projectId } = emulator;
const as = (apiKey: string) => speakTo({ ...emulator, apiKey }, neon.dir);
const organization = as(emulator.apiKey);
const personal = as(emulator.personalApiKey);
const other = await emulator.control.addAccount('other');
const stranger = as(other.apiKey);
const scopedKey = await addKey(personal, `/organizations/${accountId}/api_keys`, {
  key_name: 'scoped',
  project_id: projectId,
});
const scoped = as(scopedKey.key);

async function addKey(who: typeof neon, path: string, body: object): Promise<KeyBody> {
  const { status, body: made } = await who.call<KeyBody>('POST', path, body);
  if (status !== 200) throw new Error(`${path}: ${status}`);
  return made;
}

const statusOf = async (answer: Promise<Answered<unknown>>) => (await answer).status;
const keysOf = async (who: typeof neon, path: string) => (await who.call<KeyBody[]>('GET', path)).body;

t.test('no key, an unknown one and a malformed header are refused with 401', async (t) => {
  for (const authorization of [undefined, 'Bearer nobody', emulator.apiKey, `Basic ${emulator.apiKey}`]) {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await fetch(`${emulator.baseUrl}/auth`, { headers });
    t.equal(answer.status, 401);
    t.match(await answer.json(), { code: '', message: String, request_id: String });
  }
});

t.test('each kind of key is told what it is and whose', async (t) => {
  t.match((await personal.call('GET', '/auth')).body, { auth_method: 'api_key_user' });
  t.match((await organization.call('GET', '/auth')).body, { auth_method: 'api_key_org', account_id: accountId });
  t.match((await scoped.call('GET', '/auth')).body, { auth_method: 'api_key_org', account_id: accountId });
  t.match((await stranger.call('GET', '/auth')).body, { account_id: other.accountId });
  t.match((await personal.call('GET', '/users/me')).body, { id: String, email: /@/, plan: 'scale_v3' });
  for (const key of [organization, scoped]) {
    t.match(await key.call('GET', '/users/me'), {
      status: 404,
      body: { message: 'not allowed for organization API keys' },
    });
  }
  for (const key of [personal, organization, scoped]) {
    t.match((await key.call('GET', '/users/me/organizations')).body, { organizations: [{ id: accountId }] });
  }
});

t.test('an organization is shown to its own keys, and to no other and no project-scoped one', async (t) => {
  const path = `/organizations/${accountId}`;
  t.match(await organization.call('GET', path), { status: 200, body: { id: accountId, plan: 'scale' } });
  t.equal(await statusOf(personal.call('GET', path)), 200);
  t.equal(await statusOf(stranger.call('GET', path)), 404);
  t.equal(await statusOf(scoped.call('GET', path)), 403);
  t.equal(await statusOf(personal.call('GET', `/organizations/${other.accountId}`)), 404);
});

t.test('a project of another account is not found, whatever is asked of it', async (t) => {
  const at = `/projects/${projectId}`;
  for (const path of [at, `${at}/branches`, `${at}/operations`])
    t.equal(await statusOf(stranger.call('GET', path)), 404);
  t.equal(await statusOf(stranger.call('PATCH', at, { project: { name: 'mine' } })), 404);
  t.equal(await statusOf(stranger.call('DELETE', at)), 404);
  t.equal(await statusOf(stranger.call('POST', `${at}/branches`, { branch: {} })), 404);
  t.match((await stranger.call('GET', '/projects')).body, { projects: [] });
  t.equal(await statusOf(stranger.call('GET', `/projects?org_id=${accountId}`)), 404);
});

t.test('a personal key must name the organization whose projects it lists or adds to', async (t) => {
  const unnamed = await personal.call('GET', '/projects');
  t.match(unnamed, { status: 400, body: { message: /^org_id is required/ } });
  t.match(await personal.call('GET', `/projects?org_id=${accountId}`), { body: { projects: [{ id: projectId }] } });
  t.equal(await statusOf(personal.call('POST', '/projects', { project: {} })), 400);
  t.equal(await statusOf(personal.call('POST', '/projects', { project: { org_id: other.accountId } })), 404);
  t.equal(await statusOf(personal.call('GET', `/projects/${projectId}`)), 200);
});

t.test('a project-scoped key works in its project, and may neither delete it nor reach anything else', async (t) => {
  const { body } = await as(emulator.apiKey).call<{ project: { id: string } }>('POST', '/projects', { project: {} });
  const second = `/projects/${body.project.id}`;
  t.match((await scoped.call('GET', '/projects')).body, { projects: [{ id: projectId }] });
  t.equal(await statusOf(scoped.call('GET', `/projects/${projectId}/branches`)), 200);
  t.equal(await statusOf(scoped.call('PATCH', `/projects/${projectId}`, { project: { name: 'renamed' } })), 200);
  t.equal(await statusOf(scoped.call('GET', second)), 404);
  t.equal(await statusOf(scoped.call('DELETE', second)), 404);
  t.equal(await statusOf(scoped.call('DELETE', `/projects/${projectId}`)), 403);
  t.equal(await statusOf(scoped.call('POST', '/projects', { project: {} })), 403);
  t.equal(await statusOf(scoped.call('GET', '/api_keys')), 403);
  t.equal(await statusOf(scoped.call('GET', `/organizations/${accountId}/api_keys`)), 403);
  t.equal(await statusOf(scoped.call('GET', `/consumption_history/v2/projects?org_id=${accountId}`)), 403);
  const wish = { key_name: 'more', project_id: projectId };
  t.equal(await statusOf(scoped.call('POST', `/organizations/${accountId}/api_keys`, wish)), 403);
});

t.test('a key is shown when it is made and never again, works at once, and is unknown once revoked', async (t) => {
  const made = await addKey(personal, '/api_keys', { key_name: 'short-lived' });
  t.match(made, { id: Number, key: /^napi_/, name: 'short-lived', created_by: String });
  t.equal(await statusOf(as(made.key).call('GET', '/auth')), 200);
  const listed = (await keysOf(personal, '/api_keys')).find(({ id }) => id === made.id);
  t.match(listed, { name: 'short-lived', created_by: { id: made.created_by }, last_used_at: String });
  t.notOk(JSON.stringify(listed).includes(made.key));
  t.equal(await statusOf(stranger.call('DELETE', `/api_keys/${made.id}`)), 403);
  t.equal(await statusOf(as(other.personalApiKey).call('DELETE', `/api_keys/${made.id}`)), 404);
  t.match(await personal.call('DELETE', `/api_keys/${made.id}`), { status: 200, body: { revoked: true, id: made.id } });
  t.equal(await statusOf(as(made.key).call('GET', '/auth')), 401);
  t.equal(await statusOf(personal.call('DELETE', `/api_keys/${made.id}`)), 404);
  const next = await addKey(personal, '/api_keys', { key_name: 'short-lived' });
  t.ok(next.id > made.id, 'ids are not given again');
});

t.test('an organization has keys of its own: made by a person, or by its key for one project', async (t) => {
  const path = `/organizations/${accountId}/api_keys`;
  t.match(scopedKey, { project_id: projectId });
  const made = await addKey(personal, path, { key_name: 'whole' });
  t.notOk('project_id' in made);
  t.equal(await statusOf(organization.call('POST', path, { key_name: 'as-much' })), 403);
  const narrow = await addKey(organization, path, { key_name: 'narrow', project_id: projectId });
  t.equal(await statusOf(organization.call('POST', path, { key_name: 'none', project_id: 'none-such-1234' })), 404);
  t.equal(await statusOf(stranger.call('GET', path)), 404);
  const names = (await keysOf(organization, path)).map(({ name }) => name);
  for (const name of ['scoped', 'whole', 'narrow']) t.ok(names.includes(name), name);
  t.match(await organization.call('DELETE', `${path}/${narrow.id}`), {
    status: 200,
    body: { revoked: true, project_id: projectId },
  });
  t.equal(await statusOf(as(narrow.key).call('GET', '/auth')), 401);
});

t.test('key names that cannot be are refused', async (t) => {
  t.equal(await statusOf(personal.call('POST', '/api_keys', {})), 400);
  t.equal(await statusOf(personal.call('POST', '/api_keys', { key_name: 'x'.repeat(65) })), 400);
  await addKey(personal, '/api_keys', { key_name: 'once' });
  t.equal(await statusOf(personal.call('POST', '/api_keys', { key_name: 'once' })), 409);
  t.equal(await statusOf(organization.call('POST', '/api_keys', { key_name: 'whose' })), 403);
});

t.test('regions are listed, one of them the default', async (t) => {
  const { body } = await organization.call<{ regions: { default: boolean }[] }>('GET', '/regions');
  t.equal(body.regions.filter((region) => region.default).length, 1);
  t.equal(await statusOf(organization.call('GET', `/regions?org_id=${other.accountId}`)), 404);
});

t.test('keys and accounts outlive a restart; a first key that was revoked is replaced by a new one', async (t) => {
  const first = await openNeon();
  t.teardown(() => removeDir(first.dir));
  const added = await first.emulator.control.addAccount('kept');
  await first.emulator.close();
  const options = { dataDir: first.dir, rateLimited: false };
  const second = await startEmulator(options);
  t.equal(second.apiKey, first.emulator.apiKey);
  t.equal(second.personalApiKey, first.emulator.personalApiKey);
  const whose = async (apiKey: string) => (await speakTo({ ...second, apiKey }, first.dir).call('GET', '/auth')).body;
  t.match(await whose(added.apiKey), { account_id: added.accountId });
  const path = `/organizations/${second.accountId}/api_keys`;
  const [own] = await keysOf(speakTo(second, first.dir), path);
  await speakTo(second, first.dir).call('DELETE', `${path}/${own?.id}`);
  await second.close();
  const third = await startEmulator({ ...options });
  t.teardown(() => third.close());
  t.not(third.apiKey, first.emulator.apiKey);
  t.equal(await statusOf(speakTo(third, first.dir).call('GET', '/auth')), 200);
  await third.close();
  const chosen = await startEmulator({ ...options, apiKey: 'chosen-key' });
  t.teardown(() => chosen.close());
  t.equal(chosen.apiKey, 'chosen-key');
  t.equal(await statusOf(speakTo(chosen, first.dir).call('GET', '/auth')), 200);
});

t.test('where a key for one project has the name of the first one, that is replaced by another name', async (t) => {
  const first = await openNeon();
  t.teardown(() => first.close());
  const path = `/organizations/${first.emulator.accountId}/api_keys`;
  const person = speakTo({ ...first.emulator, apiKey: first.emulator.personalApiKey }, first.dir);
  const [own] = await keysOf(person, path);
  t.equal(await statusOf(person.call('DELETE', `${path}/${own?.id}`)), 200);
  await addKey(person, path, { key_name: own?.name, project_id: first.emulator.projectId });
  await first.emulator.close();
  const second = await openNeon({ dataDir: first.dir });
  t.teardown(() => second.emulator.close());
  t.match((await second.call('GET', '/auth')).body, { auth_method: 'api_key_org' });
  const names = (await keysOf(second, path)).map(({ name }) => name);
  t.equal(new Set(names).size, 2);
});

interface Consumption {
  readonly message: string;
  readonly projects: {
    readonly project_id: string;
    readonly periods: {
      readonly consumption: {
        readonly timeframe_start: string;
        readonly metrics: { readonly metric_name: string; readonly value: number }[];
      }[];
    }[];
  }[];
}

t.test('consumption is answered from what is there, and what is not measured is left out', async (t) => {
  const measured = await openNeon({ sample: true });
  t.teardown(() => measured.close());
  const { call, change } = measured;
  await change('POST', `branches/${measured.emulator.branchId}/snapshot?name=held`);
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(50)) {
    const { branch } = (await call('GET', `branches/${measured.emulator.branchId}`)).body;
    const { snapshots } = (await call('GET', 'snapshots')).body;
    if (branch.logical_size !== undefined && snapshots[0]?.full_size !== undefined) break;
  }
  const hour = 3_600_000;
  await measured.emulator.control.setClock(2 * hour);
  const now = Date.now() + 2 * hour;
  const at = (ms: number) => new Date(ms).toISOString();
  const ask = async (query: Record<string, string>) => {
    const { org_id = measured.emulator.accountId, ...rest } = query;
    return call<Consumption>(
      'GET',
      `/consumption_history/v2/projects?${new URLSearchParams({ org_id, ...rest }).toString()}`,
    );
  };
  const metrics = 'root_branch_bytes_month,snapshot_storage_bytes_month,compute_unit_seconds';
  const whole = { granularity: 'hourly', from: at(now - 5 * hour), to: at(now), metrics };
  const { status, body } = await ask(whole);
  t.equal(status, 200);
  t.equal(body.projects[0]?.project_id, measured.emulator.projectId);
  const frames = body.projects[0]?.periods.flatMap(({ consumption }) => consumption) ?? [];
  t.ok(frames.length >= 1);
  const last = frames.at(-1)?.metrics ?? [];
  t.same(
    last.map(({ metric_name: name }) => name),
    ['root_branch_bytes_month', 'snapshot_storage_bytes_month'],
  );
  t.ok(last.every(({ value }) => value > 0));
  t.equal((await ask({ ...whole, project_ids: 'none-such-12345678' })).body.projects.length, 0);
  const farAhead = await ask({ ...whole, to: '9999-12-31T00:00:00Z' });
  t.equal(farAhead.status, 200);
  const starts = farAhead.body.projects[0]?.periods.flatMap(({ consumption }) => consumption) ?? [];
  t.ok(starts.length >= 1);
  t.ok(
    starts.every(({ timeframe_start: start }) => Date.parse(start) <= Date.now() + 2 * hour),
    'what is to come has no span',
  );
  for (const [wrong, expected] of [
    [{ org_id: '' }, 400],
    [{ metrics: '' }, 400],
    [{ metrics: 'guesses' }, 400],
    [{ granularity: 'yearly' }, 400],
    [{ from: '' }, 400],
    [{ to: 'tomorrow' }, 400],
    [{ limit: '101' }, 400],
    [{ from: at(now), to: at(now - 4 * hour) }, 406],
    [{ from: at(now - 200 * hour) }, 406],
    [{ granularity: 'daily', from: at(now - 61 * 24 * hour) }, 406],
    [{ granularity: 'monthly', from: '2024-02-01T00:00:00Z' }, 406],
    [{ org_id: 'org-none-such-12345678' }, 404],
  ] as const)
    t.equal((await ask({ ...whole, ...wrong })).status, expected, JSON.stringify(wrong));
});

t.end();
