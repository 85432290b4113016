// `npm run verify-audit -- export.ndjson --head head.jws`: whether an exported audit history is as it was written, without asking anybody.
// `--help` says the rest.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { SignedHead } from '../src/store/signing.ts';
import { type HeadFile, readHeadFile } from './audit/heads.ts';
import { type Proof, type Verdict, verifyAudit } from './audit/verify.ts';

const usage = `npm run -s verify-audit -- <export.ndjson, or - for standard input> [options]

  --head <file>     a signed head that was kept: a signature, or the whole answer of GET /v1/audit-heads; may be given several times
  --jwks <file>     the public keys of the service (/.well-known/jwks.json); else jwks.json beside the head
  --closing <file>  the signed closing head of the month before the export; one in the answer of GET /v1/audit-heads is found by itself
  --from <number>   the export is a piece of the history that begins with this event
  --piece           the export is a piece of the history, wherever it begins

Ends with 0 where every event fits, with 1 and the first that does not, or with 2 where that cannot be said.`;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      head: { type: 'string', multiple: true, default: [] },
      closing: { type: 'string' },
      jwks: { type: 'string' },
      from: { type: 'string' },
      piece: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new Error(usage);
  if ([values.closing !== undefined, values.from !== undefined, values.piece].filter(Boolean).length > 1) {
    throw new Error('Where the export begins is said once: by --closing, --from or --piece.');
  }
  const heads = await Promise.all(values.head.map((name) => readHeadFile(name, values.jwks)));
  const closing = values.closing === undefined ? undefined : await readHeadFile(values.closing, values.jwks);
  const from = values.from === undefined ? undefined : numberOf(values.from);
  const begins: Proof['begins'] = values.piece ? 'anywhere' : from;

  const input = file === '-' ? process.stdin : createReadStream(file);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  const first = await lines.next();
  const proof = { begins, ...choose({ heads, closing }, begins, first.done ? {} : peek(first.value)) };
  const verdict = await verifyAudit(inTurn(first, lines), proof);
  if (verdict.events === 0 && !verdict.fault && proof.heads.length === 0) {
    throw new Error('There is no event, and no signed head that says so: nothing is proved.');
  }
  tell(verdict, proof);
  return verdict.fault ? 1 : 0;
}

function numberOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Error('--from takes the number of an event, such as 6.');
}

async function* inTurn(first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<string> {
  for (let line = first; !line.done; line = await rest.next()) yield line.value;
}

interface Begin {
  readonly teamId?: unknown;
  readonly sequence?: unknown;
}

/** What the first line says of itself; whether it is true is judged later. */
function peek(line: string): Begin {
  try {
    return (JSON.parse(line) as Begin | null) ?? {};
  } catch {
    return {};
  }
}

/** Of what the files hold, what belongs to the export that begins so. */
function choose(
  { heads, closing }: { readonly heads: readonly HeadFile[]; readonly closing: HeadFile | undefined },
  begins: Proof['begins'],
  { teamId, sequence }: Begin,
): { heads: SignedHead[]; closing: SignedHead | undefined } {
  const isOwn = (head: SignedHead) => typeof teamId !== 'string' || head.teamId === teamId;
  const chosen = heads.flatMap((file) => {
    if (!file.isAnswer) return file.heads;
    const own = file.heads.filter((head) => head.kind === 'head' && isOwn(head));
    if (own.length > 0) return own;
    throw new Error(`${file.name} has no head of the team ${String(teamId)}, of which the export is.`);
  });
  const answers = heads.filter((file) => file.isAnswer);
  const closings = (closing ? [closing] : begins === undefined ? answers : []).flatMap((file) =>
    file.heads.filter((head) => head.kind === 'closing' && (!file.isAnswer || isOwn(head))),
  );
  if (closing && closings.length === 0) throw new Error(`${closing.name} is signed, but it is no closing head.`);
  const before = closings.find((head) => head.sequence + 1 === sequence);
  return { heads: chosen, closing: before ?? (closing ? closings[0] : undefined) };
}

function tell({ events, teamId, from, to, fault }: Verdict, { closing, heads = [], begins }: Proof) {
  if (fault) {
    const name = fault.sequence === null ? '' : ` event ${fault.sequence}${fault.id === null ? '' : ` (${fault.id})`},`;
    console.log(`Does not fit:${name} line ${fault.line}: ${fault.what}.`);
    console.log(`${events} event(s) before it fit.`);
    return;
  }
  console.log(`Whole: ${events} event(s)${events > 0 ? ` of ${teamId}, ${from} to ${to}` : ''}.`);
  if (from !== null && from > 1 && begins !== undefined)
    console.log(`What was before ${from} is not proved: it was taken for a piece.`);
  if (from !== null && closing)
    console.log(`It follows the closing head ${closing.sequence} of ${closing.month}, signed at ${closing.signedAt}.`);
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
