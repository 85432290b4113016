import { Type } from 'typebox';
import { Refusal } from '../../core/errors.ts';
import type { ProjectChangeView, ProjectView } from '../../domain/index.ts';
import { answer, at, createdAt, integer, orNull, text, updatedAt, version } from './answer.ts';
import { id, instant, Labels, LabelsPatch, labelText, name, neonId, nullable, pageQuery, strict } from './parts.ts';

export const RegisterProject = strict({
  neonProjectId: neonId("Neon's id of the project. It can be registered once in an installation."),
  credentialId: id('The credential to reach it with (crd_...).'),
  labels: Type.Optional(Labels),
});

function limit(description: string, minimum: number) {
  const value = Type.Integer({ minimum, maximum: 100_000 });
  return Type.Optional(Type.Union([value, Type.Null()], { description: `${description} null: the plan's own.` }));
}

const labelsQuery = Type.Array(labelText, {
  description:
    'As `label=env:production`, again for another: projects that carry all of these, as those of a selector of a policy do.',
  maxItems: 64,
});

export const ListProjectsQuery = strict({ ...pageQuery, label: Type.Optional(labelsQuery) });

/** The labels of texts that fit `ListProjectsQuery`. A key holds no colon. Refuses with `invalid_request` a key with two values. */
export function readLabelTexts(texts: readonly string[]): Record<string, string> {
  const labels = texts.map((text) => {
    const at = text.indexOf(':');
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  if (new Set(labels.map(([key]) => key)).size < labels.length) {
    const message = 'must not name the same key twice';
    throw new Refusal(
      'invalid_request',
      `The query string does not fit the schema: label ${message}. Nothing was done.`,
      {
        members: { errors: [{ path: 'label', message }] },
      },
    );
  }
  return Object.fromEntries(labels);
}

const windows = Type.Array(
  strict({
    name: name('Unique in the project.'),
    from: Type.Optional(nullable(instant('Once: from then on.'))),
    until: Type.Optional(nullable(instant('At most 14 days later.'))),
    cron: Type.Optional(
      nullable(Type.String({ description: 'Again and again: from each time of the line on.', maxLength: 256 })),
    ),
    timeZone: Type.Optional(nullable(Type.String({ description: 'Of the line.', maxLength: 64 }))),
    durationSeconds: Type.Optional(
      nullable(Type.Integer({ description: 'For so long.', minimum: 60, maximum: 43_200 })),
    ),
  }),
  {
    description:
      'Replaces the list. Each is {name, from, until} or {name, cron, timeZone, durationSeconds}. Nothing of the project fires while one ' +
      'lasts; what a person asks for is done.',
    maxItems: 20,
  },
);

export const UpdateProject = strict({
  labels: Type.Optional(LabelsPatch),
  limits: Type.Optional(
    strict(
      {
        rootBranches: limit('Root branches that the plan allows.', 1),
        snapshots: limit('Manual snapshots that the plan allows.', 0),
      },
      { description: "Where your contract differs from the plan's limits." },
    ),
  ),
  maintenanceWindows: Type.Optional(windows),
});

const fields = {
  id: text('prj_...'),
  neonProjectId: text("Neon's id of it."),
  credentialId: text('The credential that it is reached with.'),
  name: text('Its name in Neon.'),
  region: text('Where Neon runs it.'),
  pgVersion: integer('The major version of Postgres.'),
  plan: text('The Neon plan.'),
  historyRetentionSeconds: integer('How far back Neon keeps history.'),
  labels: Type.Unsafe<Record<string, string>>({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Your own.',
  }),
  limits: Type.Object(
    { rootBranches: integer('Root branches.'), snapshots: integer('Manual snapshots.') },
    { description: "In force: the plan's, unless the project sets its own." },
  ),
  maintenanceWindows: Type.Array(
    Type.Object({
      name: text('Unique in the project.'),
      from: orNull(at('Once: from then on. Null for one that comes again.')),
      until: orNull(at('Until then.')),
      cron: orNull(text('From each time of the line on. Null for one that comes once.')),
      timeZone: orNull(text('Of the line.')),
      durationSeconds: orNull(integer('For so long.')),
    }),
    { description: 'Nothing of the project fires while one lasts.' },
  ),
  version,
  createdAt,
  updatedAt,
  syncedAt: at('When its branches were last compared with Neon.'),
  goneAt: orNull(at('When Neon was found not to show it any more; null while it does. Work in it is refused.')),
};

export const Project = answer<ProjectView>()('Project', 'A Neon project that the team has registered.', fields);

export const ProjectChange = answer<ProjectChangeView>()('ProjectChange', 'A project as a change has left it.', {
  ...fields,
  nextFirings: Type.Array(
    Type.Object({
      policyId: text('pol_...'),
      schedule: text('Its name.'),
      at: at('The instant that is captured.'),
      maintenanceUntil: orNull(
        at('Maintenance lasts then: the firing waits for its end, or is missed. Null where none does.'),
      ),
    }),
    {
      description:
        'The next firing of each schedule that selects the project now, the earliest 50. A change fires nothing.',
    },
  ),
});
