// The small pure decisions: LSNs, names, selectors, limits, and the table of refusals.

import fc from 'fast-check';
import t from 'tap';
import { failures, notFound, refusals } from '../../../src/core/errors.ts';
import { limitsInForce } from '../../../src/core/limits.ts';
import { lsnPattern, sameLsn } from '../../../src/core/lsn.ts';
import { derivedName } from '../../../src/core/names.ts';
import { selectsBranch } from '../../../src/core/selector.ts';
import { withoutSecrets } from '../../../src/core/redact.ts';

t.test('LSNs are compared by the position that they name, not by their text', async (t) => {
  t.ok(sameLsn('0/1a', '00000000/0000001A'));
  t.ok(sameLsn('FFFFFFFF/FFFFFFFF', 'ffffffff/ffffffff'));
  t.notOk(sameLsn('0/1', '1/0'));
  t.notOk(sameLsn('nonsense', 'nonsense'), 'texts that are no LSN are never the same');
});

t.test('texts that are no LSN are none, for schemas as for comparisons', async (t) => {
  for (const text of [
    '',
    '0',
    '/',
    '0/',
    '/0',
    '0/G',
    '123456789/0',
    '0/123456789',
    '0/1 ',
    '0/1\n',
    '-1/0',
    '0x1/0',
  ]) {
    t.equal(sameLsn(text, text), false, JSON.stringify(text));
    t.equal(new RegExp(lsnPattern).test(text), false, JSON.stringify(text));
  }
});

t.test('two LSNs are the same exactly where both halves are', async (t) => {
  const half = fc.integer({ min: 0, max: 0xffff_ffff });
  const text = (high: number, low: number): string => `${high.toString(16)}/${low.toString(16).toUpperCase()}`;
  fc.assert(
    fc.property(half, half, half, half, (a, b, c, d) => {
      const itself = text(a, b);
      return sameLsn(itself, itself.toLowerCase()) && sameLsn(itself, text(c, d)) === (a === c && b === d);
    }),
  );
  t.pass();
});

t.test("every derived name fits Neon's rule for slugs, and two purposes or ids never share one", async (t) => {
  const slug = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
  const prefixes = ['tem', 'crd', 'prj', 'brn', 'pol', 'sch', 'fir', 'snp', 'rst', 'hld', 'evt', 'key', 'job'];
  fc.assert(
    fc.property(fc.constantFrom(...prefixes), fc.uuid({ version: 7 }), (prefix, uuid) => {
      const id = `${prefix}_${uuid}`;
      const [name, old] = [derivedName(id), derivedName(id, 'preserved')];
      return slug.test(name) && slug.test(old) && name !== old && name.endsWith(uuid);
    }),
  );
  t.equal(derivedName('rst_01'), 'afterglow-rst-01');
  t.equal(derivedName('rst_01', 'preserved'), 'afterglow-rst-01-old');
});

t.test('a selector means the default branch, every root, or branches by their names', async (t) => {
  const main = { name: 'main', isDefault: true, isRoot: true };
  const archive = { name: 'archive', isDefault: false, isRoot: true };
  const feature = { name: 'feature', isDefault: false, isRoot: false };
  const selected = (branches: Parameters<typeof selectsBranch>[0]) =>
    [main, archive, feature].filter((branch) => selectsBranch(branches, branch)).map(({ name }) => name);
  t.strictSame(selected('default'), ['main']);
  t.strictSame(selected('roots'), ['main', 'archive']);
  t.strictSame(selected(['feature', 'main', 'absent']), ['main', 'feature']);
  t.strictSame(selected([]), []);
  t.strictSame(selected(['default', 'roots']), [], 'in a list they are names');
});

t.test("limits: the project's own, else the plan's, else those of the largest plan", async (t) => {
  t.strictSame(limitsInForce('free', {}), { rootBranches: 3, snapshots: 1 });
  t.strictSame(limitsInForce('launch', {}), { rootBranches: 5, snapshots: 100 });
  t.strictSame(limitsInForce('scale', { rootBranches: 7 }), { rootBranches: 7, snapshots: 100 });
  t.strictSame(limitsInForce('enterprise-of-tomorrow', { snapshots: 0 }), { rootBranches: 25, snapshots: 0 });
});

t.test('every refusal has a status of an error and a title; codes are lower snake', async (t) => {
  for (const [code, { status, title }] of Object.entries(refusals)) {
    t.match(code, /^[a-z]+(_[a-z]+)*$/);
    t.ok(status >= 400 && status < 600 && title.length > 3, code);
  }
  t.equal(new Set(failures).size, failures.length);
});

t.test('not_found says the same of every id of a kind, and never repeats a long one whole', async (t) => {
  t.match(notFound('branch', 'brn_1'), { code: 'not_found', members: {} });
  t.ok(notFound('branch', 'x'.repeat(10_000)).message.length < 200);
});

t.test('what opens something is taken out of texts, the rest stays', async (t) => {
  const text = 'connect postgresql://u:p%40ss@host:1/db with Bearer abc.def and napi_k1 or Basic dTpw';
  const clean = withoutSecrets(text);
  for (const secret of ['p%40ss', 'abc.def', 'napi_k1', 'dTpw']) t.notOk(clean.includes(secret), secret);
  t.match(clean, /connect .*host:1\/db with/);
});
