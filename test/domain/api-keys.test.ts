// Keys: made and shown once, bound to an end, to networks and to projects, rotated with an overlap, revoked at once.

import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { startRegistered } from '../harness/app.ts';
import { addKey, signIn } from '../harness/keys.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { addTeam, inRole } from '../harness/teams.ts';

const at = await startRegistered(t);
const { domain, actor, db, project } = at;
const page = { limit: 200 };
const minuteMs = 60_000;

const refusesKey = async (key: string, from?: string) => (await refusalOf(signIn(at, key, undefined, from))).code;

t.test('a key is shown once, kept as a hash, and known by its prefix', async (t) => {
  const { actor: holder, ...made } = await addKey(at, actor, { name: 'pipeline', role: 'operator' });
  t.match(made.key, /^ag_[\w-]{43}$/);
  t.equal(made.key.slice(0, 8), made.prefix);
  t.match(holder, {
    teamId: actor.teamId,
    kind: 'service',
    id: made.id,
    label: made.prefix,
    role: 'operator',
    projects: null,
  });
  const { key, ...view } = made;
  t.strictSame({ ...(await domain.apiKeys.get(actor, made.id)), lastUsedAt: null }, view);
  t.ok((await domain.apiKeys.list(actor, page)).items.some(({ id }) => id === made.id));
  const tables = await Promise.all(['api_keys', 'audit_events', 'idempotency_keys'].map((name) => dump(name)));
  t.notOk(
    tables.some((text) => text.includes(key.slice(9))),
    'the secret is in no table',
  );
  const items = await eventsOf(made.id);
  t.match(items, [{ action: 'api_key.created', details: { name: 'pipeline', role: 'operator', prefix: made.prefix } }]);
});

t.test('the version before finds no key that was made here: it would not hold it to its bounds', async (t) => {
  const { key } = await addKey(at, actor, { projects: [project.id] });
  const { hashApiKey } = await import('../../src/store/api-keys.ts');
  t.strictSame(await db.selectFrom('api_keys').select('id').where('hash', '=', hashApiKey(key)).execute(), []);
});

t.test('an ended key is no key, from its end on', async (t) => {
  const expiresAt = new Date(Date.now() + minuteMs).toISOString();
  const { key } = await addKey(at, actor, { expiresAt });
  at.faults.aheadMs = 2 * minuteMs;
  t.equal(await refusesKey(key), 'unauthenticated');
  at.faults.aheadMs = 0;
  t.ok(await signIn(at, key), 'and it is one again where the clock is set back: the row says when');
  await refuses(t, at, 'expiry_out_of_range', () =>
    domain.apiKeys.create(actor, { name: 'x', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' }),
  );
  await refuses(t, at, 'invalid_instant', () =>
    domain.apiKeys.create(actor, { name: 'x', role: 'viewer', expiresAt: 'soon' }),
  );
});

t.test('from outside its networks a key is refused as an unknown one is', async (t) => {
  const { key } = await domain.apiKeys.create(actor, {
    name: 'x',
    role: 'viewer',
    cidrs: ['192.0.2.0/24', '2001:db8::/32'],
  });
  for (const from of ['192.0.2.9', '::ffff:192.0.2.9', '2001:db8::7'])
    t.ok(await signIn(at, key, undefined, from), from);
  const unknown = await refusalOf(signIn(at, 'ag_unknown'));
  for (const from of ['192.0.3.1', '::1', '']) {
    const refusal = await refusalOf(signIn(at, key, undefined, from));
    t.strictSame(
      [refusal.code, refusal.message, refusal.members],
      [unknown.code, unknown.message, unknown.members],
      from,
    );
  }
  for (const cidr of ['192.0.2.1/24', 'example.com', '']) {
    await refuses(t, at, 'invalid_cidr', () =>
      domain.apiKeys.create(actor, { name: 'x', role: 'viewer', cidrs: [cidr] }),
    );
  }
});

t.test('nobody makes a key that may more than they may', async (t) => {
  const { actor: service } = await addKey(at, actor);
  const wish = { name: 'x', role: 'viewer', kind: 'person' } as const;
  await refuses(t, at, 'person_required', () => domain.apiKeys.create(service, wish));
  t.match(await domain.apiKeys.create(inRole(actor, 'admin'), wish), { kind: 'person' });
  const person = await domain.apiKeys.create(actor, wish);
  await refuses(t, at, 'person_required', () => domain.apiKeys.rotate(service, { id: person.id }));
  for (const role of ['viewer', 'operator', 'approver'] as const) {
    await refuses(t, at, 'forbidden', () => domain.apiKeys.create(inRole(actor, role), { name: 'x', role: 'viewer' }));
  }
  await refuses(t, at, 'not_found', () =>
    domain.apiKeys.create(actor, { name: 'x', role: 'viewer', projects: [project.id, 'prj_unknown'] }),
  );
  const other = await addTeam(at, 'keys');
  await refuses(t, at, 'not_found', () =>
    domain.apiKeys.create(other, { name: 'x', role: 'viewer', projects: [project.id] }),
  );
});

t.test(
  'a bounded key makes and rotates keys within its bounds alone, and what is left out is not inherited',
  async (t) => {
    const expiresAt = new Date(Date.now() + 60 * minuteMs).toISOString();
    const sooner = new Date(Date.now() + 30 * minuteMs).toISOString();
    const later = new Date(Date.now() + 61 * minuteMs).toISOString();
    const cidrs = ['127.0.0.0/8', '2001:db8::/32'];
    const bounded = await addKey(at, actor, { expiresAt, cidrs });
    const wish = { name: 'x', role: 'viewer' } as const;
    const field = async (act: () => Promise<unknown>) => {
      const refusal = await refuses(t, at, 'beyond_own_bounds', act);
      return refusal.members['field'];
    };
    const make = (more: object) => domain.apiKeys.create(bounded.actor, { ...wish, ...more });
    for (const more of [{}, { cidrs }, { cidrs, expiresAt: later }])
      t.equal(await field(() => make(more)), 'expiresAt');
    for (const beyond of [undefined, ['0.0.0.0/0'], ['127.0.0.1', '192.0.2.0/24'], ['2001:db8::/31'], ['::/0']]) {
      t.equal(await field(() => make({ expiresAt, cidrs: beyond })), 'cidrs', String(beyond));
    }
    await refuses(t, at, 'invalid_cidr', () => make({ expiresAt, cidrs: ['127.0.0.1/8'] }));
    t.match(await make({ expiresAt, cidrs }), { expiresAt, cidrs });
    t.match(await make({ expiresAt: sooner, cidrs: ['127.0.0.1/32'] }), { expiresAt: sooner });
    const free = await domain.apiKeys.create(actor, wish);
    t.equal(await field(() => domain.apiKeys.rotate(bounded.actor, { id: free.id })), 'expiresAt');
    const endless = await addKey(at, actor, { cidrs });
    t.equal(await field(() => domain.apiKeys.rotate(endless.actor, { id: free.id })), 'cidrs');
    await domain.apiKeys.rotate(bounded.actor, { id: bounded.id, overlapSeconds: 60 });
    const again = await domain.apiKeys.rotate(bounded.actor, { id: bounded.id });
    t.match(again, { expiresAt, cidrs }, 'it makes what takes its own place, also past the overlap');
    const narrowed = await addKey(at, actor, { projects: [project.id] });
    await refuses(t, at, 'forbidden', () => domain.apiKeys.create(narrowed.actor, { ...wish, projects: [project.id] }));
  },
);

t.test('a rotated key is bound as the old one, which holds for the overlap', async (t) => {
  const bounds = { name: 'nightly', role: 'operator', projects: [project.id], cidrs: ['127.0.0.0/8'] } as const;
  const old = await domain.apiKeys.create(actor, bounds);
  const next = await domain.apiKeys.rotate(actor, { id: old.id, overlapSeconds: 60 });
  t.match(next, { ...bounds, rotatedFrom: old.id, expiresAt: null, kind: 'service' });
  t.not(next.key, old.key);
  t.ok(await signIn(at, old.key));
  t.ok(await signIn(at, next.key));
  at.faults.aheadMs = 2 * minuteMs;
  t.equal(await refusesKey(old.key), 'unauthenticated');
  t.ok(await signIn(at, next.key));
  await refuses(t, at, 'key_ended', () => domain.apiKeys.rotate(actor, { id: old.id }));
  at.faults.aheadMs = 0;
  const atOnce = await domain.apiKeys.rotate(actor, { id: next.id, overlapSeconds: 0 });
  t.equal(await refusesKey(next.key), 'unauthenticated', 'without an overlap at once');
  t.ok(await signIn(at, atOnce.key));
});

t.test('an overlap does not prolong a key that ends sooner', async (t) => {
  const expiresAt = new Date(Date.now() + minuteMs).toISOString();
  const old = await domain.apiKeys.create(actor, { name: 'x', role: 'viewer', expiresAt });
  await domain.apiKeys.rotate(actor, { id: old.id, overlapSeconds: 3600 });
  t.equal((await domain.apiKeys.get(actor, old.id)).expiresAt, expiresAt);
});

t.test(
  'rotated again after a lost answer: the new key has the own end of the old one, and the one that nobody knows is revoked',
  async (t) => {
    for (const expiresAt of [undefined, new Date(Date.now() + 90 * 24 * 60 * minuteMs).toISOString()]) {
      const old = await domain.apiKeys.create(actor, { name: 'x', role: 'viewer', expiresAt });
      const lost = await domain.apiKeys.rotate(actor, { id: old.id });
      const overlapEnd = (await domain.apiKeys.get(actor, old.id)).expiresAt;
      const next = await domain.apiKeys.rotate(actor, { id: old.id, overlapSeconds: 7 * 24 * 3600 });
      t.equal(next.expiresAt, expiresAt ?? null);
      t.equal((await domain.apiKeys.get(actor, old.id)).expiresAt, overlapEnd, 'the overlap is not prolonged');
      t.equal(await refusesKey(lost.key), 'unauthenticated');
      for (const key of [old.key, next.key]) t.ok(await signIn(at, key));
      const [first] = await eventsOf(lost.id);
      t.match(first, { action: 'api_key.revoked', details: { name: 'x', unusedSuccessorOf: old.id } });
      const after = await domain.apiKeys.rotate(actor, { id: next.id });
      t.match(after, { expiresAt: expiresAt ?? null, rotatedFrom: next.id });
    }
  },
);

t.test('a successor that was used stays when its predecessor is rotated again', async (t) => {
  const old = await domain.apiKeys.create(actor, { name: 'x', role: 'viewer' });
  const used = await domain.apiKeys.rotate(actor, { id: old.id });
  await signIn(at, used.key);
  await db.updateTable('api_keys').set({ last_used_at: null }).where('id', '=', used.id).execute();
  const next = await domain.apiKeys.rotate(actor, { id: old.id });
  for (const { key } of [old, used, next]) t.ok(await signIn(at, key), 'also where the use was not noted');
  t.equal((await domain.apiKeys.get(actor, used.id)).revokedAt, null);
});

t.test('ten rotations at once leave one key that was not used', async (t) => {
  const old = await domain.apiKeys.create(actor, { name: 'x', role: 'viewer' });
  const made = await Promise.all(Array.from({ length: 10 }, () => domain.apiKeys.rotate(actor, { id: old.id })));
  const views = await Promise.all(made.map(({ id }) => domain.apiKeys.get(actor, id)));
  t.equal(views.filter(({ revokedAt }) => revokedAt === null).length, 1);
  t.ok(views.every(({ expiresAt }) => expiresAt === null));
});

t.test('a revoked key opens nothing in any process, from the answer on', async (t) => {
  const second = await startAnother('the-preset-key-of-another-process');
  t.teardown(() => second.close());
  const made = await domain.apiKeys.create(actor, { name: 'x', role: 'viewer' });
  for (const one of [at, second]) t.ok(await signIn(one, made.key));
  await second.domain.apiKeys.revoke(second.firstActor, made.id);
  for (const one of [at, second]) t.equal((await refusalOf(signIn(one, made.key))).code, 'unauthenticated');
  await domain.apiKeys.revoke(actor, made.id);
  const items = await eventsOf(made.id);
  t.strictSame(
    items.map(({ action }) => action),
    ['api_key.revoked', 'api_key.created'],
    'the second revocation does nothing',
  );
  t.ok((await domain.apiKeys.get(actor, made.id)).revokedAt, 'and it stays listed');
  await refuses(t, at, 'key_ended', () => domain.apiKeys.rotate(actor, { id: made.id }));
});

t.test('the key of the settings is changed in the settings alone, and no other bears its name', async (t) => {
  for (const act of [
    () => domain.apiKeys.revoke(actor, actor.id),
    () => domain.apiKeys.rotate(actor, { id: actor.id }),
  ]) {
    await refuses(t, at, 'preset_key', act);
  }
  await refuses(t, at, 'name_taken', () => domain.apiKeys.create(actor, { name: 'AFTERGLOW_API_KEY', role: 'viewer' }));
});

t.test('the last use is noted once a minute, and never in the way', async (t) => {
  const { id, key } = await domain.apiKeys.create(actor, { name: 'x', role: 'viewer' });
  const lastUsedAt = async () => (await domain.apiKeys.get(actor, id)).lastUsedAt;
  await Promise.all(Array.from({ length: 20 }, () => signIn(at, key)));
  const first = await soon(lastUsedAt, (value) => value !== null);
  await signIn(at, key);
  at.faults.aheadMs = minuteMs / 2;
  await signIn(at, key);
  t.equal(await lastUsedAt(), first);
  at.faults.aheadMs = 2 * minuteMs;
  await signIn(at, key);
  const second = await soon(lastUsedAt, (value) => value !== first);
  t.ok(String(second) > String(first));
  at.faults.aheadMs = 0;
  await db.transaction().execute(async (tx) => {
    await tx.selectFrom('api_keys').select('id').where('id', '=', id).forUpdate().execute();
    at.faults.aheadMs = 10 * minuteMs;
    t.ok(await signIn(at, key), 'while the row is locked by somebody else');
  });
  at.faults.aheadMs = 0;
});

t.test('a key that the version before had preset is of the platform from the start on, under its old id', async (t) => {
  const apiKey = 'the-preset-key-of-the-version-before';
  const first = await startAnother(apiKey);
  await first.close();
  await db.updateTable('api_keys').set({ is_platform: false }).where('id', '=', first.firstActor.id).execute();
  t.equal((await signIn(at, apiKey)).isPlatform, false);
  await refuses(t, at, 'preset_key', () => domain.apiKeys.revoke(actor, first.firstActor.id));
  const second = await startAnother(apiKey);
  t.teardown(() => second.close());
  t.match(await signIn(at, apiKey), { id: first.firstActor.id, isPlatform: true, role: 'admin' });
  t.match(second.firstActor, { ...(await signIn(at, apiKey)), requestId: null, sourceAddress: null });
});

/** Another process on the same database. */
function startAnother(apiKey: string) {
  return buildApp({
    databaseUrl: at.databaseUrl,
    neonApiUrl: at.emulator.baseUrl,
    encryptionKeys: `first:${Buffer.alloc(32).toString('base64url')}`,
    auditSigningKeys: `a1:${Buffer.alloc(32, 1).toString('base64url')}`,
    apiKey,
    roles: new Set(['api']),
    production: false,
    logger: at.log.logger,
  });
}

/** But for its sign-in. */
async function eventsOf(id: string) {
  const { items } = await domain.audit.list(actor, { subjectId: id }, page);
  return items.filter(({ action }) => !action.startsWith('access.'));
}

async function dump(table: string): Promise<string> {
  const rows = await db
    .selectFrom(table as 'api_keys')
    .selectAll()
    .execute();
  return JSON.stringify(rows);
}

/** Looks again for a few seconds: what is noted beside the request is there soon after it. */
async function soon<T>(look: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    const value = await look();
    if (isSo(value)) return value;
  }
  throw new Error('it was not noted');
}
