// The page that Prometheus reads: calls, waits and jobs, in every role, without a key and with a database that is away.

import { sql } from 'kysely';
import t from 'tap';
import { startRegistered } from '../harness/app.ts';
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
  t.notMatch(answer.body, /afterglow_jobs\{job="snapshot.create"/, 'what is done is not counted');
  t.equal(valueOf('afterglow_jobs_counted'), 1);
  t.notMatch(answer.body, /napi_|postgresql:/, 'and no secret');
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
