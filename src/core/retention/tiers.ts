// Owns the buckets of retention: which hour, day, ISO week, month or year of a zone a point falls into, and which point stands for each.

/** The newest point first; `local` are the points' local times, milliseconds as if they were UTC, `offsets` the zone's at them. */
export interface Line {
  readonly local: Float64Array;
  readonly offsets: Float64Array;
}

const hour = 3_600_000;
const day = 24 * hour;

export const tiers = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
export type Tier = (typeof tiers)[number];

/** A number for each bucket, the same for two points if they fall into one. An hour that comes twice is two. */
export const bucketOf: Readonly<Record<Tier, (local: number, offset: number) => number>> = {
  hourly: (local, offset) => Math.floor(local / hour) * 200 + offset / 900_000,
  daily: (local) => Math.floor(local / day),
  // The first of January 1970 was a Thursday; ISO weeks begin on Monday.
  weekly: (local) => Math.floor((local / day + 3) / 7),
  monthly: (local) => monthOf(local),
  yearly: (local) => Math.floor(monthOf(local) / 12),
};

const daysOf4Years = 1_461;
const daysOf100Years = 36_524;
const daysOf400Years = 146_097;

/**
 * Months since the year 0. Years are counted from March, so that a leap day is the last of its year and every month begins at the same
 * day of it: 153 days are five months.
 */
function monthOf(local: number): number {
  const days = Math.floor(local / day) + 719_468;
  const era = Math.floor(days / daysOf400Years);
  const inEra = days - era * daysOf400Years;
  const leapDays =
    Math.floor(inEra / (daysOf4Years - 1)) -
    Math.floor(inEra / daysOf100Years) +
    Math.floor(inEra / (daysOf400Years - 1));
  const year = Math.floor((inEra - leapDays) / 365);
  const inYear = inEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  return (era * 400 + year) * 12 + Math.floor((5 * inYear + 2) / 153) + 2;
}

export type BucketName = `${Tier}:${string}`;

/** Names by bucket, each made once: branches have most buckets in common. To be kept for one plan. */
export type BucketNames = Readonly<Record<Tier, Map<number, BucketName>>>;

export function makeBucketNames(): BucketNames {
  return { hourly: new Map(), daily: new Map(), weekly: new Map(), monthly: new Map(), yearly: new Map() };
}

/** The points that are chosen, by their places in the line, the newest first, and the bucket that each stands for. */
export interface Choices {
  readonly places: readonly number[];
  readonly names: readonly BucketName[];
}

/** The points that stand for the newest `count` buckets that hold one: of each the first, or the last. */
export function choose(
  { tier, count, keeps }: { readonly tier: Tier; readonly count: number; readonly keeps: 'first' | 'last' },
  { local, offsets }: Line,
  names: BucketNames,
): Choices {
  // Apart, so that a choice takes no object of its own: there may be a million.
  const places: number[] = [];
  const chosen: BucketName[] = [];
  const { length } = local;
  const bucketAt = (index: number): number => bucketOf[tier](local[index] ?? 0, offsets[index] ?? 0);
  for (let start = 0, end = 0; start < length && places.length < count; start = end) {
    const bucket = bucketAt(start);
    for (end = start + 1; end < length && bucketAt(end) === bucket; ) end += 1;
    const name =
      names[tier].get(bucket) ?? (`${tier}:${nameOf(tier, local[start] ?? 0, offsets[start] ?? 0)}` as const);
    names[tier].set(bucket, name);
    places.push(keeps === 'first' ? end - 1 : start);
    chosen.push(name);
  }
  return { places, names: chosen };
}

function nameOf(tier: Tier, local: number, offset: number): string {
  const text = new Date(local).toISOString();
  if (tier === 'hourly') return `${text.slice(0, 13)}${offsetText(offset)}`;
  if (tier === 'daily') return text.slice(0, 10);
  if (tier === 'weekly') return weekName(local);
  return tier === 'monthly' ? text.slice(0, 7) : text.slice(0, 4);
}

function offsetText(offset: number): string {
  if (offset === 0) return 'Z';
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** ISO 8601: a week belongs to the year of its Thursday. */
function weekName(local: number): string {
  const week = bucketOf.weekly(local, 0);
  const thursday = new Date(week * 7 * day);
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0);
  const number = Math.floor((thursday.getTime() - newYear) / (7 * day)) + 1;
  return `${thursday.getUTCFullYear()}-W${String(number).padStart(2, '0')}`;
}
