// Owns what streams are asked with, and what the data of each of their events is.

import { Type } from 'typebox';
import type {
  AuditEventView,
  Change,
  JobView,
  RestoreView,
  SnapshotView,
  StatusChangeView,
  StreamTopic,
} from '../../domain/index.ts';
import { answer, at, integer, text } from './answer.ts';
import { id, strict } from './parts.ts';
import { anyState, reasons } from './status.ts';

const after = Type.Optional(
  Type.Integer({
    description:
      'The sequence of the last event that was seen: the stream goes on after it. Absent: from now on. `Last-Event-ID` counts before it.',
    minimum: 0,
  }),
);

const topics: Readonly<Record<StreamTopic, true>> = {
  restore: true,
  snapshot: true,
  status: true,
  job: true,
  audit: true,
};
const topic = `(${Object.keys(topics).join('|')})`;

export const RestoreEventsQuery = strict({ after });

export const EventsQuery = strict({
  after,
  topics: Type.Optional(
    Type.String({
      description: `Of what: any of ${Object.keys(topics).join(', ')}, separated by commas. Default: all that you may read.`,
      pattern: `^${topic}(,${topic})*$`,
      maxLength: 64,
    }),
  ),
  projectId: Type.Optional(id('Of this project alone; then the audit history is no part of it.')),
});

export const EventsHeaders = Type.Object({
  'Last-Event-ID': Type.Optional(
    Type.String({ description: 'As browsers send it when they connect again.', pattern: '^[0-9]{1,15}$' }),
  ),
});

/** The topics of a text that fits `EventsQuery`. */
export function readTopics(given: string | undefined): StreamTopic[] | undefined {
  return given?.split(',').filter((one): one is StreamTopic => Object.hasOwn(topics, one));
}

const sequence = integer("Of the event in the team's history that it follows.");
const one = <V>(name: string) => Type.Unsafe<V>({ $ref: `${name}#` });
type DataOf<K extends Change['kind']> = { readonly sequence: number } & Omit<Extract<Change, { kind: K }>, 'kind'>;

export const StatusChange = answer<StatusChangeView>()(
  'StatusChange',
  'A branch is in another state, or for other reasons.',
  {
    branchId: text('brn_...'),
    projectId: text('prj_...'),
    name: text('Of the branch.'),
    from: anyState,
    to: anyState,
    reasons,
    changedAt: at('When it was seen.'),
  },
);

/** The data of each event of a stream, by the name of the event. */
export const streamedData = [
  answer<DataOf<'restoreChanged'>>()('RestoreChanged', 'The data of `restoreChanged`: the restore as it is.', {
    sequence,
    restore: one<RestoreView>('Restore'),
  }),
  answer<DataOf<'snapshotChanged'>>()('SnapshotChanged', 'The data of `snapshotChanged`: the snapshot as it is.', {
    sequence,
    snapshot: one<SnapshotView>('Snapshot'),
  }),
  answer<DataOf<'statusChanged'>>()('StatusChanged', 'The data of `statusChanged`.', {
    sequence,
    change: one<StatusChangeView>('StatusChange'),
  }),
  answer<DataOf<'jobsChanged'>>()('JobsChanged', 'The data of `jobsChanged`: the jobs as they are.', {
    sequence,
    jobs: Type.Array(one<JobView>('Job'), { description: 'Those that are known to have changed.' }),
    missed: Type.Boolean({ description: 'There may be others: read the list again. So it begins.' }),
  }),
  answer<DataOf<'auditEventAdded'>>()('AuditEventAdded', 'The data of `auditEventAdded`.', {
    sequence,
    event: one<AuditEventView>('AuditEvent'),
  }),
  answer<{ readonly sequence: number }>()('StreamReady', 'The data of `ready`: changes follow from here on.', {
    sequence,
  }),
];

/** The body of a stream: what the data of its events may be. */
function stream(names: readonly string[], description: string) {
  return Type.Unsafe<string>({ description, anyOf: names.map((name) => ({ $ref: `${name}#` })) });
}

const names =
  'Server-sent events. The data of each is JSON, of the schema that its name says; `end` comes last where the reader is cut off, and its data is a Problem.';

export const RestoreEvents = stream(
  ['StreamReady', 'RestoreChanged', 'Problem'],
  `${names} First \`ready\`, then \`restoreChanged\`.`,
);

export const Events = stream(
  ['StreamReady', 'RestoreChanged', 'SnapshotChanged', 'StatusChanged', 'JobsChanged', 'AuditEventAdded', 'Problem'],
  `${names} First \`ready\`, then \`restoreChanged\`, \`snapshotChanged\`, \`statusChanged\`, \`jobsChanged\` and \`auditEventAdded\`.`,
);
