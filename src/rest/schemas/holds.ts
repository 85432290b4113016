import { Type } from 'typebox';
import type { HoldView } from '../../domain/index.ts';
import { answer, at, orNull, text, words } from './answer.ts';
import { id, instant, name, pageQuery, strict } from './parts.ts';

const reasonLengthMax = 1000;

/** Why, for the audit history. */
export function reason(description: string) {
  return name(description, reasonLengthMax);
}

const selector = Type.Union(
  [
    strict({
      snapshotIds: Type.Array(id('snp_...'), {
        description: 'Snapshots of the team.',
        minItems: 1,
        maxItems: 500,
        uniqueItems: true,
      }),
    }),
    strict({
      branchId: id('The branch (brn_...).'),
      from: instant('The first moment that is held.'),
      until: Type.Optional(
        Type.Union([instant('The last moment that is held.'), Type.Null()], {
          description: 'Without it, or with null, every later moment is held too.',
        }),
      ),
    }),
  ],
  {
    description:
      'What is held: snapshots, or everything that captures a moment of a branch, also what is made later. A snapshot by a ' +
      'position whose moment Neon does not say is held by every range that began before it was asked for.',
  },
);

export const PlaceHold = strict({
  matter: name('The case that it belongs to.'),
  reason: reason('Why it is placed.'),
  selector,
});

export const ReleaseHold = strict({ reason: reason('Why it is released.') });

export const ListHoldsQuery = strict({
  ...pageQuery,
  state: Type.Optional(words({ open: true, released: true }, 'In this state only.')),
  branchId: Type.Optional(id('On moments of this branch only.')),
  snapshotId: Type.Optional(id('Only those that cover this snapshot, or did until they were released.')),
});

export const actor = (description: string) =>
  Type.Object(
    {
      kind: words({ person: true, service: true, scheduler: true }, 'What kind of actor.'),
      id: text('Of the API key.'),
    },
    { description },
  );

export const Hold = answer<HoldView>()('Hold', 'A legal hold: what it covers is not removed until it is released.', {
  id: text('hld_...'),
  matter: text('The case that it belongs to.'),
  reason: text('Why it was placed.'),
  selector: Type.Object(
    {
      snapshotIds: orNull(Type.Array(Type.String(), { description: 'The snapshots that it names.' })),
      branchId: orNull(text('The branch whose moments it holds.')),
      from: orNull(at('The first moment.')),
      until: orNull(at('The last moment; null for no end.')),
    },
    { description: 'What it covers: snapshots, or a branch with its moments.' },
  ),
  placedBy: actor('Who placed it.'),
  placedAt: at('Since when it binds.'),
  turnedBack: Type.Array(Type.String(), {
    description: 'Snapshots that were expiring when it was placed, and are available again.',
  }),
  tooLate: Type.Array(Type.String(), {
    description: 'Snapshots that were being purged, or had been: it came too late for them.',
  }),
  releasedBy: orNull(actor('Who released it.')),
  releasedAt: orNull(at('Since when it covers nothing any more.')),
  releaseReason: orNull(text('Why it was released.')),
});
