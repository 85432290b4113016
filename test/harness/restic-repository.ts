// Writes a restic repository (format version 1, https://restic.readthedocs.io/en/stable/100_references.html) that holds snapshots and
// nothing else, so that restic can be asked what it would forget of thousands of them without having made one.

import { createCipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ResticSnapshot {
  readonly host: string;
  /** RFC 3339; restic groups by the hours and days of the offset that it is written with. */
  readonly time: string;
}

interface Key {
  readonly encrypt: Buffer;
  readonly k: Buffer;
  readonly r: Buffer;
}

export const resticPassword = 'restic';

/** In the order of the snapshots, the id that restic gives each. */
export async function writeResticRepository(folder: string, snapshots: readonly ResticSnapshot[]): Promise<string[]> {
  for (const name of ['data', 'index', 'keys', 'locks', 'snapshots'])
    await mkdir(join(folder, name), { recursive: true });
  const key = { encrypt: randomBytes(32), k: randomBytes(16), r: randomBytes(16) };
  await writeFile(
    join(folder, 'config'),
    seal(key, { version: 1, id: hex(randomBytes(32)), chunker_polynomial: '25b468838dcb75' }),
  );
  const keyFile = JSON.stringify(lock(key));
  await writeFile(join(folder, 'keys', hex(keyFile)), keyFile);
  const ids: string[] = [];
  for (const { host, time } of snapshots) {
    const file = seal(key, { time, tree: hex(''), paths: ['/'], hostname: host, username: 'afterglow' });
    await writeFile(join(folder, 'snapshots', hex(file)), file);
    ids.push(hex(file));
  }
  return ids;
}

function hex(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The repository's key under the password. A cheap derivation: nothing here is secret. */
function lock({ encrypt, k, r }: Key): Record<string, unknown> {
  const [N, cost, p] = [2, 1, 1];
  const salt = randomBytes(64);
  const derived = scryptSync(resticPassword, salt, 64, { N, r: cost, p });
  const user = { encrypt: derived.subarray(0, 32), k: derived.subarray(32, 48), r: derived.subarray(48, 64) };
  const base64 = (bytes: Buffer): string => bytes.toString('base64');
  const data = seal(user, { mac: { k: base64(k), r: base64(r) }, encrypt: base64(encrypt) });
  const facts = { created: '2026-01-01T00:00:00Z', username: 'afterglow', hostname: 'afterglow', kdf: 'scrypt' };
  return { ...facts, N, r: cost, p, salt: base64(salt), data: base64(data) };
}

/** AES-256 in counter mode, and Poly1305-AES over what it gave. */
function seal({ encrypt, k, r }: Key, content: unknown): Buffer {
  const nonce = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', encrypt, nonce);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final()]);
  const single = createCipheriv('aes-128-ecb', k, null);
  const pad = littleEndian(Buffer.concat([single.update(nonce)]));
  const mac = (poly1305(sealed, r) + pad) % 2n ** 128n;
  return Buffer.concat([nonce, sealed, Buffer.from(mac.toString(16).padStart(32, '0'), 'hex').reverse()]);
}

function poly1305(message: Buffer, r: Buffer): bigint {
  const factor = littleEndian(r) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = message.subarray(at, at + 16);
    sum = ((sum + littleEndian(block) + 2n ** BigInt(8 * block.length)) * factor) % (2n ** 130n - 5n);
  }
  return sum;
}

function littleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}
