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

/** The local time at which the bucket of a local time begins. */
export const bucketStart: Readonly<Record<Tier, (local: number) => number>> = {
  hourly: (local) => Math.floor(local / hour) * hour,
  daily: (local) => Math.floor(local / day) * day,
  weekly: (local) => (Math.floor((local / day + 3) / 7) * 7 - 3) * day,
  monthly: (local) => Date.UTC(1970, monthOf(local) - 1970 * 12),
  yearly: (local) => Date.UTC(new Date(local).getUTCFullYear(), 0),
};

function monthOf(local: number): number {
  const at = new Date(local);
  return at.getUTCFullYear() * 12 + at.getUTCMonth();
}

export interface Choice {
  /** Place of the point in the line. */
  readonly index: number;
  readonly bucket: string;
}

/** The points that stand for the newest `count` buckets that hold one: of each the first, or the last. */
export function choose(tier: Tier, count: number, keeps: 'first' | 'last', { local, offsets }: Line): Choice[] {
  const choices: Choice[] = [];
  const { length } = local;
  const bucketAt = (index: number): number => bucketOf[tier](local[index] ?? 0, offsets[index] ?? 0);
  for (let start = 0, end = 0; start < length && choices.length < count; start = end) {
    const bucket = bucketAt(start);
    for (end = start + 1; end < length && bucketAt(end) === bucket; ) end += 1;
    const index = keeps === 'first' ? end - 1 : start;
    choices.push({ index, bucket: nameOf(tier, local[index] ?? 0, offsets[index] ?? 0) });
  }
  return choices;
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
