import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, getProjectBranch, listProjectBranches } from '@neon/sdk/raw';
import t from 'tap';
import { openNeon, sql, type Body, type Answered } from './neon.ts';
import { eventually } from './processes.ts';

const neon = await openNeon();
const { emulator, call, change, branch } = neon;
t.after(() => neon.close());
const main = emulator.branchId;
const hour = 3600 * 1000;
const inAnHour = () => new Date(Date.now() + hour).toISOString();

function refusal({ status, body }: Answered<Body>): string {
  const isWhole = [body.code, body.message, body.request_id].every((field) => typeof field === 'string');
  return isWhole ? `${status} ${body.message}` : `not an error of Neon's form: ${JSON.stringify(body)}`;
}

t.test('a wrong or missing key is refused, the right one tells the account', async (t) => {
  const wrong = await fetch(`${emulator.baseUrl}/auth`, { headers: { authorization: 'Bearer nobody' } });
  t.equal(wrong.status, 401);
  t.match(await wrong.json(), { code: String, message: String, request_id: String });
  t.equal((await fetch(`${emulator.baseUrl}/projects`)).status, 401);
  t.match(await call('GET', '/auth'), {
    status: 200,
    body: { account_id: emulator.accountId, auth_method: 'api_key_org' },
  });
});

t.test('the project shows its plan, and its history window can be changed up to the cap of the plan', async (t) => {
  t.match(await call('GET', '/projects'), { body: { projects: [{ id: emulator.projectId }] } });
  t.match(await call('GET', ''), {
    body: { project: { owner: { subscription_type: 'scale_v3' }, history_retention_seconds: 86_400 } },
  });
  const patched = await call('PATCH', '', { project: { history_retention_seconds: 3600, unknown_field: 1 } });
  t.match(patched, { status: 200, body: { project: { history_retention_seconds: 3600 }, operations: [] } });
  t.equal((await call('PATCH', '', { project: { history_retention_seconds: 99_999_999 } })).status, 400);
  await call('PATCH', '', { project: { history_retention_seconds: 604_800 } });
});

t.test('what does not exist is not found, what is not served says so', async (t) => {
  t.equal(refusal(await call('GET', '/projects/none-such-12345678')), '404 project not found');
  t.equal(refusal(await call('GET', 'branches/br-none-such-aaaaaaaa')), '404 branch not found');
  t.equal((await call('DELETE', 'branches/br-none-such-aaaaaaaa')).status, 204);
  t.equal(refusal(await call('DELETE', 'snapshots/snap-none-such-aaaaaaaa')), '404 snapshot not found');
  t.equal(refusal(await call('GET', 'operations/none')), '404 operation not found');
  t.match(
    refusal(await call('POST', 'branches', { branch: { init_source: 'parent-schema' } })),
    /^404 the Neon emulator lacks/,
  );
});

t.test('a path or a body that cannot be read is refused as anything else is', async (t) => {
  const headers = { authorization: `Bearer ${emulator.apiKey}` };
  const unreadable = await fetch(`${emulator.baseUrl}/projects/%E0%A4%A`, { headers });
  t.ok(unreadable.status >= 400 && unreadable.status < 500, `${unreadable.status}`);
  t.match(await unreadable.json(), { code: String, message: String, request_id: String });
  t.match(refusal(await call('POST', 'branches', [])), /^400 /);
  t.match(refusal(await call('POST', 'branches', { branch: { name: '' } })), /^400 /);
});

t.test('an instant with an offset is answered in UTC, with all its digits', async (t) => {
  await sleep(5);
  const now = Date.now();
  await sleep(5);
  const text = (ms: number) => new Date(ms).toISOString().replace('Z', '');
  const made = await branch({ name: 'offset', parent_timestamp: `${text(now + 2 * hour)}456+02:00` });
  t.equal(made.parent_timestamp, `${text(now)}456Z`);
  await change('DELETE', `branches/${made.id}`);
});

t.test('a branch is answered before it is ready, and its operations end when it is', async (t) => {
  const created = await call('POST', 'branches', { branch: { name: 'early' }, endpoints: [{ type: 'read_write' }] });
  t.match(created, {
    status: 201,
    body: { branch: { current_state: 'init', name: 'early', parent_id: main, default: false } },
  });
  t.match(created.body.branch.id, /^br-[a-z]+-[a-z]+-[a-z0-9]{8}$/);
  t.match(created.body.operations, [
    { action: 'create_branch', status: 'running' },
    { action: 'start_compute', status: 'running' },
  ]);
  t.match(created.body.roles, [{ name: 'neondb_owner' }]);
  t.match(created.body.databases, [{ name: 'neondb', owner_name: 'neondb_owner' }]);
  t.match(created.body.endpoints[0], { host: /^127\.0\.0\.1:\d+$/, current_state: 'init', id: /^ep-/ });
  const locked = await call('POST', 'branches', { branch: {} });
  t.equal(
    refusal(locked),
    '423 project already has running conflicting operations, scheduling of new ones is prohibited',
  );
  await neon.settled();
  t.match(await call('GET', `branches/${created.body.branch.id}`), { body: { branch: { current_state: 'ready' } } });
  const operation = await call('GET', `operations/${created.body.operations[0]?.id}`);
  t.match(operation, { body: { operation: { status: 'finished', branch_id: created.body.branch.id } } });
  t.equal(await sql(await neon.uri(created.body.branch.id), 'select current_user'), 'neondb_owner');
});

t.test('of two changes sent at once, one is refused with 423', async (t) => {
  const answers = await Promise.all([
    call('POST', 'branches', { branch: {} }),
    call('POST', 'branches', { branch: {} }),
  ]);
  t.same(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [201, 423],
  );
  await neon.settled();
});

t.test('instants and LSNs that cannot be are refused and nothing is made', async (t) => {
  const before = (await call('GET', 'branches')).body.branches.length;
  const attempt = async (fields: object) => (await call('POST', 'branches', { branch: fields })).status;
  t.equal(await attempt({ parent_timestamp: new Date().toISOString(), parent_lsn: '0/1' }), 400);
  t.equal(await attempt({ parent_timestamp: '2026-01-01 10:00' }), 400);
  t.equal(await attempt({ parent_timestamp: '2026-01-01T10:00:00' }), 400);
  t.equal(await attempt({ parent_timestamp: '2026-02-30T00:00:00Z' }), 400);
  t.equal(await attempt({ parent_lsn: 'zero' }), 400);
  t.equal(await attempt({ parent_timestamp: inAnHour() }), 422);
  t.equal(await attempt({ parent_timestamp: '2020-01-01T00:00:00Z' }), 422);
  t.equal(
    await attempt({ parent_timestamp: new Date(Date.now() - hour).toISOString() }),
    422,
    'before the project was created',
  );
  t.equal(await attempt({ parent_lsn: 'FF/0' }), 422);
  t.equal(await attempt({ parent_lsn: '0/100' }), 422);
  t.equal(await attempt({ name: 'early' }), 409);
  t.equal(await attempt({ parent_id: 'br-none-such-aaaaaaaa' }), 404);
  t.equal((await call('GET', 'branches')).body.branches.length, before);
});

t.test('an instant older than the history window is refused', async (t) => {
  const ahead = 25 * hour;
  const other = await openNeon();
  t.teardown(() => other.close());
  const at = new Date().toISOString();
  await other.emulator.control.setClock(ahead);
  const late = await other.call('POST', 'branches', { branch: { parent_timestamp: at } });
  t.match(refusal(late), /^422 .*retention window/);
  await other.call('PATCH', '', { project: { history_retention_seconds: 0 } });
  const off = await other.call('POST', 'branches', {
    branch: { parent_timestamp: new Date(Date.now() + ahead - 1000).toISOString() },
  });
  t.match(refusal(off), /^422 .*turned off/);
});

t.test('branches are listed in order, searched and paged', async (t) => {
  const all = (await call('GET', 'branches?sort_by=name&sort_order=asc')).body.branches.map(({ name }) => name);
  t.same(all, all.toSorted());
  const paged: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const { body }: Answered<Body> = await call('GET', `branches?sort_by=name&sort_order=asc&limit=1&cursor=${cursor}`);
    paged.push(...body.branches.map(({ name }) => name));
    cursor = body.pagination.next;
  }
  t.same(paged, all);
  t.same(
    (await call('GET', 'branches?search=earl')).body.branches.map(({ name }) => name),
    ['early'],
  );
  t.equal((await call('GET', 'branches?limit=0')).status, 400);
  t.equal((await call('GET', 'branches?cursor=nonsense')).status, 400);
  t.equal((await call('GET', 'branches?sort_by=colour')).status, 400);
});

t.test('operations are paged from the newest on', async (t) => {
  const all = (await call('GET', 'operations')).body.operations.map(({ id }) => id);
  const first = await call('GET', 'operations?limit=2');
  const second = await call('GET', `operations?limit=2&cursor=${first.body.pagination.cursor}`);
  t.same(
    [...first.body.operations, ...second.body.operations].map(({ id }) => id),
    all.slice(0, 4),
  );
});

t.test('a branch is renamed, protected and deleted by the rules', async (t) => {
  const parent = await branch({ name: 'parent' });
  const child = await branch({ name: 'child', parent_id: parent.id });
  t.match(await call('PATCH', `branches/${child.id}`, { branch: { name: 'kid' } }), {
    status: 200,
    body: { branch: { name: 'kid' } },
  });
  t.equal((await call('PATCH', `branches/${child.id}`, { branch: { name: 'parent' } })).status, 409);
  t.match(refusal(await call('DELETE', `branches/${main}`)), /^422 .*default/);
  t.match(refusal(await call('DELETE', `branches/${parent.id}`)), /^422 .*children/);
  await call('PATCH', `branches/${child.id}`, { branch: { protected: true } });
  t.match(refusal(await call('DELETE', `branches/${child.id}`)), /^422 .*protected/);
  await call('PATCH', `branches/${child.id}`, { branch: { protected: false } });
  const uri = await neon.uri(child.id);
  t.equal((await change('DELETE', `branches/${child.id}`)).status, 200);
  t.equal((await call('DELETE', `branches/${child.id}`)).status, 204);
  t.equal((await call('GET', `branches/${child.id}`)).status, 404);
  await t.rejects(sql(uri, 'select 1'), { code: 'ECONNREFUSED' });
  t.equal((await change('DELETE', `branches/${parent.id}`)).status, 200);
});

t.test('the default branch can be another one, and then the former one can be deleted', async (t) => {
  const other = await branch({ name: 'other-default' });
  t.match(await call('POST', `branches/${other.id}/set_as_default`), {
    status: 200,
    body: { branch: { default: true } },
  });
  t.match(await call('GET', `branches/${main}`), { body: { branch: { default: false } } });
  await call('POST', `branches/${main}/set_as_default`);
  t.equal((await change('DELETE', `branches/${other.id}`)).status, 200);
});

t.test(
  'a branch with an expiration is removed when its time has come, and cannot be what may not expire',
  async (t) => {
    const other = await openNeon();
    t.teardown(() => other.close());
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const attempt = async (fields: object) => (await other.call('POST', 'branches', { branch: fields })).status;
    t.equal(await attempt({ expires_at: at(-1000) }), 422);
    t.equal(await attempt({ expires_at: at(31 * 24 * hour) }), 422);
    t.equal(await attempt({ expires_at: at(hour), protected: true }), 422);
    t.equal(
      (await other.call('PATCH', `branches/${other.emulator.branchId}`, { branch: { expires_at: at(hour) } })).status,
      422,
    );
    const expiring = await other.branch({ name: 'expiring', expires_at: at(hour) });
    t.equal(await attempt({ parent_id: expiring.id }), 422);
    t.ok(Math.abs((expiring.ttl_interval_seconds ?? 0) - 3600) <= 1);
    await other.emulator.control.setClock(2 * hour);
    t.ok(await eventually(async () => (await other.call('GET', `branches/${expiring.id}`)).status === 404, 30_000));
  },
);

t.test('snapshots have unique names and slugs, and are refused where Neon refuses them', async (t) => {
  const taken = await change('POST', `branches/${main}/snapshot?name=first&slug=first-one`);
  t.match(taken.body.snapshot, {
    name: 'first',
    slug: 'first-one',
    source_branch_id: main,
    manual: true,
    id: /^snap-/,
  });
  const attempt = async (query: string, of = main) => (await call('POST', `branches/${of}/snapshot?${query}`)).status;
  t.equal(await attempt('name=first'), 409);
  t.equal(await attempt('slug=first-one'), 409);
  t.equal(await attempt('slug=1st'), 400);
  t.equal(await attempt('slug=no-end-'), 400);
  t.equal(await attempt(`timestamp=${new Date().toISOString()}&lsn=0/1`), 400);
  t.equal(await attempt(`timestamp=${inAnHour()}`), 422);
  t.equal(await attempt('expires_at=2020-01-01T00:00:00Z'), 422);
  const child = await branch({ name: 'no-root' });
  t.equal(await attempt('name=second', child.id), 422);
  const ignored = await call('POST', `branches/${main}/snapshot?name=query`, { name: 'body' });
  t.match(ignored, { status: 200, body: { snapshot: { name: 'query' } } });
  await neon.settled();
  const { snapshots } = (await call('GET', 'snapshots')).body;
  t.same(
    snapshots.map(({ name }) => name),
    ['first', 'query'],
  );
  const patched = await call('PATCH', `snapshots/${taken.body.snapshot.id}`, {
    snapshot: { name: 'renamed', expires_at: inAnHour() },
  });
  t.match(patched, { status: 200, body: { snapshot: { name: 'renamed', expires_at: String } } });
  const cleared = await call('PATCH', `snapshots/${taken.body.snapshot.id}`, { snapshot: { expires_at: null } });
  t.notOk('expires_at' in cleared.body.snapshot);
  t.equal((await call('PATCH', `snapshots/${taken.body.snapshot.id}`, { snapshot: { name: 'query' } })).status, 409);
  for (const { id } of snapshots) t.equal((await change('DELETE', `snapshots/${id}`)).status, 202);
  t.same((await call('GET', 'snapshots')).body.snapshots, []);
});

t.test('past the caps of the free plan, snapshots and roots are refused in the words of Neon', async (t) => {
  const free = await openNeon({ plan: 'free' });
  t.teardown(() => free.close());
  const path = `branches/${free.emulator.branchId}`;
  const { body } = await free.change('POST', `${path}/snapshot?name=only`);
  t.match(refusal(await free.call('POST', `${path}/snapshot?name=more`)), '422 snapshots limit exceeded');
  const restore = `snapshots/${body.snapshot.id}/restore`;
  await free.change('POST', restore, { name: 'second root' });
  await free.change('POST', restore, { name: 'third root' });
  t.match(refusal(await free.call('POST', restore, { name: 'fourth root' })), '422 root branches limit exceeded');
  for (let count = 3; count < 10; count += 1) await free.change('POST', 'branches', { branch: {} });
  const full = await free.call('POST', 'branches', { branch: {} });
  t.match(full, { status: 422, body: { code: 'BRANCHES_LIMIT_EXCEEDED' } });
});

t.test('an endpoint keeps its port over suspend and restart, wakes on connect, and goes when deleted', async (t) => {
  const made = await change('POST', 'branches', { branch: { name: 'computeless' } });
  t.same(made.body.endpoints, []);
  const created = await change('POST', 'endpoints', {
    endpoint: { branch_id: made.body.branch.id, type: 'read_write' },
  });
  const { id, host } = created.body.endpoint;
  t.equal(
    (await call('POST', 'endpoints', { endpoint: { branch_id: made.body.branch.id, type: 'read_write' } })).status,
    422,
  );
  const uri = await neon.uri(made.body.branch.id);
  t.match(uri, `@${host}/neondb`);
  await change('POST', `endpoints/${id}/suspend`);
  t.match(await call('GET', `branches/${made.body.branch.id}/endpoints`), {
    body: { endpoints: [{ current_state: 'idle', host }] },
  });
  t.equal(await sql(uri, 'select 1'), '1');
  t.match(await call('GET', `endpoints/${id}`), { body: { endpoint: { current_state: 'active', host } } });
  await change('POST', `endpoints/${id}/restart`);
  await change('POST', `endpoints/${id}/start`);
  t.equal(await sql(uri, 'select 1'), '1');
  await t.rejects(sql(uri.replace(/:npg_[^@]*/, ':wrong'), 'select 1'), { code: '28P01' });
  t.equal((await change('DELETE', `endpoints/${id}`)).status, 200);
  t.equal((await call('DELETE', `endpoints/${id}`)).status, 204);
  await t.rejects(sql(uri, 'select 1'), { code: 'ECONNREFUSED' });
});

t.test('databases and roles are the real ones, and a URI is given for those only', async (t) => {
  await sql(emulator.connectionUri, 'create database second');
  t.match((await call('GET', `branches/${main}/databases`)).body.databases, [
    { name: 'neondb' },
    { name: 'second', owner_name: 'neondb_owner' },
  ]);
  t.same(
    (await call('GET', `branches/${main}/roles`)).body.roles.map(({ name }) => name),
    ['neondb_owner'],
  );
  const uri = async (query: string) => (await call('GET', `connection_uri?${query}`)).status;
  t.equal(await uri('database_name=second&role_name=neondb_owner'), 200);
  t.equal(await uri('database_name=third&role_name=neondb_owner'), 404);
  t.equal(await uri('database_name=second&role_name=somebody'), 404);
  t.equal(await uri('role_name=neondb_owner'), 400);
});

t.test('the official client reads the answers and the refusals', async (t) => {
  const client = createClient({ baseUrl: emulator.baseUrl, auth: emulator.apiKey });
  const path = { project_id: emulator.projectId };
  const listed = await listProjectBranches({ client, path });
  t.ok(listed.data?.branches.some(({ id }) => id === main));
  const missing = await getProjectBranch({ client, path: { ...path, branch_id: 'br-none-such-aaaaaaaa' } });
  t.match(missing.error, { message: 'branch not found' });
});

t.end();
