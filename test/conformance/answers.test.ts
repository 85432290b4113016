// The check of the emulator's answers is itself checked: it finds each kind of bad answer, in every process, and fails the run.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import type { PublishedAnswer } from '../../src/local/neon-emulator/answers.ts';
import { makeTemporaryDir } from '../harness/files.ts';
import { createAnswerCheck } from '../harness/neon-answers/check.ts';
import { differences } from '../harness/neon-answers/differences.ts';
import { readNeonDocument } from '../harness/neon-answers/document.ts';
import { checkOption } from '../harness/neon-answers/files.ts';
import { judgeAnswers, prepareCheck } from '../harness/neon-answers/verdict.ts';

const document = readNeonDocument();
const check = createAnswerCheck(document);
const at = '2026-11-22T20:00:00.123456Z';
const snapshot = { id: 'snap-a', name: 'a', source_branch_id: 'br-a', created_at: at, manual: true };
const operation = {
  id: 'c5a1b0a2-6e5f-4d19-9d2c-6f0d9ac0a111',
  project_id: 'p',
  action: 'create_branch',
  status: 'running',
  failures_count: 0,
  created_at: at,
  updated_at: at,
  total_duration_ms: 0,
};
const refusal = { code: '', message: 'branch not found', request_id: 'a' };

function answer(route: string, body: unknown, over: Partial<PublishedAnswer> = {}): PublishedAnswer {
  const text = body === undefined ? '' : JSON.stringify(body);
  const contentType = body === undefined ? undefined : 'application/json; charset=utf-8';
  return { method: 'GET', route, url: route, status: 200, contentType, body: text, forged: false, ...over };
}

const operations = '/projects/:projectId/operations';
const snapshots = '/projects/:projectId/snapshots';
const branch = '/projects/:projectId/branches/:branchId';

t.test('an answer as Neon gives it has no problem', async (t) => {
  const good = [
    answer(snapshots, { snapshots: [snapshot] }),
    answer(operations, { operations: [operation], pagination: { cursor: 'a' } }),
    answer(branch, refusal, { status: 404 }),
    answer(branch, refusal, { status: 423, method: 'PATCH' }),
    answer(branch, undefined, { status: 204, method: 'DELETE' }),
    answer('/nowhere', refusal, { route: undefined, status: 404 }),
  ];
  for (const given of good) t.strictSame(check(given).problems, [], given.url);
});

t.test('each way in which an answer can be wrong is told in its words', async (t) => {
  const bad: [PublishedAnswer, RegExp][] = [
    [
      answer(snapshots, { snapshots: [{ ...snapshot, full_sise: 1 }] }),
      /^\/snapshots\/\*\/full_sise is not in the document$/,
    ],
    [answer(branch, { ...refusal, reason: '' }, { status: 404 }), /^\/reason is not in the document$/],
    [answer(snapshots, {}), /^body must have required property 'snapshots'$/],
    [answer(snapshots, { snapshots: [{ ...snapshot, id: 1 }] }), /^\/snapshots\/\*\/id must be string$/],
    [answer(snapshots, { snapshots: [{ ...snapshot, name: null }] }), /^\/snapshots\/\*\/name must be string$/],
    [
      answer(operations, { operations: [{ ...operation, created_at: 'now' }] }),
      /created_at must match format "date-time"$/,
    ],
    [answer(operations, { operations: [{ ...operation, id: 'a' }] }), /id must match format "uuid"$/],
    [answer(operations, { operations: [{ ...operation, status: 'done' }] }), /status must be .*: scheduling, running,/],
    [answer(branch, { message: 'no code' }, { status: 404 }), /^body must have required property 'code'$/],
    [answer(branch, {}, { status: 202 }), /^the document has no such status$/],
    [answer(branch, refusal, { status: 500 }), /^answered an error of the server/],
    [answer('/projects/:projectId/nothing', {}), /^the document has no such call$/],
    [answer(branch, {}, { method: 'PUT' }), /^the document has no such call$/],
    [answer(branch, {}, { status: 204, method: 'DELETE' }), /^has a body where/],
    [answer(snapshots, {}, { contentType: 'text/html' }), /^is text\/html, not JSON$/],
    [answer(snapshots, undefined, { contentType: 'application/json' }), /^is not JSON$/],
    [answer('/nowhere', {}, { route: undefined, status: 404 }), /^body must have required property 'message'$/],
  ];
  for (const [given, words] of bad) {
    const { problems } = check(given);
    t.ok(
      problems.some((problem) => words.test(problem)),
      `${given.method} ${given.url}: ${problems.join('; ')}`,
    );
  }
});

t.test('every schema of the document can be checked against', async (t) => {
  const calls = Object.entries(document.calls);
  t.ok(calls.length > 150, `${calls.length} calls in the document`);
  for (const [call, answers] of calls) {
    const [method = '', path = ''] = call.split(' ');
    for (const status of Object.keys(answers).filter((status) => status < '5'))
      check(answer(path.replaceAll('{}', ':id'), {}, { method, status: Number(status) }));
  }
});

t.test(
  'a bad answer in a process of the run fails the run; a forged one, and a known difference, do not',
  async (t) => {
    const folder = await prepared(t);
    const bad = answer(snapshots, {});
    await publish(folder, [bad, bad, answer(snapshots, { snapshots: [] }), answer(branch, {}, { forged: true })]);
    const words = "GET /projects/{}/snapshots 200: body must have required property 'snapshots'";
    t.strictSame(judgeAnswers(folder, [], true), { checked: 3, faults: [`${words} (2 times)`] });
    const known = { call: 'GET /projects/{}/snapshots', status: 200, problem: 'body must have', reason: 'a test' };
    t.strictSame(judgeAnswers(folder, [known], true), { checked: 3, faults: [] });
    t.match(judgeAnswers(folder, [known, { ...known, status: 404 }], true).faults, [
      /404: body must have was not needed$/,
    ]);
    t.strictSame(judgeAnswers(folder, [known, { ...known, status: 404 }], false).faults, []);
  },
);

t.test('a whole run in which nothing was checked fails', async (t) => {
  const folder = await prepared(t);
  t.strictSame(judgeAnswers(folder, [], true), { checked: 0, faults: ['no answer was checked in the whole run'] });
  t.strictSame(judgeAnswers(folder, [], false), { checked: 0, faults: [] });
});

t.test('an emulator in a process of its own is heard, although it is killed', async (t) => {
  const [folder, dataDir] = await Promise.all([prepared(t), makeTemporaryDir(t)]);
  const script = join(import.meta.dirname, '../local/start-and-wait.ts');
  const child = spawn('env', [`NODE_OPTIONS=${checkOption(folder)}`, process.execPath, script, 'emulator', dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  t.teardown(() => child.kill('SIGKILL'));
  const [line]: string[] = await once(createInterface({ input: child.stdout }), 'line');
  const { baseUrl, apiKey } = JSON.parse(line ?? '');
  const statuses = await Promise.all(
    [apiKey, 'nobody'].map(async (key) => {
      const { status } = await fetch(`${baseUrl}/auth`, { headers: { authorization: `Bearer ${key}` } });
      return status;
    }),
  );
  child.kill('SIGKILL');
  await exit;
  t.strictSame(statuses, [200, 401]);
  t.strictSame(judgeAnswers(folder, differences, false), { checked: 2, faults: [] });
});

t.test('every known difference gives its reason and is a difference', async (t) => {
  for (const { call, status, reason } of differences) {
    t.ok(reason.length > 20, `${call} ${status}: ${reason}`);
  }
});

async function prepared(t: Test): Promise<string> {
  const folder = await makeTemporaryDir(t);
  prepareCheck(folder);
  return folder;
}

/** In a process that only the given folder's check is loaded into: this run's own must not hear of them. */
async function publish(folder: string, answers: readonly PublishedAnswer[]): Promise<void> {
  const program = `
    import { channel } from 'node:diagnostics_channel';
    for (const answer of ${JSON.stringify(answers)}) channel('afterglow:neon-emulator:answer').publish(answer);`;
  const args = [`NODE_OPTIONS=${checkOption(folder)}`, process.execPath, '--input-type=module', '--eval', program];
  const [code] = await once(spawn('env', args, { stdio: 'inherit' }), 'exit');
  if (code !== 0) throw new Error(`the process ended with ${code}`);
}
