import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import t from 'tap';
import { root, runNode } from './tree.ts';

const expected = ['.env.example', 'docs/roles.md', 'openapi/openapi.json', 'openapi/schema.graphql'];

t.test('what is committed is what the code generates', async (t) => {
  const { code, output } = generate('--check');
  t.equal(code, 0, output);
});

t.test('a contract that has drifted is found, each file by its name', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'afterglow-contract-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  t.equal(generate('--out', folder).code, 0, 'all is written to another folder');
  t.equal(generate('--check', '--out', folder).code, 0, 'and has not drifted there');

  const files = filesUnder(folder);
  t.strictSame(
    expected.filter((path) => !files.includes(path)),
    [],
    'the contracts are among them',
  );
  t.ok(
    files.some((path) => path.startsWith('src/graphql/generated')),
    'and the types of the resolvers',
  );

  for (const path of files) appendFileSync(join(folder, path), '\n');
  const drifted = generate('--check', '--out', folder);
  t.not(drifted.code, 0);
  for (const path of files) t.match(drifted.output, path);

  t.equal(generate('--out', folder).code, 0);
  rmSync(join(folder, 'openapi/openapi.json'));
  const missing = generate('--check', '--out', folder);
  t.not(missing.code, 0, 'one that is missing has drifted too');
  t.match(missing.output, 'openapi/openapi.json');
});

function generate(...args: string[]): { code: number | null; output: string } {
  return runNode(root, [join(root, 'scripts/generate.ts'), ...args]);
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
