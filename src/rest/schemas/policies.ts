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
    cron: Type.String({ description: 'Five fields: minute, hour, day of month, month, day of week.', maxLength: 256 }),
    timeZone: Type.String({ description: 'An IANA name, such as Europe/Berlin.', maxLength: 64 }),
  }),
  { description: 'When snapshots are taken.', minItems: 1, maxItems: 20 },
);

const retention = strict(
  {
    keepLast: Type.Integer({
      description: 'How many of the newest are kept for each branch.',
      minimum: 1,
      maximum: 10_000,
    }),
  },
  { description: 'What is kept.' },
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
      cron: text('Five fields.'),
      timeZone: text('An IANA name.'),
      nextFiringAt: orNull(at('When it fires next.')),
    }),
  ),
  retention: Type.Object({ keepLast: integer('How many of the newest are kept for each branch.') }),
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
