import { Type } from 'typebox';
import type { RetentionPlanView } from '../../domain/index.ts';
import { answer, at, createdAt, integer, orNull, status, text, updatedAt, words } from './answer.ts';
import { actor } from './holds.ts';
import { id, pageQuery, strict } from './parts.ts';

export const ListRetentionPlansQuery = strict({
  ...pageQuery,
  policyId: Type.Optional(id('Of this policy only.')),
  status: Type.Optional(status('retention_plan', 'In this status only.')),
});

export const ApproveRetentionPlan = strict({
  hash: Type.String({
    description: 'Of the plan that was looked at. Another one is refused, so that nothing goes that nobody has seen.',
    pattern: '^[0-9a-f]{64}$',
  }),
});

export const RetentionPlan = answer<RetentionPlanView>()(
  'RetentionPlan',
  'What a policy would let go. Nothing goes until a person approves it.',
  {
    id: text('rtp_...'),
    policyId: text('The policy that decides.'),
    policyVersion: integer('The version of it that decided.'),
    cause: words({ limit: true, requested: true }, 'limit: a pass would have expired too much by itself.'),
    status: status('retention_plan', 'superseded: something else is judged by now.'),
    hash: text('What an approval is bound to.'),
    branchIds: Type.Array(Type.String(), { description: 'The branches that it judges.' }),
    frozenBranchIds: Type.Array(Type.String(), {
      description: 'Those whose backups are failing: of these nothing goes but by an approval.',
    }),
    keeps: integer('How many points are kept.'),
    expires: integer('How many would go.'),
    decisions: orNull(
      Type.Array(
        Type.Object({
          snapshotId: text('snp_...'),
          branchId: text('brn_...'),
          pointAt: at('The moment that it captures.'),
          keep: Type.Boolean({ description: 'Whether it stays.' }),
          reasons: Type.Array(Type.String(), { description: 'All of them.' }),
        }),
        { description: 'One for each point; null in a list.' },
      ),
    ),
    decidedBy: orNull(actor('Who approved or rejected it.')),
    decidedAt: orNull(at('When.')),
    createdAt,
    updatedAt,
  },
);
