import { readFile, rm } from 'node:fs/promises';
import fc from 'fast-check';
import t from 'tap';
import type { BackupSchedule, Snapshot } from '@neon/sdk/raw';
import { startEmulator } from '../../src/local/neon-emulator/index.ts';
import { latestDue } from '../../src/local/neon-emulator/schedule.ts';
import type { State } from '../../src/local/neon-emulator/state.ts';
import { openNeon, removeDir, speakTo, sql, temporaryDir, type Neon } from './neon.ts';
import { eventually, startVictim } from './processes.ts';

const hour = 3_600_000;
const day = 24 * hour;

const items = fc.oneof(
  fc.record({
    frequency: fc.constant('daily' as const),
    hour: fc.integer({ min: 0, max: 23 }),
    day: fc.constant(undefined),
  }),
  fc.record({
    frequency: fc.constant('weekly' as const),
    hour: fc.integer({ min: 0, max: 23 }),
    day: fc.integer({ min: 1, max: 7 }),
  }),
  fc.record({
    frequency: fc.constant('monthly' as const),
    hour: fc.integer({ min: 0, max: 23 }),
    day: fc.integer({ min: 1, max: 31 }),
  }),
);
type Item = typeof items extends fc.Arbitrary<infer T> ? T : never;

/** The same said otherwise: whether an instant is one of the item's. */
function isOne(item: Item, at: number): boolean {
  const date = new Date(at);
  if (at % hour !== 0 || date.getUTCHours() !== item.hour) return false;
  if (item.frequency === 'daily') return true;
  if (item.frequency === 'weekly') return date.getUTCDay() === item.day % 7;
  const isLast = new Date(at + day).getUTCDate() === 1;
  return date.getUTCDate() === item.day || (isLast && date.getUTCDate() < item.day);
}

t.test('what is due is the latest of the instants since the last look, whatever the two are', async () => {
  const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 11, 31) });
  const span = fc.oneof(fc.integer({ min: 0, max: 3 * hour }), fc.integer({ min: 0, max: 70 * day }));
  const property = fc.property(items, instant, span, (item, after, ms) => {
    const now = after + ms;
    let expected: number | undefined;
    for (let at = Math.floor(now / hour) * hour; at > after && expected === undefined; at -= hour)
      if (isOne(item, at)) expected = at;
    return latestDue(item, after, now) === expected;
  });
  fc.assert(property, { numRuns: 2000 });
  // However often one looks, each instant is due once.
  const looks = fc.array(fc.integer({ min: 1, max: 2 * day }), { minLength: 1, maxLength: 30 });
  const once = fc.property(items, instant, looks, (item, from, steps) => {
    let [after, now] = [from, from];
    const due: number[] = [];
    for (const step of steps) {
      now += step;
      const at = latestDue(item, after, now);
      if (at === undefined) continue;
      due.push(at);
      after = now;
    }
    return new Set(due).size === due.length && due.every((at) => at > from);
  });
  fc.assert(once, { numRuns: 1000 });
});

/** Sends again what is refused because a firing or an expiration is under way, as every client of Neon must. */
async function persist(neon: Neon, method: string, path: string, body?: unknown) {
  let answer = await neon.call(method, path, body);
  await eventually(async () => {
    if (answer.status === 423) answer = await neon.call(method, path, body);
    return answer.status !== 423;
  }, 30_000);
  return answer;
}

const put = (neon: Neon, branchId: string, schedule: unknown) =>
  persist(neon, 'PUT', `branches/${branchId}/backup_schedule`, { schedule });
const get = async (neon: Neon, branchId: string) =>
  (await neon.call<BackupSchedule>('GET', `branches/${branchId}/backup_schedule`)).body.schedule;
const scheduled = async (neon: Neon): Promise<Snapshot[]> =>
  (await neon.call('GET', 'snapshots')).body.snapshots.filter(({ manual }) => manual === false);
const until = async (neon: Neon, isSo: (found: Snapshot[]) => boolean) =>
  eventually(async () => isSo(await scheduled(neon)), 30_000);

t.test('a schedule is checked, shown as it was set, and turned off by an empty one', async (t) => {
  const neon = await openNeon();
  t.teardown(() => neon.close());
  const main = neon.emulator.branchId;
  t.same(await get(neon, main), []);
  const good = [
    { frequency: 'daily', hour: 3, retention_seconds: 3600 },
    { frequency: 'weekly', hour: 3, day: 7, retention_seconds: 3_024_000 },
    { frequency: 'monthly', day: 31 },
  ];
  t.match(await put(neon, main, good), { status: 200, body: {} });
  t.strictSame(await get(neon, main), good);
  const bad = [
    { hour: 3 },
    { frequency: 'hourly' },
    { frequency: 'daily', hour: 24 },
    { frequency: 'daily', hour: -1 },
    { frequency: 'daily', hour: 1.5 },
    { frequency: 'daily', day: 1 },
    { frequency: 'daily', month: 1 },
    { frequency: 'weekly', day: 0 },
    { frequency: 'weekly', day: 8 },
    { frequency: 'monthly', day: 32 },
    { frequency: 'daily', retention_seconds: 3599 },
    { frequency: 'daily', retention_seconds: 3_024_001 },
  ];
  for (const item of bad) t.equal((await put(neon, main, [item])).status, 400, JSON.stringify(item));
  t.equal((await put(neon, main, [{ frequency: 'daily' }, { frequency: 'daily', hour: 0 }])).status, 400, 'twice');
  t.equal((await put(neon, main, undefined)).status, 400);
  t.equal((await put(neon, 'br-none-such-aaaaaaaa', [])).status, 404);
  const child = await neon.branch({ name: 'child' });
  t.equal((await put(neon, child.id, good)).status, 422, 'a child has no schedule');
  t.strictSame(await get(neon, main), good, 'a refused one changes nothing');
  t.equal((await put(neon, main, [])).status, 200);
  t.same(await get(neon, main), []);
});

t.test('the free plan has no schedules', async (t) => {
  const neon = await openNeon({ plan: 'free' });
  t.teardown(() => neon.close());
  t.match(await put(neon, neon.emulator.branchId, [{ frequency: 'daily' }]), {
    status: 422,
    body: { message: 'backup schedule creation is not enabled for this project' },
  });
});

/** Sets the clock to this many days and hours after the next midnight. */
async function setTime(neon: Neon, days: number, hours: number): Promise<void> {
  const midnight = Math.ceil(Date.now() / day) * day;
  await neon.emulator.control.setClock(midnight + days * day + hours * hour - Date.now());
}

t.test('a schedule fires when it is due, once, and of what was missed only the latest', async (t) => {
  const neon = await openNeon();
  t.teardown(() => neon.close());
  const main = neon.emulator.branchId;
  const items = [
    { frequency: 'daily', hour: 5, retention_seconds: 2 * 24 * 3600 },
    { frequency: 'monthly', hour: 5, day: 1 },
  ];
  // The second of a month, long before the first of the next.
  const first = new Date();
  const second = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 2);
  const at = (days: number, hours: number) =>
    neon.emulator.control.setClock(second + days * day + hours * hour - Date.now());
  await at(0, 4);
  await put(neon, main, items);
  await at(0, 5.5);
  t.ok(await until(neon, ([one]) => one?.full_size !== undefined));
  const [one] = await scheduled(neon);
  t.match(one, { manual: false, source_branch_id: main, name: /^main at \d{4}-\d\d-02 05:3\d:\d\d UTC \(daily\)$/ });
  const kept = Date.parse(one?.expires_at ?? '') - Date.parse(one?.created_at ?? '');
  t.ok(Math.abs(kept - 2 * day) < 5000, `kept for ${kept} ms`);
  await sql(neon.emulator.connectionUri, 'create table grown as select generate_series(1, 10000)');
  await at(1, 5.5);
  t.ok(await until(neon, ([, two]) => two?.diff_size !== undefined));
  const two = (await scheduled(neon))[1];
  t.notOk(two?.full_size, 'the second is charged for what was written since the first');
  t.ok((two?.diff_size ?? 0) > 100_000);
  // Forty days are missed: the daily one's latest, and the monthly one's.
  await at(40, 12);
  t.ok(await until(neon, (found) => found.some(({ name }) => name.includes('(monthly)'))));
  t.ok(
    await until(
      neon,
      (found) =>
        found.length === 2 && found.every(({ full_size: full, diff_size: diff }) => (full ?? diff) !== undefined),
    ),
    'one of each, and the two of before have expired',
  );
  t.strictSame(
    (await scheduled(neon)).map(({ name }) => name.replace(/.*\(/, '(')),
    ['(daily)', '(monthly)'],
  );
  await at(41, 12);
  t.ok(await until(neon, (found) => found.filter(({ name }) => name.includes('(daily)')).length === 2));
  t.equal((await scheduled(neon)).length, 3, 'nothing else came in between');
});

t.test('the latest scheduled snapshot outlives its retention for as long as there is a schedule', async (t) => {
  const neon = await openNeon();
  t.teardown(() => neon.close());
  const main = neon.emulator.branchId;
  await setTime(neon, 0, 1);
  await put(neon, main, [{ frequency: 'weekly', hour: 0, day: 1, retention_seconds: 3600 }]);
  await setTime(neon, 7, 1);
  t.ok(await until(neon, (found) => found.length === 1));
  const [first] = await scheduled(neon);
  await setTime(neon, 10, 1);
  const manual = `branches/${main}/snapshot?name=by-hand&expires_at=${new Date(Date.now() + 60 * day).toISOString()}`;
  t.equal((await persist(neon, 'POST', manual)).status, 200);
  await setTime(neon, 14, 1);
  t.ok(
    await until(neon, (found) => found.length === 1 && found[0]?.id !== first?.id),
    'the next one takes its place, and then it goes',
  );
  t.equal((await put(neon, main, [])).status, 200);
  await setTime(neon, 15, 1);
  t.ok(await until(neon, (found) => found.length === 0), 'without a schedule it expires');
  t.match((await neon.call('GET', 'snapshots')).body.snapshots, [{ name: 'by-hand' }]);
});

t.test('a schedule whose branch cannot be read keeps no other one from firing', async (t) => {
  const first = await openNeon();
  t.teardown(() => first.close());
  const main = first.emulator.branchId;
  const { branch } = (await first.change('POST', 'branches', { branch: { init_source: 'schema-only' } })).body;
  await setTime(first, 0, 1);
  for (const id of [main, branch.id]) t.equal((await put(first, id, [{ frequency: 'daily', hour: 2 }])).status, 200);
  await first.emulator.close();
  const { projects }: State = JSON.parse(await readFile(`${first.dir}/state.json`, 'utf8'));
  const cluster = projects[0]?.branches.find(({ id }) => id === main)?.clusterId;
  await rm(`${first.dir}/clusters/${cluster}/data`, { recursive: true });
  const second = await openNeon({ dataDir: first.dir });
  t.teardown(() => second.emulator.close());
  await setTime(second, 0, 3);
  t.ok(await until(second, (found) => found.length > 0));
  t.match(await scheduled(second), [{ source_branch_id: branch.id }]);
});

t.test(
  'kill -9 right after a firing, and a start on another plan: nothing is fired twice, nothing is capped',
  async (t) => {
    const dir = await temporaryDir();
    t.teardown(() => removeDir(dir));
    const first = speakTo(await startEmulator({ dataDir: dir, sample: false, rateLimited: false }), dir);
    const main = first.emulator.branchId;
    await setTime(first, 0, 1);
    await put(first, main, [{ frequency: 'daily', hour: 2 }]);
    await setTime(first, 0, 3);
    await first.emulator.close();
    const victim = await startVictim('emulator', dir);
    const described: typeof first.emulator = JSON.parse(victim.line);
    const second = speakTo({ ...described, close: async () => {} }, dir);
    t.ok(await until(second, (found) => found.length === 1), 'what was due while nothing ran is fired at the start');
    await victim.kill();
    const third = speakTo(await startEmulator({ dataDir: dir, plan: 'free', rateLimited: false }), dir);
    // What was not saved when it was killed had not happened, and happens now.
    t.ok(await until(third, (found) => found.length === 1));
    await setTime(third, 1, 3);
    t.ok(await until(third, (found) => found.length === 2));
    await setTime(third, 2, 1);
    const one = await persist(third, 'POST', `branches/${main}/snapshot?name=one`);
    t.equal(one.status, 200, 'scheduled ones do not count');
    t.equal((await persist(third, 'POST', `branches/${main}/snapshot?name=two`)).status, 422);
    t.equal((await scheduled(third)).length, 2);
    await third.emulator.close();
  },
);

t.end();
