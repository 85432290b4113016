import { Type } from 'typebox';
import type { FindingView, ReconcileReportView } from '../../domain/index.ts';
import { answer, at, integer, orNull, text, words } from './answer.ts';
import { id, name, neonId, strict } from './parts.ts';
import { outcome } from './snapshots.ts';

export const AdoptSnapshot = strict({
  neonSnapshotId: neonId("Neon's id of it."),
  name: Type.Optional(name('For people; the name that it has in Neon otherwise. In Neon it keeps its own.')),
  branchId: Type.Optional(id('The branch that it is kept under; the one that it was taken of otherwise (brn_...).')),
});

const kinds: Record<FindingView['kind'], true> = {
  missing: true,
  found: true,
  orphan: true,
  lost_answer: true,
  leftover: true,
  policy_branch_gone: true,
  project_gone: true,
};

const finding = Type.Object({
  kind: words(
    kinds,
    '`missing`: ours, and gone; `found`: was missing, and is back; `orphan`: in Neon, and no row of ours knows it; `lost_answer`: made for ' +
      'us, and its answer was lost; `leftover`: of work that ended without success, or past its time; `policy_branch_gone`: a branch that ' +
      'a policy selects is gone; `project_gone`: Neon does not show the project.',
  ),
  what: words({ snapshot: true, branch: true, project: true }, 'What it is in Neon.'),
  subjectKind: orNull(
    words(
      { snapshot: true, restore: true, preserved_branch: true, branch: true, project: true },
      'What it is of ours; null for what is not.',
    ),
  ),
  subjectId: orNull(text('Our id of it. A preserved branch has the id of its restore.')),
  neonId: orNull(text("Neon's id of it.")),
  name: orNull(text('Its name, in Neon where it is there.')),
  policyId: orNull(text('The policy that is harmed, or whose snapshot it is.')),
  action: words(
    { mark_missing: true, mark_found: true, adopt: true, remove: true, none: true },
    'What is done about it: `mark_missing` and `mark_found` change nothing in Neon, `remove` removes it there.',
  ),
  outcome: orNull(
    words(
      { done: true, skipped: true, failed: true },
      'What came of it; null while it is planned, and where nothing is to be done.',
    ),
  ),
  reason: orNull(text('Why nothing is done, or why it was skipped or failed: a code, such as `has_children`.')),
});

export const ReconcileReport = answer<ReconcileReportView>()(
  'ReconcileReport',
  'What a comparison with Neon found, and what became of it.',
  {
    id: text('rec_...'),
    projectId: text('Of the project.'),
    requestedBy: words({ person: true, service: true, scheduler: true }, 'Who asked for it.'),
    requestedAt: at('When it was asked for.'),
    comparedAt: orNull(at('When Neon was compared and the findings were recorded: before anything was done in Neon.')),
    endedAt: orNull(at('When what was planned had been carried out.')),
    isProjectGone: Type.Boolean({ description: 'Neon does not show the project any more.' }),
    present: orNull(
      Type.Object(
        {
          snapshots: integer('Available snapshots whose copies are there.'),
          preservedBranches: integer('Undo copies that are there.'),
        },
        { description: 'What is ours and there; null until it is compared.' },
      ),
    ),
    findings: Type.Array(finding, { description: 'In the order in which they are carried out.' }),
    error: outcome.error,
  },
);
