// Neon keys: checked before they are kept, sealed, never seen again, and what happens when Neon refuses one later.

import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import t from 'tap';
import { schedulerActor } from '../../src/domain/actor.ts';
import { recordRefusedCredential } from '../../src/domain/credential/port.ts';
import type { Deps } from '../../src/domain/deps.ts';
import { startRegistered } from '../harness/app.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { strike } from '../harness/strike.ts';
import { untilSnapshot } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, emulator, db, credential, project, main } = at;
const accountId = emulator.accountId;

/** Neon's keys of the account, beside the emulator's own: what `/organizations/{id}/api_keys` answers. */
async function askKeys(method: string, path = '', body?: object): Promise<{ id: number; key: string }> {
  const response = await fetch(`${emulator.baseUrl}/organizations/${accountId}/api_keys${path}`, {
    method,
    headers: { authorization: `Bearer ${emulator.apiKey}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(await response.text());
  const answer: { id: number; key: string } = JSON.parse(await response.text());
  return answer;
}

const spare = await askKeys('POST', '', { key_name: 'spare', project_id: emulator.projectId });

t.test('a key that Neon refuses is not kept', async (t) => {
  await refuses(t, at, 'credential_refused', () =>
    domain.credentials.create(actor, { name: 'wrong', neonApiKey: 'napi_wrong' }),
  );
  await refuses(t, at, 'credential_refused', () =>
    domain.credentials.update(actor, { id: credential.id, version: credential.version, neonApiKey: 'napi_wrong' }),
  );
});

t.test('a name that is taken is refused, in create and update', async (t) => {
  const again = { name: 'neon', neonApiKey: emulator.apiKey };
  await refuses(t, at, 'name_taken', () => domain.credentials.create(actor, again), { field: 'name' });
  const second = await domain.credentials.create(actor, { name: 'second', neonApiKey: emulator.apiKey });
  await refuses(
    t,
    at,
    'name_taken',
    () => domain.credentials.update(actor, { id: second.id, version: second.version, name: 'neon' }),
    { field: 'name' },
  );
  await domain.credentials.delete(actor, second.id);
  t.equal((await refusalOf(domain.credentials.get(actor, second.id))).code, 'not_found');
  t.match(await domain.credentials.create(actor, { name: 'second', neonApiKey: emulator.apiKey }), { name: 'second' });
});

t.test('what is kept, audited, logged and answered never contains the key', async (t) => {
  const views = [credential, await domain.credentials.get(actor, credential.id)];
  const rows = await db.selectFrom('credentials').selectAll().execute();
  const events = await db.selectFrom('audit_events').selectAll().execute();
  const outbox = await db.selectFrom('outbox').selectAll().execute();
  const everything = JSON.stringify([views, rows, events, outbox]) + at.log.text();
  t.notOk(everything.includes(emulator.apiKey));
  t.match(rows[0]?.sealed_key, /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/, 'a compact JWE with direct encryption');
});

t.test('a stale version changes nothing', async (t) => {
  const members = { version: credential.version };
  await refuses(
    t,
    at,
    'version_stale',
    () => domain.credentials.update(actor, { id: credential.id, version: credential.version + 1, name: 'new' }),
    members,
  );
});

t.test('a key of another Neon account is refused', async (t) => {
  const { apiKey: neonApiKey } = await emulator.control.addAccount('another');
  await refuses(t, at, 'credential_wrong_account', () =>
    domain.credentials.update(actor, { id: credential.id, version: credential.version, neonApiKey }),
  );
});

t.test('a new key of the same account replaces the old one, sealed anew', async (t) => {
  const sealed = async () =>
    (await db.selectFrom('credentials').select('sealed_key').where('id', '=', credential.id).executeTakeFirst())
      ?.sealed_key;
  const before = await sealed();
  const updated = await domain.credentials.update(actor, {
    id: credential.id,
    version: credential.version,
    neonApiKey: spare.key,
  });
  t.match(updated, { version: credential.version + 1, status: 'active', neonAccountId: accountId });
  t.not(await sealed(), before);
  const { items } = await domain.audit.list(actor, { action: 'credential.updated' }, { limit: 1 });
  t.match(items, [{ subject: { id: credential.id }, details: { newKey: true } }]);
});

t.test('a key refused at work: the credential says so once, the job waits, and goes on with a good key', async (t) => {
  // The spare key of the last test is kept now.
  await askKeys('DELETE', `/${spare.id}`);
  at.log.expect(/^Neon refuses the credential; its jobs wait/);
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  const refused = await at.until(
    () => domain.credentials.get(actor, credential.id),
    ({ status }) => status === 'refused',
  );
  t.not((await domain.snapshots.get(actor, id)).status, 'failed');
  const [job] = (await domain.jobs.list(actor, { subjectId: id }, { limit: 1 })).items;
  const held = await at.until(
    () => domain.jobs.get(actor, job?.id ?? ''),
    ({ state }) => state === 'waiting',
  );
  t.match(held, { waitsFor: { code: 'credential_refused', credentialId: credential.id }, failedAttempts: 0 });
  t.match(held.attempts, [{ outcome: 'credential_refused', code: 'credential_refused' }], 'one attempt, and no more');
  const door = refusalOf(
    domain.projects.register(actor, { neonProjectId: 'another-project', credentialId: credential.id }),
  );
  t.equal((await door).code, 'credential_refused');
  const good = await domain.credentials.update(actor, {
    id: credential.id,
    version: refused.version,
    neonApiKey: emulator.apiKey,
  });
  t.equal(good.status, 'active');
  t.strictSame(await domain.credentials.get(actor, credential.id), good);
  await untilSnapshot(at, id, 'available');
  const { items } = await domain.audit.list(actor, { subjectId: credential.id }, { limit: 10 });
  const changes = items.map(({ action }) => action).filter((action) => /refused|active/.test(action));
  t.strictSame(changes, ['credential.active', 'credential.refused'], 'said once, however often it was refused');
});

/** What `recordRefusedCredential` is given. */
function depsOf(lines: string[]): Deps {
  return {
    db,
    now: () => new Date(),
    random: Math.random,
    newSecret: () => '',
    newId: (prefix) => `${prefix}_${randomUUID()}`,
    keyring: { seal: async (secret) => secret, open: async () => 'the present key' },
    signer: { sign: async () => '', publicKeys: { keys: [] } },
    connectNeon: () => at.neon,
    probeTarget: async () => undefined,
    queue: { isThere: () => true, add: async () => undefined, findMissing: async () => [] },
    worker: 'test',
    access: { unauthenticated: () => undefined },
    audits: { breached: () => undefined },
    streams: { opened: () => undefined, refused: () => undefined, ended: () => undefined },
    elapsedMs: () => performance.now(),
    log: { info: () => undefined, warn: (_facts, message) => void lines.push(message), error: () => undefined },
    settings: {
      leaseMs: 1,
      keyClaimMs: 1,
      deliveredWithinMs: 1,
      pollMinMs: 1,
      pollMaxMs: 1,
      snapshotBudgetMs: 1,
      restoreBudgetMs: 1,
      retryMinMs: 1,
      retryMaxMs: 1,
      mirrorMaxAgeMs: 1,
      goneRecheckMs: 1,
      queuedJobsMax: 1,
      activeJobsPerAccountMax: 1,
      beginWithinMs: 1,
      snapshotEndsWithinMs: 1,
      restoreEndsWithinMs: 1,
      purgeEndsWithinMs: 1,
      lateMs: 1,
      prices: { snapshotGbMonth: 1, branchMonth: 1 },
      auditRetentionMonths: null,
      streamsPerActorMax: 1,
      streamsPerTeamMax: 1,
      streamBeatMs: 1,
      streamPollMs: 1,
    },
  };
}

t.test('a key that was refused and replaced meanwhile: the credential stays active', async (t) => {
  const lines: string[] = [];
  const deps = depsOf(lines);
  await recordRefusedCredential(deps, schedulerActor(actor.teamId), credential.id);
  t.equal((await domain.credentials.get(actor, credential.id)).status, 'active');
  t.strictSame(lines, []);
});

t.test('a key refused in several lanes at once: each attempt goes on, and the credential says so once', async (t) => {
  const lines: string[] = [];
  const deps = depsOf(lines);
  const refusing = await strike(at, 'getAccountId', { kind: 'status', status: 401 });
  const scheduler = schedulerActor(actor.teamId);
  // Connections that are open already, so that all of them read before any of them writes.
  await Promise.all([1, 2, 3, 4].map(() => sql`select pg_sleep(0.05)`.execute(db)));
  await Promise.all([1, 2, 3, 4].map(() => recordRefusedCredential(deps, scheduler, credential.id)));
  refusing.end();
  t.equal((await domain.credentials.get(actor, credential.id)).status, 'refused');
  t.equal(lines.length, 1);
});

t.test('a credential in use is not deleted', async (t) => {
  await refuses(t, at, 'credential_in_use', () => domain.credentials.delete(actor, credential.id), { projects: 1 });
  await domain.projects.remove(actor, project.id);
  await domain.credentials.delete(actor, credential.id);
  t.equal((await refusalOf(domain.credentials.get(actor, credential.id))).code, 'not_found');
});

t.test('Neon unreachable: commands that need it give neon_unreachable with a time to wait', async (t) => {
  await emulator.close();
  const refusal = await refusalOf(domain.credentials.create(actor, { name: 'later', neonApiKey: emulator.apiKey }));
  t.match(refusal, { code: 'neon_unreachable', retryAfterSeconds: 5 });
});
