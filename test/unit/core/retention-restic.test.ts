// With `last`, what is kept is what `restic forget` keeps, on random lists and rules, also in zones that set their clocks; where the two
// differ there, docs/retention.md says, and the last test shows. Restic is a program of Debian's: required where
// CI=true, else used where it is on PATH.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { planRetention, type RetentionRule } from '../../../src/core/retention.ts';
import type { Tier } from '../../../src/core/retention/tiers.ts';
import { zoneOf } from '../../../src/core/schedule/zone.ts';
import { makeTemporaryDir } from '../../harness/files.ts';
import { resticPassword, writeResticRepository } from '../../harness/restic-repository.ts';

const run = promisify(execFile);
const rulesCount = 25;
const listsCount = 10;
const seed = Number(process.env['AFTERGLOW_TEST_SEED'] ?? Math.floor(Math.random() * 1e6));
const hour = 3_600_000;
const now = Date.UTC(2026, 3, 1);

const zones = ['UTC', 'Asia/Kathmandu', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'] as const;

/** As restic writes it in that zone: it groups by the hours and days of the offset in the text. */
function written(at: Date, timeZone: string): string {
  const offset = zoneOf(timeZone).offset(at.getTime());
  const text = new Date(at.getTime() + offset).toISOString().slice(0, -1);
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${text}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** Far from where the two differ: no hour that comes twice, or not at all. */
function isPlain(at: Date, timeZone: string): boolean {
  return zoneOf(timeZone).changes(at.getTime() - 2 * hour, at.getTime() + 2 * hour).length === 0;
}

function setsClocks(timeZone: string): boolean {
  return zoneOf(timeZone).changes(now - 366 * 24 * hour, now).length > 0;
}

/** Where hours of a duration, or the calendar's way back, may meet a change of the clocks, the two differ. */
function areSameWithin({ within }: Rule, newest: Date, timeZone: string): boolean {
  if (!within || !setsClocks(timeZone)) return true;
  const localHour = new Date(newest.getTime() + zoneOf(timeZone).offset(newest.getTime())).getUTCHours();
  return within.h === 0 && localHour >= 4;
}

const list = fc
  .tuple(
    fc.constantFrom(2, 30, 400, 3_000).map((days) => days * 24),
    fc.integer({ min: 1, max: 60 }),
  )
  .chain(([hours, count]) =>
    fc.uniqueArray(fc.integer({ min: 1, max: hours * 4 }), { minLength: 1, maxLength: count, size: 'max' }),
  )
  .map((quarters) => quarters.map((quarter) => new Date(now - (quarter * hour) / 4)));
const lists = fc.array(list, { minLength: listsCount, maxLength: listsCount });
const count = fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined, freq: 2 });
const within = fc.option(
  fc.record({ y: fc.nat(1), m: fc.nat(5), d: fc.nat(20), h: fc.nat(30) }).filter(({ y, m, d, h }) => y + m + d + h > 0),
  { nil: undefined, freq: 1 },
);
const rules = fc.array(
  fc
    .record({ keepLast: count, hourly: count, daily: count, weekly: count, monthly: count, yearly: count, within })
    .filter((rule) => Object.values(rule).some((value) => value !== undefined)),
  { minLength: rulesCount, maxLength: rulesCount },
);

interface Rule extends Readonly<Partial<Record<'keepLast' | Tier, number | undefined>>> {
  readonly within?: { y: number; m: number; d: number; h: number } | undefined;
}

function ofOurs({ within, ...counts }: Rule): RetentionRule {
  const given = Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined));
  const keepWithin = within && `P${within.y}Y${within.m}M${within.d}DT${within.h}H`;
  return { ...given, bucketKeeps: 'last', ...(keepWithin === undefined ? {} : { keepWithin }) };
}

function ofRestic({ within, keepLast, ...tiers }: Rule): string[] {
  const counts = [['last', keepLast], ...Object.entries(tiers)] as const;
  const options = counts.flatMap(([name, value]) => (value === undefined ? [] : [`--keep-${name}`, String(value)]));
  if (within) options.push('--keep-within', `${within.y}y${within.m}m${within.d}d${within.h}h`);
  return options;
}

interface Group {
  readonly host: string;
  readonly keep: readonly { readonly id: string }[] | null;
}

const hasRestic = await run('restic', ['version']).then(
  () => true,
  () => false,
);

/** By host, the ids that restic would keep. */
async function askRestic(
  folder: string,
  timeZone: string,
  options: readonly string[],
): Promise<Map<string, Set<string>>> {
  const place = ['-r', folder, '--no-cache', '--no-lock', '--json'];
  const { stdout } = await run('restic', [...place, 'forget', '--dry-run', '--group-by', 'host', ...options], {
    env: { PATH: process.env['PATH'], HOME: folder, RESTIC_PASSWORD: resticPassword, TZ: timeZone },
    maxBuffer: 1e8,
  });
  const groups = JSON.parse(stdout) as readonly Group[];
  return new Map(groups.map(({ host, keep }) => [host, new Set((keep ?? []).map(({ id }) => id))]));
}

/** Later ones than Debian 12's (0.14) also keep the oldest of all where a tier has room: which of two on one day shows it. */
async function keepsOldest(t: Test): Promise<boolean> {
  const folder = await makeTemporaryDir(t);
  const times = ['2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z'];
  await writeResticRepository(
    folder,
    times.map((time) => ({ host: 'two', time })),
  );
  return (await askRestic(folder, 'UTC', ['--keep-daily', '2'])).get('two')?.size === 2;
}

t.test(
  'on random lists and rules the same are kept',
  { skip: !hasRestic && process.env['CI'] !== 'true' && 'there is no restic on PATH' },
  async (t) => {
    const isOldestAside = await keepsOldest(t);
    for (const timeZone of zones) {
      let compared = 0;
      const folder = await makeTemporaryDir(t);
      const moments = fc.sample(lists, { seed, numRuns: 1 })[0] ?? [];
      const points = moments
        .flatMap((some, index) => some.map((pointAt) => ({ branchId: `list-${index}`, pointAt })))
        .filter(({ pointAt }) => isPlain(pointAt, timeZone));
      const ids = await writeResticRepository(
        folder,
        points.map(({ branchId, pointAt }) => ({
          host: branchId,
          time: written(pointAt, timeZone),
        })),
      );
      const ours = points.map((point, index) => ({ ...point, id: ids[index] ?? '' }));
      for (const rule of fc.sample(rules, { seed, numRuns: 1 })[0] ?? []) {
        const theirs = await askRestic(folder, timeZone, ofRestic(rule));
        t.equal(theirs.size, new Set(ours.map(({ branchId }) => branchId)).size);
        for (const [host, keep] of theirs) {
          const own = ours.filter(({ branchId }) => branchId === host);
          const newest = new Date(Math.max(...own.map(({ pointAt }) => pointAt.getTime())));
          if (!areSameWithin(rule, newest, timeZone)) continue;
          compared += 1;
          const decisions = planRetention(own, ofOurs(rule), { timeZone, now: new Date(now) });
          t.strictSame(
            (isOldestAside ? decisions.slice(0, -1) : decisions).filter((one) => one.keep !== keep.has(one.id)),
            [],
            `${JSON.stringify(rule)} in ${timeZone} (AFTERGLOW_TEST_SEED=${seed})`,
          );
        }
      }
      t.ok(compared >= 100, `${compared} decisions about lists are compared in ${timeZone}`);
    }
  },
);

const skip = !hasRestic && process.env['CI'] !== 'true' && 'there is no restic on PATH';
/** In Berlin: what each keeps, of points that both are given. */
const differences = [
  {
    title: 'an hour that comes twice is two hours for us, and one for restic',
    points: ['2025-10-26T00:15:00Z', '2025-10-26T01:15:00Z', '2025-10-26T02:15:00Z'],
    rule: { hourly: 3 },
    ours: [0, 1, 2],
    restics: [1, 2],
  },
  {
    title: 'hours of keepWithin go by the clocks for us, and by elapsed time for restic: in spring',
    points: ['2026-03-28T21:30:00Z', '2026-03-28T22:30:00Z', '2026-03-29T03:00:00Z'],
    rule: { within: { y: 0, m: 0, d: 0, h: 6 } },
    ours: [1, 2],
    restics: [0, 1, 2],
  },
  {
    title: 'hours of keepWithin go by the clocks for us, and by elapsed time for restic: in autumn',
    points: ['2025-10-25T21:30:00Z', '2025-10-25T22:30:00Z', '2025-10-26T04:00:00Z'],
    rule: { within: { y: 0, m: 0, d: 0, h: 6 } },
    ours: [0, 1, 2],
    restics: [1, 2],
  },
] as const;

for (const { title, points, rule, ours, restics } of differences) {
  t.test(`they differ: ${title}`, { skip }, async (t) => {
    const timeZone = 'Europe/Berlin';
    const folder = await makeTemporaryDir(t);
    const moments = points.map((text) => new Date(text));
    const ids = await writeResticRepository(
      folder,
      moments.map((at) => ({ host: 'one', time: written(at, timeZone) })),
    );
    const keep = (await askRestic(folder, timeZone, ofRestic(rule))).get('one') ?? new Set();
    const all = moments.map((pointAt, index) => ({ id: ids[index] ?? '', branchId: 'one', pointAt }));
    const decisions = planRetention(all, ofOurs(rule), { timeZone, now: new Date(now) });
    const kept = new Set(decisions.flatMap((one) => (one.keep ? [one.id] : [])));
    const placesOf = (some: ReadonlySet<string>) => ids.flatMap((id, index) => (some.has(id) ? [index] : []));
    t.strictSame({ ours: placesOf(kept), restics: placesOf(keep) }, { ours, restics });
  });
}
