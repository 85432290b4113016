// Owns the streams that doors may open: what each tells of, and its action.

import { Refusal } from '../../core/errors.ts';
import type { Actor } from '../actor.ts';
import { type Action, listAllowed } from '../authorize.ts';
import { type BindDeps, bindUseCase } from '../command.ts';
import type { OpenEventsInput, StreamPoint } from '../commands.ts';
import type { StreamTopic } from '../views.ts';
import { openStream, type Reader, type Stream } from './follow.ts';
import type { Hub } from './hub.ts';

export function bindStreams(binding: BindDeps, hub: Hub) {
  const opens = <I extends StreamPoint>(action: Action, toStream: (input: I, actor: Actor) => Omit<Stream, 'after'>) =>
    bindUseCase(binding, action, async (deps, actor, input: I, reader: Reader) => {
      const stream = { ...toStream(input, actor), after: input.after };
      return openStream({ ...deps, noteRefusal: binding.noteRefusal }, hub, actor, stream, reader);
    });
  return {
    restore: opens<StreamPoint & { id: string }>('restore.read', ({ id }) => ({
      ...of('restore', 'restore.read'),
      restoreId: id,
    })),
    snapshots: opens<StreamPoint & { projectId: string }>('snapshot.read', ({ projectId }) => ({
      ...of('snapshot', 'snapshot.read'),
      projectId,
    })),
    statuses: opens('status.read', () => of('status', 'status.read')),
    jobs: opens('job.read', () => of('job', 'job.read')),
    auditEvents: opens('audit.read', () => of('audit', 'audit.read')),
    events: opens<OpenEventsInput>('event.read', toEvents),
    admit: (actor: Actor) => hub.admit(actor, 'connection'),
  };
}

function of(topic: StreamTopic, action: Action) {
  return { kind: topic, topics: new Set([topic]), actions: [action] };
}

const topics: readonly StreamTopic[] = ['restore', 'snapshot', 'status', 'job', 'audit'];

/** Everything that the actor may read, unless it says of what. The audit history is the team's as a whole. */
function toEvents({ topics: asked, projectId }: OpenEventsInput, actor: Actor): Omit<Stream, 'after'> {
  if (projectId !== undefined && asked?.includes('audit')) {
    const words = "The audit history is the whole team's, and is not told of one project";
    throw new Refusal('invalid_request', `${words}. Nothing was opened. Leave out projectId, or audit.`);
  }
  const tellsAudit = projectId === undefined && listAllowed(actor).includes('audit.read');
  const wanted = asked ?? topics.filter((topic) => topic !== 'audit' || tellsAudit);
  return {
    kind: 'events',
    topics: new Set(wanted),
    projectId,
    actions: wanted.includes('audit') ? ['event.read', 'audit.read'] : ['event.read'],
  };
}
