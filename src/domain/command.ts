// Owns what every call by a door has in common: the action that it names, the answer that a repeated Idempotency-Key gets,
// and the translation of what the database or Neon could not do into a refusal.

import { NeonFailure, neonNotNow, Refusal, type RefusalCode, Throttled } from '../core/errors.ts';
import { gaveWay, isReadOnly, isUnreachable, violatedProtection } from '../store/constraint.ts';
import {
  claimIdempotencyKey,
  dropIdempotencyClaim,
  findIdempotencyKey,
  type IdempotencyClaim,
} from '../store/idempotency.ts';
import type { Actor } from './actor.ts';
import { aimOf } from './audit/aim.ts';
import type { NoteRefusal } from './audit/refusals.ts';
import { type Action, authorize, authorizeAnywhere, isAboutTeam } from './authorize.ts';
import type { CommandOptions, IdempotencyInput } from './commands.ts';
import type { CommandDeps, Deps } from './deps.ts';

/** What binding takes: refusals are told in one place, whichever call they are of. */
export interface BindDeps extends Deps {
  readonly noteRefusal: NoteRefusal;
}

/**
 * Binds a use-case to its action. What the actor may do to nothing is refused before the use-case looks anything up; it must call
 * `deps.allow()` for the rest: a path that does not is a fault, never an answer.
 */
export function bindUseCase<I extends unknown[], O>(
  deps: BindDeps,
  action: Action,
  useCase: (deps: CommandDeps, actor: Actor, ...input: I) => Promise<O>,
): (actor: Actor, ...input: I) => Promise<O> {
  return (actor, ...input) =>
    answered({ deps, actor, action, input: input[0] }, () =>
      allowed(deps, actor, action, (given) => useCase(given, actor, ...input)),
    );
}

/** How a command that is sent again under its Idempotency-Key is answered, where that is not by its first answer as it was. */
export interface Replay<I, O> {
  /** Asks `deps.allow()` as the command does, and refuses what it would refuse before that. */
  readonly permit?: (deps: CommandDeps, actor: Actor, input: I) => Promise<void>;
  /** What is kept of the answer, which may hold what is told once only. */
  readonly keep?: (answer: O) => unknown;
  /** The answer that what was kept comes to, or a refusal. */
  readonly again?: (kept: unknown) => O;
}

/** As `bindUseCase`, for commands that may carry an Idempotency-Key. */
export function bindCommand<I, O>(
  deps: BindDeps,
  action: Action,
  useCase: (deps: CommandDeps, actor: Actor, input: I) => Promise<O>,
  { permit = async ({ allow }) => allow(), keep, again = (kept) => kept as O }: Replay<I, O> = {},
): (actor: Actor, input: I, options?: CommandOptions) => Promise<O> {
  return (actor, input, options) =>
    answered({ deps, actor, action, input }, async () => {
      const { idempotency } = options ?? {};
      if (!idempotency) return allowed(deps, actor, action, (given) => useCase(given, actor, input));
      return once<O>(deps, {
        ...idempotency,
        actor,
        isTeams: isAboutTeam(action),
        run: (claim) => {
          const claimed = { ...deps, idempotency: { ...claim, ...(keep ? { keep } : {}) } };
          return allowed(claimed, actor, action, (given) => useCase(given, actor, input));
        },
        permit: () => allowed(deps, actor, action, (given) => permit(given, actor, input)),
        again,
      });
    });
}

async function allowed<O>(
  deps: Deps & Pick<CommandDeps, 'idempotency'>,
  actor: Actor,
  action: Action,
  run: (deps: CommandDeps) => Promise<O>,
): Promise<O> {
  let asked = false;
  const allow = (acting: Actor = actor): void => {
    asked = true;
    authorize(acting, action);
  };
  const answer = await run({ ...deps, allow });
  if (!asked) throw new Error(`The use-case behind ${action} answered without asking whether the actor may.`);
  return answer;
}

interface Once<O> extends IdempotencyInput {
  readonly actor: Actor;
  /** The key is one of the team in which the actor acts, not of the actor's own. */
  readonly isTeams: boolean;
  readonly run: (claim: IdempotencyClaim) => Promise<O>;
  readonly permit: () => Promise<void>;
  readonly again: (kept: unknown) => O;
}

/**
 * Claims the key, runs the command, which keeps its answer in its own transaction, or gives the kept answer again.
 * A process that dies in between leaves a claim that lapses, and no effect.
 */
async function once<O>(
  deps: Deps,
  { actor, isTeams, key, fingerprint: asked, run, permit, again }: Once<O>,
): Promise<O> {
  // What one who sees the whole team was answered is no answer for one who is narrowed to projects.
  const fingerprint = actor.projects === null ? asked : `${asked} ${[...actor.projects].sort().join(' ')}`;
  const claim = { ownerId: isTeams ? actor.teamId : actor.id, key, fingerprint, token: deps.newId('job') };
  if (!(await claimIdempotencyKey(deps.db, claim, deps.settings.keyClaimMs))) {
    const kept = await findIdempotencyKey(deps.db, claim);
    await permit();
    if (kept && kept.fingerprint !== fingerprint) {
      throw new Refusal(
        'idempotency_key_reused',
        'This Idempotency-Key was used for another request in the last 24 hours. Nothing was done. Use a new key.',
      );
    }
    if (kept && kept.response !== null) return again(kept.response);
    throw new Refusal(
      'idempotency_key_in_flight',
      'A request with this Idempotency-Key is under way. Nothing was done by this one. Send it again in a moment.',
      { retryAfterSeconds: 1 },
    );
  }
  try {
    return await run(claim);
  } catch (error) {
    await dropIdempotencyClaim(deps.db, claim).catch(() => undefined);
    throw error;
  }
}

interface Call {
  readonly deps: BindDeps;
  readonly actor: Actor;
  readonly action: Action;
  readonly input: unknown;
}

/** What the actor may do to nothing is refused at once; what is refused for want of authority is told before it is answered. */
async function answered<O>({ deps, actor, action, input }: Call, run: () => Promise<O>): Promise<O> {
  const authorized = async (): Promise<O> => {
    authorizeAnywhere(actor, action);
    return run();
  };
  try {
    return await authorized().catch(async (error: unknown) => {
      await deps.noteRefusal(actor, action, error, aimOf(input));
      throw error;
    });
  } catch (error) {
    throw toRefusal(error);
  }
}

const neonRefusals = {
  credential: 'credential_refused',
  missing: 'neon_project_not_found',
  conflict: 'neon_refused',
  refused: 'neon_refused',
} as const satisfies Record<Exclude<NeonFailure['kind'], 'again'>, RefusalCode>;

function codeOf({ kind, failure }: NeonFailure): RefusalCode {
  if (kind !== 'again') return neonRefusals[kind];
  return neonNotNow.find((code) => code === failure) ?? 'neon_unreachable';
}

/** What the doors are told when the database or Neon did not do it; any other fault passes unchanged. */
export function toRefusal(error: unknown): unknown {
  if (error instanceof NeonFailure) {
    const next = error.kind === 'credential' ? ' Give the credential a key that Neon accepts, then send it again.' : '';
    return new Refusal(codeOf(error), `${error.message}. Nothing was done.${next}`, {
      members: error.requestId ? { neonRequestId: error.requestId } : {},
      ...(error.kind === 'again' ? { retryAfterSeconds: error.retryAfterSeconds ?? 5 } : {}),
    });
  }
  if (error instanceof Throttled) {
    return new Refusal(
      'neon_rate_limited',
      'Calls to Neon wait for the rate limit of its account, which leaves none soon enough. Nothing was done. Send it again.',
      { retryAfterSeconds: error.waitMs / 1000 },
    );
  }
  const protection = violatedProtection(error);
  if (protection) {
    // What the store had not refused: the clocks differ, or the protection began this moment.
    return new Refusal(protection.code, `${protection.told}. Nothing was changed. Read it again.`);
  }
  if (gaveWay(error)) {
    return new Refusal('database_busy', 'Another change stood in its way. Nothing was done. Send it again.', {
      retryAfterSeconds: 1,
    });
  }
  if (isUnreachable(error)) {
    return new Refusal(
      'database_unreachable',
      isReadOnly(error)
        ? 'The database takes no writes at the moment: it is read-only, or has no room. Nothing was done. Send it again.'
        : 'The database does not answer. Nothing is known to be done. Send it again.',
      { retryAfterSeconds: 2 },
    );
  }
  return error;
}
