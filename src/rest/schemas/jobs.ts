import { type TSchema, Type } from 'typebox';
import type {
  AttemptOutcome,
  JobEnding,
  JobName,
  JobState,
  JobView,
  JobWait,
  JobWithAttemptsView,
} from '../../domain/index.ts';
import { answer, at, createdAt, integer, orNull, text, words } from './answer.ts';
import { id, pageQuery, strict } from './parts.ts';

const states: Record<JobState, true> = {
  waiting: true,
  released: true,
  running: true,
  waits_for_neon: true,
  done: true,
};

const kinds: Record<JobName, true> = {
  'restore.run': true,
  'snapshot.create': true,
  'snapshot.create_scheduled': true,
  'snapshot.purge': true,
  'preserved_branch.purge': true,
  'branch.delegate': true,
  'project.sync': true,
  'project.reconcile': true,
};

export const ListJobsQuery = strict({
  ...pageQuery,
  state: Type.Optional(words(states, 'In this state only.')),
  projectId: Type.Optional(id('In the lane of this project only.')),
  subjectId: Type.Optional(id('About this snapshot, restore, project or reconcile report only.')),
  job: Type.Optional(words(kinds, 'Of this kind only.')),
});

type Code = JobWait['code'];

/** A reason to wait: its code, and what is particular to it. */
function wait<C extends Code>(
  code: C,
  description: string,
  more: Record<Exclude<keyof (JobWait & { code: C }), 'code'>, TSchema>,
) {
  return Type.Object({ code: Type.Literal(code), ...more }, { description });
}

const lookedAt = at('When it is looked at again.');

const waits: Record<Code, TSchema> = {
  lane_busy: wait('lane_busy', 'Another job is under way in the Neon project: one at a time.', {
    jobId: text('That job.'),
    job: text('Its kind.'),
    subjectId: text('What it is about.'),
  }),
  not_before: wait('not_before', 'Its time has not come.', {
    at: at('When it comes.'),
    because: orNull(text('The code of what made it wait, such as that of the failure of its last attempt.')),
  }),
  credential_refused: wait(
    'credential_refused',
    'Neon refuses the key. It goes on when the credential is active again.',
    {
      credentialId: text('The credential.'),
    },
  ),
  governor: wait('governor', 'The rate limit of the Neon account leaves no room.', {
    at: at('When it is looked at again; of one that runs, when its next call is sent.'),
  }),
  neon: wait('neon', 'Neon is working on it.', { at: lookedAt }),
  turn: wait('turn', 'It is due, and others come first.', {}),
  lease: wait('lease', 'A former attempt may still be at work, and nothing is heard of it.', {
    at: at('When its lease ends.'),
  }),
  delivery: wait('delivery', 'It is handed to the queue, and no worker has taken it yet.', {}),
};

/** A union keeps no type through the table: this says it. */
const waitsFor = Type.Unsafe<JobWait | null>({
  anyOf: [...Object.values(waits), { type: 'null' }],
  description:
    'Why it is not at work: the first of the reasons that hold, by its `code`. Null when it is done, and while it runs unless the call ' +
    'that it is about to send waits for the rate limit (`governor`).',
});

const outcomes: Record<AttemptOutcome, true> = {
  finished: true,
  failed: true,
  waits_for_neon: true,
  tried_again: true,
  throttled: true,
  credential_refused: true,
  handed_back: true,
  taken_over: true,
  lost: true,
};

const endings: Record<JobEnding, true> = { finished: true, failed: true, cancelled: true, overdue: true };

const attempt = Type.Object({
  fence: integer(
    'Its number. Of two attempts of a job only the one with the greater number can change anything. Numbers are left out: whoever takes ' +
      'the job from an attempt (a cancel, a deadline) or from the queue (a restore that goes first, a queue that lost it) uses one up.',
  ),
  release: integer('The release of the job that it took.'),
  worker: text('The process that made it.'),
  startedAt: at('When it took the job.'),
  endedAt: orNull(at('When it ended; null while it runs.')),
  outcome: orNull(
    words(outcomes, 'How it ended: `lost` where its process died or another attempt took over. Null while it runs.'),
  ),
  code: orNull(text('Of the failure.')),
  message: orNull(text('Of the failure, for people.')),
  neonRequestId: orNull(
    text("Neon's id of the request that failed; where none did, of the last change that the attempt made in Neon."),
  ),
});

const job = {
  id: text('job_...'),
  job: text('Its kind, such as restore.run.'),
  subjectId: text('The snapshot, restore, project or reconcile report that it is about.'),
  projectId: orNull(text('The project whose lane it is in.')),
  lane: orNull(
    text("Neon's id of the project: of a lane one job runs at a time. Null for work that changes no project."),
  ),
  priority: integer('Of the jobs that are due in a lane the smallest goes first, then the oldest.'),
  state: words(
    states,
    'How it stands: `released` to the queue, `running` in a worker, `waits_for_neon` between two looks.',
  ),
  waitsFor,
  release: integer('How often it was handed to the queue.'),
  fence: integer('What was last used up of the numbers of attempts: that of the newest one, or a greater one.'),
  failedAttempts: integer(
    'How many attempts did not succeed: were tried again, failed, or were lost. To wait for Neon, the rate limit or a credential is no failure.',
  ),
  outcome: orNull(
    words(
      endings,
      'What came of it: `cancelled` by a person, `overdue` where its deadline passed. Null until that is known; a clean-up may follow ' +
        'it, and does not change it. Null too where it ended under a version that did not keep it.',
    ),
  ),
  code: orNull(text('Why it failed or is overdue.')),
  createdAt,
  begunAt: orNull(at('When its first attempt began.')),
  finishedAt: orNull(at('When it ended for good, whatever came of it.')),
};

export const Job = answer<JobView>()('Job', 'Work that was promised, and what it is doing or waits for.', job);

export const JobWithAttempts = answer<JobWithAttemptsView>()(
  'JobWithAttempts',
  'A job, and what each attempt came to.',
  {
    ...job,
    attempts: Type.Array(attempt, { description: 'The newest 200, the oldest of them first.' }),
  },
);
