// The one statement that changes a status, idempotency claims, and pages.

import t from 'tap';
import { updateStatus } from '../../src/store/status.ts';
import {
  answerIdempotencyKey,
  claimIdempotencyKey,
  dropIdempotencyClaim,
  findIdempotencyKey,
} from '../../src/store/idempotency.ts';
import { insertCredential, listCredentials } from '../../src/store/credentials.ts';
import { openStore } from './open.ts';

const { db } = await openStore(t, 12);
let count = 0;

async function addCredential(teamId = 'tem_a'): Promise<string> {
  count += 1;
  const id = `crd_${String(count).padStart(4, '0')}`;
  const times = { created_at: new Date(), updated_at: new Date(0) };
  const row = { id, team_id: teamId, name: id, sealed_key: 'sealed', neon_account_id: 'org', ...times };
  await db.transaction().execute((tx) => insertCredential(tx, { ...row, status: 'active' }));
  return id;
}

const refuse = (id: string, name = 'refused now') =>
  db
    .transaction()
    .execute((tx) =>
      updateStatus(tx, 'credential', { id, from: 'active', to: 'refused', patch: { name }, now: new Date(1_000) }),
    );

t.test('a status changes from what it was, together with the other columns, and the version goes up', async (t) => {
  const id = await addCredential();
  t.equal(await refuse(id), true);
  const row = await db.selectFrom('credentials').selectAll().where('id', '=', id).executeTakeFirst();
  t.match(row, { status: 'refused', name: 'refused now', version: 2, updated_at: new Date(1_000) });
  t.equal(await refuse(id, 'again'), false, 'it is not what it was any more');
  const after = await db.selectFrom('credentials').selectAll().where('id', '=', id).executeTakeFirst();
  t.strictSame(after, row);
});

t.test('ten at once: one of them changes it', async (t) => {
  const id = await addCredential();
  const all = await Promise.all(Array.from({ length: 10 }, (_, index) => refuse(id, `by ${index}`)));
  t.equal(all.filter(Boolean).length, 1);
});

const claim = (key: string, token: string, ownerId = 'tem_a') => ({ ownerId, key, fingerprint: 'POST /x', token });

t.test('a key is claimed by one of ten, and by nobody once it is answered', async (t) => {
  const all = await Promise.all(
    Array.from({ length: 10 }, (_, index) => claimIdempotencyKey(db, claim('one', `token-${index}`))),
  );
  t.equal(all.filter(Boolean).length, 1);
  const token = `token-${all.indexOf(true)}`;
  const answer = (by: string) =>
    db.transaction().execute((tx) => answerIdempotencyKey(tx, claim('one', by), { id: 'snp_1' }));
  t.equal(await answer('token-of-another'), false);
  t.equal(await answer(token), true);
  t.equal(await claimIdempotencyKey(db, claim('one', 'late')), false);
  t.match(await findIdempotencyKey(db, claim('one', token)), { response: { id: 'snp_1' } });
  t.equal(await claimIdempotencyKey(db, claim('one', 'theirs', 'tem_b')), true, "another team's key is another key");
});

t.test('a lapsed claim goes to the next, and its former owner can neither answer nor drop it', async (t) => {
  const [old, next] = [claim('lapsed', 'old'), claim('lapsed', 'next')];
  t.ok(await claimIdempotencyKey(db, old));
  await db
    .updateTable('idempotency_keys')
    .set({ claimed_until: new Date(0) })
    .where('key', '=', 'lapsed')
    .execute();
  t.ok(await claimIdempotencyKey(db, next));
  t.equal(await db.transaction().execute((tx) => answerIdempotencyKey(tx, old, {})), false);
  await dropIdempotencyClaim(db, old);
  t.match(await findIdempotencyKey(db, next), { token: 'next' });
  await db.transaction().execute((tx) => answerIdempotencyKey(tx, next, {}));
  await dropIdempotencyClaim(db, next);
  t.match(await findIdempotencyKey(db, next), { token: 'next' }, 'an answer is not dropped');
});

t.test('pages go newest first, without gaps or repeats, while rows are added', async (t) => {
  await db.deleteFrom('credentials').execute();
  const ids: string[] = [];
  for (let index = 0; index < 11; index += 1) ids.push(await addCredential());
  await addCredential('tem_b');
  const first = await listCredentials(db, 'tem_a', { limit: 4 });
  await addCredential();
  const second = await listCredentials(db, 'tem_a', { limit: 4, cursor: first.nextCursor ?? '' });
  const third = await listCredentials(db, 'tem_a', { limit: 4, cursor: second.nextCursor ?? '' });
  const seen = [first, second, third].flatMap(({ items }) => items.map(({ id }) => id));
  t.strictSame(seen, ids.toReversed());
  t.equal(third.nextCursor, null);
  const whole = await listCredentials(db, 'tem_b', { limit: 1 });
  t.equal(whole.nextCursor, null, 'a page that is just full is the last one');
});

t.test('a cursor that no list gave is refused', async (t) => {
  const given = (await listCredentials(db, 'tem_a', { limit: 1 })).nextCursor ?? '';
  for (const cursor of ['', ' ', '%', `${given}=`, `${given}!`, given.slice(0, -1), 'AAAA', 'x'.repeat(300), '4pyT']) {
    await t.rejects(
      listCredentials(db, 'tem_a', { limit: 1, cursor }),
      { code: 'invalid_cursor' },
      JSON.stringify(cursor),
    );
  }
});
