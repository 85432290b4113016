// Keys that are presented at once: each gets its own answer, read after it was presented.

import t from 'tap';
import { hashApiKey, hashMadeKey, insertApiKey } from '../../src/store/api-keys.ts';
import { findPresentedKey } from '../../src/store/presented-keys.ts';
import { openStore } from './open.ts';

const { db } = await openStore(t);
const find = (presented: string) => findPresentedKey(db, presented);

async function add(id: string, hash: Buffer, columns: { is_platform?: boolean; team_id?: string } = {}): Promise<void> {
  await db.transaction().execute((tx) =>
    insertApiKey(tx, {
      id,
      team_id: 'tem_a',
      name: id,
      prefix: id,
      hash,
      role: 'viewer',
      kind: 'service',
      created_at: new Date(),
      ...columns,
    }),
  );
}
const revoke = (id: string) =>
  db.updateTable('api_keys').set({ revoked_at: new Date() }).where('id', '=', id).execute();

await add('key_made', hashMadeKey('made'));
await add('key_preset', hashApiKey('preset'), { team_id: 'tem_b' });

t.test('a hundred that are presented at once get their own, unknown ones none', async (t) => {
  const presented = Array.from({ length: 99 }, (_, n) => ['made', 'preset', `unknown ${n}`][n % 3] ?? '');
  const found = await Promise.all(presented.map(find));
  const expected = presented.map((key) => ({ made: 'key_made', preset: 'key_preset' })[key]);
  t.strictSame(
    found.map((key) => key?.id),
    expected,
  );
  t.match(found[0], { team_id: 'tem_a', team_slug: 'a', role: 'viewer', projects: null, expires_at: null });
  t.match(found[1], { team_id: 'tem_b', team_slug: 'b' });
});

t.test('of a key that was made and is preset too, the preset one answers', async (t) => {
  await add('key_both_made', hashMadeKey('both'));
  await add('key_both_preset', hashApiKey('both'), { is_platform: true });
  t.equal((await find('both'))?.id, 'key_both_preset');
});

t.test('one that is revoked while others are being read is not found by who presents it then', async (t) => {
  await add('key_brief', hashMadeKey('brief'));
  const before = Promise.all([find('brief'), find('made')]);
  // The first statement has begun.
  await new Promise(setImmediate);
  await revoke('key_brief');
  const after = Promise.all([find('brief'), find('made')]);
  t.equal((await before)[1]?.id, 'key_made');
  t.strictSame(
    (await after).map((key) => key?.id),
    [undefined, 'key_made'],
  );
});

t.test('while the database does not answer, each of them fails, and the next finds its key', async (t) => {
  const { db } = await openStore(t, 1);
  const find = (presented: string) => findPresentedKey(db, presented);
  await db.schema.alterTable('teams').renameTo('gone').execute();
  const failed = await Promise.allSettled([find('one'), find('two')]);
  t.strictSame(
    failed.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  await db.schema.alterTable('gone').renameTo('teams').execute();
  t.equal(await find('one'), undefined);
});
