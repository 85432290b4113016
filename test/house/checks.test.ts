import { join } from 'node:path';
import t from 'tap';
import { tool } from '../../scripts/tools.ts';
import { append, makeTree, runNode } from './tree.ts';

t.test('the linter finds promises nobody waits for, any, loose equality and stray prints', async (t) => {
  const tree = makeTree(t);
  const lines = [
    'export async function work(): Promise<void> { await Promise.resolve(); }',
    'export function floats(): void { work(); }',
    'export function misuses(): void { [1].forEach(async () => { await work(); }); }',
    'export async function waits(): Promise<void> { await 3; }',
    'export function loose(x: any): boolean { return x == 1; }',
    "export function prints(): void { console.log('here'); }",
  ];
  append(join(tree, 'src/rest/zz.ts'), `${lines.join('\n')}\n`);
  append(join(tree, 'test/zz.test.ts'), "import t from 'tap';\nt.test('not waited for', async (t) => t.pass());\n");
  const { code, output } = run(tree, 'oxlint');
  t.equal(code, 1);
  const rules = [
    'no-floating-promises',
    'no-misused-promises',
    'await-thenable',
    'no-explicit-any',
    'eqeqeq',
    'no-console',
  ];
  for (const rule of rules) t.match(output, `(${rule})`);
  t.notMatch(output, 'zz.test.ts', 'a subtest of tap may float');
});

t.test('the linter lets main.ts and local mode print', async (t) => {
  const tree = makeTree(t);
  for (const path of ['src/main.ts', 'src/local/zz.ts', 'scripts/zz.ts']) {
    append(join(tree, path), "console.log('ready');\nexport const zz = 1;\n");
  }
  t.equal(run(tree, 'oxlint').code, 0);
});

t.test('knip finds a file, an export and a package that nobody uses', async (t) => {
  const tree = makeTree(t);
  append(join(tree, 'src/main.ts'), "import { used } from './used.ts';\nused();\n");
  append(join(tree, 'src/used.ts'), 'export function used(): void {}\nexport function unusedExport(): void {}\n');
  append(join(tree, 'src/zz-alone.ts'), 'export const alone = 1;\n');
  const { code, output } = run(tree, 'knip');
  t.equal(code, 1);
  t.match(output, 'src/zz-alone.ts');
  t.match(output, 'unusedExport');
  t.match(output, /^fastify /m);
});

t.test('the formatter finds a file that it would have written otherwise', async (t) => {
  const tree = makeTree(t);
  append(join(tree, 'src/main.ts'), "export const a = { b: 'c' };\n");
  t.equal(run(tree, 'biome', 'format', '.').code, 0);
  append(join(tree, 'src/main.ts'), 'export const  d = {e:"f"}\n');
  const { code, output } = run(tree, 'biome', 'format', '.');
  t.equal(code, 1);
  t.match(output, 'src/main.ts');
});

t.test('the compiler finds a wrong type, and syntax that cannot be stripped', async (t) => {
  const tree = makeTree(t);
  append(join(tree, 'src/main.ts'), "export const port: number = '8080';\nexport enum Status { a }\n");
  const { code, output } = run(tree, 'tsc', '--noEmit');
  t.not(code, 0);
  t.match(output, 'TS2322');
  t.match(output, 'TS1294');
});

function run(tree: string, name: string, ...args: string[]): { code: number | null; output: string } {
  return runNode(tree, [tool(name), ...args]);
}
