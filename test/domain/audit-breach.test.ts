// What becomes of an export whose events were removed or added past the service, and of one that cannot be read.

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { verifyAudit } from '../../scripts/audit/verify.ts';
import { each } from '../audit/exported.ts';
import { startRegistered } from '../harness/app.ts';
import { refusalOf } from '../harness/refusal.ts';

const at = await startRegistered(t);
const { domain, actor, db, log } = at;

async function exported(): Promise<string[]> {
  const lines: string[] = [];
  const { events } = await domain.audit.export(actor, {});
  for await (const some of events) lines.push(...some.map((event) => JSON.stringify(event)));
  return lines;
}

const breaches = async () =>
  /^afterglow_audit_breaches_total (\d+)$/m.exec((await at.app.rest.inject('/metrics')).body)?.[1];

/** As who owns the tables can. */
async function pastTriggers(statement: string): Promise<void> {
  await db.connection().execute(async (one) => {
    await sql`set session_replication_role = replica`.execute(one);
    await sql.raw(statement).execute(one);
    await sql`set session_replication_role = origin`.execute(one);
  });
}

for (let index = 0; index < 4; index += 1) {
  await domain.policies.create(actor, {
    name: `filler ${index}`,
    selector: { projects: [at.project.id] },
    schedules: [],
    retention: { keepLast: 1 },
  });
}

t.test(
  'removed events: what is there is exported, the verifier names the first that does not fit, the log and a metric tell',
  async (t) => {
    const whole = await exported();
    t.equal(await breaches(), '0');
    t.notMatch(log.text(), /the audit history is broken/);
    log.expect(/the audit history is broken/);
    for (const [where, sequence] of [
      ['the middle', 3],
      ['the front', 1],
      ['the end', whole.length],
    ] as const) {
      await pastTriggers(`create table kept_${sequence} as select * from audit_events where sequence = ${sequence}`);
      await pastTriggers(`delete from audit_events where sequence = ${sequence}`);
      const lines = await exported();
      t.strictSame(lines, whole.toSpliced(sequence - 1, 1), where);
      t.match(log.text(), new RegExp(`"sequence":${sequence},"msg":"the audit history is broken`), where);
      await pastTriggers(`insert into audit_events select * from kept_${sequence}`);
    }
    t.match((await verifyAudit(each(whole.toSpliced(2, 1)), {})).fault, { line: 3, sequence: 4 });
    t.equal(await breaches(), '3', 'once for each export');
    t.strictSame(await exported(), whole);
    await pastTriggers(
      "insert into audit_events select * from (select (jsonb_populate_record(a, jsonb_build_object('at', a.at + interval '1 second', 'id', 'evt_double'))).* from audit_events a where sequence = 3) double",
    );
    t.equal((await exported()).length, whole.length + 1, 'one that was added is shown too');
    t.equal(await breaches(), '4');
  },
);

t.test('a database that fails before the first event: a refusal, and no export that is cut off', async (t) => {
  log.expect(/connection or the queue is at fault/);
  const locked = db.transaction().execute(async (tx) => {
    await sql`lock table audit_events in access exclusive mode`.execute(tx);
    const refused = refusalOf(domain.audit.export(actor, {}));
    const end = sql<{ ended: boolean }>`
      select pg_terminate_backend(pid) as ended from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%from "audit_events"%'`;
    while ((await end.execute(db)).rows.length === 0) await sleep(20);
    return refused;
  });
  t.match(await locked, { code: 'database_unreachable' });
});
