import { Type } from 'typebox';
import type { BranchView, TimelineView, WindowView } from '../../domain/index.ts';
import { lifecycles } from '../../core/lifecycle.ts';
import { answer, at, createdAt, integer, orNull, text, updatedAt, words } from './answer.ts';

const statuses = Object.keys({ ...lifecycles.snapshot, ...lifecycles.restore });

export const RestoreWindow = answer<WindowView>()('RestoreWindow', 'The instants that can be restored to, as of now.', {
  from: at('The earliest.'),
  until: at('The latest.'),
});

/** A reference keeps no type: this one says it. */
const restoreWindow = Type.Unsafe<WindowView | null>({
  anyOf: [{ $ref: 'RestoreWindow#' }, { type: 'null' }],
  description: 'Null where Neon keeps no history of it.',
});

export const Branch = answer<BranchView>()('Branch', 'A Neon branch, under an id that survives restores.', {
  id: text("brn_... Stays the same when Neon's id changes."),
  projectId: text('The project that it belongs to.'),
  neonBranchId: text("Neon's id of it at present."),
  name: text('Its name in Neon.'),
  parentNeonBranchId: orNull(text('Null for a root.')),
  isDefault: Type.Boolean({ description: "The project's default branch." }),
  isRoot: Type.Boolean({ description: 'It has no parent: only roots can be restored in place.' }),
  isProtected: Type.Boolean({ description: 'Protected in Neon.' }),
  state: text("Neon's word for how it is."),
  logicalSizeBytes: orNull(integer('Null until Neon has measured it.')),
  restoreWindow,
  expiresAt: orNull(at('When Neon removes it.')),
  goneAt: orNull(at('When Neon was found not to have it any more.')),
  createdAt,
  updatedAt,
});

export const Timeline = answer<TimelineView>()('Timeline', 'What a branch can be restored to, and what was restored.', {
  branchId: text('Of the branch.'),
  restoreWindow,
  points: Type.Array(
    Type.Object({
      kind: words({ snapshot: true, restore: true }, 'What happened.'),
      id: text('Of the snapshot or restore.'),
      at: at('The moment that the snapshot captures, or at which the restore began.'),
      name: orNull(text('Of the snapshot.')),
      status: Type.Unsafe<TimelineView['points'][number]['status']>({
        type: 'string',
        enum: statuses,
        description: 'Of the snapshot or restore.',
      }),
    }),
    { description: 'Newest first: at most 200 available snapshots and 200 restores.' },
  ),
});
