// Policies as code: what is exported can be imported and changes nothing, the diff is what is done, and all of it is done or nothing.

import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { PolicyEntry } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { addTeam, inRole } from '../harness/teams.ts';

const at = await startRegistered(t);
const { domain, actor, project, db } = at;
const page = { limit: 100 };
const nightly = { name: 'nightly', cron: '0 3 * * *', timeZone: 'Europe/Berlin' };
const entry: PolicyEntry = { selector: { projects: [project.id] }, schedules: [nightly], retention: { daily: 7 } };
const whole = {
  selector: { projects: [project.neonProjectId], branches: 'default' },
  schedules: [{ ...nightly, jitterSeconds: 0, window: { startWithinSeconds: 900 }, engine: 'afterglow' }],
  retention: { daily: 7, bucketKeeps: 'first' },
  protection: null,
  store: 'neon_snapshot',
  objectives: { rpoSeconds: null },
  missedFirings: 'capture_moment',
  limits: { expireAtMostShare: 0.25 },
};

const exported = async () => (await domain.policies.export(actor)).policies as Record<string, PolicyEntry>;
const listed = async () => (await domain.policies.list(actor, page)).items;
const versions = async () => (await listed()).map(({ name, version }) => `${name} ${version}`).sort();
const kinds = (changes: readonly { name: string; change: string }[]) =>
  changes.map(({ name, change }) => `${name}: ${change}`);

t.test('the export has every policy by name, in one order, with presets expanded and defaults shown', async (t) => {
  t.strictSame(await exported(), {});
  const labels = { team: 'shop', env: 'live' };
  await domain.policies.create(actor, { name: 'z', ...entry });
  await domain.policies.create(actor, {
    name: 'a',
    selector: { labels, branches: ['main', 'dev'] },
    preset: 'gfs',
    objectives: { rpoSeconds: 7_200 },
    schedules: [
      { ...nightly, name: 'second' },
      { ...nightly, name: 'first', window: { startWithinSeconds: 900 } },
    ],
  });
  const policies = await exported();
  t.strictSame(policies, {
    a: {
      ...whole,
      selector: { labels, branches: ['dev', 'main'] },
      schedules: ['first', 'second'].map((name) => ({ ...whole.schedules[0], name })),
      retention: { hourly: 24, daily: 30, weekly: 52, bucketKeeps: 'first' },
      objectives: { rpoSeconds: 7_200 },
    },
    z: whole,
  });
  t.equal(JSON.stringify(Object.keys(policies)), '["a","z"]');
  t.match(JSON.stringify(policies), /"env":"live","team":"shop"/, 'labels in order');
});

t.test('importing what was exported changes nothing, makes no version, and writes nothing', async (t) => {
  const before = await versions();
  const events = await db.selectFrom('audit_events').select(sql<string>`count(*)`.as('count')).executeTakeFirst();
  for (const dryRun of [true, false]) {
    const { changes, isDryRun } = await domain.policies.import(actor, { policies: await exported(), dryRun });
    t.equal(isDryRun, dryRun);
    t.match(
      changes,
      ['a', 'z'].map((name) => ({ name, change: 'unchanged', insteadOf: null, fields: [] })),
    );
  }
  t.strictSame(await versions(), before);
  t.strictSame(
    await db.selectFrom('audit_events').select(sql<string>`count(*)`.as('count')).executeTakeFirst(),
    events,
  );
});

t.test(
  'a dry run says what would be changed and changes nothing; then the same is done, and is nothing again',
  async (t) => {
    const policies = await exported();
    const schedules = [
      { ...nightly, cron: '30 3 * * *' },
      { ...nightly, name: 'weekly', cron: '0 4 * * 0' },
    ];
    const wanted = {
      a: policies['a'] ?? entry,
      z: {
        ...policies['z'],
        selector: { projects: [project.neonProjectId], branches: 'roots' as const },
        schedules,
        retention: { daily: 14 },
      },
      new: { selector: { labels: { env: 'live' } }, preset: 'daily' as const, timeZone: 'Europe/Berlin' },
    };
    const before = await versions();
    const dry = await domain.policies.import(actor, { policies: wanted, dryRun: true });
    t.strictSame(await versions(), before);
    t.strictSame(kinds(dry.changes), ['a: unchanged', 'new: create', 'z: update']);
    t.strictSame(dry.changes[2]?.fields, [
      { path: 'retention.daily', from: 7, to: 14 },
      { path: 'schedules[nightly].cron', from: '0 3 * * *', to: '30 3 * * *' },
      { path: 'schedules[weekly]', from: null, to: { ...whole.schedules[0], name: 'weekly', cron: '0 4 * * 0' } },
      { path: 'selector.branches', from: 'default', to: 'roots' },
    ]);
    t.match(dry.changes[1]?.fields, [{ path: 'limits', from: null, to: { expireAtMostShare: 0.25 } }]);
    const done = await domain.policies.import(actor, { policies: wanted });
    t.strictSame(done, { ...dry, isDryRun: false });
    t.strictSame(
      done.changes[2]?.nextFirings.map(({ at: next }) => next),
      (await listed()).find(({ name }) => name === 'z')?.schedules.map(({ nextFiringAt }) => nextFiringAt),
    );
    t.strictSame(await versions(), ['a 1', 'new 1', 'z 2']);
    t.match(
      (await listed()).find(({ name }) => name === 'z'),
      { selector: { projects: [project.id] }, schedules: [{ nextFiringAt: /T/ }, { nextFiringAt: /T/ }] },
      'it is kept under our id',
    );
    const again = await domain.policies.import(actor, { policies: wanted });
    t.ok(again.changes.every(({ change }) => change === 'unchanged'));
  },
);

t.test(
  'a policy that is left out is not removed unless that is said; a rename is a removal and a new one',
  async (t) => {
    const { z, ...others } = await exported();
    const policies = { ...others, renamed: z ?? entry };
    for (const dryRun of [true, false]) {
      const act = () => domain.policies.import(actor, { policies, dryRun });
      const told = await refuses(t, at, 'policies_absent', act, { policies: ['z'] });
      t.match(told.members['changes'], [
        { name: 'renamed', change: 'create', insteadOf: 'z', nextFirings: [{ schedule: 'nightly', at: /Z$/ }, {}] },
        { name: 'z', change: 'remove', nextFirings: [] },
      ]);
    }
    const { changes } = await domain.policies.import(actor, { policies, remove: true });
    t.strictSame(kinds(changes), ['a: unchanged', 'new: unchanged', 'renamed: create', 'z: remove']);
    t.strictSame(
      changes.map(({ insteadOf }) => insteadOf),
      [null, null, 'z', null],
    );
    t.match(changes[3]?.fields, [{ path: 'limits', from: { expireAtMostShare: 0.25 }, to: null }]);
    t.strictSame(await versions(), ['a 1', 'new 1', 'renamed 1']);
    const events = await domain.audit.list(actor, { action: 'policy.deleted' }, { limit: 1 });
    t.match(events.items, [{ actor: { id: actor.id }, details: { name: 'z' } }]);
  },
);

t.test('what Neon would not hold is refused, unless that is wanted', async (t) => {
  const gfs = { selector: { projects: [project.id] }, preset: 'gfs' as const };
  const policies = { ...(await exported()), gfs };
  await refuses(t, at, 'snapshot_cap_exceeded', () => domain.policies.import(actor, { policies, dryRun: true }));
  const { changes } = await domain.policies.import(actor, { policies, dryRun: true, force: true });
  t.match(
    changes.find(({ name }) => name === 'gfs'),
    { change: 'create' },
  );
});

t.test('policies of one document are counted together, without those that it removes', async (t) => {
  const half = { ...entry, selector: { projects: [project.id] }, retention: { daily: 52 } };
  const present = await exported();
  const both = { ...present, half, otherHalf: { ...half } };
  await refuses(t, at, 'snapshot_cap_exceeded', () => domain.policies.import(actor, { policies: both }));
  await domain.policies.import(actor, { policies: { ...present, half } });
  const { changes } = await domain.policies.import(actor, { policies: { ...present, otherHalf: half }, remove: true });
  t.strictSame(
    kinds(changes).filter((kind) => !kind.endsWith('unchanged')),
    ['half: remove', 'otherHalf: create'],
  );
  await domain.policies.import(actor, { policies: present, remove: true });
});

t.test('what is refused of one policy is refused with its path, and nothing of the others is saved', async (t) => {
  const present = await exported();
  const bad = [
    ['invalid_cron', 'policies.bad.schedules[0].cron', { schedules: [{ ...nightly, cron: '* *' }] }],
    ['invalid_time_zone', 'policies.bad.schedules[0].timeZone', { schedules: [{ ...nightly, timeZone: 'X' }] }],
    ['name_taken', 'policies.bad.schedules[1].name', { schedules: [nightly, nightly] }],
    ['retention_keeps_nothing', 'policies.bad.retention', { retention: {} }],
    ['invalid_request', 'policies.bad.selector', { selector: {} }],
    ['not_found', 'policies.bad', { selector: { projects: ['prj_unknown'] } }],
    ['not_found', 'policies.bad', { selector: { projects: [project.id, 'another-project'] } }],
  ] as const;
  for (const [code, field, part] of bad) {
    const policies = { ...present, fine: entry, bad: { ...entry, ...part } };
    await refuses(t, at, code, () => domain.policies.import(actor, { policies }), { field });
  }
});

t.test(
  'a policy that is changed meanwhile makes the import stale, also one that the document leaves as it is',
  async (t) => {
    const policies = { ...(await exported()), late: entry };
    const id = (await listed()).find(({ name }) => name === 'a')?.id ?? '';
    let importing: Promise<unknown> | undefined;
    await db.transaction().execute(async (tx) => {
      await tx
        .updateTable('policies')
        .set((eb) => ({ version: eb('version', '+', 1) }))
        .where('id', '=', id)
        .execute();
      importing = refusalOf(domain.policies.import(actor, { policies }));
      t.equal(await Promise.race([importing, sleep(300, 'waits')]), 'waits');
    });
    t.match(await importing, { code: 'version_stale' });
    t.notOk(
      (await listed()).some(({ name }) => name === 'late'),
      'nothing was saved',
    );
    t.match(kinds((await domain.policies.import(actor, { policies })).changes), [/a: unchanged/, /late: create/]);
  },
);

t.test('two imports at once: one is made, the other is stale or finds it made', async (t) => {
  const policies = { ...(await exported()), both: entry };
  const ended = await Promise.allSettled([1, 2, 3].map(() => domain.policies.import(actor, { policies })));
  for (const one of ended) if (one.status === 'rejected') t.match(one.reason, { code: 'version_stale' });
  t.ok(ended.some(({ status }) => status === 'fulfilled'));
  t.equal((await listed()).filter(({ name }) => name === 'both').length, 1);
});

t.test('a paused policy stays paused, and a pause is no part of the document', async (t) => {
  const before = await exported();
  const id = (await listed()).find(({ name }) => name === 'both')?.id ?? '';
  await domain.policies.pause(actor, { id });
  t.strictSame(await exported(), before);
  await domain.policies.import(actor, { policies: { ...before, both: { ...entry, retention: { daily: 3 } } } });
  t.match(await domain.policies.get(actor, id), { version: 2, isPaused: true, schedules: [{ nextFiringAt: null }] });
});

t.test("a team's document holds its own policies, and names no project of another team", async (t) => {
  const other = await addTeam(at, 'other');
  t.strictSame(await domain.policies.export(other), { policies: {} });
  const foreign = { selector: { projects: [project.neonProjectId] }, preset: 'daily' as const };
  const refusal = await refuses(t, at, 'not_found', () => domain.policies.import(other, { policies: { foreign } }));
  t.match(refusal.message, project.neonProjectId);
  const own = { selector: { labels: { a: 'b' } }, preset: 'daily' as const };
  await domain.policies.import(other, { policies: { a: own }, remove: true });
  t.ok((await listed()).length > 1, 'what others have is not removed');
  const approver = () => domain.policies.import(inRole(other, 'approver'), { policies: { a: own } });
  await refuses(t, at, 'forbidden', approver, { action: 'policy.write', leastRole: 'admin' });
  const wish = { policies: { b: own }, remove: true, dryRun: true };
  const dry = await domain.policies.import(inRole(other, 'viewer'), wish);
  t.match(dry, {
    isDryRun: true,
    changes: [
      { name: 'a', change: 'remove' },
      { name: 'b', change: 'create' },
    ],
  });
  t.match((await domain.policies.list(other, { limit: 2 })).items, [{ name: 'a' }]);
  t.ok(await domain.policies.export(inRole(other, 'viewer')));
});

t.test('names of any kind are kept, in an order that no language decides', async (t) => {
  const names = ['10', '9', 'Ä', 'z.y', 'a/b', '__proto__', '- x', 'true'];
  const policies = Object.fromEntries([...Object.entries(await exported()), ...names.map((name) => [name, entry])]);
  await domain.policies.import(actor, { policies });
  const kept = await exported();
  for (const name of names) t.ok(Object.hasOwn(kept, name), name);
  t.ok((await domain.policies.import(actor, { policies: kept })).changes.every(({ change }) => change === 'unchanged'));
});
