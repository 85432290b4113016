import { Type } from 'typebox';
import type { PolicyView } from '../../domain/index.ts';
import { answer, at, createdAt, integer, orNull, text, updatedAt, version, words } from './answer.ts';
import { branchName, id, name, strict } from './parts.ts';

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

const schedules = Type.Array(
  strict({
    name: name('Unique in the policy.'),
    cron: Type.String({
      description: 'Five fields (minute, hour, day of month, month, day of week), or a word such as @daily.',
      maxLength: 256,
    }),
    timeZone: Type.String({ description: 'An IANA name, such as Europe/Berlin.', maxLength: 64 }),
  }),
  { description: 'When snapshots are taken.', minItems: 1, maxItems: 20 },
);

const kept = (description: string) =>
  Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 10_000 }), Type.Null()], { description }));

export const retention = strict(
  {
    hourly: kept('So many hours that hold a snapshot, of the zone of the schedules.'),
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

export const CreatePolicy = strict({
  name: name('Unique in the team.'),
  selector: strict({ projects, branches: Type.Optional(branches) }, { description: 'Which branches are kept.' }),
  schedules,
  retention,
});

export const UpdatePolicy = strict({
  name: Type.Optional(name('Unique in the team.')),
  selector: Type.Optional(
    strict(
      { projects: Type.Optional(projects), branches: Type.Optional(branches) },
      { description: 'What is given replaces.' },
    ),
  ),
  schedules: Type.Optional(schedules),
  retention: Type.Optional(retention),
});

export const Policy = answer<PolicyView>()('Policy', 'What must be kept, of which branches, and when it is taken.', {
  id: text('pol_...'),
  name: text('Unique in the team.'),
  selector: Type.Object(
    {
      projects: Type.Array(text('prj_...')),
      branches: Type.Union([Type.Literal('default'), Type.Literal('roots'), Type.Array(Type.String())]),
    },
    { description: 'Which branches are kept.' },
  ),
  schedules: Type.Array(
    Type.Object({
      name: text('Unique in the policy.'),
      cron: text('Five fields, or a word such as @daily.'),
      timeZone: text('An IANA name.'),
      nextFiringAt: orNull(at('When it fires next.')),
    }),
  ),
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
  stops: Type.Array(
    Type.Object({
      projectId: text('The project.'),
      code: words({ project_gone: true }, 'Neon does not show it any more. It goes on when it is back.'),
    }),
    { description: 'Projects that it selects and does nothing in.' },
  ),
  version,
  createdAt,
  updatedAt,
});

export const PolicyRun = Type.Object({
  snapshots: Type.Array(Type.Ref('Snapshot#'), { description: 'One for each branch that the policy selects.' }),
});
