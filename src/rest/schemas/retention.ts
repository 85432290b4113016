import { Type } from 'typebox';
import type { RetentionSimulationView } from '../../domain/index.ts';
import { answer, orNull, text } from './answer.ts';
import { instant, strict } from './parts.ts';
import { retention } from './policies.ts';

const pointsMax = 10_000;
/** A point, and what it may have. */
const valuesOfPoint = 7;
/** How many values such a body may hold: the points, and the rule. */
export const simulationValuesMax = pointsMax * valuesOfPoint + 100;
/** So many points with ids of the longest kind that we give, and every field. */
export const simulationBytesMax = 4 * 1024 * 1024;

const ownId = (description: string) => Type.String({ description, minLength: 1, maxLength: 128 });

const point = strict({
  id: ownId('Unique in the list; any text.'),
  pointAt: instant('The moment that it captures.'),
  branchId: Type.Optional(ownId('Points of other branches never mix. Those without it are of one branch.')),
  held: Type.Optional(Type.Boolean({ description: 'Under a legal hold.' })),
  lockedUntil: Type.Optional(orNull(instant('Until when it is locked.'))),
  proven: Type.Optional(Type.Boolean({ description: 'A restore of it was proved.' })),
});

export const SimulateRetention = strict({
  points: Type.Array(point, {
    description: `Available points, in any order; at most ${pointsMax}, of the years 1970 to 2199.`,
    maxItems: pointsMax,
  }),
  retention,
  timeZone: Type.String({ description: 'The zone of hours, days and so on: an IANA name.', maxLength: 64 }),
  now: instant('When the rule is applied. No point may be later, but for five minutes.'),
});

export const RetentionSimulation = answer<RetentionSimulationView>()(
  'RetentionSimulation',
  'What a rule keeps of a list of points, and why.',
  {
    decisions: Type.Array(
      Type.Object({
        id: text('Of the point.'),
        keep: Type.Boolean({ description: 'Else the rule lets it go.' }),
        reasons: Type.Array(Type.String(), {
          description: 'Every reason, such as `daily:2026-11-26` or `keep_last`; `beyond_retention` of what is let go.',
        }),
      }),
      { description: 'In the order of the points.' },
    ),
  },
);
