import { type TSchema, Type } from 'typebox';
import type { PolicyCoverageView, PolicyPreviewView } from '../../domain/index.ts';
import { answer, at, integer, orNull, text, words } from './answer.ts';
import { id, instant, strict } from './parts.ts';
import { engine } from './delegation.ts';
import { warnings } from './snapshots.ts';

const range = {
  from: Type.Optional(instant('Firings after it; now otherwise.')),
  count: Type.Optional(Type.Integer({ description: 'How many firings.', minimum: 1, maximum: 500, default: 10 })),
};

export const PreviewQuery = strict(range);
export const PreviewFormQuery = strict({
  ...range,
  policyId: Type.Optional(id('pol_... of the policy that it would replace.')),
});

const need = {
  needed: integer('The sum of what follows.'),
  thisPolicy: integer('Of this policy, once it has run for long.'),
  otherPolicies: integer('Of the other policies of the team.'),
  standing: integer('What is there and no policy removes, also what is held or locked beyond its rule.'),
  beingMade: integer('1 where this policy makes one: it is made before an old one expires.'),
  cap: integer('More Neon does not hold.'),
  fits: Type.Boolean(),
  isAtLeast: Type.Boolean({ description: 'Too many to be counted: so many at least.' }),
};

const dollars = (description: string) => Type.Number({ description: `${description}, in US dollars.` });

const monthlyCost = Type.Object(
  {
    snapshots: orNull(dollars('Full sizes of the snapshots')),
    branches: dollars('Branches beyond those that the plan includes'),
    total: orNull(dollars('Both')),
    isAtMost: Type.Boolean({
      description:
        "The snapshots are of Neon's own schedules, of which Neon may charge only what changed since the one before.",
    }),
    unknownBecause: orNull(text('Why the cost is null.')),
  },
  { description: 'What this policy adds, at the prices that are set. What branches store is not in it.' },
);

const expiry = (description: string) =>
  Type.Object(
    {
      count: integer('How many.'),
      snapshots: Type.Array(
        Type.Object({
          snapshotId: text('snp_...'),
          branchId: text('brn_...'),
          pointAt: at('What it captures.'),
          reasons: Type.Array(Type.String(), {
            description:
              'Why it would go; against a present version: why that one keeps it (`not_selected`: it leaves the branch alone).',
          }),
        }),
        { description: 'The first 200.' },
      ),
      needApproval: Type.Array(Type.String(), {
        description: 'Branches of which so many would go that nothing goes until a person approves. The first 200.',
      }),
    },
    { description },
  );

const count = integer('Of a branch.');

export const PolicyPreview = answer<PolicyPreviewView>()('PolicyPreview', 'What a policy will do. Nothing is saved.', {
  firings: Type.Array(
    Type.Object({
      schedule: text('Its name.'),
      at: at('The instant that is captured.'),
      local: Type.String({ description: 'In the zone of the schedule, with its offset.' }),
      dst: orNull(
        words(
          { skipped: true, repeated: true },
          'The clocks are set: it stands for a local time that is skipped, or that comes twice.',
        ),
      ),
      maintenance: orNull(
        words(
          { some: true, all: true },
          'Maintenance of some of the selected projects, or of all, lasts then: there it waits for the end, or is missed.',
        ),
      ),
      engine,
    }),
    { description: 'The next ones of all schedules, in the order of time; none within a pause.' },
  ),
  keeps: Type.Object(
    {
      engine,
      total: integer('What several parts of the rule, or the lock, keep is counted once.'),
      isAtLeast: Type.Boolean({ description: 'Too many to be counted: so many at least.' }),
      tiers: Type.Object({
        hourly: count,
        daily: count,
        weekly: count,
        monthly: count,
        yearly: count,
        keepLast: count,
        minimumKept: count,
        keepWithin: count,
        locked: integer('Of a branch: what the lock keeps.'),
      }),
    },
    { description: 'Of each branch at the worst moment, once the policy has run for long, whenever it is asked.' },
  ),
  forecast: Type.Object({
    projectCount: integer('How many projects it selects.'),
    projects: Type.Array(
      Type.Object({
        projectId: text('prj_...'),
        snapshots: Type.Object(need, { description: 'Manual snapshots.' }),
        leftToNeon: integer("Snapshots that Neon's own schedules keep of the policy's branches; no cap counts them."),
        branches: Type.Object({ ...need, included: integer('What is more is billed by the branch.') }),
        rootSlots: Type.Object(
          { needed: integer('Of this policy.'), used: integer('Now.'), cap: integer('Of the project.') },
          { description: 'Root branches. Neither snapshots nor branches at an instant take one.' },
        ),
        monthlyCost,
      }),
      { description: 'The first 200, those that do not fit before the others.' },
    ),
    monthlyCost,
  }),
  wouldExpire: expiry('What the next firing lets go of what the policy has.'),
  wouldExpireNow: expiry(
    'Of what the policy has: what is let go at once if this is saved and the present version keeps; of a saved policy all that is let go.',
  ),
  warnings,
});

const branch = { branchId: text('brn_...'), projectId: text('prj_...'), name: text('In Neon.') };
const list = <S extends TSchema>(item: S, description: string) => Type.Array(item, { description });

export const PolicyCoverage = answer<PolicyCoverageView>()('PolicyCoverage', 'Which branches are covered now.', {
  coveredCount: integer('Branches that the policy covers.'),
  covered: list(
    Type.Object({
      ...branch,
      kind: words({ neon_snapshot: true, branch: true }, 'What a firing makes of it: of a child branch a branch.'),
    }),
    'The first 1,000, by id.',
  ),
  uncoveredCount: integer("The team's branches that no policy covers."),
  uncovered: list(Type.Object(branch), 'The first 1,000, by id. Without undo copies and what Afterglow made.'),
  pausedCount: integer("The team's branches that only policies cover whose pause has no end."),
  paused: list(Type.Object(branch), 'The first 1,000, by id. Their status is `at_risk` (`paused_without_end`).'),
  warnings,
});
