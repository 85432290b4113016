// Owns, in one process, who follows which team: their news, and one read of a piece of its history for all who stand at its beginning. It
// keeps no history, a piece for each followed team at most, and no news without a bound.

import type { AuditEventRow } from '../../store/audit.ts';
import { readAuditAfter, readAuditSequences } from '../../store/audit-span.ts';
import type { HeardNews } from '../../store/news.ts';
import { Refusal } from '../../core/errors.ts';
import type { Actor } from '../actor.ts';
import type { Deps } from '../deps.ts';
import { pause } from './pause.ts';

/** Events that a stream reads at once. */
export const eventsAtOnce = 100;
/** Jobs that a follower remembers to have changed. Where more have, it is told so, and reads the list. */
const jobsMax = 500;

export interface Follower {
  /** What was heard since it was last asked. */
  take(): { readonly jobs: readonly string[]; readonly missed: boolean };
  /** The next events of the history after that sequence, `eventsAtOnce` at most. */
  read(after: number): Promise<readonly AuditEventRow[]>;
  /** Resolves when something was heard since `take`, at the end of the process, of the signal, and of the time. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  leave(): void;
}

export interface Hub {
  /**
   * Makes room for a stream of the actor until the returned function is called; `kind` as its recorder is told. Refuses with
   * `too_many_streams` and `starting`.
   */
  admit(actor: Actor, kind: string): () => void;
  follow(teamId: string): Follower;
  heard(news: HeardNews): void;
  /** The process is to end: whoever waits is woken, and nobody is admitted any more. */
  end(): void;
  readonly hasEnded: boolean;
}

interface Ear {
  readonly jobs: Set<string>;
  missed: boolean;
  isStirred: boolean;
  wake: () => void;
}

interface Team {
  readonly ears: Set<Ear>;
  /** How often there were news: what was read before the last ones may lack them. */
  stirs: number;
  /** The last event of the head when it was last looked at. */
  known: number;
  piece?: { readonly after: number; readonly stirs: number; readonly rows: Promise<readonly AuditEventRow[]> };
}

const nothing = (): void => undefined;

export function makeHub({ db, settings, streams }: Pick<Deps, 'db' | 'settings' | 'streams'>): Hub {
  const teams = new Map<string, Team>();
  const admitted = new Map<string, number>();
  let clock: NodeJS.Timeout | undefined;
  let hasEnded = false;

  function stir(team: Team, told: { jobs?: readonly string[]; missed?: boolean } = {}): void {
    team.stirs += 1;
    for (const ear of team.ears) {
      for (const job of told.jobs ?? []) ear.jobs.add(job);
      const isTooMuch = ear.jobs.size > jobsMax;
      if (isTooMuch) ear.jobs.clear();
      ear.missed ||= isTooMuch || told.missed === true;
      ear.isStirred = true;
      ear.wake();
    }
  }

  /** What was not heard is seen here. */
  async function look(): Promise<void> {
    const heads = await readAuditSequences(db, [...teams.keys()]).catch(() => new Map<string, number>());
    for (const [teamId, sequence] of heads) {
      const team = teams.get(teamId);
      if (!team || team.known >= sequence) continue;
      team.known = sequence;
      stir(team);
    }
  }

  function read(teamId: string, team: Team, after: number): Promise<readonly AuditEventRow[]> {
    const { piece, stirs } = team;
    if (piece?.after === after && piece.stirs === stirs) return piece.rows;
    const rows = readAuditAfter(db, teamId, after, eventsAtOnce);
    team.piece = { after, stirs, rows };
    rows.catch(() => delete team.piece);
    return rows;
  }

  return {
    get hasEnded() {
      return hasEnded;
    },
    admit(actor, kind) {
      if (hasEnded) throw stopping();
      const { streamsPerActorMax, streamsPerTeamMax } = settings;
      const bounds = [
        { key: `actor ${actor.id}`, max: streamsPerActorMax },
        { key: `team ${actor.teamId}`, max: streamsPerTeamMax },
      ];
      if (bounds.some(({ key, max }) => (admitted.get(key) ?? 0) >= max)) {
        streams.refused(kind);
        throw tooMany(settings);
      }
      for (const { key } of bounds) admitted.set(key, (admitted.get(key) ?? 0) + 1);
      let isOpen = true;
      return () => {
        for (const { key } of isOpen ? bounds : []) {
          const left = (admitted.get(key) ?? 0) - 1;
          if (left > 0) admitted.set(key, left);
          else admitted.delete(key);
        }
        isOpen = false;
      };
    },
    follow(teamId) {
      const team = teams.get(teamId) ?? { ears: new Set(), stirs: 0, known: 0 };
      const ear: Ear = { jobs: new Set(), missed: false, isStirred: false, wake: nothing };
      teams.set(teamId, team);
      team.ears.add(ear);
      clock ??= setInterval(() => void look(), settings.streamPollMs).unref();
      return {
        take() {
          const { missed } = ear;
          const jobs = [...ear.jobs];
          ear.jobs.clear();
          ear.missed = false;
          ear.isStirred = false;
          return { jobs, missed };
        },
        read: (after) => read(teamId, team, after),
        async wait(ms, signal) {
          if (ear.isStirred || hasEnded) return;
          await pause(ms, signal, (wake) => void (ear.wake = wake));
          ear.wake = nothing;
        },
        leave() {
          team.ears.delete(ear);
          if (team.ears.size === 0) teams.delete(teamId);
          if (teams.size > 0) return;
          clearInterval(clock);
          clock = undefined;
        },
      };
    },
    heard(news) {
      if (news === 'missed') for (const team of teams.values()) stir(team, { missed: true });
      else {
        for (const { teamId, jobs } of news) {
          const team = teams.get(teamId);
          if (team) stir(team, { jobs });
        }
      }
    },
    end() {
      hasEnded = true;
      for (const team of teams.values()) stir(team);
    },
  };
}

export function stopping(): Refusal {
  return new Refusal(
    'starting',
    'This process is stopping, and its streams end. Open the stream again after the last sequence that you have seen.',
    { retryAfterSeconds: 1 },
  );
}

function tooMany({ streamsPerActorMax, streamsPerTeamMax }: Deps['settings']): Refusal {
  return new Refusal(
    'too_many_streams',
    'As many streams are open as may be, of yours or of the team. None was opened. Close one, and open this one again.',
    { members: { perActorMax: streamsPerActorMax, perTeamMax: streamsPerTeamMax }, retryAfterSeconds: 5 },
  );
}
