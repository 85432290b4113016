/**
 * What may go of a cluster's history, decided without a cluster: whatever was wanted before the cut can be recovered after it,
 * and what nobody wants goes.
 */
import fc from 'fast-check';
import t from 'tap';
import { findSource, isKept, lsnBefore, noteHead, stretchesOf } from '../../src/local/neon-emulator/history.ts';
import { cut } from '../../src/local/neon-emulator/trim.ts';
import type { ClusterRecord, RecoveryPoint } from '../../src/local/neon-emulator/state.ts';
import { segmentNamed, segmentOf } from '../../src/local/neon-emulator/wal.ts';

const day = 24 * 3600;
const epoch = Date.parse('2026-01-01T00:00:00Z');
/** In these histories one second writes one MB: the second, the segment and the LSN of a moment tell the same. */
const at = (second: number) => new Date(epoch + second * 1000).toISOString();
const lsn = (second: number) => `0/${(second * 1024 * 1024).toString(16)}`;

function cluster(id: string, origin: [string, number] | undefined, bases: readonly number[]): ClusterRecord {
  const start = origin?.[1] ?? bases[0] ?? 0;
  return {
    id,
    origin: origin === undefined ? undefined : { clusterId: origin[0], lsn: lsn(origin[1]) },
    isCopy: false,
    timeline: 1,
    startedAt: at(start),
    startLsn: lsn(start),
    bases: bases.map((second) => ({
      id: `${id}-${second}`,
      redoLsn: lsn(second - 1),
      endLsn: lsn(second),
      endAt: at(second),
      keptUntil: undefined,
    })),
    originKeptUntil: undefined,
    isDetached: false,
    isRetired: false,
    samples: [],
    sizeBytes: undefined,
  };
}

const used = (...ids: string[]) => ids.map((clusterId) => ({ clusterId }));
const baseIds = ({ bases }: ClusterRecord) => bases.map(({ id }) => id);

/** Fails unless the point has a base and every segment from there to it is kept. */
function isRecoverable(clusters: ClusterRecord[], point: RecoveryPoint, second: number): boolean {
  const source = findSource({ clusters }, point);
  if (source === undefined) return false;
  let until = BigInt(second);
  return source.chain.every((link) => {
    const isOwner = link === source.owner;
    const from = segmentOf((isOwner ? source.base.redoLsn : link.startLsn) ?? '');
    const stretches = stretchesOf(link);
    for (let segment = from; segment <= until; segment += 1n) if (!isKept(stretches, segment)) return false;
    until = segmentOf(link.startLsn ?? '');
    return true;
  });
}

t.test('the youngest base before the window stays, and what is older goes', (t) => {
  const root = cluster('root', undefined, [1, 20, 40, 60]);
  cut({ clusters: [root], branches: used('root'), snapshots: [] }, at(50));
  t.strictSame(baseIds(root), ['root-40', 'root-60']);
  t.ok(isRecoverable([root], { clusterId: 'root', time: at(50) }, 50));
  t.notOk(isKept(stretchesOf(root), 30n));
  t.strictSame(cut({ clusters: [root], branches: used('root'), snapshots: [] }, at(50)), [], 'and there it ends');
  t.equal(
    findSource({ clusters: [root] }, { clusterId: 'root', time: at(30) }),
    undefined,
    'a longer window finds nothing',
  );
  t.end();
});

t.test('a snapshot before the window keeps all that came after it, until it has a copy', (t) => {
  const root = cluster('root', undefined, [1, 20, 40, 60]);
  const point = { clusterId: 'root', time: at(25) };
  cut({ clusters: [root], branches: used('root'), snapshots: [{ point }] }, at(50));
  t.strictSame(baseIds(root), ['root-20', 'root-40', 'root-60']);
  const copy = { ...cluster('copy', undefined, [70]), origin: point, isCopy: true, isDetached: true };
  cut({ clusters: [root, copy], branches: used('root'), snapshots: [{ point }] }, at(50));
  t.strictSame(baseIds(root), ['root-40', 'root-60']);
  t.strictSame(baseIds(copy), ['copy-70']);
  t.end();
});

t.test('a child without a base of its own keeps the WAL that leads to its start, and no more', (t) => {
  const root = cluster('root', undefined, [1, 20, 40, 60]);
  const child = cluster('child', ['root', 25], []);
  const clusters = [root, child];
  cut({ clusters, branches: used('root', 'child'), snapshots: [] }, at(50));
  t.strictSame(baseIds(root), ['root-20', 'root-40', 'root-60']);
  t.strictSame(
    [19n, 25n, 26n, 38n, 39n, 99n].map((segment) => isKept(stretchesOf(root), segment)),
    [true, true, false, false, true, true],
  );
  t.ok(isRecoverable(clusters, { clusterId: 'child', time: at(55) }, 55));
  t.equal(
    findSource({ clusters }, { clusterId: 'root', lsn: lsn(24) }),
    undefined,
    'the root itself is not recoverable there',
  );
  child.bases.push(...cluster('child', undefined, [45]).bases);
  cut({ clusters, branches: used('root', 'child'), snapshots: [] }, at(50));
  t.ok(child.isDetached, 'with a base of its own it lets its origin go');
  t.strictSame(baseIds(root), ['root-40', 'root-60']);
  t.end();
});

t.test('whatever is wanted can be recovered after any number of cuts', (t) => {
  const second = fc.integer({ min: 2, max: 300 });
  const plan = fc.record({
    rootBases: fc.uniqueArray(second, { maxLength: 12 }),
    childStart: second,
    childBases: fc.uniqueArray(second, { maxLength: 12 }),
    grandchildStart: second,
    grandchildBases: fc.uniqueArray(second, { maxLength: 4 }),
    isChildUsed: fc.boolean(),
    snapshots: fc.array(fc.record({ second, onChild: fc.boolean(), byLsn: fc.boolean() }), { maxLength: 4 }),
    windows: fc.array(second, { minLength: 1, maxLength: 5 }),
  });
  fc.assert(
    fc.property(plan, (given) => {
      const sorted = (seconds: readonly number[], after: number) =>
        seconds.filter((one) => one > after).toSorted((a, b) => a - b);
      const grandchildStart = given.childStart + given.grandchildStart;
      const root = cluster('root', undefined, [1, ...sorted(given.rootBases, 1)]);
      const child = cluster('child', ['root', given.childStart], sorted(given.childBases, given.childStart));
      const grandchild = cluster(
        'grandchild',
        ['child', grandchildStart],
        sorted(given.grandchildBases, grandchildStart),
      );
      const clusters = [root, child, grandchild];
      const points = given.snapshots.map((one) => {
        const [clusterId, from] = one.onChild ? ['child', given.childStart] : ['root', 1];
        const when = Math.max(one.second, from);
        return { when, point: one.byLsn ? { clusterId, lsn: lsn(when) } : { clusterId, time: at(when) } };
      });
      const project = {
        clusters,
        branches: used('root', 'grandchild', ...(given.isChildUsed ? ['child'] : [])),
        snapshots: points,
      };
      let reached = 0;
      for (const since of given.windows.toSorted((a, b) => a - b)) {
        reached = since;
        cut(project, at(since));
      }
      for (const { when, point } of points) if (!isRecoverable(clusters, point, when)) return false;
      return [root, grandchild, ...(given.isChildUsed ? [child] : [])].every(({ id, startLsn }) =>
        [reached, reached + 1, reached + 50, 1000].every((one) => {
          const when = Math.max(one, Number(segmentOf(startLsn ?? '')));
          return isRecoverable(clusters, { clusterId: id, time: at(when) }, when);
        }),
      );
    }),
    { numRuns: 2000 },
  );
  t.pass();
  t.end();
});

t.test('of many bases in a window a few stay, the first and the last among them', (t) => {
  const root = cluster(
    'root',
    undefined,
    Array.from({ length: 40 }, (_none, index) => 1 + index * 10),
  );
  cut({ clusters: [root], branches: used('root'), snapshots: [] }, at(15));
  t.equal(root.bases.length, 6);
  t.equal(baseIds(root)[0], 'root-11');
  t.equal(baseIds(root).at(-1), 'root-391');
  t.end();
});

t.test('an LSN is known to be old by what was seen of the head, however long ago', (t) => {
  const root = cluster('root', undefined, [1]);
  for (let second = 10; second < day; second += 10)
    noteHead(root, { lsn: lsn(second % 4000), at: at(second), sizeBytes: 1 });
  t.ok(root.samples.length <= 16);
  const few = cluster('few', undefined, [1]);
  for (const second of [10, 20, 30]) noteHead(few, { lsn: lsn(second), at: at(second), sizeBytes: 7 });
  noteHead(few, { lsn: lsn(30), at: at(500), sizeBytes: 8 });
  t.equal(few.sizeBytes, 8);
  t.equal(lsnBefore(few, at(25)), lsn(20));
  t.equal(lsnBefore(few, at(5)), lsn(1), 'a base tells it, too');
  t.equal(lsnBefore(few, at(0)), undefined);
  t.equal(lsnBefore(few, at(400)), lsn(30));
  t.end();
});

t.test('the number in the name of a WAL file is that of the segment that holds the LSN', (t) => {
  t.equal(segmentNamed('00000001000000000000000A'), 10n);
  t.equal(segmentNamed('000000010000000100000001'), 4097n);
  t.equal(segmentOf('1/100028'), 4097n);
  t.equal(segmentNamed('00000001000000000000000A.partial'), 10n);
  t.equal(segmentNamed('00000002.history'), undefined);
  t.end();
});

t.end();
