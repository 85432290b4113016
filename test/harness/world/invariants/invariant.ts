// Owns what an invariant of a world at rest is: a function of the facts, which says what is not as it must be.

import type { Facts } from '../facts.ts';
import type { Asked } from '../asked.ts';

/** Sentences, one for each fault; none where all is well. */
export type Invariant = (facts: Facts, asked: Asked) => string[];
