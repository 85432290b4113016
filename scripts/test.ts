// `npm test [-- files and options of tap]`: starts a Postgres and a Redis of its own, runs the tests on them, stops both
// whatever happens, and ends with one line `N passed, N failed`, counted in tests (the innermost subtests). Every answer that a
// Neon emulator gave meanwhile is checked against Neon's OpenAPI document: what is not as it says fails the run.
// `--crash` runs test/crash alone, at every point instead of a seeded tenth. `--chaos` runs test/chaos alone: `--seed N` (the first
// one, default a random one), `--seeds N` (so many), `--long` (ten minutes instead of one), `--parallel N`. `--points` runs the proof of time travel alone, at
// 300 points instead of 30. `--zones` runs the proof of schedules around changes of the clocks alone, in all zones.

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDatabaseServer } from '../test/harness/database-server.ts';
import { differences } from '../test/harness/neon-answers/differences.ts';
import { checkOption } from '../test/harness/neon-answers/files.ts';
import { judgeAnswers, prepareCheck } from '../test/harness/neon-answers/verdict.ts';
import { startRedis } from '../test/harness/redis-server.ts';
import { countTests, type TestCount } from './count-tests.ts';
import { root, tool, toolEnvironment } from './tools.ts';

const isCrash = process.argv.includes('--crash');
const isPoints = process.argv.includes('--points');
const isZones = process.argv.includes('--zones');
const isChaos = process.argv.includes('--chaos');
const { chaos, given } = readArguments(process.argv.slice(2));

const folder = mkdtempSync(join(tmpdir(), 'afterglow-test-'));
// Postgres may run under another uid, which must reach its own folder in here.
chmodSync(folder, 0o711);
const tapFile = join(folder, 'result.tap');
/** What tests say that they have done, whatever the reporter shows. */
const reportFile = join(folder, 'report.txt');

/** What chaos is to play, and what is left for tap. */
function readArguments(all: readonly string[]): { chaos: Record<string, number | boolean>; given: string[] } {
  const chaos: Record<string, number | boolean> = {};
  const given: string[] = [];
  for (let index = 0; index < all.length; index += 1) {
    const argument = all[index] ?? '';
    const name = argument.slice(2);
    if (['--crash', '--points', '--zones', '--chaos'].includes(argument)) continue;
    if (isChaos && argument === '--long') chaos['isLong'] = true;
    else if (isChaos && ['seed', 'seeds', 'parallel'].includes(name)) {
      index += 1;
      chaos[name] = Number(all[index]);
    } else given.push(argument);
  }
  return { chaos, given };
}

/** What was started, in the order of starting; stopped in the reverse order. */
const started: { stop: () => Promise<void> }[] = [];

const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
let interrupted: NodeJS.Signals | undefined;
for (const signal of signals) process.on(signal, () => (interrupted ??= signal));

process.exitCode = await main();

async function main(): Promise<number> {
  let code = 1;
  try {
    await buildTap();
    code = await runTap(await startServers());
  } catch (error) {
    if (!interrupted) console.error(error);
  } finally {
    for (const server of started.reverse()) await server.stop().catch((error: unknown) => console.error(error));
  }
  const count = settleAnswers(settle(code));
  if (existsSync(reportFile)) console.log(`\n${readFileSync(reportFile, 'utf8').trimEnd()}`);
  rmSync(folder, { recursive: true, force: true });
  if (count.skipped > 0) console.log(`${count.skipped} skipped`);
  // The reporter may leave the cursor behind an escape sequence: the last line must be alone.
  console.log(`\n${count.passed} passed, ${count.failed} failed`);
  if (interrupted) return 128 + constants.signals[interrupted];
  return code === 0 && count.failed > 0 ? 1 : code;
}

/** The count never says that all is well when tap did not, or when nothing was proven. */
function settle(code: number): TestCount {
  const count = countTests(tapFile);
  const isHollow = count.failed === 0 && (code !== 0 || count.passed === 0);
  return isHollow ? { ...count, failed: 1 } : count;
}

/** An answer of the emulator that is not as Neon's document has it counts as one failed test, however many there are. */
function settleAnswers(count: TestCount): TestCount {
  const { checked, faults } = judgeAnswers(
    folder,
    differences,
    given.length === 0 && !isCrash && !isPoints && !isZones && !isChaos,
  );
  console.log(
    `\n${checked.toLocaleString('en')} answers of the Neon emulator checked against Neon's OpenAPI document` +
      (faults.length === 0 ? '' : `, and it is not so:\n  ${faults.join('\n  ')}`),
  );
  return faults.length === 0 ? count : { ...count, failed: count.failed + 1 };
}

/** Without this, the first run after `npm ci` still loads the TypeScript plugin that .taprc turns off. */
async function buildTap(): Promise<void> {
  const built = join(root, 'node_modules/@tapjs/test/test-built/dist/esm/index.js');
  if (!readFileSync(built, 'utf8').includes('@tapjs/typescript')) return;
  console.log('Building tap without its TypeScript plugin (once after npm ci) ...');
  const code = await run([tool('tap'), 'build'], toolEnvironment());
  if (code !== 0) throw new Error(`tap build ended with ${code}.`);
}

async function startServers(): Promise<NodeJS.ProcessEnv> {
  const givenRedis = process.env['TEST_REDIS_URL'] || undefined;
  const settled = await Promise.allSettled([
    startDatabaseServer(folder).then((server) => (started.push(server), server)),
    givenRedis === undefined
      ? startRedis(folder).then((server) => (server && started.push(server), server))
      : undefined,
    Promise.resolve(folder).then(prepareCheck),
  ]);
  const [database, redis, check] = settled;
  if (database.status === 'rejected') throw database.reason;
  if (redis.status === 'rejected') throw redis.reason;
  if (check.status === 'rejected') throw check.reason;
  const redisUrl = givenRedis ?? redis.value?.url;
  if (redisUrl === undefined && process.env['CI'] === 'true') {
    throw new Error(
      'CI=true, and there is neither a redis-server on PATH nor TEST_REDIS_URL: half of the tests would not run.',
    );
  }
  if (redisUrl === undefined) {
    console.log('There is no redis-server on PATH and no TEST_REDIS_URL: the tests on Redis do not run.');
  }
  const checkAnswers = checkOption(folder);
  return {
    ...withoutSettings(toolEnvironment()),
    NODE_OPTIONS: [process.env['NODE_OPTIONS'], checkAnswers].filter(Boolean).join(' '),
    AFTERGLOW_TEST_NODE_OPTIONS: checkAnswers,
    AFTERGLOW_TEST_DATABASE_URL: database.value.url,
    AFTERGLOW_TEST_REPORT: reportFile,
    AFTERGLOW_TEST_TEMPLATE: database.value.template,
    ...(redisUrl === undefined ? {} : { TEST_REDIS_URL: redisUrl }),
    ...(isCrash ? { AFTERGLOW_TEST_CRASH: 'all' } : {}),
    ...(isChaos ? { AFTERGLOW_TEST_CHAOS: JSON.stringify(chaos) } : {}),
    ...(isPoints ? { AFTERGLOW_TEST_POINTS: '300' } : {}),
    ...(isZones ? { AFTERGLOW_TEST_ZONES: 'all' } : {}),
  };
}

/** Settings of the service, and of Postgres clients, would lead a test to servers of this machine. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const settings =
    /^(PG[A-Z]+|PORT|HOST|NODE_ENV|LOG_LEVEL|ROLES|DATABASE_URL|REDIS_URL|NEON_[A-Z_]+|ENCRYPTION_KEYS|AUDIT_[A-Z_]+|AFTERGLOW_(?!TEST_SEED$).*)$/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !settings.test(name)));
}

function runTap(environment: NodeJS.ProcessEnv): Promise<number> {
  const isAll = given.every((argument) => argument.startsWith('-'));
  const files = isAll ? filesOfMode() : [];
  const isSeen = process.stdout.isTTY || process.env['CI'] === 'true';
  // The base reporter redraws its screen on a pipe, unless CI is set: there, only failures are written.
  const options = ['--jobs=2', `--reporter=${isSeen ? 'base' : 'min'}`, `--output-file=${tapFile}`];
  if (isCrash || isPoints || isZones || isChaos) options.push('--timeout=36000');
  return run([tool('tap'), 'run', ...options, ...given, ...files], environment);
}

/** None: all that there are. */
function filesOfMode(): string[] {
  if (isPoints) return ['test/local/point-in-time.test.ts'];
  if (isZones) return ['test/unit/core/schedule-changes.test.ts'];
  const folder = isCrash ? 'test/crash' : isChaos ? 'test/chaos' : undefined;
  if (folder === undefined) return [];
  const files = globSync(`${folder}/**/*.test.ts`, { cwd: root });
  if (files.length === 0) throw new Error(`There is no test under ${folder}.`);
  return files;
}

/**
 * Runs a tool to its end, in a process group of its own, and resolves with its exit code. A signal that we got is handed
 * on to the group; five seconds later, and when the tool has ended, what is left of the group is killed.
 */
async function run(command: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  if (interrupted) throw new Error(`interrupted by ${interrupted}`);
  const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit', env: environment, detached: true });
  const handOn = (signal: NodeJS.Signals) => {
    signalGroup(child.pid, signal);
    setTimeout(() => signalGroup(child.pid, 'SIGKILL'), 5_000).unref();
  };
  for (const signal of signals) process.once(signal, handOn);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
  } finally {
    for (const signal of signals) process.off(signal, handOn);
    signalGroup(child.pid, 'SIGKILL');
  }
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch {
    // Nobody is left in it.
  }
}
