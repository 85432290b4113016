import { resolve } from 'node:path';
import t from 'tap';
import { linesMax, rules } from './rules.ts';
import { codeOf, readSources, type SourceFile } from './source.ts';

const root = resolve(import.meta.dirname, '../..');

/** For each rule, files that break it, and files that look alike and do not. */
const demonstrations: Readonly<Record<string, { breaks: SourceFile[]; keeps: SourceFile[] }>> = {
  'env-in-config': {
    breaks: [
      file('src/app.ts', 'export const port = process.env.PORT;'),
      file('src/store/connect.ts', "const url = process.env['DATABASE_URL'];"),
      file('src/rest/a.ts', 'const { env } = process;'),
      file('src/rest/b.ts', "import { env } from 'node:process';"),
      file('src/rest/c.ts', "process['env']"),
    ],
    keeps: [
      file('src/config.ts', 'process.env.PORT'),
      file('src/app.ts', '// process.env is read by config.ts\nprocess.pid'),
      file('src/local/a.ts', "spawn('postgres', [], { env: { ...process.env, TZ: 'UTC' } })"),
    ],
  },
  'no-hidden-clock': {
    breaks: [
      file('src/core/a.ts', '// Owns.\nexport const a = () => new Date();'),
      file('src/domain/b.ts', '// Owns.\nconst b = Date.now();'),
      file('src/domain/c.ts', '// Owns.\nconst c = new Date;'),
      file('src/core/d.ts', '// Owns.\nconst d = performance.now();'),
    ],
    keeps: [
      file(
        'src/core/a.ts',
        "// Owns new Date().\nexport const a = (at: string) => new Date(at); const b = 'Date.now';",
      ),
      file('src/worker/a.ts', 'const now = () => new Date();'),
      file('src/core/e.ts', '// Owns.\nexport function toDate(at: Date): Date { return new Date(at.getTime()); }'),
    ],
  },
  'no-hidden-chance': {
    breaks: [
      file('src/core/a.ts', '// Owns.\nconst a = Math.random();'),
      file('src/domain/b.ts', '// Owns.\nconst b = crypto.randomUUID();'),
    ],
    keeps: [file('src/app.ts', 'const id = crypto.randomUUID();')],
  },
  'no-hidden-now-in-cron': {
    breaks: [
      file('src/core/schedule.ts', '// Owns.\nconst a = new Cron(line).nextRun();'),
      file('src/core/schedule.ts', '// Owns.\nconst a = new Cron(line).nextRuns(3);'),
    ],
    keeps: [file('src/core/schedule.ts', '// Owns.\nconst a = new Cron(line).nextRun(from), b = c.nextRuns(3, from);')],
  },
  'no-timers-in-core': {
    breaks: [
      file('src/core/a.ts', '// Owns.\nsetTimeout(() => {}, 1);'),
      file('src/core/b.ts', '// Owns.\nprocess.pid;'),
    ],
    keeps: [file('src/worker/a.ts', 'setTimeout(() => {}, 1);')],
  },
  'no-test-set-aside': {
    breaks: [
      file('test/a.test.ts', "t.skip('later', async () => {});"),
      file('test/b.test.ts', "t.only('mine', async () => {});"),
      file('test/c.test.ts', "t.test('later', { skip: true }, async () => {});"),
    ],
    keeps: [file('test/a.test.ts', "t.test('on Redis', { skip: redis ? false : 'no Redis' }, async () => {});")],
  },
  'no-types-silenced': {
    breaks: [file('src/app.ts', '// @ts-ignore\nx();'), file('test/a.test.ts', '// @ts-nocheck\n')],
    keeps: [file('test/a.test.ts', '// @ts-expect-error: the status column cannot be updated\nx();')],
  },
  'no-forced-types': {
    breaks: [
      file('src/app.ts', 'const a = b as any;'),
      file('test/a.test.ts', 'const a = b as unknown as string;'),
      file('scripts/a.ts', 'const a = new Map<any>();'),
    ],
    keeps: [file('src/app.ts', "// the same as any other\nconst a = 'as any'; const b = c as unknown;")],
  },
  'no-enum': {
    breaks: [file('src/app.ts', 'enum Status { a }'), file('src/rest/a.ts', 'export const enum Status { a }')],
    keeps: [file('src/app.ts', "const schema = { enum: ['a'] }; // an enum of strings")],
  },
  'no-promises-in-comments': {
    breaks: [file('src/app.ts', `// ${'TO'}DO: later`), file('migrations/0001-a.ts', `// ${'FIX'}ME`)],
    keeps: [file('src/app.ts', '// nothing to do')],
  },
  'audit-is-append-only': {
    breaks: [
      file('src/store/audit.ts', "// Owns.\ntx.updateTable('audit_events').set({});"),
      file('src/store/audit.ts', "// Owns.\ntx.deleteFrom('audit_events');"),
      file('src/store/audit.ts', '// Owns.\nsql`UPDATE audit_events set a = 1`;'),
      file('scripts/reset.ts', 'sql`delete from public.audit_events`;'),
    ],
    keeps: [
      file('src/store/audit.ts', "// Owns.\ntx.insertInto('audit_events'); tx.updateTable('audit_heads');"),
      file('migrations/0001-a.ts', 'sql`create trigger t before update or delete on audit_events`;'),
    ],
  },
  'one-writer-of-status': {
    breaks: [
      file('src/domain/snapshot/request.ts', "// Owns.\nimport { updateStatus } from '../../store/status.ts';"),
      file('src/store/snapshots.ts', '// Owns.\nawait updateStatus(tx, {});'),
    ],
    keeps: [
      file('src/domain/advance.ts', '// Owns.\nawait updateStatus(tx, {});'),
      file('src/store/status.ts', '// Owns.\nexport async function updateStatus() {}'),
    ],
  },
  'no-slow-seams': {
    breaks: [
      file('src/app.ts', "import { a } from '/work/main/src/a.ts';"),
      file('src/app.ts', "import { a } from 'fastify/dist/a.js';"),
    ],
    keeps: [file('src/app.ts', "import { a } from './a.ts';")],
  },
  'reads-take-a-scope': {
    breaks: [
      file(
        'src/store/snapshots.ts',
        "// Owns.\nexport async function listSnapshots(\n  db: Db,\n  teamId: string,\n): Promise<Row[]> {\n  return db.selectFrom('snapshots').execute();\n}\n",
      ),
      file(
        'src/store/outbox/list.ts',
        '// Owns.\nexport async function listJobs(db: Db, page: PageRequest): Promise<Row[]> {\n  return sql`select * from outbox`;\n}\n',
      ),
    ],
    keeps: [
      file(
        'src/store/snapshots.ts',
        "// Owns.\nexport async function listSnapshots(db: Db, scope: Scope, page: PageRequest): Promise<Row[]> {\n  return db.selectFrom('snapshots').execute();\n}\n",
      ),
      file(
        'src/store/policies.ts',
        "// Owns.\nexport async function listPolicies(db: Db, teamId: string): Promise<Row[]> {\n  return db.selectFrom('policies').execute();\n}\n",
      ),
    ],
  },
  'names-say-something': {
    breaks: [
      file('src/store/utils.ts', '// Owns.'),
      file('src/domain/snapshot-manager.ts', '// Owns.'),
      file('test/helpers/wait.ts', ''),
      file('src/rest/snapshot.service.ts', ''),
    ],
    keeps: [file('src/store/serviceable.ts', '// Owns.'), file('src/rest/routes/snapshots.ts', '')],
  },
  'short-files': {
    breaks: [file('src/app.ts', 'x();\n'.repeat(linesMax + 1))],
    keeps: [file('src/app.ts', 'x();\n'.repeat(linesMax)), file('test/a.test.ts', 'x();\n'.repeat(linesMax + 1))],
  },
  'opening-comment': {
    breaks: [
      file('src/core/a.ts', "import { b } from './b.ts';\n// Owns."),
      file('src/neon/a.ts', 'export const a = 1;'),
    ],
    keeps: [file('src/core/a.ts', '// Owns.'), file('src/store/a.ts', '/** Owns. */'), file('src/rest/a.ts', 'x();')],
  },
};

t.test('the tree keeps the house rules', async (t) => {
  const files = readSources(root, ['src', 'test', 'scripts', 'bench', 'migrations']);
  t.ok(files.length >= 20, `${files.length} files read: too few and the rules are blind`);
  for (const rule of rules) {
    const faults = rule.find(files).map((fault) => `${fault.path}:${fault.line} ${fault.text}`);
    t.strictSame(faults, [], `${rule.name}: ${rule.why}`);
  }
});

t.test('a file that breaks a rule is found, one that only looks like it is not', async (t) => {
  for (const rule of rules) {
    const shown = demonstrations[rule.name];
    if (!shown) {
      t.fail(`${rule.name} has no demonstration`);
      continue;
    }
    for (const broken of shown.breaks)
      t.ok(rule.find([broken]).length > 0, `${rule.name} finds: ${broken.text.slice(0, 60)}`);
    t.strictSame(rule.find(shown.keeps), [], `${rule.name} lets pass what keeps it`);
  }
});

t.test('status has its one writer', async (t) => {
  const files = readSources(root, ['src']);
  const byPath = new Map(files.map((found) => [found.path, codeOf(found)]));
  t.match(
    byPath.get('src/store/status.ts'),
    /export (async )?function updateStatus\b/,
    'it is where the rule expects it',
  );
  t.match(byPath.get('src/domain/advance.ts'), /\bupdateStatus\s*\(/, 'and advance.ts calls it');
});

function file(path: string, text: string): SourceFile {
  return { path, text };
}
