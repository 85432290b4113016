// The house rules that no other tool holds, as pure functions over texts. `tidy.test.ts` runs them over the tree and
// shows of each that it finds a violation.

import { codeOf, type SourceFile } from './source.ts';

export interface Fault {
  readonly rule: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export interface Rule {
  readonly name: string;
  readonly why: string;
  readonly find: (files: readonly SourceFile[]) => Fault[];
}

interface PatternRule {
  readonly name: string;
  readonly why: string;
  readonly pattern: RegExp;
  /** Files it looks at. */
  readonly within: RegExp;
  readonly except?: RegExp;
  /** Code without comments and strings, or the whole text. */
  readonly reads: 'code' | 'text';
}

export const linesMax = 400;

const everywhere = /^(src|test|scripts|bench|migrations)\//;
const house = /^test\/house\//;
const served = /^(src|scripts|bench)\//;
const decided = /^src\/(core|domain)\//;

const patternRules: readonly PatternRule[] = [
  {
    name: 'env-in-config',
    why: 'config.ts alone reads process.env: a setting that is read elsewhere is neither checked nor documented.',
    // A whole environment handed to a child process (`{ ...process.env }`) is read by the child, not by us.
    pattern:
      /(?<!\{ *\.\.\.)\bprocess\s*(\??\.\s*env\b|\[)|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b|\bimport\s*\{[^}]*\benv\b[^}]*\}/g,
    within: /^src\//,
    except: /^src\/config\.ts$/,
    reads: 'code',
  },
  {
    name: 'no-hidden-clock',
    why: 'core and domain are told what time it is (now): they read no clock.',
    pattern:
      /\bnew Date\s*(\(\s*\)|(?![\w\s(]))|(?<!new )(?<![.\w])Date\s*\(|\bDate\.now\b|\bperformance\.now\b|\bhrtime\b|\bTemporal\.Now\b/g,
    within: decided,
    reads: 'code',
  },
  {
    name: 'no-hidden-chance',
    why: 'core and domain are given ids (newId): they make none, and throw no dice.',
    pattern: /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b|\brandomBytes\b|\buuidv?\d?\s*\(/g,
    within: decided,
    reads: 'code',
  },
  {
    name: 'no-hidden-now-in-cron',
    why: 'croner takes the present when it is given no instant: say from when.',
    pattern: /\.(nextRun|msToNext|previousRun|isRunning)\(\s*\)|\.(nextRuns|previousRuns)\(\s*[\w.]*\s*\)/g,
    within: /^src\//,
    reads: 'code',
  },
  {
    name: 'no-timers-in-core',
    why: 'core waits for nothing.',
    pattern: /\b(setTimeout|setInterval|setImmediate|queueMicrotask|fetch)\s*\(|\bprocess\b/g,
    within: /^src\/core\//,
    reads: 'code',
  },
  {
    name: 'no-test-set-aside',
    why: 'a test that is skipped, or runs alone, hides the others or itself.',
    pattern: /\.\s*(skip|only)\s*\(|\b(only|todo)\s*:\s*true\b|\bskip\s*:\s*true\b/g,
    within: /^test\//,
    reads: 'code',
  },
  {
    name: 'no-types-silenced',
    why: 'a silenced type error comes back at night.',
    pattern: /@ts-(ignore|nocheck)/g,
    within: everywhere,
    except: house,
    reads: 'text',
  },
  {
    name: 'no-forced-types',
    why: 'parse what is unknown, do not declare it known.',
    pattern: /\bas\s+any\b|\bas\s+unknown\s+as\b|<any>/g,
    within: everywhere,
    reads: 'code',
  },
  {
    name: 'no-enum',
    why: 'an enum is code that type stripping cannot strip: use a union of strings.',
    pattern: /\benum\s+\w/g,
    within: everywhere,
    reads: 'code',
  },
  {
    name: 'no-promises-in-comments',
    why: 'what is to be done is an issue, not a comment.',
    pattern: /\b(TODO|FIXME|XXX|HACK)\b/g,
    within: everywhere,
    except: house,
    reads: 'text',
  },
  {
    name: 'audit-is-append-only',
    why: 'nothing that is served changes or removes an audit event.',
    pattern:
      /\b(updateTable|deleteFrom|mergeInto|replaceInto)\(\s*['"`](\w+\.)?audit_events\b|\b(update|delete\s+from|truncate(\s+table)?)\s+("?\w+"?\.)?"?audit_events\b/gi,
    within: served,
    reads: 'text',
  },
  {
    name: 'one-writer-of-status',
    why: 'domain/advance.ts alone persists a transition, through updateStatus.',
    pattern: /\bupdateStatus\b/g,
    within: served,
    except: /^src\/(store\/status|domain\/advance)\.ts$/,
    reads: 'code',
  },
  {
    name: 'no-slow-seams',
    why: 'an import by full path of another checkout or of the build does not travel.',
    pattern: /from\s+['"](\/|file:|[^'"]*\/dist\/)/g,
    within: everywhere,
    except: house,
    reads: 'text',
  },
];

/** File and folder names that say nothing about what is inside. */
const emptyNames = new Set([
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'manager',
  'managers',
  'service',
  'services',
]);

function findEmptyNames(files: readonly SourceFile[]): Fault[] {
  return files
    .filter((file) => file.path.split(/[/.\-_]/).some((word) => emptyNames.has(word.toLowerCase())))
    .map((file) => ({ rule: 'names-say-something', path: file.path, line: 1, text: file.path }));
}

function findLongFiles(files: readonly SourceFile[]): Fault[] {
  return files
    .filter((file) => file.path.startsWith('src/'))
    .map((file) => ({ file, lines: file.text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > linesMax)
    .map(({ file, lines }) => ({ rule: 'short-files', path: file.path, line: linesMax + 1, text: `${lines} lines` }));
}

function findUnopened(files: readonly SourceFile[]): Fault[] {
  return files
    .filter((file) => /^src\/(core|domain|store|neon)\//.test(file.path) && !/^\s*\/[/*]/.test(file.text))
    .map((file) => ({ rule: 'opening-comment', path: file.path, line: 1, text: file.text.split('\n', 1)[0] ?? '' }));
}

function findPattern(rule: PatternRule, files: readonly SourceFile[]): Fault[] {
  return files
    .filter((file) => rule.within.test(file.path) && !rule.except?.test(file.path))
    .flatMap((file) => {
      const read = rule.reads === 'code' ? codeOf(file) : file.text;
      return [...read.matchAll(rule.pattern)].map((match) => {
        const line = read.slice(0, match.index).split('\n').length;
        return { rule: rule.name, path: file.path, line, text: file.text.split('\n')[line - 1]?.trim() ?? '' };
      });
    });
}

/** What belongs to a project: a read of it for an actor takes a scope. */
const boundTables =
  /(?<!-> )'(projects|branches|snapshots|restores|reconcile_reports|branch_statuses|firings|outbox|attempts)\b|\bfrom (outbox|attempts|firings)\b/;

/**
 * Exported functions of the store that read a table bound to projects by the team's id alone. A function that is told no team serves the
 * worker, and one that writes is told what to write.
 */
function findUnscoped(files: readonly SourceFile[]): Fault[] {
  return files
    .filter((file) => file.path.startsWith('src/store/'))
    .flatMap((file) =>
      [...file.text.matchAll(/^(?:export )?(?:async )?function (\w+)\(([\s\S]*?)\)[^{]*\{\n([\s\S]*?)^\}/gm)]
        .filter(([, , parameters = '', body = '']) => {
          const readsBound = /\bselect/i.test(body) && boundTables.test(body) && !/\binsert\b/i.test(body);
          return readsBound && /\bteamId\??:|: PageRequest\b/.test(parameters) && !/\bscope: Scope\b/.test(parameters);
        })
        .map(({ index, 1: name = '' }) => ({
          rule: 'reads-take-a-scope',
          path: file.path,
          line: file.text.slice(0, index).split('\n').length,
          text: name,
        })),
    );
}

export const rules: readonly Rule[] = [
  ...patternRules.map((rule) => ({
    name: rule.name,
    why: rule.why,
    find: (files: readonly SourceFile[]) => findPattern(rule, files),
  })),
  {
    name: 'reads-take-a-scope',
    why: 'a read of what belongs to a project takes the scope of who asks: its team and the projects that it is narrowed to.',
    find: findUnscoped,
  },
  { name: 'names-say-something', why: 'a file is named after what it owns.', find: findEmptyNames },
  { name: 'short-files', why: `a file of more than ${linesMax} lines owns too much.`, find: findLongFiles },
  {
    name: 'opening-comment',
    why: 'a file in core, domain, store or neon opens with what it owns and what it never does.',
    find: findUnopened,
  },
];
