import { Type } from 'typebox';
import { type BranchState, branchStates, type StateReason, stateReasons } from '../../core/branch-status.ts';
import type { BranchStatusView, TeamStatusView, WindowView } from '../../domain/index.ts';
import { answer, at, integer, orNull, text } from './answer.ts';
import { pageQuery, strict } from './parts.ts';

const stateWords =
  '`ok`: every point that was due is there, or still has its time; `late`: one is not, and may come; `at_risk`: something stands in the ' +
  'way of the next ones; `missing`: there is none, none young enough for the objective, or its firing has ended without one.';

export const ListStatusQuery = strict({
  ...pageQuery,
  state: Type.Optional(
    Type.Unsafe<BranchState>({
      type: 'string',
      enum: [...branchStates],
      description: 'Branches of this state alone. Default: every one that is not ok.',
    }),
  ),
});

const state = Type.Unsafe<BranchState>({ type: 'string', enum: [...branchStates], description: stateWords });

/** Also of a branch that no policy covers. */
export const anyState = Type.Unsafe<BranchStatusView['state']>({
  type: 'string',
  enum: [...branchStates, 'uncovered'],
  description: `${stateWords} \`uncovered\`: no policy covers it.`,
});

export const reasons = Type.Array(Type.Unsafe<StateReason>({ type: 'string', enum: Object.keys(stateReasons) }), {
  description: 'All that hold, the worst first: the state is the worst that one of them asks for.',
});

const lastPoint = orNull(
  Type.Object(
    { snapshotId: text('snp_...'), pointAt: at('The moment that it captures.') },
    { description: 'The newest available snapshot, of any origin.' },
  ),
);

const rpo = Type.Object(
  {
    achievedSeconds: orNull(integer('The age of the newest point, as of now.')),
    targetSeconds: orNull(integer('Of the strictest policy that is not paused; null where none has an objective.')),
  },
  { description: 'The restore window is apart: what it holds is not counted here.' },
);

const nextFiringAt = orNull(at('When something fires next; null where nothing does.'));

export const BranchStatus = answer<BranchStatusView>()(
  'BranchStatus',
  'Whether what was promised of a branch is there.',
  {
    branchId: text('Of the branch.'),
    state: anyState,
    reasons,
    lastPoint,
    rpo,
    nextFiringAt,
    restoreWindow: Type.Unsafe<WindowView | null>({
      anyOf: [{ $ref: 'RestoreWindow#' }, { type: 'null' }],
      description: 'Null where Neon keeps no history of it.',
    }),
    policies: Type.Array(
      Type.Object({
        policyId: text('pol_...'),
        name: text('Of the policy.'),
        state,
        reasons,
        lastPointAt: orNull(at('Of the newest available point that it made of the branch.')),
        expectedAt: orNull(at('The last firing that was due since it covers the branch.')),
        nextFiringAt,
        frozen: Type.Boolean({
          description: 'Two of its firings have had no success: nothing of the branch expires by it.',
        }),
        paused: Type.Boolean({ description: 'Nothing is expected of it.' }),
      }),
      { description: 'Those that cover it, each judged for itself.' },
    ),
    checkedAt: at('When it was judged.'),
  },
);

const counts = Type.Object(
  {
    ok: integer('Of this state.'),
    late: integer('Of this state.'),
    at_risk: integer('Of this state.'),
    missing: integer('Of this state.'),
  },
  { description: 'Covered branches by state.' },
);

export const TeamStatus = answer<TeamStatusView>()(
  'TeamStatus',
  'How the branches are that policies cover, as they were last seen.',
  {
    counts,
    checkedAt: orNull(at('Every covered branch has been looked at since; null before the first time.')),
    items: Type.Array(
      Type.Object({
        branchId: text('brn_...'),
        projectId: text('prj_...'),
        name: text('Of the branch.'),
        state,
        reasons,
        lastPoint,
        rpo,
        nextFiringAt,
        policyIds: Type.Array(text('pol_...'), { description: 'Those that cover it.' }),
        changedAt: at('When its state or its reasons last changed.'),
      }),
      { description: 'Newest branches first.' },
    ),
    nextCursor: orNull(Type.String({ description: 'For the next page; null on the last.' })),
  },
);
