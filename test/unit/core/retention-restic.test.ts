// With `last`, what is kept is what `restic forget` keeps, on random lists and rules. Restic is a program of Debian's: required where
// CI=true, else used where it is on PATH.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { planRetention, type RetentionRule } from '../../../src/core/retention.ts';
import type { Tier } from '../../../src/core/retention/tiers.ts';
import { makeTemporaryDir } from '../../harness/files.ts';
import { resticPassword, writeResticRepository } from '../../harness/restic-repository.ts';

const run = promisify(execFile);
const rulesCount = 25;
const listsCount = 10;
const seed = Number(process.env['AFTERGLOW_TEST_SEED'] ?? Math.floor(Math.random() * 1e6));
const hour = 3_600_000;
const now = Date.UTC(2026, 3, 1);

/** Offsets that never change: an hour that comes twice is two for us, and one for restic. */
const zones = [
  { timeZone: 'UTC', offsetMs: 0, written: 'Z' },
  { timeZone: 'Asia/Kathmandu', offsetMs: 5.75 * hour, written: '+05:45' },
] as const;

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
    for (const { timeZone, offsetMs, written } of zones) {
      const folder = await makeTemporaryDir(t);
      const moments = fc.sample(lists, { seed, numRuns: 1 })[0] ?? [];
      const points = moments.flatMap((some, index) => some.map((pointAt) => ({ branchId: `list-${index}`, pointAt })));
      const ids = await writeResticRepository(
        folder,
        points.map(({ branchId, pointAt }) => ({
          host: branchId,
          time: new Date(pointAt.getTime() + offsetMs).toISOString().replace('Z', written),
        })),
      );
      const ours = points.map((point, index) => ({ ...point, id: ids[index] ?? '' }));
      for (const rule of fc.sample(rules, { seed, numRuns: 1 })[0] ?? []) {
        const theirs = await askRestic(folder, timeZone, ofRestic(rule));
        t.equal(theirs.size, listsCount);
        for (const [host, keep] of theirs) {
          const decisions = planRetention(
            ours.filter(({ branchId }) => branchId === host),
            ofOurs(rule),
            { timeZone, now: new Date(now) },
          );
          const compared = isOldestAside ? decisions.slice(0, -1) : decisions;
          t.strictSame(
            compared.filter((one) => one.keep !== keep.has(one.id)),
            [],
            `${JSON.stringify(rule)} in ${timeZone} (AFTERGLOW_TEST_SEED=${seed})`,
          );
        }
      }
    }
  },
);
