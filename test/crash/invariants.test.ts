// The invariants that crash and chaos tests hold a world against would be of no use if they saw nothing: each is shown a state that
// breaks it, made from a true one.

import t from 'tap';
import { sql } from 'kysely';
import { startRegistered } from '../harness/app.ts';
import { restore, takeSnapshot } from '../harness/work.ts';
import { type Asked, nothingAsked } from '../harness/world/asked.ts';
import { type Facts, readFacts } from '../harness/world/facts.ts';
import { findBroken, invariants } from '../harness/world/invariants/index.ts';
import { findSecrets } from '../harness/world/invariants/secrets.ts';

t.setTimeout(60_000);

const world = await startRegistered(t, { emulator: { rows: 'none' } });
const { domain, actor, main, project, neon, db } = world;
const asked: Asked = nothingAsked();
asked.given.push({ neonProjectId: project.neonProjectId, branchId: main.id, name: main.name });
const [first, second] = [
  await takeSnapshot(world, { branchId: main.id, name: 'wished' }),
  await takeSnapshot(world, { branchId: main.id }),
];
const restored = await restore(world, { source: { snapshotId: first.id }, target: { kind: 'in_place' } });
for (const { id } of [first, second]) asked.snapshots.add(id);
asked.restores.add(restored.id);
await domain.projects.requestSync(actor, project.id);
const read = () => readFacts({ db, port: () => neon });
const facts = await world.until(read, ({ jobs }) => jobs.every(({ status }) => status === 'done'));

t.test('a true state breaks none', async (t) => {
  t.strictSame(findBroken(facts, asked), []);
  t.ok(
    facts.attempts.length > 3 && facts.events.length > 10 && facts.branches.length > 1,
    'and there is something to see',
  );
});

const row = <T extends { readonly id: string }>(rows: readonly T[], id: string, change: Partial<T>): T[] =>
  rows.map((one) => (one.id === id ? { ...one, ...change } : one));

const [firstAttempt, secondAttempt] = facts.attempts;
const [neonProjectId, state] = [...facts.neon][0] ?? [];

/** For each invariant, states that break it and no other need. */
const lies: Readonly<Record<string, readonly (() => { facts?: Partial<Facts>; asked?: Partial<Asked> })[]>> = {
  nothingCoveredGoes: [
    () => ({ facts: told(['hold_1', 'hold.placed'], [first.id, 'snapshot.expiring']) }),
    () => ({ facts: told([first.id, 'snapshot.locked'], [first.id, 'snapshot.purging']) }),
  ],
  everythingEnded: [
    () => ({ facts: { jobs: row(facts.jobs, facts.jobs[0]?.id ?? '', { status: 'released' }) } }),
    () => ({ facts: { snapshots: row(facts.snapshots, first.id, { status: 'creating' }) } }),
    () => ({ facts: { restores: row(facts.restores, restored.id, { status: 'failed', error: null }) } }),
    () => ({ facts: { restores: row(facts.restores, restored.id, { clean_up: 'pending' }) } }),
  ],
  onlyWhatWasAsked: [
    () => ({ asked: { snapshots: new Set([first.id]) } }),
    () => ({ asked: { restores: new Set() } }),
    () => ({ asked: { snapshots: new Set([first.id, second.id, 'snp_lost']) } }),
  ],
  firingsAreTold: [
    () => ({ facts: { firings: [firing({ status: 'missed', snapshot_id: first.id })] } }),
    () => ({ facts: { firings: [firing({ status: 'served', snapshot_id: null })] } }),
  ],
  oneEffectEach: [
    () => ({ facts: { snapshots: row(facts.snapshots, first.id, { status: 'purged' }) } }),
    () => ({ facts: { snapshots: row(facts.snapshots, first.id, { neon_id: second.neonId }) } }),
    () => ({ facts: { snapshots: row(facts.snapshots, first.id, { name: 'another' }) } }),
    () => ({ facts: inNeon({ snapshots: [] }) }),
    () => ({ facts: { preservedBranches: [] } }),
  ],
  undoCopiesAreKept: [() => ({ facts: { preservedBranches: [] } })],
  mirrorIsTrue: [
    () => ({ facts: { branches: facts.branches.slice(1) } }),
    () => ({ facts: { branches: row(facts.branches, main.id, { name: 'another' }) } }),
    () => ({ facts: inNeon({ branches: state?.branches.slice(1) ?? [] }) }),
  ],
  lineagesAreKept: [
    () => ({ facts: { branches: row(facts.branches, main.id, { gone_at: new Date() }) } }),
    () => ({ facts: { branches: facts.branches.filter(({ id }) => id !== main.id) } }),
  ],
  attemptsEnded: [
    () => ({ facts: attempts({ ended_at: null, outcome: null }) }),
    () => ({ facts: attempts({ ended_at: new Date(0) }) }),
    () => ({ facts: attempts({ fence: 1_000 }) }),
  ],
  oneAtATimeInALane: [
    () => ({
      facts: {
        attempts: facts.attempts.map((one) =>
          one.job_id === secondAttempt?.job_id ? one : { ...one, started_at: new Date(0), ended_at: new Date() },
        ),
      },
    }),
  ],
  historiesAreLegal: [
    () => ({ facts: { events: facts.events.filter(({ action }) => action !== 'snapshot.creating') } }),
    () => ({ facts: { events: facts.events.filter(({ action }) => action !== 'snapshot.requested') } }),
    () => ({ facts: { events: facts.events.flatMap((event) => [event, event]) } }),
    () => ({ facts: { snapshots: row(facts.snapshots, first.id, { status: 'purged' }) } }),
  ],
  chainsVerify: [
    () => ({ facts: { events: facts.events.slice(0, -1) } }),
    () => ({
      facts: { events: facts.events.map((event, index) => (index === 2 ? { ...event, action: 'x' } : event)) },
    }),
  ],
};

/** As if these were told after everything else, and the hold covered the first snapshot. */
function told(...more: readonly (readonly [subjectId: string, action: string])[]): Partial<Facts> {
  const last = facts.events.at(-1);
  const events = more.flatMap(([subject_id, action], index) =>
    last ? [{ ...last, subject_id, action, sequence: last.sequence + 1 + index }] : [],
  );
  return { covers: [{ snapshot_id: first.id, hold_id: 'hold_1' }], events: [...facts.events, ...events] };
}

function inNeon(change: Partial<NonNullable<typeof state>>): Partial<Facts> {
  return state ? { neon: new Map([[neonProjectId ?? '', { ...state, ...change }]]) } : {};
}

function attempts(change: Partial<Facts['attempts'][number]>): Partial<Facts> {
  return { attempts: facts.attempts.map((one) => (one === firstAttempt ? { ...one, ...change } : one)) };
}

function firing(change: Partial<Facts['firings'][number]>): Facts['firings'][number] {
  const at = new Date();
  return {
    id: 'fir_1',
    team_id: actor.teamId,
    policy_id: '',
    schedule_id: '',
    branch_id: main.id,
    due_at: at,
    status: 'served',
    reason: null,
    snapshot_id: first.id,
    version: 1,
    created_at: at,
    updated_at: at,
    ...change,
  };
}

t.test('each invariant has a state that breaks it', async (t) => {
  t.strictSame(Object.keys(lies).sort(), Object.keys(invariants).sort());
});

for (const [name, states] of Object.entries(lies)) {
  for (const [index, lie] of states.entries()) {
    t.test(`${name}: the ${index + 1}. state that breaks it is seen`, async (t) => {
      const { facts: untrue = {}, asked: unasked = {} } = lie();
      const broken = findBroken({ ...facts, ...untrue }, { ...asked, ...unasked });
      t.ok(
        broken.some((fault) => fault.startsWith(`${name}: `)),
        broken.join('; '),
      );
    });
  }
}

t.test('a key or a URI in a table, in the queue or in a log is seen, and not said', async (t) => {
  const { rows } = await sql<{ text: string }>`select audit_events::text as text from audit_events`.execute(db);
  const places = new Map([['audit', rows.map(({ text }) => text).join()]]);
  const secrets = ['napi_secret'];
  t.strictSame(findSecrets(places, secrets), []);
  t.strictSame(findSecrets(new Map([...places, ['log', 'with napi_secret in it']]), secrets), [
    'the secret 0 is in log',
  ]);
  const uri = 'postgresql://owner:word@host/db';
  t.strictSame(findSecrets(new Map([['log', uri]]), secrets), ['a connection URI is in log']);
});
