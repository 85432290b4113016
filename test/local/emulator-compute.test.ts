import { connect } from 'node:net';
import t from 'tap';
import type { Endpoint } from '@neon/sdk/raw';
import { openNeon, sql, withConnection, type Neon } from './neon.ts';
import { eventually, processesOn } from './processes.ts';

const postgresOf = (neon: Neon) => processesOn(`${neon.dir}/clusters`);
const hostUri = (uri: string, host: string) => Object.assign(new URL(uri), { host }).toString();
const actions = (operations: readonly { readonly action: string }[]) => operations.map(({ action }) => action);

async function endpointOf(neon: Neon, id: string): Promise<Endpoint> {
  return (await neon.call('GET', `endpoints/${id}`)).body.endpoint;
}

t.test('with time to sleep', async (t) => {
  const neon = await openNeon();
  t.teardown(() => neon.close());
  const { call, change, emulator } = neon;
  await sql(emulator.connectionUri, 'create table kept as select 1 as n');

  await t.test('a branch is made with several computes: one that writes, others that read', async (t) => {
    const two = [{ type: 'read_write' }, { type: 'read_write' }];
    t.equal((await call('POST', 'branches', { branch: {}, endpoints: two })).status, 422);
    t.equal((await call('POST', 'branches', { branch: {}, endpoints: [{ type: 'other' }] })).status, 400);
    const { body } = await change('POST', 'branches', {
      branch: { name: 'several' },
      endpoints: [{ type: 'read_write', suspend_timeout_seconds: 600 }, { type: 'read_only' }],
    });
    t.strictSame(actions(body.operations), ['create_branch', 'start_compute', 'start_compute']);
    const [writer, reader] = body.endpoints;
    t.match(writer, { type: 'read_write', suspend_timeout_seconds: 600 });
    t.match(reader, { type: 'read_only', suspend_timeout_seconds: 0 });
    const fields = { branch_id: body.branch.id, type: 'read_only', name: 'reports' };
    const added = await change('POST', 'endpoints', { endpoint: fields });
    t.match(added, { status: 201, body: { endpoint: { type: 'read_only', name: 'reports' } } });
    t.equal((await call('POST', 'endpoints', { endpoint: { ...fields, type: 'read_write' } })).status, 422);
    const uri = await neon.uri(body.branch.id);
    t.equal(new URL(uri).host, writer?.host);
    await sql(uri, 'insert into kept values (2)');
    for (const { host } of [reader ?? { host: '' }, added.body.endpoint]) {
      t.equal(await sql(hostUri(uri, host), 'select count(*) from kept'), '2', 'the same rows');
      await t.rejects(sql(hostUri(uri, host), 'insert into kept values (3)'), { code: '25006' });
    }
    t.equal((await call('GET', `branches/${body.branch.id}/endpoints`)).body.endpoints.length, 3);
    await change('POST', `endpoints/${writer?.id}/suspend`);
    t.equal(await sql(hostUri(uri, reader?.host ?? ''), 'select count(*) from kept'), '2', 'the others stay awake');
  });

  await t.test('suspended, it keeps no process and wakes at the next connection', async (t) => {
    const branch = await neon.branch({ name: 'sleeper' });
    const uri = await neon.uri(branch.id);
    const [endpoint] = (await call('GET', `branches/${branch.id}/endpoints`)).body.endpoints;
    const id = endpoint?.id ?? '';
    const others = postgresOf(neon).length;
    await withConnection(uri, async (client) => {
      const isCut = new Promise<void>((resolve) => client.on('end', resolve));
      const suspended = await change('POST', `endpoints/${id}/suspend`);
      t.strictSame(actions(suspended.body.operations), ['suspend_compute']);
      await isCut;
    });
    t.match(await endpointOf(neon, id), { current_state: 'idle', suspended_at: String });
    t.ok(postgresOf(neon).length < others);
    t.strictSame((await change('POST', `endpoints/${id}/suspend`)).body.operations, [], 'it sleeps already');
    t.equal(await sql(uri, 'select count(*) from kept'), '1');
    t.match(await endpointOf(neon, id), { current_state: 'active', started_at: String });
    const [newest] = (await call('GET', 'operations')).body.operations;
    t.match(newest, { action: 'start_compute', status: 'finished', endpoint_id: id });
    t.strictSame(actions((await change('POST', `endpoints/${id}/restart`)).body.operations), [
      'suspend_compute',
      'start_compute',
    ]);
    t.strictSame(actions((await change('POST', `endpoints/${id}/start`)).body.operations), ['check_availability']);
    await change('POST', `endpoints/${id}/suspend`);
    t.strictSame(actions((await change('POST', `endpoints/${id}/restart`)).body.operations), ['start_compute']);
    t.equal((await endpointOf(neon, id)).current_state, 'active');
    t.equal((await call('POST', 'endpoints/ep-none-none-12345678/start')).status, 404);
  });

  await t.test('a compute is changed, disabled, moved to another branch and deleted', async (t) => {
    const branch = await neon.branch({ name: 'changed' });
    const bare = (await change('POST', 'branches', { branch: { name: 'bare' } })).body.branch;
    const uri = await neon.uri(branch.id);
    const [endpoint] = (await call('GET', `branches/${branch.id}/endpoints`)).body.endpoints;
    const path = `endpoints/${endpoint?.id}`;
    const patch = (fields: Readonly<Record<string, unknown>>) => call('PATCH', path, { endpoint: fields });
    for (const seconds of [-2, 1, 59, 604_801, 'soon'])
      t.equal((await patch({ suspend_timeout_seconds: seconds })).status, 400, `${seconds} seconds`);
    t.equal((await patch({ autoscaling_limit_min_cu: 2, autoscaling_limit_max_cu: 1 })).status, 400);
    const limits = { suspend_timeout_seconds: 60, autoscaling_limit_max_cu: 2, name: 'named' };
    t.match(await patch({ ...limits, unknown: 1 }), { status: 200, body: { endpoint: limits, operations: [] } });
    t.match(await endpointOf(neon, endpoint?.id ?? ''), limits);

    t.strictSame(actions((await change('PATCH', path, { endpoint: { disabled: true } })).body.operations), [
      'suspend_compute',
    ]);
    await t.rejects(sql(uri, 'select 1'), { code: '22023', message: /disabled/ });
    t.equal((await call('POST', `${path}/start`)).status, 422);
    await change('PATCH', path, { endpoint: { disabled: false } });
    t.equal(await sql(uri, 'select count(*) from kept'), '1');

    await sql(uri, 'insert into kept values (2)');
    t.equal((await patch({ branch_id: emulator.branchId })).status, 422, 'that one has a compute that writes');
    await change('PATCH', path, { endpoint: { branch_id: bare.id } });
    t.equal(await sql(uri, 'select count(*) from kept'), '1', 'the same address leads to the other branch');
    t.match(await endpointOf(neon, endpoint?.id ?? ''), { branch_id: bare.id, host: endpoint?.host });

    t.match(await change('DELETE', path), { status: 200, body: { operations: [{ action: 'suspend_compute' }] } });
    t.equal((await call('DELETE', path)).status, 204);
    t.equal((await call('GET', path)).status, 404);
    await t.rejects(sql(uri, 'select 1'), { code: 'ECONNREFUSED' });
  });

  await t.test('a pooled address leads to the same rows and refuses what a pooler refuses', async (t) => {
    const query = `database_name=neondb&role_name=neondb_owner`;
    const pooled = (await call<{ uri: string }>('GET', `connection_uri?${query}&pooled=true`)).body.uri;
    const direct = (await call<{ uri: string }>('GET', `connection_uri?${query}&pooled=false`)).body.uri;
    t.equal(direct, emulator.connectionUri);
    t.not(new URL(pooled).host, new URL(direct).host);
    t.equal(await sql(pooled, 'select count(*) from kept'), '1');
    const options = encodeURIComponent('-c search_path=pg_catalog');
    t.equal(await sql(`${direct}?options=${options}`, 'show search_path'), 'pg_catalog');
    await t.rejects(sql(`${pooled}?options=${options}`, 'show search_path'), {
      code: '08P01',
      message: 'unsupported startup parameter in options: search_path',
    });
    const at = encodeURIComponent(`neon_timestamp:${new Date().toISOString()}`);
    t.equal(await sql(`${pooled}?options=${at}`, 'select count(*) from kept'), '1', "Neon's own are not the pooler's");
    const { body } = await call<{
      connection_uris: { connection_parameters: { pooler_host: string; host: string } }[];
    }>('POST', 'branches', { branch: { name: 'pooled' }, endpoints: [{ type: 'read_write' }] });
    await neon.settled();
    const [uris] = body.connection_uris;
    t.match(uris, { connection_parameters: { pooler_host: /^127\.0\.0\.1:\d+$/ } });
    t.not(uris?.connection_parameters.pooler_host, uris?.connection_parameters.host);
  });

  await t.test('a query is cancelled through the address it runs on, now and in the past', async (t) => {
    const at = encodeURIComponent(`neon_timestamp:${new Date().toISOString()}`);
    for (const uri of [emulator.connectionUri, `${emulator.connectionUri}?options=${at}`]) {
      await withConnection(uri, async (client) => {
        const pid = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0;
        let isOver = false;
        const slow = t.rejects(client.query('select pg_sleep(60)'), { code: '57014' }).then(() => {
          isOver = true;
        });
        // pg knows the key, and shows it to nobody.
        const key = 'secretKey' in client ? Number(client.secretKey) : 0;
        // One that comes before the query has begun is without effect.
        const send = () => cancel(Number(new URL(uri).port), pid, key);
        t.ok(await eventually(() => send().then(() => isOver), 30_000));
        await slow;
      });
    }
  });
});

t.end();

/** A CancelRequest, as a client sends it on a connection of its own. */
async function cancel(port: number, pid: number, key: number): Promise<void> {
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(80_877_102, 4);
  message.writeInt32BE(pid, 8);
  message.writeInt32BE(key, 12);
  const socket = connect({ host: '127.0.0.1', port });
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.end(message);
    socket.resume();
  });
}
