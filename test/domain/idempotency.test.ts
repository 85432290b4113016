// Idempotency-Keys: one effect for a repeated request, and none for a refused one.

import t from 'tap';
import type { Actor } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { hold } from '../harness/strike.ts';
import { addTeam, inRole } from '../harness/teams.ts';

const at = await startRegistered(t, { roles: [] });
const { domain, actor, main, db } = at;
const keyed = (key: string, fingerprint = 'POST /v1/snapshots {}') => ({ idempotency: { key, fingerprint } });

const countSnapshots = async (): Promise<number> => (await db.selectFrom('snapshots').select('id').execute()).length;

t.test('the same key and body: the first answer again, one row, one audit event, one job', async (t) => {
  const first = await domain.snapshots.request(actor, { branchId: main.id }, keyed('again'));
  const second = await domain.snapshots.request(actor, { branchId: main.id }, keyed('again'));
  t.strictSame(second, first);
  t.equal(await countSnapshots(), 1);
  const { items } = await domain.audit.list(actor, { subjectId: first.id }, { limit: 10 });
  t.equal(items.length, 1);
  t.equal((await db.selectFrom('outbox').selectAll().where('subject_id', '=', first.id).execute()).length, 1);
});

t.test('the same key with another body: idempotency_key_reused', async (t) => {
  const other = keyed('again', 'POST /v1/snapshots {"name":"other"}');
  await refuses(t, at, 'idempotency_key_reused', () =>
    domain.snapshots.request(actor, { branchId: main.id, name: 'other' }, other),
  );
});

t.test('ten at once with one key: one effect; the others get its answer or idempotency_key_in_flight', async (t) => {
  const before = await countSnapshots();
  const all = await Promise.allSettled(
    Array.from({ length: 10 }, () => domain.snapshots.request(actor, { branchId: main.id }, keyed('at-once'))),
  );
  t.equal(await countSnapshots(), before + 1);
  const answers = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []));
  t.equal(new Set(answers).size, 1);
  for (const one of all) {
    if (one.status === 'rejected') t.match(one.reason, { code: 'idempotency_key_in_flight', retryAfterSeconds: 1 });
  }
});

t.test('a twin in flight: idempotency_key_in_flight, and the answer once the first one has ended', async (t) => {
  const { emulator } = at;
  const held = await hold(at, 'getAccountId', 'before');
  const create = () =>
    domain.credentials.create(actor, { name: 'twin', neonApiKey: emulator.apiKey }, keyed('twin', 'POST credential'));
  const first = create();
  await held.until();
  t.match(await refusalOf(create()), { code: 'idempotency_key_in_flight', retryAfterSeconds: 1 });
  held.end();
  const answer = await first;
  t.strictSame(await create(), answer);
});

t.test('a refused command frees its key, and leaves no row behind', async (t) => {
  const ahead = new Date(Date.now() + 60_000).toISOString();
  await refuses(t, at, 'instant_in_future', () =>
    domain.snapshots.request(actor, { branchId: main.id, at: ahead }, keyed('freed')),
  );
  await refuses(t, at, 'not_found', () => domain.policies.run(actor, 'pol_unknown', keyed('freed')));
  t.match(await domain.snapshots.request(actor, { branchId: main.id }, keyed('freed')), { status: 'requested' });
});

t.test('a claim whose owner died lapses, and its key may be used again', async (t) => {
  await db
    .insertInto('idempotency_keys')
    .values({
      team_id: actor.teamId,
      key: 'dead',
      fingerprint: 'POST /v1/snapshots {}',
      token: 'job_dead',
      claimed_until: new Date(Date.now() - 1),
      created_at: new Date(),
    })
    .execute();
  t.match(await domain.snapshots.request(actor, { branchId: main.id }, keyed('dead')), { status: 'requested' });
});

t.test('a key is kept for a day, and dropped after it', async (t) => {
  const old = new Date(Date.now() - 24 * 3_600_000 - 60_000);
  await db.updateTable('idempotency_keys').set({ created_at: old }).where('key', '=', 'again').execute();
  await domain.dropOldKeys();
  const keys = await db.selectFrom('idempotency_keys').select('key').execute();
  t.notOk(keys.some(({ key }) => key === 'again'));
  t.ok(keys.some(({ key }) => key === 'dead'));
});

t.test('keys of two teams do not meet', async (t) => {
  const other = await addTeam(at, 'other');
  await domain.credentials.create(actor, { name: 'a', neonApiKey: at.emulator.apiKey }, keyed('shared', 'one'));
  const input = { name: 'a', neonApiKey: at.emulator.apiKey };
  t.match(await domain.credentials.create(other, input, keyed('shared', 'two')), { status: 'active' });
});

t.test('what shows a secret makes one key under an Idempotency-Key, and tells the secret once', async (t) => {
  const input = { name: 'pipeline', role: 'viewer' } as const;
  const made = await domain.apiKeys.create(actor, input, keyed('secret', 'create'));
  const rotate = { id: made.id, overlapSeconds: 60 };
  const next = await domain.apiKeys.rotate(actor, rotate, keyed('turned', 'rotate'));
  const again = [
    { id: made.id, act: () => domain.apiKeys.create(actor, input, keyed('secret', 'create')) },
    { id: next.id, act: () => domain.apiKeys.rotate(actor, rotate, keyed('turned', 'rotate')) },
  ];
  for (const { id, act } of again) {
    const refusal = await refuses(t, at, 'secret_shown_once', act, { apiKeyId: id });
    t.match(refusal.message, id);
  }
  await refuses(t, at, 'idempotency_key_reused', () =>
    domain.apiKeys.create(actor, { ...input, name: 'x' }, keyed('secret', 'other')),
  );
  const kept = await db
    .selectFrom('idempotency_keys')
    .select('response')
    .where('key', 'in', ['secret', 'turned'])
    .execute();
  t.strictSame(new Set(kept.map(({ response }) => response)), new Set([{ id: made.id }, { id: next.id }]));
  t.equal((await domain.apiKeys.get(actor, next.id)).revokedAt, null, 'nothing was rotated again');
  await refuses(t, at, 'forbidden', () =>
    domain.apiKeys.create(inRole(actor, 'viewer'), input, keyed('secret', 'create')),
  );
});

t.test('ten that make a key at once with one Idempotency-Key: one key', async (t) => {
  const input = { name: 'ten', role: 'viewer' } as const;
  const all = await Promise.allSettled(
    Array.from({ length: 10 }, () => domain.apiKeys.create(actor, input, keyed('ten', 'create'))),
  );
  t.equal(all.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const one of all) {
    if (one.status === 'rejected') t.match(one.reason, { code: /^(idempotency_key_in_flight|secret_shown_once)$/ });
  }
  t.equal((await db.selectFrom('api_keys').select('id').where('name', '=', 'ten').execute()).length, 1);
});

t.test('teams and members are made once, and the first answer is given again', async (t) => {
  const team = await domain.teams.create(actor, { slug: 'once', name: 'Once' }, keyed('team', 'team'));
  t.strictSame(await domain.teams.create(actor, { slug: 'once', name: 'Once' }, keyed('team', 'team')), team);
  const mary = { teamId: team.id, issuer: 'https://id.example.com', subject: 'mary', role: 'viewer' } as const;
  const member = await domain.members.add(actor, mary, keyed('member', 'member'));
  t.strictSame(await domain.members.add(actor, mary, keyed('member', 'member')), member);
});

t.test(
  "of a team that the request names the key is the actor's own, and the answer is for who may still",
  async (t) => {
    const [one, other] = [await addTeam(at, 'mine'), await addTeam(at, 'theirs')];
    const person = {
      ...one,
      role: 'viewer',
      id: 'https://id.example.com#ann',
      teams: [...one.teams, ...other.teams],
    } as const;
    const teamless = { ...person, teamId: '', role: null };
    const mary = { teamId: other.teamId, issuer: 'https://id.example.com', subject: 'mary', role: 'viewer' } as const;
    const add = (by: Actor) => domain.members.add(by, mary, keyed('named', 'named'));
    const member = await add(person);
    t.strictSame(await add(person), member, 'a viewer of one team, an admin of the named one');
    t.strictSame(await add(teamless), member, 'also where it has named no team of its own');
    await refuses(t, at, 'not_found', () => add({ ...person, teams: one.teams }));
    await refuses(t, at, 'forbidden', () =>
      add({ ...person, teams: [...one.teams, ...inRole(other, 'viewer').teams] }),
    );
    await refuses(t, at, 'not_found', () => add(one));
    await refuses(t, at, 'already_member', () => add({ ...person, id: 'https://id.example.com#bob' }));
  },
);
