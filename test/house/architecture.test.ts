import { createRequire } from 'node:module';
import { join } from 'node:path';
import t from 'tap';
import { examine, faults, modulesMin } from '../../scripts/architecture.ts';
import { breaches, targets } from './breaches.ts';
import { append, copyTree, makeTree, root, writeWhereMissing } from './tree.ts';

t.test('the tree keeps the folder table', async (t) => {
  const seen = await examine(root);
  t.ok(seen.modules >= modulesMin, `${seen.modules} modules seen`);
  t.strictSame(faults(seen), []);
});

t.test('a breach of each rule is found in a copy of the tree', async (t) => {
  const copy = copyTree(t);
  for (const target of targets) writeWhereMissing(join(copy, target.path), target.text);
  for (const breach of breaches) append(join(copy, breach.path), breach.text);
  const { findings } = await examine(copy);
  for (const { rule, path, text } of breaches) {
    const isFound = findings.some((found) => found.rule === rule && found.from === path);
    t.ok(isFound, `${rule} finds ${path}: ${text.trim()}`);
  }
});

t.test('what the folder table allows is let pass in the same copy', async (t) => {
  const copy = copyTree(t);
  const allowed = [
    ['src/core/schedule/zz.ts', "import 'croner';\n"],
    [
      'src/store/zz.ts',
      "import 'node:crypto';\nimport 'kysely';\nimport '../core/zz.ts';\nimport type { Logger } from 'pino';\nexport type Zz = Logger;\n",
    ],
    ['src/neon/zz.ts', "import '@neon/sdk';\nimport '../core/zz.ts';\n"],
    ['src/queue/zz.ts', "import 'bullmq';\nimport 'ioredis';\nimport '../core/zz.ts';\n"],
    [
      'src/domain/zz.ts',
      "import '../core/zz.ts';\nimport '../store/zz.ts';\nimport type * as api from '../neon/api.ts';\nimport type { Logger } from 'pino';\nexport type Zz = [typeof api, Logger];\n",
    ],
    ['src/rest/zz.ts', "import 'fastify';\nimport 'node:http';\nimport '../core/zz.ts';\n"],
    ['src/worker/zz.ts', "import '../core/zz.ts';\nimport '../queue/zz.ts';\n"],
    ['src/local/zz.ts', "import 'pg';\nimport '../core/zz.ts';\n"],
    ['src/core/zz.ts', 'export const zz = 1;\n'],
    ['migrations/zz.ts', "import 'kysely';\n"],
  ] as const;
  for (const [path, text] of allowed) append(join(copy, path), text);
  const { findings } = await examine(copy);
  t.strictSame(
    findings.filter((found) => found.from.includes('/zz.ts')),
    [],
  );
});

t.test('every rule is broken once on purpose', async (t) => {
  const { forbidden } = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs'));
  const names: string[] = forbidden.map((rule: { name: string }) => rule.name);
  const shown = new Set(breaches.map((breach) => breach.rule));
  t.strictSame(
    names.filter((name) => !shown.has(name)),
    [],
  );
});

t.test('a check that sees too few modules fails', async (t) => {
  const empty = makeTree(t);
  append(join(empty, 'src/core/a.ts'), "import './b.ts';\n");
  append(join(empty, 'src/core/b.ts'), 'export const b = 1;\n');
  t.match(faults(await examine(empty)), [/^too-few-modules: saw 2 /]);
});
