import { Type } from 'typebox';
import { failures } from '../../core/errors.ts';
import { graceHoursDefault, lockYearsMax } from '../../core/protection.ts';
import type { LockMode, RecordedError, SnapshotStep, SnapshotView } from '../../domain/index.ts';
import { answer, at, createdAt, integer, orNull, status, text, updatedAt, version, words } from './answer.ts';
import { reason } from './holds.ts';
import { excluding, id, instant, lsn, name, pageQuery, strict } from './parts.ts';

export const RequestSnapshot = Type.Object(
  {
    branchId: id('Of what (brn_...).'),
    name: Type.Optional(name('For people; one is made up otherwise.')),
    at: Type.Optional(
      instant('The moment to capture, in the restore window. The present, unless `at` or `lsn` is given.'),
    ),
    lsn: Type.Optional(lsn('The position to capture, such as 16/B374D848.')),
  },
  { additionalProperties: false, ...excluding('at', 'lsn') },
);

export const ListSnapshotsQuery = Type.Object(
  {
    ...pageQuery,
    projectId: Type.Optional(id('Of this project only.')),
    branchId: Type.Optional(id('Of this branch only.')),
    policyId: Type.Optional(id('Taken by this policy only.')),
    status: Type.Optional(status('snapshot', 'In this status only.')),
    since: Type.Optional(instant('Asked for or recorded (`createdAt`) not before.')),
    until: Type.Optional(instant('Asked for or recorded (`createdAt`) before.')),
  },
  { additionalProperties: false },
);

const lockModes: Record<LockMode, true> = { governance: true, compliance: true };
const lockMode = words(
  lockModes,
  '`governance`: an admin may shorten or lift it, with a reason. `compliance`: nobody may, once its grace is over.',
);

export const LockSnapshot = strict({
  mode: Type.Optional(lockMode),
  until: Type.Union([instant('Not before the end of its grace.'), Type.Null()], {
    description: `Until when nothing removes the snapshot, at most ${lockYearsMax} years from now; null lifts the lock.`,
  }),
  reason: Type.Optional(reason('Why; required to shorten, lift or soften a lock.')),
  graceHours: Type.Optional(
    Type.Integer({
      description:
        'In which an admin may still undo a compliance lock: counted from when the lock is made or becomes one. A later change leaves ' +
        `the grace as it is. Default: ${graceHoursDefault}.`,
      minimum: 0,
      maximum: 720,
    }),
  ),
});

/** Parts of the answers of all work. */
export const warnings = Type.Array(Type.Object({ code: text('Stable.'), message: text('For people.') }), {
  description: 'What did not stop the work but should be known.',
});

export const outcome = {
  unverified: Type.Array(Type.String(), { description: "Facts asked for that Neon's answers did not show." }),
  warnings,
  error: orNull(
    Type.Object(
      {
        code: Type.Unsafe<RecordedError['code']>({ type: 'string', enum: [...failures], description: 'Stable.' }),
        message: text('For people.'),
      },
      { description: 'Why it ended without success.' },
    ),
  ),
  cleanUp: orNull(
    words(
      { pending: true, done: true, left: true },
      'What becomes of that which it made in Neon where it did not succeed: to be removed, removed, or left there, for the reason ' +
        'that the audit history tells. Null where there is nothing.',
    ),
  ),
};

/** The steps of work, in order. */
export function stepsOf<N extends string>(names: Record<N, true>, description: string) {
  return Type.Array(
    Type.Object({
      name: words(names, 'What is done.'),
      startedAt: orNull(at('Null until it begins.')),
      endedAt: orNull(at('Null until it ends.')),
    }),
    { description },
  );
}

const stepNames: Record<SnapshotStep['name'], true> = {
  create: true,
  await_operations: true,
  read_back: true,
  name: true,
};

export const Snapshot = answer<SnapshotView>()('Snapshot', 'A stored recovery point.', {
  id: text('snp_...'),
  projectId: text('Of the project.'),
  branchId: text('Of the branch that it captures.'),
  policyId: orNull(text('The policy that took it; null when a person asked for it.')),
  policyVersion: orNull(integer('The version of the policy that asked for it.')),
  name: text('For people.'),
  kind: words({ neon_snapshot: true, branch: true }, 'What it is in Neon.'),
  status: status('snapshot', 'How it stands.'),
  steps: stepsOf(stepNames, 'In order; none until work on it begins.'),
  requestedAt: orNull(at('The moment that was asked for.')),
  requestedLsn: orNull(text('The position that was asked for.')),
  pointAt: orNull(
    at('The moment that it captures, as Neon says; null until it is available, and where Neon does not say.'),
  ),
  lsn: orNull(text('The position that it captures, as Neon says.')),
  neonId: orNull(text("Neon's id of it.")),
  sizeBytes: orNull(integer('Null where Neon does not say.')),
  keptBecause: Type.Array(Type.String(), { description: 'Every reason why it is kept.' }),
  holds: Type.Array(Type.String(), { description: 'Open legal holds that cover it (hld_...).' }),
  lock: orNull(
    Type.Object(
      {
        mode: lockMode,
        until: at('Until then nothing removes it.'),
        graceUntil: at('Up to then an admin may shorten, lift or soften it, whatever its mode.'),
        lockedAt: at('When it was made or last changed.'),
        lockedBy: text('The policy, or the API key, that did so.'),
      },
      { description: 'Its retention lock, as it was last set.' },
    ),
  ),
  ...outcome,
  version,
  createdAt,
  updatedAt,
  availableAt: orNull(at('When it could first be restored.')),
  endedAt: orNull(at('When it ended for good.')),
});
