// The account's rate limit as jobs and requests meet it: they wait their turn, lose no attempt by it, and are told when to come back.

import { sql } from 'kysely';
import t from 'tap';
import { type Registered, startRegistered } from '../harness/app.ts';
import { refuses } from '../harness/refusal.ts';
import { strike } from '../harness/strike.ts';
import { takeSnapshot, untilSnapshot } from '../harness/work.ts';

/** What the outbox keeps of a job. */
async function jobOf(at: Registered, subjectId: string) {
  return at.db
    .selectFrom('outbox')
    .select(['status', 'attempts', 'reason', 'paused_at', 'release'])
    .where('subject_id', '=', subjectId)
    .executeTakeFirstOrThrow();
}

/** As if the account's rate had been used up so far ahead. */
async function useUp(at: Registered, seconds: number): Promise<void> {
  await sql`
    update rate_buckets set all_us = used.us, rest_us = used.us
    from (select ((extract(epoch from clock_timestamp()) + ${seconds}) * 1000000)::bigint as us) used`.execute(at.db);
}

async function freeUp(at: Registered): Promise<void> {
  await sql`update rate_buckets set all_us = 0, rest_us = 0, held_until_us = 0`.execute(at.db);
}

/** Of the attempts of jobs, but for those of restores, by the metrics. */
async function countCalls(at: Registered): Promise<Record<string, number>> {
  const { body } = await at.app.rest.inject('/metrics');
  const lines = body.matchAll(
    /^afterglow_neon_calls_total\{method="(\w+)",share="rest",outcome="succeeded"\} (\d+)$/gm,
  );
  const ofJobs = ['createSnapshot', 'listSnapshots'];
  return Object.fromEntries(
    [...lines]
      .map(([, method = '', count]) => [method, Number(count)] as const)
      .filter(([method]) => ofJobs.includes(method)),
  );
}

const limits = { perSecond: 20, burst: 40, perRouteSecond: 100_000 };

t.test(
  'no slot is near: the job gives its lane back with a reason, has begun nothing, and needs no look at Neon later',
  async (t) => {
    const at = await startRegistered(t, { rateLimits: limits });
    await useUp(at, 3_600);
    const { id } = await at.domain.snapshots.request(at.actor, { branchId: at.main.id });
    const waiting = await at.until(
      () => jobOf(at, id),
      ({ reason }) => reason === 'governor',
    );
    t.match(waiting, { status: 'waiting', attempts: 0, paused_at: Date, release: 1 });
    t.strictSame(await at.neon.listSnapshots(at.emulator.projectId), []);
    t.equal((await at.domain.snapshots.get(at.actor, id)).status, 'requested');

    await freeUp(at);
    await sql`update outbox set not_before = now() where subject_id = ${id}`.execute(at.db);
    await untilSnapshot(at, id, 'available');
    t.match(await jobOf(at, id), { status: 'done', attempts: 0 });
    // None before the first to find what might have been made: nothing was.
    t.strictSame(await countCalls(at), { createSnapshot: 1, listSnapshots: 1 });
  },
);

t.test(
  'a request finds no slot: neon_rate_limited, with the time after which there is one, and nothing is done',
  async (t) => {
    const at = await startRegistered(t, { rateLimits: limits });
    await useUp(at, 60);
    const input = { neonProjectId: 'another-project-12345678', credentialId: at.credential.id };
    const refusal = await refuses(t, at, 'neon_rate_limited', () => at.domain.projects.register(at.actor, input));
    t.ok(
      Number(refusal.retryAfterSeconds) > 45 && Number(refusal.retryAfterSeconds) < 60,
      `${refusal.retryAfterSeconds}`,
    );
    const checked = await at.domain.credentials.create(at.actor, { name: 'other', neonApiKey: at.emulator.apiKey });
    t.equal(checked.status, 'active', 'the check of a key, whose account is not known before, takes no slot');
  },
);

t.test(
  'many snapshots on a small rate: all are taken, and no job counts an attempt for the turns it waited',
  async (t) => {
    const at = await startRegistered(t, { rateLimits: { ...limits, burst: 6 } });
    const asked = await Promise.all(
      Array.from({ length: 5 }, () => at.domain.snapshots.request(at.actor, { branchId: at.main.id })),
    );
    for (const { id } of asked) {
      await untilSnapshot(at, id, 'available');
      t.equal((await jobOf(at, id)).attempts, 0);
    }
  },
);

t.test(
  'Neon answers 429: the account is held for Retry-After, its rate is halved, and the job goes on after that',
  async (t) => {
    const at = await startRegistered(t, { rateLimits: limits });
    const struck = await strike(at, 'createSnapshot', { kind: 'status', status: 429, retryAfterSeconds: 1 }, 1);
    const snapshot = await takeSnapshot(at, { branchId: at.main.id });
    t.equal(struck.times(), 1);
    t.match(await jobOf(at, snapshot.id), { status: 'done', attempts: 1 });
    const { rows } = await sql`select divisor from rate_buckets`.execute(at.db);
    t.strictSame(rows, [{ divisor: 2 }]);
    const { body } = await at.app.rest.inject('/metrics');
    t.match(body, /afterglow_neon_calls_total\{method="createSnapshot",share="rest",outcome="rate_limited"\} 1\n/);
    t.match(body, /afterglow_governor_shrunk_accounts 1\n/);
  },
);
