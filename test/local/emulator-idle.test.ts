import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { openNeon, sql, withConnection, type Neon } from './neon.ts';
import { eventually, processesOn } from './processes.ts';

const postgresOf = (neon: Neon) => processesOn(`${neon.dir}/clusters`);

t.test('scale to zero', async (t) => {
  const neon = await openNeon();
  t.teardown(() => neon.close());
  const { call, change, emulator } = neon;
  const [main] = (await call('GET', `branches/${emulator.branchId}/endpoints`)).body.endpoints;
  const mainId = main?.id ?? '';
  await sql(emulator.connectionUri, 'create table kept as select 1 as n');
  const isAsleep = async (id: string) => (await call('GET', `endpoints/${id}`)).body.endpoint.current_state === 'idle';

  await t.test('an endpoint without clients sleeps after its time, by the clock that tests set', async (t) => {
    const made = await change('POST', 'branches', {
      branch: { name: 'sleepless' },
      endpoints: [{ type: 'read_write', suspend_timeout_seconds: -1 }],
    });
    const sleepless = made.body.endpoints[0]?.id ?? '';
    const used = await neon.branch({ name: 'used' });
    await withConnection(await neon.uri(used.id), async (client) => {
      await emulator.control.setClock(310_000);
      t.ok(await eventually(() => isAsleep(mainId), 20_000));
      const slept = (await call('GET', 'operations')).body.operations.find(({ endpoint_id }) => endpoint_id === mainId);
      t.match(slept, { action: 'suspend_compute', status: 'finished', branch_id: emulator.branchId });
      t.match((await client.query('select 1 as one')).rows, [{ one: 1 }], 'a client keeps its compute awake');
      t.notOk(await isAsleep(sleepless), 'and -1 does');
    });
    await emulator.control.setClock(320_000);
    await change('DELETE', `endpoints/${sleepless}`);
    await emulator.control.setClock(640_000);
    t.ok(await eventually(() => postgresOf(neon).length === 0, 20_000), 'then no process is left');
    t.equal(await sql(emulator.connectionUri, 'select count(*) from kept'), '1', 'until somebody comes');
    await emulator.control.setClock(1_000_000);
    t.ok(await eventually(() => postgresOf(neon).length === 0, 20_000));
  });

  await t.test('what a read of roles or the making of many branches has started, stops again', async (t) => {
    t.equal((await call('GET', `branches/${emulator.branchId}/roles`)).status, 200);
    t.not(postgresOf(neon).length, 0);
    for (let number = 1; number <= 5; number += 1) await change('POST', 'branches', { branch: { name: `b${number}` } });
    t.ok(await eventually(() => postgresOf(neon).length === 0, 20_000));
    t.ok(await isAsleep(mainId), 'the endpoint was never woken');
  });

  await t.test('many active computes without clients do not mean as many processes', async (t) => {
    const uris = [];
    for (let number = 1; number <= 16; number += 1)
      uris.push(await neon.uri((await neon.branch({ name: `active ${number}` })).id));
    t.ok(await eventually(() => postgresOf(neon).length <= 12, 20_000));
    const { endpoints } = (await call('GET', 'endpoints')).body;
    t.ok(endpoints.filter(({ current_state }) => current_state === 'active').length >= 16, 'they are active still');
    const counts = await Promise.all(uris.map((uri) => sql(uri, 'select count(*) from kept')));
    t.ok(counts.every((count) => count === '1'));
  });
});

t.test('however often computes fall asleep between clients, no client finds a broken connection', async (t) => {
  const neon = await openNeon({ suspendAfterSeconds: 0.001 });
  t.teardown(() => neon.close());
  const { connectionUri, control } = neon.emulator;
  await sql(connectionUri, 'create table kept as select 1 as n');
  let isOver = false;
  const dozing = (async () => {
    // Each setting of the clock begins a round of upkeep.
    for (; !isOver; await sleep(3)) await control.setClock(0);
  })();
  const clients = [0, 7, 31, 60].map(async (pauseMs) => {
    for (let number = 0; number < 25; number += 1) {
      t.equal(await sql(connectionUri, 'select count(*) from kept'), '1');
      await sleep(pauseMs);
    }
  });
  await Promise.all(clients).finally(() => {
    isOver = true;
  });
  await dozing;
  const { operations } = (await neon.call('GET', 'operations?limit=1000')).body;
  t.ok(operations.filter(({ action }) => action === 'suspend_compute').length > 3, 'it did sleep between them');
});

t.end();
