import { Type } from 'typebox';
import type { ConnectionView, RestoreStep, RestoreView } from '../../domain/index.ts';
import { answer, at, createdAt, orNull, status, text, updatedAt, version, words } from './answer.ts';
import { branchName, id, instant, lsn, name, pageQuery, strict } from './parts.ts';
import { outcome, stepsOf } from './snapshots.ts';

const branchId = id('The branch whose history is restored (brn_...).');

const source = Type.Union(
  [
    strict({ snapshotId: id('An available snapshot (snp_...).') }),
    strict({ branchId, at: instant('A moment in its restore window.') }),
    strict({ branchId, lsn: lsn('A position in its restore window, such as 16/B374D848.') }),
  ],
  { description: 'What to bring back: a snapshot, or a moment or position in the history of a branch.' },
);

const target = Type.Union(
  [
    strict({
      kind: Type.Literal('new_branch'),
      name: Type.Optional(branchName('Of the new branch; one is made up otherwise.')),
      expiresAt: Type.Optional(instant('When Neon removes the new branch.')),
    }),
    strict({
      kind: Type.Literal('in_place'),
      preserveAs: Type.Optional(branchName('Of the undo copy that is always made; one is made up otherwise.')),
    }),
  ],
  { description: 'Where to bring it back: on a new branch, or in place of what the branch holds now.' },
);

export const RequestRestore = strict({ source, target });

export const ListRestoresQuery = strict({
  ...pageQuery,
  projectId: Type.Optional(id('Of this project only.')),
  branchId: Type.Optional(id('Of this source branch only.')),
  status: Type.Optional(status('restore', 'In this status only.')),
  since: Type.Optional(instant('Asked for (`createdAt`) not before.')),
  until: Type.Optional(instant('Asked for (`createdAt`) before.')),
});

export const ConnectRestore = strict({
  databaseName: Type.Optional(name('The first database, unless given.', 63)),
  roleName: Type.Optional(name("The database's owner, unless given.", 63)),
  pooled: Type.Optional(Type.Boolean({ description: 'Through the connection pooler.', default: false })),
});

const stepNames: Record<RestoreStep['name'], true> = {
  preflight: true,
  create_branch: true,
  restore_snapshot: true,
  restore_in_place: true,
  await_restore: true,
  read_back: true,
  probe_restored: true,
  cut_over: true,
  await_cutover: true,
  read_back_cutover: true,
  name: true,
  probe: true,
};

export const Restore = answer<RestoreView>()('Restore', 'A moment being brought back.', {
  id: text('rst_...'),
  projectId: text('Of the project.'),
  source: Type.Object({
    snapshotId: orNull(text('The snapshot.')),
    branchId: text('The branch.'),
    at: orNull(at('The moment.')),
    lsn: orNull(text('The position.')),
  }),
  target: Type.Object({
    kind: words({ new_branch: true, in_place: true }, 'Where it is brought back.'),
    branchId: orNull(text('Null until the target is there.')),
    neonBranchId: orNull(text("Neon's id of it.")),
    name: orNull(text('Its name in Neon.')),
    expiresAt: orNull(at('When Neon removes it.')),
  }),
  status: status('restore', '`succeeded` only after the target was connected to.'),
  steps: stepsOf(stepNames, 'In order.'),
  preservedBranch: orNull(
    Type.Object(
      {
        neonBranchId: text("Neon's id of it."),
        name: text('Its name in Neon.'),
        status: status('preserved_branch', 'How it stands.'),
        waitsFor: orNull(text('Why its purge waits, such as `has_children`.')),
      },
      { description: 'The undo copy of a restore in place.' },
    ),
  ),
  ...outcome,
  version,
  createdAt,
  updatedAt,
  startedAt: orNull(at('When work on it began.')),
  endedAt: orNull(at('When it ended for good.')),
});

export const Connection = answer<ConnectionView>()('Connection', 'A way into the restored branch.', {
  uri: text('A secret: it holds a password. It is kept nowhere.'),
});
