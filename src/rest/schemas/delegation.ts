import { Type } from 'typebox';
import { at, integer, orNull, text, words } from './answer.ts';

export const engineInput = Type.Optional(
  Type.Union([Type.Literal('afterglow'), Type.Literal('neon'), Type.Null()], {
    description:
      "Who takes the snapshots: Afterglow (default), or Neon by the branch's own schedule, which draws on no cap of manual " +
      'snapshots: root branches, a full hour of UTC, once a day, a week or a month, kept for at most 35 days, not on the plan Free. ' +
      'All schedules of a policy have the same one.',
  }),
);

/** Also of the preview. */
export const engine = words({ afterglow: true, neon: true }, 'Who takes the snapshots.');

export const delegation = orNull(
  Type.Object(
    {
      counts: Type.Object({
        pending: integer('Not looked at yet, or being set.'),
        set: integer('Neon has it.'),
        drifted: integer('Somebody changed it in Neon, where it is left as it is.'),
        refused: integer('It could not be set.'),
      }),
      branches: Type.Array(
        Type.Object({
          branchId: text('The branch.'),
          state: words({ pending: true, set: true, drifted: true, refused: true }, 'Of its schedule in Neon.'),
          error: orNull(Type.Object({ code: text('Why it is refused.'), message: text('In words.') })),
          checkedAt: orNull(at('Neon was last asked then.')),
        }),
        { description: 'The first 200, those that are not set before the others.' },
      ),
    },
    {
      description:
        'The schedules that are left to Neon, on the branches that it covers. Null where Afterglow takes the snapshots.',
    },
  ),
);
