/**
 * Owns what leads to a point of history (which base, and the WAL of which clusters), and what of a cluster's history is worth
 * keeping. Decisions only, in machine time: it reads no clock, and removes and recovers nothing.
 */
import { getCluster } from './context.ts';
import { compareInstants } from './instant.ts';
import type { BaseRecord, ClusterRecord, HeadSample, ProjectRecord, RecoveryPoint } from './state.ts';
import { compareLsn, segmentOf } from './wal.ts';

const samplesMax = 16;
/** Besides the oldest one, bases only make recovery faster. */
const openBasesMax = 6;

type Clusters = Pick<ProjectRecord, 'clusters'>;

/** What a recovery to a point reads. */
export interface Source {
  readonly owner: ClusterRecord;
  readonly base: BaseRecord;
  /** The clusters whose WAL leads from the base to the point, youngest first. */
  readonly chain: ClusterRecord[];
}

/**
 * A run of kept WAL and where its replay begins: a base, or, before a cluster's first base, what the cluster was recovered from.
 * It is open where its WAL is kept up to the head.
 */
export interface Stretch {
  readonly base: BaseRecord | undefined;
  readonly redoLsn: string;
  readonly endLsn: string;
  readonly endAt: string;
  readonly keptUntil: string | undefined;
}

/** Oldest first. */
export function stretchesOf(cluster: ClusterRecord): Stretch[] {
  const { origin, startLsn, startedAt, originKeptUntil: keptUntil } = cluster;
  const own = cluster.bases.map((base) => ({ ...base, base }));
  if (origin === undefined || startLsn === undefined || startedAt === undefined || cluster.isDetached) return own;
  return [{ base: undefined, redoLsn: startLsn, endLsn: startLsn, endAt: startedAt, keptUntil }, ...own];
}

/** From the youngest base that ends before the point. Undefined where what leads there is no longer kept. */
export function findSource(project: Clusters, point: RecoveryPoint): Source | undefined {
  const chain: ClusterRecord[] = [];
  let owner = getCluster(project, point.clusterId);
  let stretch = stretchesOf(owner).findLast((candidate) => leadsTo(candidate, point));
  while (stretch !== undefined) {
    chain.push(owner);
    if (stretch.base !== undefined) return { owner, base: stretch.base, chain };
    const left = stretch.endLsn;
    if (owner.origin === undefined) return undefined;
    owner = getCluster(project, owner.origin.clusterId);
    stretch = stretchesOf(owner).findLast((candidate) => leadsToStart(candidate, left));
  }
  return undefined;
}

/** Where to recover a snapshot's point from: once a copy holds its rows, the end of that copy. */
export function copiedPoint(project: Clusters, point: RecoveryPoint): RecoveryPoint {
  const copy = project.clusters.find(({ isCopy, origin }) => isCopy && origin !== undefined && isSame(origin, point));
  const base = copy?.bases[0];
  return copy === undefined || base === undefined ? point : { clusterId: copy.id, lsn: base.endLsn };
}

export function isSame(a: RecoveryPoint, b: RecoveryPoint): boolean {
  if (a.clusterId !== b.clusterId) return false;
  return 'lsn' in a ? 'lsn' in b && a.lsn === b.lsn : 'time' in b && a.time === b.time;
}

/** Replay stops at the first record after its target: only open stretches are sure to have one. */
function leadsTo(stretch: Stretch, point: RecoveryPoint): boolean {
  if (stretch.keptUntil !== undefined) return false;
  return 'lsn' in point ? compareLsn(stretch.endLsn, point.lsn) <= 0 : compareInstants(stretch.endAt, point.time) <= 0;
}

/** Where another cluster left this one: replay goes on in that one's WAL, and reads this one's no further. */
function leadsToStart({ endLsn, keptUntil }: Stretch, lsn: string): boolean {
  return compareLsn(endLsn, lsn) <= 0 && (keptUntil === undefined || compareLsn(lsn, keptUntil) <= 0);
}

/** What must stay recoverable of one cluster. */
export interface Wants {
  /** The instant from which on all of it is; absent where no branch uses the cluster. */
  readonly since: string | undefined;
  /** Points of it that snapshots and unfinished work name. */
  readonly points: readonly RecoveryPoint[];
  /** Where clusters left it that still need what was before. */
  readonly starts: readonly string[];
}

/** The stretches to keep, oldest first, each with how far its WAL is kept. */
export function stretchesToKeep(cluster: ClusterRecord, { since, points, starts }: Wants): Stretch[] {
  const all = stretchesOf(cluster);
  const open = all.filter(({ keptUntil }) => keptUntil === undefined);
  const firsts = points.map((point) => open.findLastIndex((stretch) => leadsTo(stretch, point)));
  if (since !== undefined) firsts.push(open.findLastIndex(({ endAt }) => compareInstants(endAt, since) <= 0));
  // What cannot be led to any more keeps all there is.
  const stillOpen = firsts.length === 0 ? [] : thinned(open.slice(Math.max(0, Math.min(...firsts))));
  return all.flatMap((stretch) => {
    if (stillOpen.includes(stretch)) return [stretch];
    const led = starts.filter((lsn) => youngestTo(lsn) === stretch);
    const keptUntil = led.toSorted(compareLsn).at(-1);
    return keptUntil === undefined ? [] : [{ ...stretch, keptUntil }];
  });

  function youngestTo(lsn: string): Stretch | undefined {
    const dropped = (stretch: Stretch) => open.includes(stretch) && !stillOpen.includes(stretch);
    const youngest = all.findLast((stretch) => leadsToStart(stretch, lsn));
    if (youngest === undefined || !dropped(youngest)) return youngest;
    // A base that was only thinned out is not brought back: the open one before it leads there, too.
    return stillOpen.findLast((stretch) => leadsToStart(stretch, lsn)) ?? youngest;
  }
}

/** The oldest is needed and the youngest is the fastest; of the others those go that leave the smallest gap. */
function thinned(open: readonly Stretch[]): Stretch[] {
  const kept = [...open];
  while (kept.length > openBasesMax)
    removeClosest(kept, (former, later) => Number(segmentOf(later.endLsn) - segmentOf(former.endLsn)));
  return kept;
}

/** Of those between the first and the last, the one that follows closest on its former goes. */
function removeClosest<T>(list: T[], distance: (former: T, later: T) => number): void {
  const distances = list.slice(1).map((later, index) => distance(list[index] ?? later, later));
  list.splice(1 + distances.indexOf(Math.min(...distances.slice(0, -1))), 1);
}

/** Whether a segment of the cluster's own archive is part of a stretch. */
export function isKept(stretches: readonly Stretch[], segment: bigint): boolean {
  return stretches.some(
    ({ redoLsn, keptUntil }) =>
      segment >= segmentOf(redoLsn) && (keptUntil === undefined || segment <= segmentOf(keptUntil)),
  );
}

/** Remembers a moment of the cluster's head, and forgets those that tell least. */
export function noteHead(cluster: ClusterRecord, head: HeadSample & { readonly sizeBytes: number }): void {
  cluster.sizeBytes = head.sizeBytes;
  const { samples } = cluster;
  // While nothing is written the first look says most: so early all of it was there.
  if (samples.at(-1)?.lsn === head.lsn) return;
  samples.push({ lsn: head.lsn, at: head.at });
  if (samples.length <= samplesMax) return;
  removeClosest(samples, (former, later) => compareInstants(later.at, former.at));
}

/** The largest LSN that is known to have been written before the instant. */
export function lsnBefore(cluster: ClusterRecord, at: string): string | undefined {
  const known = [...cluster.samples, ...cluster.bases.map(({ endLsn, endAt }) => ({ lsn: endLsn, at: endAt }))].filter(
    (sample) => compareInstants(sample.at, at) <= 0,
  );
  return known
    .map(({ lsn }) => lsn)
    .toSorted(compareLsn)
    .at(-1);
}
