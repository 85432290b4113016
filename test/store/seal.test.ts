// Secrets at rest: sealed under the first key, opened by whichever key the text names, and by none other.

import { randomBytes } from 'node:crypto';
import t from 'tap';
import { parseKeyring } from '../../src/store/seal.ts';

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64url')}`;
const [one, two] = [key('2026-01'), key('2026-02')];
const secret = 'napi_secret_ü';

t.test('what is sealed is opened, never the same text twice, and does not show the secret', async (t) => {
  const ring = parseKeyring(one);
  const [first, second] = [await ring.seal(secret), await ring.seal(secret)];
  t.equal(await ring.open(first), secret);
  t.not(first, second);
  t.notOk(Buffer.from(first, 'base64url').toString().includes('napi'));
});

t.test('keys rotate: the new first key seals, the old one still opens until it is taken out', async (t) => {
  const old = await parseKeyring(one).seal(secret);
  const both = parseKeyring(`${two}, ${one}`);
  t.equal(await both.open(old), secret);
  const fresh = await both.seal(secret);
  t.equal(await parseKeyring(two).open(fresh), secret);
  await t.rejects(parseKeyring(two).open(old), { message: /2026-01/ }, 'it names the key that is missing');
  await t.rejects(parseKeyring(one).open(fresh), { message: /2026-02/ });
});

t.test('another key under the same id, or a text that was changed, opens nothing', async (t) => {
  const sealed = await parseKeyring(one).seal(secret);
  await t.rejects(parseKeyring(key('2026-01')).open(sealed));
  const parts = sealed.split('.');
  for (const index of [0, 2, 3, 4]) {
    const part = parts[index] ?? '';
    const changed = parts.with(index, (part.startsWith('A') ? 'B' : 'A') + part.slice(1)).join('.');
    await t.rejects(parseKeyring(one).open(changed), `part ${index}`);
  }
  await t.rejects(parseKeyring(one).open('not sealed'));
});

t.test('a ring that cannot be is refused with the number of the entry, and without the key', async (t) => {
  const short = `a:${randomBytes(31).toString('base64url')}`;
  for (const text of ['', 'a', short, `:${one.split(':')[1]}`, `${one}:more`, `${one},${short}`, `${one},${one}`]) {
    t.throws(() => parseKeyring(text), { message: /^ENCRYPTION_KEYS: / }, text.slice(0, 3));
  }
  try {
    parseKeyring(`${one},${short}`);
  } catch (error) {
    t.match(String(error), /entry 2/);
    t.notOk(String(error).includes(short.slice(2)));
  }
});
