// Owns which kills are tried: one for each point that a recording of a scenario has reached, or a seeded tenth of them. The
// recordings are made anew in each run, so a new step is killed by itself.

import { mulberry32, shuffle } from '../harness/seeded.ts';
import type { Reached } from './director.ts';
import type { Scenario } from './scenarios.ts';

export interface KillCase {
  readonly scenario: Scenario;
  readonly at: Reached;
}

/** A tenth of the cases, the same for the same seed and recordings; each scenario and each kind of point is among them. */
export function chooseTenth(cases: readonly KillCase[], seed: number): KillCase[] {
  const shuffled = shuffle(mulberry32(seed), cases);
  const chosen = new Set<KillCase>();
  const lacks = ({ scenario, at }: KillCase): boolean =>
    [...chosen].every((other) => other.scenario !== scenario) ||
    [...chosen].every((other) => kindOf(other.at) !== kindOf(at));
  for (const one of shuffled) if (lacks(one)) chosen.add(one);
  const wanted = Math.ceil(cases.length / 10);
  for (const one of shuffled) if (chosen.size < wanted) chosen.add(one);
  return cases.filter((one) => chosen.has(one));
}

/** Calls of Neon are told apart by whether they were answered. */
function kindOf({ role, point }: Reached): string {
  return `${role} ${point.replace(/^neon\.\w+\./, 'neon.')}`;
}
