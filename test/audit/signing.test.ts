// Signed heads: by the first key, verified with any that is published, and by nothing else.

import { createHmac } from 'node:crypto';
import t from 'tap';
import { parseSigner, readSignedHead } from '../../src/store/signing.ts';
import { headOf, makeChain, makeSigner } from './exported.ts';

const seed = (byte: number) => Buffer.alloc(32, byte).toString('base64url');
const head = headOf(makeChain(3));
const keysOf = (signer: ReturnType<typeof parseSigner>) => ({
  keys: signer.publicKeys.keys.map((key) => ({ ...key })),
});

t.test('what is signed is read back, also after the keys were rotated', async (t) => {
  const old = parseSigner(`old:${seed(1)}`);
  const rotated = parseSigner(`new:${seed(2)},old:${seed(1)}`);
  const before = await old.sign(head);
  t.strictSame(await readSignedHead(before, keysOf(rotated)), head);
  const after = await rotated.sign(head);
  t.strictSame(await readSignedHead(after, keysOf(rotated)), head);
  await t.rejects(readSignedHead(after, keysOf(old)), 'of a key that is not published');
  t.strictSame(
    rotated.publicKeys.keys.map(({ kid, kty, crv, alg, use }) => [kid, kty, crv, alg, use]),
    ['new', 'old'].map((kid) => [kid, 'OKP', 'Ed25519', 'EdDSA', 'sig']),
  );
  t.notMatch(JSON.stringify(rotated.publicKeys), /"d":/, 'nothing private is published');
});

t.test('the public key is that of RFC 8032 for its secret', async (t) => {
  const secret = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
  const [key] = parseSigner(`a:${secret.toString('base64url')}`).publicKeys.keys;
  t.equal(
    Buffer.from(key?.x ?? '', 'base64url').toString('hex'),
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  );
});

t.test('a signature that was changed, is of another kind, or of no key, is refused', async (t) => {
  const signer = makeSigner();
  const keys = keysOf(signer);
  const [header = '', , signature = ''] = (await signer.sign(head)).split('.');
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged = encode({ ...head, sequence: 1 });
  const kid = keys.keys[0]?.kid;
  const none = `${encode({ alg: 'none', kid, typ: 'afterglow-audit-head' })}.${forged}.`;
  const hmacHead = encode({ alg: 'HS256', kid, typ: 'afterglow-audit-head' });
  const mac = createHmac('sha256', Buffer.from(keys.keys[0]?.x ?? '', 'base64url')).update(`${hmacHead}.${forged}`);
  for (const jws of [
    `${header}.${forged}.${signature}`,
    none,
    `${hmacHead}.${forged}.${mac.digest('base64url')}`,
    'no.jws',
    '',
  ]) {
    await t.rejects(readSignedHead(jws, keys), jws.slice(0, 40));
  }
  await t.rejects(readSignedHead(await makeSigner().sign(head), keys), 'another key of the same id');
});

t.test('keys at fault are named by their place, never shown', async (t) => {
  for (const text of [
    '',
    'a',
    `a:${seed(1)}:x`,
    `:${seed(1)}`,
    'a:short',
    `a:${seed(1)},a:${seed(2)}`,
    `b c:${seed(1)}`,
  ]) {
    t.throws(
      () => parseSigner(text),
      { message: /^AUDIT_SIGNING_KEYS: (entry|the id of entry) \d / },
      text.slice(0, 3),
    );
    t.throws(() => parseSigner(text), { message: new RegExp(`^(?!.*${seed(1)})`) });
  }
});
