// What a comparison with Neon finds and plans: a table of single cases, and what holds for every project.

import fc from 'fast-check';
import t from 'tap';
import { derivedName } from '../../../src/core/names.ts';
import {
  type Finding,
  type Known,
  type KnownRestore,
  type KnownSnapshot,
  planProjectGone,
  planReconciliation,
  type ReconciliationPlan,
  type Seen,
  type SeenBranch,
  type SeenSnapshot,
} from '../../../src/core/reconciliation.ts';

const now = new Date('2026-03-01T12:00:00Z');
const at = new Date('2026-03-01T09:30:00Z');
const hours = (n: number): Date => new Date(now.getTime() + n * 3_600_000);
/** The n-th id of a kind, in the form of real ones: they are read back from names. */
const idOf = (kind: string, n: number): string => `${kind}_00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const nobody: Known = {
  projectId: 'prj_1',
  snapshots: [],
  restores: [],
  preserved: [],
  branches: [],
  policies: [],
  busy: new Set(),
};

function snapshot(n: number, facts: Partial<KnownSnapshot> = {}): KnownSnapshot {
  return {
    id: idOf('snp', n),
    kind: 'neon_snapshot',
    status: 'available',
    name: `nightly ${n}`,
    policyId: null,
    neonId: `snap-${n}`,
    sourceNeonId: 'br-main',
    askedAt: null,
    askedLsn: null,
    pointAt: at,
    lsn: '0/1',
    sizeBytes: 1,
    errorCode: null,
    cleanUp: null,
    isCovered: false,
    ...facts,
  };
}

function restore(n: number, facts: Partial<KnownRestore> = {}): KnownRestore {
  return {
    id: idOf('rst', n),
    status: 'failed',
    targetKind: 'new_branch',
    neonBranchId: null,
    hasBegunCutover: false,
    expiresAt: null,
    cleanUp: 'left',
    ...facts,
  };
}

function seenSnapshot(n: number, facts: Partial<SeenSnapshot> = {}): SeenSnapshot {
  return {
    id: `snap-${n}`,
    name: `nightly ${n}`,
    slug: derivedName(idOf('snp', n)),
    sourceBranchId: 'br-main',
    timestamp: at,
    lsn: '0/1',
    sizeBytes: 1,
    ...facts,
  };
}

function seenBranch(id: string, facts: Partial<SeenBranch> = {}): SeenBranch {
  return {
    id,
    name: id,
    parentId: undefined,
    parentTimestamp: undefined,
    parentLsn: undefined,
    state: 'ready',
    isDefault: false,
    isProtected: false,
    logicalSizeBytes: 1,
    expiresAt: undefined,
    ...facts,
  };
}

const main = seenBranch('br-main', { name: 'main', isDefault: true });
/** The branch that restore `n` made, under its derived name. */
const madeBy = (n: number, facts: Partial<SeenBranch> = {}): SeenBranch =>
  seenBranch(`br-${n}`, { name: derivedName(idOf('rst', n)), ...facts });

interface Case {
  readonly title: string;
  readonly known?: Partial<Known>;
  readonly seen?: Partial<Seen>;
  readonly finds: readonly Partial<Finding>[];
}

const lost = { status: 'failed', neonId: null, sourceNeonId: null, errorCode: 'neon_unreachable' } as const;
const preserved = { id: idOf('rst', 1), neonBranchId: 'br-undo', name: 'undo', status: 'present' } as const;
const undo = seenBranch('br-undo', { name: 'undo' });
const policy = { id: 'pol_1', branches: ['main', 'dev'] } as const;
const mirrored = { id: 'brn_1', neonBranchId: 'br-dev', name: 'dev', isDefault: false, isRoot: true } as const;
const rule = (
  kind: Finding['kind'],
  action: Finding['action'],
  reason: Finding['reason'] = null,
): Partial<Finding> => ({
  kind,
  action,
  reason,
});

const cases: readonly Case[] = [
  { title: 'ours and there', known: { snapshots: [snapshot(1)] }, seen: { snapshots: [seenSnapshot(1)] }, finds: [] },
  {
    title: 'ours and gone',
    known: { snapshots: [snapshot(1, { policyId: 'pol_1' })] },
    finds: [{ ...rule('missing', 'mark_missing'), subjectId: idOf('snp', 1), neonId: 'snap-1', policyId: 'pol_1' }],
  },
  {
    title: 'missing, and still gone',
    known: { snapshots: [snapshot(1, { status: 'missing' })] },
    finds: [rule('missing', 'none', 'already_marked')],
  },
  {
    title: 'missing, and back',
    known: { snapshots: [snapshot(1, { status: 'missing' })] },
    seen: { snapshots: [seenSnapshot(1)] },
    finds: [rule('found', 'mark_found')],
  },
  {
    title: 'gone while a job of it is unfinished',
    known: { snapshots: [snapshot(1)], busy: new Set([idOf('snp', 1)]) },
    finds: [],
  },
  {
    title: 'a snapshot that nobody knows',
    seen: { snapshots: [seenSnapshot(1, { slug: 'console' })] },
    finds: [{ ...rule('orphan', 'none'), what: 'snapshot', neonId: 'snap-1', subjectId: null }],
  },
  {
    title: 'a snapshot named as ours, of which there is no row',
    seen: { snapshots: [seenSnapshot(1)] },
    finds: [rule('orphan', 'none')],
  },
  {
    title: "a branch with our prefix that nobody knows, beside somebody's own",
    seen: { branches: [main, seenBranch('br-1', { name: 'afterglow-x' }), seenBranch('br-2', { name: 'mine' })] },
    finds: [{ ...rule('orphan', 'none'), what: 'branch', neonId: 'br-1' }],
  },
  {
    title: 'failed, and there by its slug',
    known: { snapshots: [snapshot(1, lost)] },
    seen: { snapshots: [seenSnapshot(1)] },
    finds: [rule('lost_answer', 'adopt')],
  },
  {
    title: 'failed as a branch, and there by its name, not ready',
    known: { snapshots: [snapshot(1, { ...lost, kind: 'branch' })] },
    seen: { branches: [main, seenBranch('br-1', { name: derivedName(idOf('snp', 1)), state: 'init' })] },
    finds: [rule('lost_answer', 'none', 'not_ready')],
  },
  {
    title: 'failed, there, and at work',
    known: { snapshots: [snapshot(1, lost)], busy: new Set([idOf('snp', 1)]) },
    seen: { snapshots: [seenSnapshot(1)] },
    finds: [],
  },
  {
    title: 'cancelled, and there',
    known: { snapshots: [snapshot(1, { ...lost, status: 'cancelled' })] },
    seen: { snapshots: [seenSnapshot(1)] },
    finds: [rule('lost_answer', 'remove')],
  },
  {
    title: 'cancelled, and there under a name that is not ours',
    known: { snapshots: [snapshot(1, { status: 'cancelled' })] },
    seen: { snapshots: [seenSnapshot(1, { slug: 'other', name: 'other' })] },
    finds: [rule('leftover', 'none', 'not_our_name')],
  },
  {
    title: 'recorded as made, cancelled, and there',
    known: { snapshots: [snapshot(1, { status: 'cancelled' })] },
    seen: { snapshots: [seenSnapshot(1)] },
    finds: [rule('leftover', 'remove')],
  },
  {
    title: 'failed because its operations did, and there',
    known: { snapshots: [snapshot(1, { ...lost, errorCode: 'operation_failed' })] },
    seen: { snapshots: [seenSnapshot(1)] },
    finds: [rule('leftover', 'remove')],
  },
  {
    title: 'failed, and there at another moment than asked',
    known: { snapshots: [snapshot(1, { ...lost, askedAt: hours(-5) })] },
    seen: { snapshots: [seenSnapshot(1)] },
    finds: [rule('leftover', 'remove')],
  },
  {
    title: 'purged, there, and held or locked',
    known: { snapshots: [snapshot(1, { status: 'purged', isCovered: true })] },
    seen: { snapshots: [seenSnapshot(1)] },
    finds: [rule('leftover', 'none', 'held_or_locked')],
  },
  {
    title: 'purged, and there',
    known: { snapshots: [snapshot(1, { status: 'purged' })] },
    seen: { snapshots: [seenSnapshot(1)] },
    finds: [rule('leftover', 'remove')],
  },
  {
    title: 'adopted once, purged, and there under a name that is not ours',
    known: { snapshots: [snapshot(1, { status: 'purged' })] },
    seen: { snapshots: [seenSnapshot(1, { slug: 'other', name: 'other' })] },
    finds: [rule('orphan', 'none')],
  },
  {
    title: 'the branch of a failed restore',
    known: { restores: [restore(1)] },
    seen: { branches: [main, madeBy(1)] },
    finds: [{ ...rule('leftover', 'remove'), subjectKind: 'restore', subjectId: idOf('rst', 1), neonId: 'br-1' }],
  },
  {
    title: 'the branch of a cancelled restore, under the name that the user wished',
    known: { restores: [restore(1, { status: 'cancelled', neonBranchId: 'br-1' })] },
    seen: { branches: [main, madeBy(1, { name: 'rescued' })] },
    finds: [rule('leftover', 'none', 'not_our_name')],
  },
  {
    title: 'a branch named after a failed restore that recorded another',
    known: { restores: [restore(1, { neonBranchId: 'br-9' })] },
    seen: { branches: [main, madeBy(1)] },
    finds: [rule('leftover', 'none', 'not_our_record')],
  },
  {
    title: 'the branch of a failed restore is the default one',
    known: { restores: [restore(1)] },
    seen: { branches: [madeBy(1, { isDefault: true })] },
    finds: [rule('leftover', 'none', 'is_default')],
  },
  {
    title: 'the branch of a failed restore is protected',
    known: { restores: [restore(1)] },
    seen: { branches: [main, madeBy(1, { isProtected: true })] },
    finds: [rule('leftover', 'none', 'is_protected')],
  },
  {
    title: 'the branch of a failed restore has a child',
    known: { restores: [restore(1)] },
    seen: { branches: [main, madeBy(1), seenBranch('br-c', { parentId: 'br-1' })] },
    finds: [rule('leftover', 'none', 'has_children')],
  },
  {
    title: 'the branch of a failed restore, and on it that of another one: the child goes first',
    known: { restores: [restore(1), restore(2)] },
    seen: { branches: [main, madeBy(1), madeBy(2, { parentId: 'br-1' })] },
    finds: [
      { ...rule('leftover', 'remove'), neonId: 'br-2' },
      { ...rule('leftover', 'remove'), neonId: 'br-1' },
    ],
  },
  {
    title: 'the cutover of the failed restore was begun',
    known: { restores: [restore(1, { targetKind: 'in_place', hasBegunCutover: true })] },
    seen: { branches: [main, madeBy(1)] },
    finds: [rule('leftover', 'none', 'cutover_begun')],
  },
  {
    title: 'unfinished work is of the branch of a failed restore',
    known: { restores: [restore(1)], busy: new Set(['br-1']) },
    seen: { branches: [main, madeBy(1)] },
    finds: [rule('leftover', 'none', 'in_use')],
  },
  {
    title: 'the branch of a failed restore is an undo copy by record',
    known: { restores: [restore(1)], preserved: [{ ...preserved, neonBranchId: 'br-1' }] },
    seen: { branches: [main, madeBy(1)] },
    finds: [rule('leftover', 'none', 'is_undo_copy')],
  },
  {
    title: 'the branch of a restore under way',
    known: { restores: [restore(1, { status: 'running', cleanUp: null })] },
    seen: { branches: [main, madeBy(1)] },
    finds: [],
  },
  ...[
    { title: 'expired three hours ago', expiresAt: hours(-3), finds: [rule('leftover', 'remove')] },
    { title: 'expired an hour ago, by a clock that may be wrong', expiresAt: hours(-1), finds: [] },
    { title: 'without an expiry', expiresAt: null, finds: [] },
  ].map(({ title, expiresAt, finds }) => ({
    title: `the target of a restore, ${title}`,
    known: { restores: [restore(1, { status: 'succeeded' as const, neonBranchId: 'br-1', cleanUp: null, expiresAt })] },
    seen: { branches: [main, madeBy(1)] },
    finds,
  })),
  {
    title: 'the target of a restore, expired in our record and not in Neon',
    known: {
      restores: [restore(1, { status: 'succeeded', neonBranchId: 'br-1', cleanUp: null, expiresAt: hours(-3) })],
    },
    seen: { branches: [main, madeBy(1, { expiresAt: hours(5) })] },
    finds: [],
  },
  {
    title: 'an undo copy that is there',
    known: { preserved: [preserved] },
    seen: { branches: [main, undo] },
    finds: [],
  },
  {
    title: 'an undo copy that is gone',
    known: { preserved: [preserved] },
    finds: [{ ...rule('missing', 'mark_missing'), subjectKind: 'preserved_branch' }],
  },
  {
    title: 'an undo copy that is back',
    known: { preserved: [{ ...preserved, status: 'missing' }] },
    seen: { branches: [main, undo] },
    finds: [rule('found', 'mark_found')],
  },
  {
    title: 'an undo copy that nobody recorded',
    known: { restores: [restore(1, { targetKind: 'in_place', cleanUp: null })] },
    seen: { branches: [main, seenBranch('br-u', { name: derivedName(idOf('rst', 1), 'preserved') })] },
    finds: [{ ...rule('lost_answer', 'adopt'), subjectKind: 'preserved_branch', neonId: 'br-u' }],
  },
  {
    title: 'a branch that a policy names is not there',
    known: { policies: [policy], branches: [mirrored] },
    finds: [{ ...rule('policy_branch_gone', 'none'), policyId: 'pol_1', name: 'dev', subjectId: 'brn_1' }],
  },
  {
    title: 'a root branch went, of all that a policy selects',
    known: { policies: [{ id: 'pol_1', branches: 'roots' }], branches: [mirrored] },
    finds: [{ ...rule('policy_branch_gone', 'none'), policyId: 'pol_1', neonId: 'br-dev' }],
  },
  {
    title: 'a root branch went that a policy of the default one does not mean',
    known: { policies: [{ id: 'pol_1', branches: 'default' }], branches: [mirrored] },
    finds: [],
  },
];

for (const { title, known, seen, finds } of cases) {
  t.test(`${title}: ${finds.map(({ kind, action }) => `${kind}, ${action}`).join('; ') || 'nothing'}`, async (t) => {
    const { findings } = planReconciliation({ ...nobody, ...known }, { branches: [main], snapshots: [], ...seen }, now);
    t.equal(findings.length, finds.length);
    t.match(findings, finds);
  });
}

t.test('what Neon says later of a snapshot is filled in, and nothing that was known is replaced', async (t) => {
  const known = { ...nobody, snapshots: [snapshot(1, { sizeBytes: null, pointAt: null })] };
  const seen = { branches: [main], snapshots: [seenSnapshot(1, { sizeBytes: 7, lsn: '0/2' })] };
  t.strictSame(planReconciliation(known, seen, now).completions, [
    { snapshotId: idOf('snp', 1), sizeBytes: 7, lsn: '0/1', pointAt: at },
  ]);
});

t.test('a clean-up that was given up and has nothing left ends; one of a begun cutover does not', async (t) => {
  const known = {
    ...nobody,
    snapshots: [snapshot(1, { ...lost, cleanUp: 'pending' })],
    restores: [restore(1), restore(2, { hasBegunCutover: true })],
  };
  t.strictSame(planReconciliation(known, { branches: [main], snapshots: [] }, now).cleanedUp, [
    { kind: 'snapshot', id: idOf('snp', 1) },
    { kind: 'restore', id: idOf('rst', 1) },
  ]);
});

t.test('a project that is gone: everything is missing, and each of its policies is told', async (t) => {
  const known = { ...nobody, snapshots: [snapshot(1)], preserved: [preserved], policies: [policy] };
  t.match(planProjectGone(known, now).findings, [
    { kind: 'project_gone', policyId: 'pol_1', subjectId: 'prj_1' },
    { kind: 'missing', action: 'mark_missing', subjectKind: 'snapshot' },
    { kind: 'missing', action: 'mark_missing', subjectKind: 'preserved_branch' },
  ]);
  t.match(planProjectGone(nobody, now).findings, [{ kind: 'project_gone', policyId: null }]);
});

// --- every project ---------------------------------------------------------------------------------------------------

interface Project {
  readonly known: Known;
  readonly seen: Seen;
}

const few = fc.integer({ min: 1, max: 4 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const distinct = <T>(value: fc.Arbitrary<T>, keyOf: (item: T) => string) =>
  fc.uniqueArray(value, { selector: keyOf, maxLength: 5 });
/** Neon refuses a second branch of the same name in a project with 409. */
const oneOfEachName = (all: readonly SeenBranch[]) =>
  all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
const cleanUp = fc.constantFrom(null, 'pending' as const, 'done' as const, 'left' as const);
/** Names of ours, of others, and that look like ours. */
const branchName = fc.oneof(
  fc.tuple(fc.constantFrom('rst', 'snp'), few).map(([kind, n]) => derivedName(idOf(kind, n))),
  few.map((n) => derivedName(idOf('rst', n), 'preserved')),
  fc.constantFrom('main', 'dev', 'afterglow-x'),
);
const branches: fc.Arbitrary<SeenBranch[]> = distinct(
  fc
    .record({
      id: few.map((n) => `br-${n}`),
      name: branchName,
      parentId: maybe(few.map((n) => `br-${n}`)),
      state: fc.constantFrom('ready', 'init'),
      isDefault: fc.boolean(),
      isProtected: fc.boolean(),
      expiresAt: maybe(fc.integer({ min: -5, max: 5 }).map(hours)),
    })
    .map(({ id, ...facts }) =>
      // A branch hangs on an earlier one: there are no circles.
      seenBranch(id, { ...facts, parentId: facts.parentId && facts.parentId < id ? facts.parentId : undefined }),
    ),
  ({ id }) => id,
).map(oneOfEachName);
const snapshots: fc.Arbitrary<SeenSnapshot[]> = distinct(
  fc
    .tuple(few, fc.boolean(), maybe(fc.constant(3)))
    .map(([n, isOurs, sizeBytes]) =>
      seenSnapshot(n, { slug: isOurs ? derivedName(idOf('snp', n)) : `other-${n}`, sizeBytes }),
    ),
  ({ id }) => id,
);
const knownSnapshots: fc.Arbitrary<KnownSnapshot[]> = distinct(
  fc
    .record({
      n: few,
      kind: fc.constantFrom('neon_snapshot' as const, 'branch' as const),
      status: fc.constantFrom('requested', 'creating', 'available', 'missing', 'failed', 'cancelled', 'purged'),
      isRecorded: fc.boolean(),
      sizeBytes: fc.constantFrom(null, 3),
      isCovered: fc.boolean(),
      errorCode: fc.constantFrom(null, 'neon_unreachable' as const, 'operation_failed' as const),
      cleanUp,
    })
    .map(({ n, kind, isRecorded, ...facts }) =>
      snapshot(n, {
        ...(facts as Pick<KnownSnapshot, 'status' | 'sizeBytes' | 'errorCode' | 'cleanUp' | 'isCovered'>),
        kind,
        neonId: isRecorded ? `${kind === 'branch' ? 'br' : 'snap'}-${n}` : null,
        sourceNeonId: null,
      }),
    ),
  ({ id }) => id,
);
const knownRestores: fc.Arbitrary<KnownRestore[]> = distinct(
  fc
    .record({
      n: few,
      status: fc.constantFrom('requested', 'running', 'succeeded', 'failed', 'cancelled'),
      targetKind: fc.constantFrom('new_branch', 'in_place'),
      isRecorded: fc.boolean(),
      hasBegunCutover: fc.boolean(),
      expiresAt: fc.option(fc.integer({ min: -5, max: 5 }).map(hours)),
      cleanUp,
    })
    .map(({ n, isRecorded, ...facts }) =>
      restore(n, { ...(facts as Partial<KnownRestore>), neonBranchId: isRecorded ? `br-${n}` : null }),
    ),
  ({ id }) => id,
);
const projects: fc.Arbitrary<Project> = fc
  .record({
    branches,
    snapshots,
    known: fc.record({
      snapshots: knownSnapshots,
      restores: knownRestores,
      preserved: distinct(
        fc
          .tuple(few, few, fc.constantFrom('present' as const, 'missing' as const, 'purged' as const))
          .map(([n, on, status]) => ({ id: idOf('rst', n), neonBranchId: `br-${on}`, name: `undo-${n}`, status })),
        ({ id }) => id,
      ),
      busy: fc
        .array(fc.tuple(fc.constantFrom('rst', 'snp', 'br'), few), { maxLength: 2 })
        .map((some) => new Set(some.map(([kind, n]) => (kind === 'br' ? `br-${n}` : idOf(kind, n))))),
    }),
  })
  .map(({ known, ...seen }) => ({ known: { ...nobody, ...known }, seen }));

/** Neon and our rows after everything was carried out. */
function carryOut({ known, seen }: Project, { findings, completions, cleanedUp }: ReconciliationPlan): Project {
  const of = (action: Finding['action']) => findings.filter((finding) => finding.action === action);
  const removed = new Set(of('remove').map(({ neonId }) => neonId));
  const cleaned = new Set([...cleanedUp.map(({ id }) => id), ...of('remove').map(({ subjectId }) => subjectId)]);
  const change = (id: string, kind: string) =>
    findings.find(
      ({ subjectId, subjectKind, action }) => subjectId === id && subjectKind === kind && action !== 'none',
    );
  return {
    known: {
      ...known,
      snapshots: known.snapshots.map((row) => {
        const filled = completions.find(({ snapshotId }) => snapshotId === row.id);
        const next = { ...row, ...filled, cleanUp: cleaned.has(row.id) ? ('done' as const) : row.cleanUp };
        const { action, neonId } = change(row.id, 'snapshot') ?? {};
        if (action === 'mark_missing') return { ...next, status: 'missing' as const };
        if (action === 'mark_found') return { ...next, status: 'available' as const };
        if (action !== 'adopt') return next;
        const copy = [...seen.snapshots, ...seen.branches].find(({ id }) => id === neonId);
        const sizeBytes = copy && ('sizeBytes' in copy ? copy.sizeBytes : copy.logicalSizeBytes);
        return { ...next, status: 'available' as const, neonId: neonId ?? null, sizeBytes: sizeBytes ?? null };
      }),
      restores: known.restores.map((row) => (cleaned.has(row.id) ? { ...row, cleanUp: 'done' as const } : row)),
      preserved: [
        ...known.preserved.map((row) => {
          const { action } = change(row.id, 'preserved_branch') ?? {};
          if (action === 'mark_missing') return { ...row, status: 'missing' as const };
          return action === 'mark_found' ? { ...row, status: 'present' as const } : row;
        }),
        ...of('adopt')
          .filter(({ subjectKind }) => subjectKind === 'preserved_branch')
          .map(({ subjectId, neonId, name }) => ({
            id: subjectId ?? '',
            neonBranchId: neonId ?? '',
            name: name ?? '',
            status: 'present' as const,
          })),
      ],
    },
    seen: {
      branches: seen.branches.filter(({ id }) => !removed.has(id)),
      snapshots: seen.snapshots.filter(({ id }) => !removed.has(id)),
    },
  };
}

const runs = { numRuns: 3_000 };

t.test('nothing is removed that is not ours by name and by record, or that something else needs', async (t) => {
  fc.assert(
    fc.property(projects, ({ known, seen }) => {
      const { findings } = planReconciliation(known, seen, now);
      const removed = new Set(findings.flatMap(({ action, neonId }) => (action === 'remove' ? (neonId ?? []) : [])));
      return findings
        .filter(({ action }) => action === 'remove')
        .every(({ subjectId, neonId }) => {
          const row = [...known.snapshots, ...known.restores].find(({ id }) => id === subjectId);
          const branch = seen.branches.find(({ id }) => id === neonId);
          const taken = seen.snapshots.find(({ id }) => id === neonId);
          const name = derivedName(subjectId ?? '');
          const isOurs = branch?.name === name || taken?.slug === name || taken?.name === name;
          const isOver = row !== undefined && ['failed', 'cancelled', 'purged', 'succeeded'].includes(row.status);
          const isFree = !known.busy.has(subjectId ?? '') && !known.busy.has(neonId ?? '');
          const isServed = branch && (branch.isDefault || branch.isProtected);
          const isUndo = known.preserved.some(({ neonBranchId }) => neonBranchId === neonId);
          const isLast = seen.branches.every(({ id, parentId }) => parentId !== neonId || removed.has(id));
          const isCut = row !== undefined && 'hasBegunCutover' in row && row.hasBegunCutover;
          const isCovered = row !== undefined && 'isCovered' in row && row.isCovered && row.status === 'purged';
          return isOurs && isOver && isFree && !isServed && !isUndo && isLast && !isCut && !isCovered;
        });
    }),
    runs,
  );
  t.pass();
});

t.test('what unfinished work is about is left alone', async (t) => {
  fc.assert(
    fc.property(projects, ({ known, seen }) => {
      const { findings, completions, cleanedUp } = planReconciliation(known, seen, now);
      const touched = [
        ...findings.filter(({ action }) => action !== 'none').map(({ subjectId }) => subjectId),
        ...completions.map(({ snapshotId }) => snapshotId),
        ...cleanedUp.map(({ id }) => id),
      ];
      return touched.every((id) => !known.busy.has(id ?? ''));
    }),
    runs,
  );
  t.pass();
});

t.test('carried out and decided again, there is nothing to do', async (t) => {
  fc.assert(
    fc.property(projects, (project) => {
      const after = carryOut(project, planReconciliation(project.known, project.seen, now));
      const again = planReconciliation(after.known, after.seen, now);
      const actions = again.findings.filter(({ action }) => action !== 'none');
      return actions.length + again.completions.length + again.cleanedUp.length === 0;
    }),
    runs,
  );
  t.pass();
});

t.test(
  'everything that Neon lists under our names is claimed by a row, found, or an orphan: nothing is passed over',
  async (t) => {
    fc.assert(
      fc.property(projects, ({ known, seen }) => {
        const { findings } = planReconciliation(known, seen, now);
        const orphans = new Set(findings.flatMap(({ kind, neonId }) => (kind === 'orphan' ? (neonId ?? []) : [])));
        const ids = new Set([...known.snapshots, ...known.restores].map(({ id }) => id));
        const isNamedAfterRow = (name: string | undefined) =>
          [...ids].some((id) => name === derivedName(id) || name === derivedName(id, 'preserved'));
        const isRecorded = (id: string) =>
          known.snapshots.some(({ neonId }) => neonId === id) ||
          known.restores.some(({ neonBranchId }) => neonBranchId === id) ||
          known.preserved.some(({ neonBranchId }) => neonBranchId === id);
        const isExplained = (id: string, name: string | undefined) =>
          orphans.has(id) || isNamedAfterRow(name) || isRecorded(id);
        const named = seen.branches.filter(({ name }) => name.startsWith('afterglow-'));
        return (
          seen.snapshots.every(({ id, slug }) => isExplained(id, slug)) &&
          named.every(({ id, name }) => isExplained(id, name))
        );
      }),
      runs,
    );
    t.pass();
  },
);
