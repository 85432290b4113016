// Owns the list of what must hold of a world at rest, whatever was done to it.

import type { Asked } from '../asked.ts';
import type { Facts } from '../facts.ts';
import { attemptsEnded, oneAtATimeInALane } from './attempts.ts';
import { oneEffectEach, undoCopiesAreKept } from './effects.ts';
import { everythingEnded, firingsAreTold, onlyWhatWasAsked } from './ended.ts';
import { chainsVerify, historiesAreLegal } from './history.ts';
import type { Invariant } from './invariant.ts';
import { lineagesAreKept, mirrorIsTrue } from './mirror.ts';
import { nothingCoveredGoes } from './protection.ts';

export const invariants: Readonly<Record<string, Invariant>> = {
  nothingCoveredGoes,
  everythingEnded,
  onlyWhatWasAsked,
  firingsAreTold,
  oneEffectEach,
  undoCopiesAreKept,
  mirrorIsTrue,
  lineagesAreKept,
  attemptsEnded,
  oneAtATimeInALane,
  historiesAreLegal,
  chainsVerify,
};

/** All that does not hold, each with the name of its invariant. */
export function findBroken(facts: Facts, asked: Asked): string[] {
  return Object.entries(invariants).flatMap(([name, find]) => find(facts, asked).map((fault) => `${name}: ${fault}`));
}
