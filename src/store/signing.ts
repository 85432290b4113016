// Owns signatures over heads of the audit chain: compact JWS (RFC 7515) with Ed25519, whose `kid` names the key, so that keys rotate.
// It signs what it is given and keeps nothing.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { CompactSign, compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';

/** What a signature says: the team's event of this sequence has this hash, and so has every event before it the one that it has. */
export interface SignedHead {
  readonly kind: 'head' | 'closing';
  readonly teamId: string;
  readonly sequence: number;
  /** In hexadecimal. */
  readonly hash: string;
  /** When that event happened; null of a chain without events. */
  readonly at: string | null;
  /** Of a closing, the month that went with it, such as 2026-09. */
  readonly month: string | null;
  readonly signedAt: string;
}

export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: string;
}

export interface Signer {
  /** A compact JWS under the first key. */
  sign(head: SignedHead): Promise<string>;
  /** Of every key, the first one first: a JWK set (RFC 7517). */
  readonly publicKeys: { readonly keys: readonly PublicKey[] };
}

const alg = 'EdDSA';
const typ = 'afterglow-audit-head';

/** The PKCS #8 form of an Ed25519 key, but for its 32 bytes. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Parses `id:base64url-of-32-bytes[,id:...]`: the first key signs, all are published. Throws a sentence that names the fault, never a key. */
export function parseSigner(text: string): Signer {
  const keys = new Map<string, KeyObject>();
  for (const [index, part] of text.split(',').entries()) {
    const [id, encoded, ...rest] = part.trim().split(':');
    const seed = Buffer.from(encoded ?? '', 'base64url');
    if (!id || !/^[\w.-]{1,64}$/.test(id) || rest.length > 0 || seed.length !== 32) {
      throw new Error(`AUDIT_SIGNING_KEYS: entry ${index + 1} is not "id:base64url of 32 bytes".`);
    }
    if (keys.has(id)) throw new Error(`AUDIT_SIGNING_KEYS: the id of entry ${index + 1} is there twice.`);
    keys.set(id, createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' }));
  }
  const first = [...keys][0];
  if (!first) throw new Error('AUDIT_SIGNING_KEYS: at least one key is needed.');
  const [kid, key] = first;
  return {
    sign: (head) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(head))).setProtectedHeader({ alg, kid, typ }).sign(key),
    publicKeys: { keys: [...keys].map(([id, one]) => publicKey(id, one)) },
  };
}

function publicKey(kid: string, key: KeyObject): PublicKey {
  const { kty = '', crv = '', x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { kty, crv, x, kid, alg, use: 'sig' };
}

/** What a head says, if one of the keys signed it and it is one of ours; throws otherwise. */
export async function readSignedHead(jws: string, keys: JSONWebKeySet): Promise<SignedHead> {
  const { payload, protectedHeader } = await compactVerify(jws, createLocalJWKSet(keys), { algorithms: [alg] });
  if (protectedHeader.typ !== typ) throw new Error('it is signed, but it is no head of an audit history');
  return JSON.parse(new TextDecoder().decode(payload)) as SignedHead;
}
