// Owns reading the signed heads that a verdict rests on, out of files: a signature alone, or the whole answer of GET /v1/audit-heads. What
// it returns is what was signed, never what stands beside the signature.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readSignedHead, type SignedHead } from '../../src/store/signing.ts';

type PublicKeys = Parameters<typeof readSignedHead>[1];

export interface HeadFile {
  readonly name: string;
  /** An answer may hold heads of another team than that which is verified, and closing heads; a signature is meant as it is. */
  readonly isAnswer: boolean;
  readonly heads: readonly SignedHead[];
}

/** Throws a sentence where a file holds no head, or one that none of the keys has signed. */
export async function readHeadFile(name: string, jwks: string | undefined): Promise<HeadFile> {
  const text = (await readFile(name, 'utf8')).trim();
  const isAnswer = text.startsWith('{');
  const signatures = isAnswer ? signaturesOf(name, text) : [text];
  const keys = await readKeys(name, jwks);
  return { name, isAnswer, heads: await Promise.all(signatures.map((jws) => readHead(name, jws, keys))) };
}

function signaturesOf(name: string, text: string): string[] {
  const found: unknown[] = [];
  try {
    const { items } = JSON.parse(text) as { readonly items?: unknown };
    const heads = Array.isArray(items) ? (items as readonly unknown[]) : [];
    found.push(...heads.map((head) => (head as { readonly signature?: unknown } | null)?.signature));
  } catch {
    // Said below: it is no answer.
  }
  const signatures = found.filter((one) => typeof one === 'string');
  if (signatures.length > 0 && signatures.length === found.length) return signatures;
  throw new Error(`${name} is neither a signed head nor the answer of GET /v1/audit-heads.`);
}

interface Keys {
  readonly from: string;
  readonly set: PublicKeys;
}

/** Of the file that is named, or of `jwks.json` beside the head. */
async function readKeys(head: string, jwks: string | undefined): Promise<Keys> {
  const from = jwks ?? join(dirname(head), 'jwks.json');
  const text = await readFile(from, 'utf8').catch((error: unknown) => {
    if (jwks !== undefined || !isAbsent(error)) throw error;
    throw new Error(
      `${head} is checked against public keys, and there is no ${from}: save /.well-known/jwks.json of the service under that name, or name a file by --jwks.`,
    );
  });
  return { from, set: JSON.parse(text) as PublicKeys };
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function readHead(name: string, jws: string, { from, set }: Keys): Promise<SignedHead> {
  try {
    return await readSignedHead(jws, set);
  } catch (error) {
    throw new Error(`${name} is not signed by a key of ${from}: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
}
