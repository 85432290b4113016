// `npm run verify-audit -- export.ndjson [--jwks jwks.json --head head.jws --closing closing.jws]`: whether an exported audit history is as it was
// written, without asking anybody. Exit code 0 where every event fits, 1 where one does not (it is named), 2 where that cannot be said.

import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { readSignedHead, type SignedHead } from '../src/store/signing.ts';
import { type Verdict, verifyAudit } from './audit/verify.ts';

type PublicKeys = Parameters<typeof readSignedHead>[1];

const usage =
  'npm run verify-audit -- <export.ndjson, or - for standard input> [--jwks <file> [--head <file>]... [--closing <file>]]';

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      head: { type: 'string', multiple: true, default: [] },
      closing: { type: 'string' },
      jwks: { type: 'string' },
    },
  });
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new Error(usage);
  const heads = await Promise.all(values.head.map((name) => readHead(name, values.jwks)));
  const closing = values.closing === undefined ? undefined : await readHead(values.closing, values.jwks);
  if (closing && closing.kind !== 'closing') throw new Error(`${values.closing} is signed, but it is no closing head.`);
  const input = file === '-' ? process.stdin : createReadStream(file);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const verdict = await verifyAudit(lines, { closing, heads });
  tell(verdict, { closing, heads });
  return verdict.fault ? 1 : 0;
}

async function readHead(name: string, jwks: string | undefined): Promise<SignedHead> {
  if (jwks === undefined) throw new Error('A signature is checked against public keys: give them by --jwks.');
  const [jws, keys] = await Promise.all([readFile(name, 'utf8'), readFile(jwks, 'utf8')]);
  try {
    return await readSignedHead(jws.trim(), JSON.parse(keys) as PublicKeys);
  } catch (error) {
    throw new Error(`${name} is not signed by a key of ${jwks}: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
}

function tell(
  { events, teamId, from, to, fault }: Verdict,
  { closing, heads }: { closing: SignedHead | undefined; heads: SignedHead[] },
) {
  if (fault) {
    const name = fault.sequence === null ? '' : ` event ${fault.sequence}${fault.id === null ? '' : ` (${fault.id})`},`;
    console.log(`Does not fit:${name} line ${fault.line}: ${fault.what}.`);
    console.log(`${events} event(s) before it fit.`);
    return;
  }
  console.log(`Whole: ${events} event(s)${events > 0 ? ` of ${teamId}, ${from} to ${to}` : ''}.`);
  if (from !== null && from > 1 && !closing)
    console.log(`What was before ${from} is not proved: no closing head was given.`);
  if (heads.length === 0)
    console.log('No signed head was given: a cut tail, or a chain that was written anew, would not show.');
  for (const { sequence, signedAt } of heads)
    console.log(`As it was when its head ${sequence} was signed, at ${signedAt}.`);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
