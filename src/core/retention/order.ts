// Owns the order in which retention looks at points: branch by branch, the newest first, those of one moment by id. Time is linear in
// the points, but for those of one moment.

export interface Timed {
  readonly id: string;
  readonly branchId: string;
  readonly pointAt: Date;
}

/** The points of one branch in order, and their moments in milliseconds. */
export interface BranchLine<P> {
  readonly branchId: string;
  readonly points: readonly P[];
  readonly at: Float64Array;
}

/** By branch id. */
export function linesOf<P extends Timed>(points: readonly P[]): BranchLine<P>[] {
  const branches = new Map<string, P[]>();
  let [branchId, line]: [string | undefined, P[]] = [undefined, []];
  for (const point of newestFirst(points)) {
    if (point.branchId !== branchId) {
      branchId = point.branchId;
      line = branches.get(branchId) ?? [];
      if (line.length === 0) branches.set(branchId, line);
    }
    line.push(point);
  }
  return [...branches.keys()].sort().map((id) => toLine(id, branches.get(id) ?? []));
}

function toLine<P extends Timed>(branchId: string, points: P[]): BranchLine<P> {
  const at = momentsOf(points);
  for (let start = 0, end = 0; start < at.length; start = end) {
    for (end = start + 1; at[end] === at[start]; ) end += 1;
    if (end > start + 1) sortById(points, start, end);
  }
  return { branchId, points, at };
}

/** The largest first. */
function sortById(points: Timed[], start: number, end: number): void {
  const sorted = points.slice(start, end).sort((a, b) => (a.id < b.id ? 1 : -1));
  sorted.forEach((point, index) => {
    points[start + index] = point;
  });
}

function momentsOf(points: readonly Timed[]): Float64Array {
  const at = new Float64Array(points.length);
  for (let index = 0; index < at.length; index += 1) at[index] = points[index]?.pointAt.getTime() ?? 0;
  return at;
}

const digitSize = 2_048;

/** Digit by digit of their age, the least significant first, each time keeping the order of those that have the same digit. */
function newestFirst<P extends Timed>(points: readonly P[]): readonly P[] {
  const ages = momentsOf(points);
  const newest = ages.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let oldest = 0;
  let isInOrder = true;
  for (let index = 0; index < ages.length; index += 1) {
    const age = newest - (ages[index] ?? 0);
    ages[index] = age;
    isInOrder &&= age >= (ages[index - 1] ?? 0);
    oldest = Math.max(oldest, age);
  }
  if (isInOrder) return points;
  let places = new Uint32Array(points.length).map((_, index) => index);
  for (let unit = 1; unit <= oldest; unit *= digitSize) places = sortByDigit(places, ages, unit);
  return Array.from(places, (place) => points[place] as P);
}

function sortByDigit(places: Uint32Array<ArrayBuffer>, ages: Float64Array, unit: number): Uint32Array<ArrayBuffer> {
  const digits = new Uint16Array(ages.length);
  const next = new Uint32Array(digitSize + 1);
  for (let index = 0; index < ages.length; index += 1) {
    const digit = Math.floor((ages[index] ?? 0) / unit) % digitSize;
    digits[index] = digit;
    next[digit + 1] = (next[digit + 1] ?? 0) + 1;
  }
  for (let digit = 0; digit < digitSize; digit += 1) next[digit + 1] = (next[digit + 1] ?? 0) + (next[digit] ?? 0);
  const sorted = new Uint32Array(places.length);
  for (const place of places) {
    const digit = digits[place] ?? 0;
    const to = next[digit] ?? 0;
    sorted[to] = place;
    next[digit] = to + 1;
  }
  return sorted;
}
