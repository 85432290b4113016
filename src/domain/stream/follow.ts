// Owns one stream: from where it begins, what it gives and when, and that nothing is given to who may not have it any more. It pulls: nothing
// is read for a reader that takes nothing, and nothing is kept for it.

import { notFound, Refusal } from '../../core/errors.ts';
import type { AuditEventRow } from '../../store/audit.ts';
import { readAuditAfter, readAuditSequences } from '../../store/audit-span.ts';
import { findProject } from '../../store/projects.ts';
import type { Scope } from '../../store/scope.ts';
import type { Actor } from '../actor.ts';
import { type Action, authorize } from '../authorize.ts';
import { type BindDeps, toRefusal } from '../command.ts';
import type { CommandDeps } from '../deps.ts';
import type { RestoreView } from '../views.ts';
import { deliverEvents, findWork, type Interest, pieceOf, viewRestores } from './changes.ts';
import type { Delivery } from './delivery.ts';
import { eventsAtOnce, type Follower, type Hub, stopping } from './hub.ts';
import { pause } from './pause.ts';

/** Who reads, for as long as the signal is not aborted: by the reader's leaving, or with a refusal as its reason. */
export interface Reader {
  /** The actor anew, from rows that are read then. Refuses as `authenticate` does. */
  readonly renew: () => Promise<Actor>;
  readonly signal: AbortSignal;
}

export interface Stream extends Interest {
  readonly kind: string;
  /** What the reader must be allowed, each time that something is given. */
  readonly actions: readonly Action[];
  /** Of this project alone. */
  readonly projectId?: string | undefined;
  readonly after?: number | undefined;
}

export type StreamDeps = CommandDeps & Pick<BindDeps, 'noteRefusal'>;

/** For so long an actor that was looked at is believed. */
const believedMs = 1_000;
/** Between two rounds, so that what changes often is told as it has become. */
const restMs = 100;
/** What changes who may do what: after it the actor is looked at anew, however lately it was. */
const changesAccess = /^(api_key|member|team)\./;

/**
 * Opens a stream. Refuses with `not_found` what is not there for the actor; `invalid_cursor` where it is to go on after an event that has not
 * happened, `events_gone` after one whose successors are not kept any more; `too_many_streams`. What it gives ends with a refusal where the
 * reader is cut off.
 */
export async function openStream(
  deps: StreamDeps,
  hub: Hub,
  actor: Actor,
  stream: Stream,
  reader: Reader,
): Promise<AsyncGenerator<Delivery>> {
  const scope = await scopeOf(deps, actor, stream);
  await findRestoreOf(deps, scope, stream);
  deps.allow();
  for (const action of stream.actions) authorize(actor, action);
  const head = (await readAuditSequences(deps.db, [actor.teamId])).get(actor.teamId) ?? 0;
  const start = stream.after ?? head;
  if (start > head) throw notYet(start);
  if (start < head) checkWhole(start, await readAuditAfter(deps.db, actor.teamId, start, 1), true);
  const ended = admit(deps, hub, actor, stream, reader);
  return follow({ deps, hub, actor, stream, reader, start, ended });
}

/** Counts the stream until it ends, by whichever comes first: its own end, or the reader's. */
function admit(deps: StreamDeps, hub: Hub, actor: Actor, { kind }: Stream, { signal }: Reader): (code: string) => void {
  const leave = hub.admit(actor, kind);
  deps.streams.opened(kind);
  let isOpen = true;
  const end = (code: string): void => {
    signal.removeEventListener('abort', onAbort);
    leave();
    if (isOpen) deps.streams.ended(kind, code);
    isOpen = false;
  };
  const onAbort = (): void => end(signal.reason instanceof Refusal ? signal.reason.code : 'left');
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return end;
}

interface Opened {
  readonly deps: StreamDeps;
  readonly hub: Hub;
  readonly actor: Actor;
  readonly stream: Stream;
  readonly reader: Reader;
  readonly start: number;
  readonly ended: (code: string) => void;
}

async function* follow(opened: Opened): AsyncGenerator<Delivery> {
  const { deps, hub, actor, stream, reader, ended } = opened;
  const follower = hub.follow(actor.teamId);
  let code = 'left';
  try {
    yield* deliver(opened, follower);
  } catch (error) {
    const refusal = toRefusal(error);
    code = refusal instanceof Refusal ? refusal.code : 'internal';
    const [action] = stream.actions;
    if (action)
      await deps
        .noteRefusal(actor, action, refusal, stream.restoreId ?? stream.projectId ?? null)
        .catch(() => undefined);
    throw refusal;
  } finally {
    follower.leave();
    ended(reader.signal.reason instanceof Refusal ? reader.signal.reason.code : code);
  }
}

async function* deliver(opened: Opened, follower: Follower): AsyncGenerator<Delivery> {
  const { deps, hub, stream, reader, start } = opened;
  const { streamBeatMs } = deps.settings;
  const standing = keepLooking(opened);
  /** Versions of restores as they were last given: progress that changed nothing is not told. */
  const given = new Map<string, number>();
  let cursor = start;
  let gaveAt = deps.elapsedMs();
  yield* begin(opened, given);
  while (!reader.signal.aborted) {
    if (hub.hasEnded) throw stopping();
    const { jobs, missed } = follower.take();
    const read = await follower.read(cursor);
    checkWhole(cursor, read, false);
    const rows = pieceOf(read, stream);
    const actor = await standing(rows.some(({ action }) => changesAccess.test(action)));
    const scope = await scopeOf(deps, actor, stream);
    const deliveries = await deliverEvents(deps.db, scope, stream, rows);
    cursor = rows.at(-1)?.sequence ?? cursor;
    const work = jobs.length > 0 || missed ? await tellWork(opened, scope, { jobs, missed, cursor }) : [];
    const fresh = deliveries.filter((one) => !isGiven(one, given));
    for (const delivery of [...fresh, ...work.filter((one) => !isKnown(one, deliveries, given))]) {
      await standing(false);
      remember(delivery, given);
      yield delivery;
      gaveAt = deps.elapsedMs();
      if (reader.signal.aborted) return;
    }
    if (deps.elapsedMs() - gaveAt >= streamBeatMs) {
      yield { kind: 'beat', sequence: cursor, resumeAt: cursor };
      gaveAt = deps.elapsedMs();
    }
    if (rows.length < read.length || read.length === eventsAtOnce) continue;
    await pause(restMs, reader.signal);
    await follower.wait(Math.max(1, streamBeatMs - (deps.elapsedMs() - gaveAt)), reader.signal);
  }
}

async function* begin({ deps, actor, stream, start }: Opened, given: Map<string, number>): AsyncGenerator<Delivery> {
  const at = { sequence: start, resumeAt: start };
  yield { kind: 'ready', ...at };
  // What has come since `start` is told by events; steps of a restore, and jobs, are not events.
  const restore = await findRestoreOf(deps, await scopeOf(deps, actor, stream), stream);
  if (restore) {
    given.set(restore.id, restore.version);
    yield { kind: 'restoreChanged', restore, ...at };
  }
  if (stream.topics.has('job')) yield { kind: 'jobsChanged', jobs: [], missed: true, ...at };
}

async function tellWork(
  { deps, stream }: Opened,
  scope: Scope,
  { jobs: ids, missed, cursor }: { jobs: readonly string[]; missed: boolean; cursor: number },
): Promise<Delivery[]> {
  const { jobs, restores } = await findWork(deps.db, scope, stream, ids);
  // A step that was not heard of is seen in the restore itself.
  const asked = missed && stream.restoreId !== undefined ? await findRestoreOf(deps, scope, stream) : undefined;
  const at = { sequence: cursor, resumeAt: cursor };
  const isNews = jobs.length > 0 || (missed && stream.topics.has('job'));
  return [
    ...[...restores, ...(asked ? [asked] : [])].map((restore) => ({ kind: 'restoreChanged' as const, restore, ...at })),
    ...(isNews ? [{ kind: 'jobsChanged' as const, jobs, missed, ...at }] : []),
  ];
}

/** An event may tell of a state that was read already, when the stream was opened or a step was heard of. */
function isGiven(told: Delivery, given: ReadonlyMap<string, number>): boolean {
  return told.kind === 'restoreChanged' && given.get(told.restore.id) === told.restore.version;
}

function isKnown(told: Delivery, others: readonly Delivery[], given: ReadonlyMap<string, number>): boolean {
  if (told.kind !== 'restoreChanged') return false;
  const isTold = others.some((one) => one.kind === 'restoreChanged' && one.restore.id === told.restore.id);
  return isTold || isGiven(told, given);
}

const rememberedMax = 1_000;

function remember(told: Delivery, given: Map<string, number>): void {
  if (told.kind !== 'restoreChanged') return;
  if (given.size >= rememberedMax) given.clear();
  given.set(told.restore.id, told.restore.version);
}

/** The actor as it is: looked at anew where `now` says so, or where that was a while ago. Refuses what it may not read any more. */
function keepLooking({ deps, actor, stream, reader }: Opened): (now: boolean) => Promise<Actor> {
  let present = actor;
  let lookedAt = deps.elapsedMs();
  return async (now) => {
    const at = deps.elapsedMs();
    if (!now && at - lookedAt < believedMs) return present;
    const renewed = await reader.renew();
    for (const action of stream.actions) authorize(renewed, action);
    // Who acts elsewhere now has left this team.
    if (renewed.teamId !== actor.teamId) throw new Refusal('unauthenticated', 'The stream is of another team.');
    lookedAt = at;
    present = renewed;
    return present;
  };
}

/** The actor's scope, or the project of it that the stream is of. */
async function scopeOf({ db }: StreamDeps, actor: Actor, { projectId }: Stream): Promise<Scope> {
  if (projectId === undefined) return actor;
  if (!(await findProject(db, actor, projectId))) throw notFound('project', projectId);
  return { teamId: actor.teamId, projects: [projectId] };
}

async function findRestoreOf(
  { db }: StreamDeps,
  scope: Scope,
  { restoreId }: Stream,
): Promise<RestoreView | undefined> {
  if (restoreId === undefined) return undefined;
  const view = (await viewRestores(db, scope, [restoreId])).get(restoreId);
  if (!view) throw notFound('restore', restoreId);
  return view;
}

/** `isSure`: there is something after that sequence. */
function checkWhole(after: number, rows: readonly Pick<AuditEventRow, 'sequence'>[], isSure: boolean): void {
  const [first] = rows;
  if (first ? first.sequence === after + 1 : !isSure) return;
  throw new Refusal(
    'events_gone',
    `The events after ${after} are not kept any more. Nothing was skipped over: read the present state, and open the stream without a sequence.`,
  );
}

function notYet(sequence: number): Refusal {
  return new Refusal(
    'invalid_cursor',
    `The team's history has no event ${sequence} yet. No stream was opened. Open it without a sequence.`,
  );
}
