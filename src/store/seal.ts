// Owns encryption at rest: JWE (RFC 7516, compact, `dir` with A256GCM) whose `kid` names the key, so that keys rotate.
// It never keeps what it opened.

import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';

export interface Keyring {
  /** Encrypts under the first key. */
  seal(secret: string): Promise<string>;
  /** Decrypts with the key that the header names; throws where the ring does not hold it, or the text was changed. */
  open(sealed: string): Promise<string>;
}

/** Parses `id:base64url-of-32-bytes[,id:...]`: the first key seals, all open. Throws a sentence that names the fault, never a key. */
export function parseKeyring(text: string): Keyring {
  const keys = new Map<string, Uint8Array>();
  for (const [index, part] of text.split(',').entries()) {
    const [id, encoded, ...rest] = part.trim().split(':');
    const key = Buffer.from(encoded ?? '', 'base64url');
    if (!id || !/^[\w.-]{1,64}$/.test(id) || rest.length > 0 || key.length !== 32) {
      throw new Error(`ENCRYPTION_KEYS: entry ${index + 1} is not "id:base64url of 32 bytes".`);
    }
    if (keys.has(id)) throw new Error(`ENCRYPTION_KEYS: the id of entry ${index + 1} is there twice.`);
    keys.set(id, key);
  }
  const first = [...keys][0];
  if (!first) throw new Error('ENCRYPTION_KEYS: at least one key is needed.');
  return makeKeyring(first, keys);
}

function makeKeyring([firstId, firstKey]: [string, Uint8Array], keys: ReadonlyMap<string, Uint8Array>): Keyring {
  return {
    seal: (secret) =>
      new CompactEncrypt(new TextEncoder().encode(secret))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: firstId })
        .encrypt(firstKey),
    async open(sealed) {
      const { kid } = decodeProtectedHeader(sealed);
      const key = kid === undefined ? undefined : keys.get(kid);
      if (!key)
        throw new Error(`ENCRYPTION_KEYS does not hold the key "${String(kid)}" that a stored secret was sealed with.`);
      const { plaintext } = await compactDecrypt(sealed, key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      return new TextDecoder().decode(plaintext);
    },
  };
}
