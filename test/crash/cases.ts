// Owns which crashes are tried: every point of every step of every kind of restore, or a seeded tenth of them. The steps are
// those of core/restore-plan, so a new one is covered by itself.

import { planRestore, type RestoreSourceKind, type RestoreTargetKind } from '../../src/core/restore-plan.ts';
import type { CrashPoint } from '../../src/domain/deps.ts';

export interface RestoreKind {
  readonly name: string;
  readonly source: RestoreSourceKind;
  readonly target: RestoreTargetKind;
}

const kinds: readonly RestoreKind[] = [
  { name: 'to a new branch from an instant', source: 'point', target: 'new_branch' },
  { name: 'to a new branch from a snapshot', source: 'neon_snapshot', target: 'new_branch' },
  { name: 'to a new branch from the snapshot of a child branch', source: 'branch_snapshot', target: 'new_branch' },
  { name: 'in place from an instant', source: 'point', target: 'in_place' },
  { name: 'in place from a snapshot', source: 'neon_snapshot', target: 'in_place' },
];

const moments = ['begun', 'made', 'recorded'] as const;

export interface CrashCase {
  readonly kind: RestoreKind;
  readonly point: CrashPoint;
  readonly moment: (typeof moments)[number];
}

/** All of them. The end of the last step is recorded together with the restore's own: there is no point after it. */
export function listCases(): CrashCase[] {
  return kinds.flatMap((kind) => {
    const steps = planRestore(kind.source, kind.target);
    return steps.flatMap((step, index) =>
      moments
        .filter((moment) => moment !== 'recorded' || index < steps.length - 1)
        .map((moment) => ({ kind, moment, point: `restore.${step}.${moment}` as const })),
    );
  });
}

/** A tenth of the cases, the same for the same seed; each kind of restore and each kind of point is among them. */
export function chooseTenth(cases: readonly CrashCase[], seed: number): CrashCase[] {
  const random = mulberry32(seed);
  const shuffled = cases.map((one) => ({ one, at: random() })).sort((a, b) => a.at - b.at);
  const chosen = new Set<CrashCase>();
  const lacks = ({ kind, moment }: CrashCase): boolean =>
    [...chosen].every((other) => other.kind !== kind) || [...chosen].every((other) => other.moment !== moment);
  for (const { one } of shuffled) if (lacks(one)) chosen.add(one);
  const wanted = Math.ceil(cases.length / 10);
  for (const { one } of shuffled) if (chosen.size < wanted) chosen.add(one);
  return cases.filter((one) => chosen.has(one));
}

/** A small generator of numbers from 0 to 1 that a seed decides (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
