import { Type } from 'typebox';
import { type PresetName, presetNames } from '../../core/policy.ts';
import { type Tier, tiers } from '../../core/retention/tiers.ts';
import type { FiringView, PolicyVersionView, PolicyView } from '../../domain/index.ts';
import { answer, at, createdAt, integer, orNull, status, text, updatedAt, version, words } from './answer.ts';
import { delegation, engine, engineInput } from './delegation.ts';
import { branchName, excluding, flag, id, instant, LabelSelector, name, pageQuery, strict } from './parts.ts';
import { warnings } from './snapshots.ts';

const projects = Type.Array(id('prj_...'), {
  description: 'Registered projects of the team.',
  minItems: 1,
  maxItems: 500,
  uniqueItems: true,
});

const branches = Type.Union(
  [
    Type.Literal('default'),
    Type.Literal('roots'),
    Type.Array(branchName('Of a branch.'), { minItems: 1, maxItems: 500, uniqueItems: true }),
  ],
  { description: 'The default branch (unless said otherwise), every root branch, or branches by name.' },
);

const daySeconds = 86_400;

const schedules = Type.Array(
  strict({
    name: name('Unique in the policy.'),
    cron: Type.String({
      description: 'Five fields (minute, hour, day of month, month, day of week), or a word such as @daily.',
      maxLength: 256,
    }),
    timeZone: Type.String({ description: 'An IANA name, such as Europe/Berlin.', maxLength: 64 }),
    jitterSeconds: Type.Optional(
      Type.Integer({
        description:
          'A firing starts up to so much later, always the same for a branch, and still captures its own instant. Default: 0.',
        minimum: 0,
        maximum: daySeconds,
      }),
    ),
    window: Type.Optional(
      Type.Union(
        [strict({ startWithinSeconds: Type.Integer({ minimum: 60, maximum: 7 * daySeconds }) }), Type.Null()],
        { description: 'A firing that did not start so soon is missed. Default: 900 s.' },
      ),
    ),
    engine: engineInput,
  }),
  { description: 'When snapshots are taken.', minItems: 1, maxItems: 20 },
);

const kept = (description: string) =>
  Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 10_000 }), Type.Null()], { description }));

export const retention = strict(
  {
    hourly: kept(
      'So many hours that hold a snapshot, of the zone of the schedule that made it; of each zone, where there are several.',
    ),
    daily: kept('So many days.'),
    weekly: kept('So many ISO weeks.'),
    monthly: kept('So many months.'),
    yearly: kept('So many years.'),
    keepLast: kept('So many of the newest.'),
    keepWithin: Type.Optional(
      Type.Union([Type.String({ maxLength: 32 }), Type.Null()], {
        description: 'ISO 8601, such as P2D: all that are so close to the newest.',
      }),
    ),
    minimumKept: kept('So many of the newest, whatever else is kept.'),
    bucketKeeps: Type.Optional(
      Type.Union([Type.Literal('first'), Type.Literal('last'), Type.Null()], {
        description: 'Which snapshot stands for an hour, a day and so on. Default: first.',
      }),
    ),
  },
  { description: 'What is kept for each branch: what any part of it keeps.' },
);

const store = Type.Union([Type.Literal('neon_snapshot'), Type.Literal('branch')], {
  description:
    'What a firing makes: a snapshot of Neon (of root branches only, and Neon caps their number; of a child branch a branch is ' +
    'kept), or a branch at the instant (of any branch, billed by the branch). Default: neon_snapshot.',
});

const missedFirings = Type.Union([Type.Literal('capture_moment'), Type.Literal('run_once'), Type.Literal('skip')], {
  description:
    'What becomes of firings that an outage has missed: snapshots of the missed instants that retention would keep, while the ' +
    'restore window holds them (default); one of the present; none.',
});

const tier = Type.Unsafe<Tier>({ type: 'string', enum: [...tiers] });

const lock = {
  mode: Type.Union([Type.Literal('governance'), Type.Literal('compliance')], {
    description: 'governance: an admin may shorten it, with a reason; compliance: nobody may, once its grace is over.',
  }),
  for: Type.String({ description: 'ISO 8601, such as P7Y: from when it became available.', maxLength: 32 }),
  graceHours: Type.Integer({
    description: 'In which an admin may still shorten a compliance lock.',
    minimum: 0,
    maximum: 24 * 366,
  }),
  tiers: Type.Optional(
    Type.Union([Type.Array(tier, { minItems: 1, uniqueItems: true }), Type.Null()], {
      description: 'Only what is kept for one of these, which the retention must have; all without them.',
    }),
  ),
};

const protection = Type.Union(
  [
    strict({ lock: strict(lock, { description: 'The lock that a snapshot gets when it becomes available.' }) }),
    Type.Null(),
  ],
  { description: 'What nobody can remove before its time. Default: nothing, or what the preset says.' },
);

const protectionPatch = Type.Union(
  [
    strict({
      lock: Type.Optional(
        Type.Union([
          strict({
            mode: Type.Optional(lock.mode),
            for: Type.Optional(lock.for),
            graceHours: Type.Optional(lock.graceHours),
            tiers: lock.tiers,
          }),
          Type.Null(),
        ]),
      ),
    }),
    Type.Null(),
  ],
  {
    description:
      'Null, here or as the lock: nothing is locked any more when it is made. Of a lock what is absent stays; a first one needs mode, for and graceHours.',
  },
);

const objectives = Type.Union(
  [
    strict({
      rpoSeconds: Type.Optional(
        Type.Union([Type.Integer({ minimum: 60, maximum: 366 * daySeconds }), Type.Null()], {
          description: 'How old the newest recovery point may become.',
        }),
      ),
    }),
    Type.Null(),
  ],
  { description: 'What the policy promises: `GET /v1/status` compares.' },
);

const limits = Type.Union(
  [
    strict({
      expireAtMostShare: Type.Optional(
        Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
          description:
            "Of a branch's points: a pass that would expire more, and more than 5, waits for a person. Default: 0.25.",
        }),
      ),
    }),
    Type.Null(),
  ],
  { description: 'Guards against a mistake.' },
);

const parts = {
  schedules: Type.Optional(schedules),
  retention: Type.Optional(retention),
  protection: Type.Optional(protection),
  store: Type.Optional(store),
  objectives: Type.Optional(objectives),
  missedFirings: Type.Optional(missedFirings),
  limits: Type.Optional(limits),
};

/** One of the two must be given; the domain says so, because in a change neither may be. */
const selector = Type.Object(
  { projects: Type.Optional(projects), labels: Type.Optional(LabelSelector), branches: Type.Optional(branches) },
  {
    additionalProperties: false,
    ...excluding('projects', 'labels'),
    description:
      'Which branches are kept: of the projects, or of those with the labels. In a change what is given replaces.',
  },
);

const preset = Type.Unsafe<PresetName>({
  type: 'string',
  enum: presetNames,
  description: 'Gives the schedules and the retention that are absent. The answer shows what it stands for.',
});

const form = {
  name: name('Unique in the team.'),
  selector,
  preset: Type.Optional(preset),
  timeZone: Type.Optional(
    Type.String({
      description: "Of the preset's schedules; refused where none of them is used. Default: UTC.",
      maxLength: 64,
    }),
  ),
  ...parts,
};

const force = Type.Optional(
  Type.Boolean({ description: "Save it although the forecast exceeds a cap of Neon's. Not kept. Default: false." }),
);

export const CreatePolicy = strict({ ...form, force });

const { name: _name, ...ofEntry } = form;
/** A policy of a document: its name is its key. */
export const entry = strict(ofEntry);

export const DeletePolicyQuery = strict({
  lastSnapshot: flag('Take one more snapshot of each branch that it covers: 202 with them, instead of 204.'),
});

export const PausePolicy = strict({
  until: Type.Optional(orNull(instant('It goes on by itself then; absent or null, until somebody resumes it.'))),
  reason: Type.Optional(name('For the audit history.', 500)),
});

export const ListFiringsQuery = strict({
  ...pageQuery,
  policyId: Type.Optional(id('Of this policy only.')),
  branchId: Type.Optional(id('Of this branch only.')),
  status: Type.Optional(status('firing', 'In this status only.')),
  since: Type.Optional(instant('Due (`dueAt`) not before.')),
  until: Type.Optional(instant('Due (`dueAt`) before.')),
});

export const UpdatePolicy = strict(
  {
    name: Type.Optional(name('Unique in the team.')),
    selector: Type.Optional(selector),
    ...parts,
    protection: Type.Optional(protectionPatch),
    force,
  },
  {
    description:
      'A merge-patch (RFC 7396): what is absent stays, also within retention, protection, objectives and limits, where null removes. ' +
      'Schedules are replaced as a list; of the selector projects replace labels and the other way round, and each is replaced as a whole.',
  },
);

const scheduleRule = {
  name: text('Unique in the policy.'),
  cron: text('Five fields, or a word such as @daily.'),
  timeZone: text('An IANA name.'),
  jitterSeconds: integer('A firing starts up to so much later.'),
  window: Type.Object({ startWithinSeconds: integer('One that did not start so soon is missed.') }),
  engine,
};

const rule = {
  name: text('Unique in the team.'),
  selector: Type.Object(
    {
      projects: orNull(Type.Array(text('prj_...'), { description: 'Null where labels choose them.' })),
      labels: orNull(
        Type.Unsafe<Record<string, string>>({
          type: 'object',
          additionalProperties: { type: 'string' },
          description: 'Every project that carries all of them. Null where projects are named.',
        }),
      ),
      branches: Type.Union([Type.Literal('default'), Type.Literal('roots'), Type.Array(Type.String())]),
    },
    { description: 'Which branches are kept.' },
  ),
  schedules: Type.Array(Type.Object(scheduleRule)),
  retention: Type.Object(
    {
      hourly: orNull(integer('Hours that hold a snapshot.')),
      daily: orNull(integer('Days.')),
      weekly: orNull(integer('ISO weeks.')),
      monthly: orNull(integer('Months.')),
      yearly: orNull(integer('Years.')),
      keepLast: orNull(integer('The newest.')),
      keepWithin: orNull(text('ISO 8601: so close to the newest.')),
      minimumKept: orNull(integer('The newest, whatever else is kept.')),
      bucketKeeps: words({ first: true, last: true }, 'Which snapshot stands for an hour, a day and so on.'),
    },
    { description: 'What is kept for each branch.' },
  ),
  protection: orNull(
    Type.Object(
      {
        lock: Type.Object({
          mode: words({ governance: true, compliance: true }, 'Who may shorten it.'),
          for: text('ISO 8601, from when the snapshot became available.'),
          graceHours: integer('In which an admin may still shorten a compliance lock.'),
          tiers: orNull(Type.Array(tier, { description: 'Only what is kept for one of these; null: all.' })),
        }),
      },
      { description: 'The lock that a snapshot gets when it becomes available.' },
    ),
  ),
  store: words({ neon_snapshot: true, branch: true }, 'What a firing makes.'),
  objectives: Type.Object({ rpoSeconds: orNull(integer('How old the newest recovery point may become.')) }),
  missedFirings: words({ capture_moment: true, run_once: true, skip: true }, 'What becomes of missed firings.'),
  limits: Type.Object({
    expireAtMostShare: Type.Number({ description: 'A pass that expires more waits for a person.' }),
  }),
};

export const Policy = answer<PolicyView>()('Policy', 'What must be kept, of which branches, and when it is taken.', {
  id: text('pol_...'),
  ...rule,
  schedules: Type.Array(
    Type.Object({
      ...scheduleRule,
      nextFiringAt: orNull(
        at('When it fires next; null while it is paused, where it fires no more, and where Neon does it.'),
      ),
    }),
  ),
  isPaused: Type.Boolean({ description: 'While it is, nothing fires.' }),
  pausedUntil: orNull(at('When it goes on by itself.')),
  stops: Type.Array(
    Type.Object({
      projectId: text('The project.'),
      code: words({ project_gone: true }, 'Neon does not show it any more. It goes on when it is back.'),
    }),
    { description: 'Projects that it selects and does nothing in.' },
  ),
  delegation,
  warnings,
  version,
  createdAt,
  updatedAt,
});

export const PolicyRun = Type.Object({
  snapshots: Type.Array(Type.Ref('Snapshot#'), { description: 'One for each branch that the policy selects.' }),
});

const { name: nameAt, ...rest } = rule;

export const PolicyVersion = answer<PolicyVersionView>()('PolicyVersion', 'A policy as it was saved, and by whom.', {
  version: integer('Snapshots name it as `policyVersion`.'),
  name: nameAt,
  ...rest,
  createdAt: at('When it was saved.'),
  by: Type.Object({
    kind: words({ person: true, service: true, scheduler: true }, 'Who saved it.'),
    id: text('The API key; `migration` for what was there before versions were kept.'),
  }),
});

export const Firing = answer<FiringView>()('Firing', 'One due instant of one schedule, for one branch.', {
  id: text('fir_...'),
  policyId: text('The policy.'),
  schedule: text('The name of its schedule.'),
  branchId: text('The branch.'),
  dueAt: at('The instant.'),
  status: status('firing', 'What became of it.'),
  reason: orNull(text('Why it is missed or coalesced, or how many others it stands for.')),
  snapshotId: orNull(text('The snapshot that it asked for.')),
  createdAt: at('When it was recorded.'),
  updatedAt,
});
