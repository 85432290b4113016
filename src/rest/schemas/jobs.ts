import { type TSchema, Type } from 'typebox';
import type { AttemptOutcome, JobState, JobView, JobWait, JobWithAttemptsView } from '../../domain/index.ts';
import { answer, at, createdAt, integer, orNull, text, words } from './answer.ts';
import { id, pageQuery, strict } from './parts.ts';

const states: Record<JobState, true> = {
  waiting: true,
  released: true,
  running: true,
  waits_for_neon: true,
  done: true,
};

export const ListJobsQuery = strict({
  ...pageQuery,
  state: Type.Optional(words(states, 'In this state only.')),
  projectId: Type.Optional(id('In the lane of this project only.')),
  subjectId: Type.Optional(id('About this snapshot, restore, project or reconcile report only.')),
  job: Type.Optional(Type.String({ description: 'Of this kind only, such as restore.run.' })),
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
  governor: wait('governor', 'The rate limit of the Neon account leaves no room.', { at: lookedAt }),
  neon: wait('neon', 'Neon is working on it.', { at: lookedAt }),
  turn: wait('turn', 'It is due, and others come first.', {}),
  delivery: wait('delivery', 'It is handed to the queue, and no worker has taken it yet.', {}),
};

/** A union keeps no type through the table: this says it. */
const waitsFor = Type.Unsafe<JobWait | null>({
  anyOf: [...Object.values(waits), { type: 'null' }],
  description:
    'Why it is not at work: the first of the reasons that hold, by its `code`. Null while it runs and when it is done.',
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

const attempt = Type.Object({
  fence: integer('Its number. Of two attempts of a job only the one with the greater number can change anything.'),
  release: integer('The release of the job that it took.'),
  worker: text('The process that made it.'),
  startedAt: at('When it took the job.'),
  endedAt: orNull(at('When it ended; null while it runs.')),
  outcome: orNull(
    words(outcomes, 'How it ended: `lost` where its process died or another attempt took over. Null while it runs.'),
  ),
  code: orNull(text('Of the failure.')),
  message: orNull(text('Of the failure, for people.')),
  neonRequestId: orNull(text("Neon's id of the request that failed.")),
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
  fence: integer('The number of its last attempt.'),
  failedAttempts: integer('How many attempts did not succeed and count against its budget.'),
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
