// What documents say that a test holds, a test holds: the files that they name are there.

import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';

const root = resolve(import.meta.dirname, '../..');

/** Paths under test/ that stand in backquotes. */
function testsOf(text: string): string[] {
  return [...text.matchAll(/`(test\/[^`\s]+)`/g)].map(([, path]) => path ?? '');
}

/** Of the paths, those where there is nothing. */
function absent(paths: readonly string[]): string[] {
  return paths.filter((path) => globSync(path.replace(/\/$/, ''), { cwd: root }).length === 0);
}

for (const document of ['ARCHITECTURE.md', 'docs/reliability.md', 'docs/threat-model.md']) {
  t.test(`every test that ${document} names is there`, async (t) => {
    const named = testsOf(readFileSync(resolve(root, document), 'utf8'));
    t.ok(named.length > 5, `${named.length} are named`);
    t.strictSame(absent(named), []);
  });
}

t.test('every promise of the threat model names a test', async (t) => {
  const text = readFileSync(resolve(root, 'docs/threat-model.md'), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| \d+ \|/.test(line));
  t.ok(rows.length >= 15, `${rows.length} promises`);
  t.strictSame(
    rows.filter((row) => !testsOf(row).some((path) => path.endsWith('.test.ts'))),
    [],
  );
  t.strictSame(
    rows.map((row) => Number(/\d+/.exec(row)?.[0])),
    rows.map((_, index) => index + 1),
  );
});

t.test('a test that is not there is found', async (t) => {
  t.strictSame(absent(testsOf('`test/house/documents.test.ts`, `test/domain/reconcile*.test.ts`, `test/crash/`')), []);
  t.strictSame(absent(testsOf('`test/house/nothing.test.ts` and `test/none*.test.ts`')), [
    'test/house/nothing.test.ts',
    'test/none*.test.ts',
  ]);
});
