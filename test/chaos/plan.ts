// Owns what a chaos run does and when: a pure function of its seed and mode. What comes of it is not, since processes, servers and
// Neon run beside one another: the same seed does the same things at the same moments, to a world that may be another.

import type { Fault, FaultOrder } from '../../src/local/neon-emulator/faults.ts';
import { mulberry32, pick, shuffle } from '../harness/seeded.ts';

export interface Mode {
  readonly name: 'normal' | 'long';
  readonly lengthMs: number;
  readonly projects: number;
  readonly teams: number;
  readonly accounts: number;
  readonly deedsPerSecond: number;
}

export const modes: Readonly<Record<Mode['name'], Mode>> = {
  normal: { name: 'normal', lengthMs: 60_000, projects: 30, teams: 3, accounts: 2, deedsPerSecond: 6 },
  long: { name: 'long', lengthMs: 600_000, projects: 60, teams: 5, accounts: 3, deedsPerSecond: 4 },
};

/** What a client does. `chance` chooses among what is there when its time has come. */
export interface Deed {
  readonly kind: (typeof deeds)[number][0];
  readonly project: number;
  readonly chance: number;
  readonly isNamed: boolean;
}

/** What is done to the world. */
export type Blow =
  | { readonly kind: 'kill' | 'end'; readonly service: string; readonly downMs: number }
  | { readonly kind: 'flush_redis' | 'cut_connections' }
  | { readonly kind: 'restart_redis'; readonly downMs: number }
  | { readonly kind: 'restart_postgres'; readonly how: 'fast' | 'immediate'; readonly downMs: number }
  | { readonly kind: 'refuse_keys'; readonly lastsMs: number }
  | { readonly kind: 'remove_snapshot' | 'remove_branch'; readonly chance: number }
  | { readonly kind: 'clock'; readonly offsetMs: number; readonly lastsMs: number }
  | { readonly kind: 'neon'; readonly order: FaultOrder; readonly lastsMs: number };

export interface Timed<T> {
  readonly atMs: number;
  readonly what: T;
}

export interface Plan {
  readonly seed: number;
  readonly mode: Mode;
  readonly deeds: readonly Timed<Deed>[];
  readonly blows: readonly Timed<Blow>[];
}

/** Of a hundred deeds so many. */
const deeds = [
  ['snapshot', 27],
  ['snapshot_of_child', 9],
  ['snapshot_of_moment', 6],
  ['restore_new_branch', 11],
  ['restore_in_place', 6],
  ['restore_snapshot_in_place', 4],
  ['cancel_snapshot', 6],
  ['cancel_restore', 4],
  ['delete_snapshot', 9],
  ['delete_undo_copy', 3],
  ['hold', 2],
  ['release_hold', 2],
  ['lock_snapshot', 2],
  ['fire_policy', 6],
  ['sync', 1],
  ['reconcile', 2],
] as const;

/** Every kind of blow comes once in a round, in another order each time. */
const roundMs = 30_000;
const hourMs = 3_600_000;

export function makePlan(seed: number, mode: Mode): Plan {
  const random = mulberry32(seed);
  return { seed, mode, deeds: planDeeds(random, mode), blows: planBlows(random, mode) };
}

function planDeeds(random: () => number, mode: Mode): Timed<Deed>[] {
  const kinds = deeds.flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind));
  const count = Math.round((mode.lengthMs / 1000) * mode.deedsPerSecond);
  return Array.from({ length: count }, (_, index) => ({
    atMs: Math.round(((index + random()) / count) * mode.lengthMs),
    what: {
      kind: pick(random, kinds),
      project: Math.floor(random() * mode.projects),
      chance: random(),
      isNamed: random() < 0.5,
    },
  }));
}

function planBlows(random: () => number, { lengthMs }: Mode): Timed<Blow>[] {
  return Array.from({ length: Math.ceil(lengthMs / roundMs) }, (_, round) => {
    const blows = shuffle(random, oneOfEach(random));
    return blows.map((what, index) => ({
      atMs: Math.round((round + (index + random()) / blows.length) * roundMs),
      what,
    }));
  }).flat();
}

function oneOfEach(random: () => number): Blow[] {
  const between = (least: number, most: number): number => Math.round(least + random() * (most - least));
  const services = ['api', 'worker-a', 'worker-b', 'scheduler'];
  return [
    ...services.map((service): Blow => ({ kind: 'kill', service, downMs: between(0, 1_500) })),
    { kind: 'end', service: pick(random, services), downMs: between(0, 1_500) },
    { kind: 'end', service: pick(random, ['worker-a', 'worker-b']), downMs: between(0, 500) },
    { kind: 'flush_redis' },
    { kind: 'restart_redis', downMs: between(200, 2_000) },
    { kind: 'restart_postgres', how: pick(random, ['fast', 'immediate'] as const), downMs: between(0, 1_000) },
    { kind: 'cut_connections' },
    { kind: 'refuse_keys', lastsMs: between(500, 2_000) },
    { kind: 'remove_snapshot', chance: random() },
    { kind: 'remove_branch', chance: random() },
    { kind: 'clock', offsetMs: pick(random, [hourMs, -hourMs]), lastsMs: between(2_000, 8_000) },
    ...neonFaults(random).map((fault): Blow => {
      const seed = between(0, 1_000_000);
      return { kind: 'neon', order: { share: 0.1 + random() * 0.4, seed, fault }, lastsMs: between(1_000, 4_000) };
    }),
  ];
}

/** The whole list, but for what is a lie rather than a fault: a final refusal of what Neon could do. */
function neonFaults(random: () => number): Fault[] {
  return [
    { kind: 'status', status: 423 },
    { kind: 'status', status: 429, retryAfterSeconds: 1 },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 502 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 524 },
    { kind: 'drop', when: 'before' },
    { kind: 'drop', when: 'after' },
    // Longer than a call waits, or not.
    { kind: 'delay', ms: Math.round(random() * 2_000) },
    { kind: 'hang', when: 'before' },
    { kind: 'hang', when: 'after' },
    { kind: 'malformed' },
    { kind: 'operation', outcome: 'fails_once' },
    { kind: 'operation', outcome: 'errors' },
    { kind: 'operation', outcome: 'cancelled' },
    { kind: 'not_ready' },
  ];
}
