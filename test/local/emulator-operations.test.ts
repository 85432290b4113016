import t from 'tap';
import { startEmulator } from '../../src/local/neon-emulator/index.ts';
import { openNeon, speakTo, type Body } from './neon.ts';
import { eventually } from './processes.ts';

const neon = await openNeon();
t.after(() => neon.close());
const { call, emulator } = neon;
const { control, branchId: main } = emulator;

const branches = 'POST /projects/:projectId/branches';
const names = async () => (await call('GET', 'branches?limit=1000')).body.branches.map(({ name }) => name);

const branch = await neon.branch({ name: 'kept-by-faults' });
t.setTimeout(120_000);
t.beforeEach(() => control.clear());

async function operationsOf(branchId: string): Promise<Body['operations']> {
  const { operations } = (await call('GET', 'operations?limit=1000')).body;
  return operations.filter((operation) => operation.branch_id === branchId);
}

/** Waits until the branch's operations are all in one of these states, and answers with them. */
async function operationsIn(branchId: string, ...statuses: string[]): Promise<Body['operations']> {
  let operations: Body['operations'] = [];
  const isThere = await eventually(async () => {
    operations = await operationsOf(branchId);
    return operations.length > 0 && operations.every(({ status }) => statuses.includes(status));
  });
  if (!isThere) throw new Error(`the operations are ${operations.map(({ status }) => status).join(', ')}`);
  return operations;
}

const withCompute = (name: string) =>
  call('POST', 'branches', { branch: { name }, endpoints: [{ type: 'read_write' }] });

t.test('an operation that fails once is failed, says when it is tried again, and then finishes', async (t) => {
  const fault = { kind: 'operation', outcome: 'fails_once', action: 'start_compute', retryAfterMs: 400 } as const;
  await control.add({ route: branches, times: 1, fault });
  const { body } = await withCompute('fails-once');
  t.ok(await eventually(async () => (await operationsOf(body.branch.id)).some(({ status }) => status === 'failed')));
  const failed = (await operationsOf(body.branch.id)).find(({ action }) => action === 'start_compute');
  t.match(failed, { status: 'failed', failures_count: 1, error: /./ });
  const ahead = Date.parse(failed?.retry_at ?? '') - Date.parse(failed?.updated_at ?? '');
  t.equal(ahead, 400);
  t.equal((await call('POST', 'branches', { branch: {} })).status, 423, 'meanwhile the project is locked');
  const [started, created] = await operationsIn(body.branch.id, 'finished');
  t.match(started, { action: 'start_compute', failures_count: 1 });
  t.match(created, { action: 'create_branch', failures_count: 0 });
  t.equal((await call('GET', `branches/${body.branch.id}`)).body.branch.current_state, 'ready');
});

t.test('an operation that errors or is cancelled takes its whole call back', async (t) => {
  for (const outcome of ['errors', 'cancelled'] as const) {
    const status = outcome === 'errors' ? 'error' : 'cancelled';
    const before = await names();
    await control.add({ times: 1, fault: { kind: 'operation', outcome, action: 'create_branch' } });
    const { body } = await withCompute(`in-vain-${outcome}`);
    const [started, created] = await operationsIn(body.branch.id, status, 'cancelled');
    t.match(created, { action: 'create_branch', status, failures_count: outcome === 'errors' ? 1 : 0 });
    t.equal(created?.error === undefined, outcome === 'cancelled');
    t.match(started, { action: 'start_compute', status: 'cancelled' });
    t.strictSame(await names(), before);
    t.equal((await call('GET', `branches/${body.branch.id}`)).status, 404);
  }
});

t.test('taken back are a restore in place, a deletion with its endpoint, and a snapshot', async (t) => {
  const uri = await neon.uri(branch.id);
  const shown = async () => [
    // Sizes are measured later than all else, whatever is done meanwhile.
    (await call('GET', 'branches?limit=1000')).body.branches.map((one) => ({ ...one, logical_size: undefined })),
    (await call('GET', 'snapshots')).body.snapshots,
    (await call('GET', 'endpoints')).body.endpoints.map(({ id, host }) => [id, host]),
  ];
  const before = await shown();
  const changes: [string, string, object?][] = [
    [
      'POST',
      `branches/${main}/restore`,
      { source_branch_id: main, source_timestamp: new Date().toISOString(), preserve_under_name: 'undo' },
    ],
    ['DELETE', `branches/${branch.id}`],
    ['POST', `branches/${main}/snapshot?name=in-vain`],
  ];
  for (const [method, path, body] of changes) {
    await control.add({ times: 1, fault: { kind: 'operation', outcome: 'errors' } });
    t.match(await call(method, path, body), { body: { operations: [{ status: 'running' }] } });
    const isFree = async () => (await call('PATCH', '', { project: {} })).status === 200;
    t.ok(await eventually(isFree), `${method} ${path}: the project is unlocked`);
    const { operations } = (await call('GET', 'operations')).body;
    t.equal(operations[0]?.status, 'error');
    t.strictSame(await shown(), before);
  }
  t.equal(await neon.uri(branch.id), uri);
});

t.test(
  'with a latency, operations are scheduled, run one after another and finish; a restart amid any state ends them well',
  async (t) => {
    const other = await openNeon({ latencyMs: 900 });
    const { dir } = other;
    let again = other;
    t.teardown(() => again.close());
    const seen = new Set<string>();
    const look = async () => {
      const { operations } = (await again.call('GET', 'operations')).body;
      const now = operations
        .map(({ status }) => status)
        .toReversed()
        .join(' ');
      seen.add(now);
      return now;
    };
    const body = { branch: { name: 'slow' }, endpoints: [{ type: 'read_write' }] };
    t.match((await other.call('POST', 'branches', body)).body.operations, [
      { status: 'scheduling' },
      { status: 'scheduling' },
    ]);
    t.ok(await eventually(async () => (await look()) === 'finished finished'));
    t.strictSame([...seen], ['scheduling scheduling', 'running scheduling', 'finished running', 'finished finished']);
    const restartAt = async (wanted: string) => {
      t.ok(await eventually(async () => (await look()).endsWith(wanted)), `it was ${wanted}`);
      await again.emulator.close();
      again = speakTo(await startEmulator({ dataDir: dir, sample: false, latencyMs: 900, rateLimited: false }), dir);
    };
    await again.emulator.control.add({
      times: 1,
      fault: { kind: 'operation', outcome: 'fails_once', retryAfterMs: 800 },
    });
    await again.call('POST', 'branches', { branch: { name: 'thrice' } });
    for (const status of ['scheduling', 'failed', 'running']) await restartAt(status);
    t.ok(await eventually(async () => (await look()).endsWith('finished')));
    t.match((await again.call('GET', 'operations')).body.operations[0], { failures_count: 1 });
    await again.emulator.control.add({ times: 1, fault: { kind: 'operation', outcome: 'cancelled' } });
    await again.call('POST', 'branches', { branch: { name: 'undone' } });
    for (const status of ['running', 'cancelling']) await restartAt(status);
    t.ok(await eventually(async () => (await look()).endsWith('cancelled')));
    t.equal((await again.call('GET', 'branches?search=undone')).body.branches.length, 0);
    t.equal((await again.call('GET', 'branches?search=thrice')).body.branches[0]?.current_state, 'ready');
  },
);

t.end();
