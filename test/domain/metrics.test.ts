// The page that Prometheus reads: calls, waits and jobs, in every role, without a key and with a database that is away.

import { sql } from 'kysely';
import t from 'tap';
import { type Registered, startRegistered } from '../harness/app.ts';
import { takeSnapshot } from '../harness/work.ts';

t.test('a process of any role says what it has called and which jobs wait', async (t) => {
  const at = await startRegistered(t, { roles: ['worker'] });
  await takeSnapshot(at, { branchId: at.main.id });
  await sql`
    insert into outbox (id, team_id, job, subject_id, lane, priority, not_before, created_at)
    select 'job_' || n, ${at.actor.teamId}, 'restore.run', 'rst_x', null, 10, now() + interval '1 hour', now() - interval '90 s'
    from generate_series(1, 3) n`.execute(at.db);
  const answer = await at.app.rest.inject('/metrics');
  t.equal(answer.statusCode, 200);
  t.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  const lines = answer.body.split('\n');
  const valueOf = (name: string): number => Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1]);
  t.equal(valueOf('afterglow_neon_calls_total{method="getAccountId",share="none",outcome="succeeded"}'), 1);
  t.equal(valueOf('afterglow_neon_calls_total{method="createSnapshot",share="rest",outcome="succeeded"}'), 1);
  t.ok(valueOf('afterglow_governor_wait_seconds_count{share="rest"}') >= 4);
  t.equal(valueOf('afterglow_jobs{job="restore.run",status="waiting"}'), 3);
  t.ok(valueOf('afterglow_jobs_oldest_waiting_seconds{job="restore.run"}') >= 90);
  for (const status of ['waiting', 'released', 'running', 'waits_for_neon']) {
    t.equal(
      valueOf(`afterglow_jobs{job="snapshot.create",status="${status}"}`),
      0,
      `none is ${status}: what is done is not counted`,
    );
  }
  t.equal(valueOf('afterglow_jobs_counted'), 1);
  t.notMatch(answer.body, /napi_|postgresql:/, 'and no secret');
});

t.test('of each account that was called it says the rate, the burst and how much of it is used', async (t) => {
  const at = await startRegistered(t, { roles: [], rateLimits: { perSecond: 10, burst: 50, perRouteSecond: 40 } });
  const accountId = at.credential.neonAccountId;
  const useUp = (seconds: number, divisor: number) =>
    sql`
    update rate_buckets set divisor = ${divisor}, shrunk_at_us = (extract(epoch from now()) * 1000000)::bigint,
      all_us = ((extract(epoch from clock_timestamp()) + ${seconds}) * 1000000)::bigint`.execute(at.db);
  await useUp(4, 1);
  const read = await reader(at);
  t.strictSame([read('rate', accountId), read('burst', accountId)], [10, 50]);
  t.ok(
    read('level', accountId) > 0 && read('level', accountId) <= 0.8,
    `40 of 50 calls were made: ${read('level', accountId)}`,
  );
  await useUp(60, 4);
  const later = await reader(at);
  t.equal(later('rate', accountId), 2.5);
  t.ok(later('level', accountId) > 1, 'more than the burst is used');
});

async function reader(at: Registered) {
  const { body } = await at.app.rest.inject('/metrics');
  return (what: string, account: string): number =>
    Number(body.split(`\nafterglow_governor_${what}{account="${account}"} `)[1]?.split('\n', 1)[0]);
}

t.test('a job is counted as what it is: running, at rest while Neon works, or waiting for a lease', async (t) => {
  const at = await startRegistered(t, { roles: [] });
  const { domain, db, actor, main } = at;
  await domain.snapshots.request(actor, { branchId: main.id });
  const count = async (): Promise<string[]> => (await domain.countJobs()).map(({ status }) => status);
  const set = async (columns: string) => sql`update outbox set ${sql.raw(columns)}`.execute(db);
  await set("status = 'released', claimed_until = now() + interval '1 min'");
  t.strictSame(await count(), ['running']);
  await set('awaited_until = claimed_until');
  t.strictSame(await count(), ['released']);
  await set("claimed_until = null, look_at = now() + interval '5 s'");
  t.strictSame(await count(), ['waits_for_neon']);
});

t.test('missing snapshots are counted', async (t) => {
  const at = await startRegistered(t);
  const { id } = await takeSnapshot(at, { branchId: at.main.id });
  t.match((await at.app.rest.inject('/metrics')).body, /\nafterglow_snapshots_missing 0\n/);
  await sql`update snapshots set status = 'missing' where id = ${id}`.execute(at.db);
  t.match((await at.app.rest.inject('/metrics')).body, /\nafterglow_snapshots_missing 1\n/);
});

t.test('the jobs cannot be counted: everything else is said all the same', async (t) => {
  const { app, db } = await startRegistered(t, { roles: [] });
  await sql`alter table outbox rename to outbox_away`.execute(db);
  const { statusCode, body } = await app.rest.inject('/metrics');
  t.equal(statusCode, 200);
  t.match(body, /\nafterglow_jobs_counted 0\n/);
  t.match(body, /\nafterglow_neon_calls_total\{/);
  t.notMatch(body, /\nafterglow_jobs\{/);
});
