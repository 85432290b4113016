// The command that verifies an export: what it takes, and what its exit code says.

import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import t from 'tap';
import type { SignedHead } from '../../src/store/signing.ts';
import { makeTemporaryDir } from '../harness/files.ts';
import { headOf, linesOf, makeChain, makeSigner } from './exported.ts';

const signer = makeSigner();
const chain = makeChain(10);
const lines = linesOf(chain);
const folder = await makeTemporaryDir(t);
const file = async (name: string, text: string) => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};
const answerOf = async (heads: readonly SignedHead[]) => {
  const items = heads.map(async (head) => ({ ...head, sequence: 0, signature: await signer.sign(head) }));
  return JSON.stringify({ items: await Promise.all(items) });
};

const closing: SignedHead = { ...headOf(chain.slice(0, 4), 'closing'), month: '2026-05' };
const whole = await file('whole.ndjson', `${lines.join('\n')}\n`);
const tail = await file('tail.ndjson', `${lines.slice(4).join('\n')}\n`);
const cut = await file('cut.ndjson', lines.slice(0, -1).join('\n'));
const empty = await file('empty.ndjson', '');
const jwks = await file('jwks.json', JSON.stringify(signer.publicKeys));
const jws = await file('head.jws', `${await signer.sign(headOf(chain))}\n`);
const closingJws = await file('closing.jws', await signer.sign(closing));

function verify(...args: readonly string[]) {
  const script = resolve(import.meta.dirname, '../../scripts/verify-audit.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

t.test(
  'an export and a head with the keys beside it are all it needs; keys may lie elsewhere, or be missing',
  async (t) => {
    t.match(verify(whole, '--head', jws), { status: 0, stdout: /^Whole: 10 event.*\nAs it was when its head 10/ });
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    const lonely = join(elsewhere, 'head.jws');
    await copyFile(jws, lonely);
    t.match(verify(whole, '--head', lonely), { status: 2, stderr: /\/\.well-known\/jwks\.json.*--jwks/ });
    t.match(verify(whole, '--head', lonely, '--jwks', jwks), { status: 0, stdout: /^Whole: 10/ });
  },
);

t.test('what does not fit is named with exit code 1', async (t) => {
  const changed = lines.with(2, (lines[2] ?? '').replace('"action":"', '"action":"x'));
  t.match(verify(await file('changed.ndjson', changed.join('\n'))), {
    status: 1,
    stdout: /^Does not fit: event 3 \(evt_3\), line 3: /,
  });
  t.match(verify(cut), { status: 0, stdout: /No signed head was given/ });
  t.match(verify(cut, '--head', jws), { status: 1, stdout: /^Does not fit: event 10, .*missing/ });
  t.match(verify(empty, '--head', jws), { status: 1, stdout: /^Does not fit: event 1, .*missing/ });
});

t.test(
  'an export without its first events fits after its closing head, or as a piece, and not otherwise',
  async (t) => {
    const fault = { status: 1, stdout: /^Does not fit: event 5 \(evt_5\), line 1: .*--closing.*--piece/ };
    t.match(verify(tail), fault);
    t.match(verify(tail, '--head', jws), fault);
    for (const args of [['--piece'], ['--from', '5']]) {
      t.match(verify(tail, '--head', jws, ...args), { status: 0, stdout: /before 5 is not proved/ }, args.join(' '));
    }
    t.match(verify(tail, '--from', '4'), { status: 1 });
    t.match(verify(tail, '--head', jws, '--closing', closingJws), {
      status: 0,
      stdout: /follows the closing head 4 of 2026-05/,
    });
  },
);

t.test(
  "the answer of GET /v1/audit-heads is a head file: the head of the export's team, and the closing head before it",
  async (t) => {
    const foreign = headOf(makeChain(3, 'tem_b'));
    const older = { ...headOf(chain.slice(0, 2), 'closing'), month: '2026-04' };
    const heads = await file('heads.json', await answerOf([foreign, headOf(chain), closing, older]));
    t.match(verify(whole, '--head', heads), { status: 0, stdout: /^Whole: 10 event.*\nAs it was when its head 10/ });
    t.match(verify(cut, '--head', heads), { status: 1 });
    t.match(verify(tail, '--head', heads), { status: 0, stdout: /follows the closing head 4 of 2026-05/ });
    t.match(verify(tail, '--closing', heads), { status: 0, stdout: /follows the closing head 4 of 2026-05/ });
    const later = await file('later.ndjson', lines.slice(5).join('\n'));
    t.match(verify(later, '--head', heads), { status: 1, stdout: /^Does not fit: event 6/ });
    t.match(verify(later, '--closing', heads), { status: 1, stdout: /^Does not fit: event 6 .*5 is due/ });
    const other = await file('other.json', await answerOf([foreign]));
    t.match(verify(whole, '--head', other), { status: 2, stderr: /no head of the team tem_a/ });
    const none = await file('none.json', '{"items":[]}');
    t.match(verify(whole, '--head', none), { status: 2, stderr: /neither a signed head nor the answer/ });
  },
);

t.test('where it cannot say, it says why with exit code 2', async (t) => {
  t.match(verify(empty), { status: 2, stdout: '', stderr: /no event, and no signed head/ });
  t.match(verify('--help'), { status: 0, stdout: /--head <file>/, stderr: '' });
  for (const args of [[], [whole, whole], [whole, '--nothing'], [join(folder, 'absent')], [whole, '--from', '0']]) {
    t.equal(verify(...args).status, 2, args.join(' '));
  }
  t.match(verify(whole, '--closing', jws), { status: 2, stderr: /no closing head/ });
  t.match(verify(whole, '--head', whole, '--jwks', jwks), {
    status: 2,
    stderr: /neither a signed head nor the answer|is not signed/,
  });
  t.match(verify(whole, '--head', cut), { status: 2 });
  t.match(verify(tail, '--piece', '--from', '5'), { status: 2, stderr: /said once/ });
});
