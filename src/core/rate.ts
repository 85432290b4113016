// Owns the decision when the next call of a Neon account may be sent (GCRA), as a pure function. It reads no clock and keeps
// nothing: `store/rate.ts` (SQL) and `queue/rate.ts` (Lua) hold the state, and tests hold both to what is decided here.

/** Restores may use all of the rate, everything else four fifths. */
export type RateShare = 'restore' | 'rest';

export interface RateLimits {
  /** Calls a second that an account may make for long. */
  readonly perSecond: number;
  /** Calls that may be made at once after a rest: in any window at most `burst + perSecond * seconds`. */
  readonly burst: number;
  /** Neon's own limit of calls a second to one route; half of it for restores, half for the rest, with room for delays. */
  readonly perRouteSecond: number;
}

/** At most 700 calls in any minute. */
export const defaultRateLimits: RateLimits = { perSecond: 10, burst: 100, perRouteSecond: 40 };

export interface RateAsk {
  readonly share: RateShare;
  /** Which of Neon's routes is called: a name of our own, of which there are few. */
  readonly route: string;
  /** A slot that is further away is not taken. */
  readonly waitMaxMs: number;
}

/** What a take came to at `atUs` by the bucket's clock, where the rate was divided by `divisor`. */
export type Taken = { readonly atUs: number; readonly divisor: number } & (
  | { readonly waitMs: number }
  /** Nothing was charged. Then, if nobody else comes, a slot within the bound may be had. */
  | { readonly deniedForMs: number }
);

/** The limits of Neon accounts, shared by all processes. The clock is the bucket's, never the process's. */
export interface RateBucket {
  /** Reserves the next slot where it is at most `waitMaxMs` away: the caller waits and then calls. */
  take(accountId: string, ask: RateAsk): Promise<Taken>;
  /** Neon answered 429: nobody calls for so long, and the rate is halved for a minute, down to an eighth. */
  shrink(accountId: string, retryAfterMs: number): Promise<void>;
  /** How long nobody may call, for one whose slot was reserved before a 429 was seen. */
  getHeldMs(accountId: string): Promise<number>;
  /** For those who watch. Reserves nothing. */
  look(accountId: string): Promise<RateLook>;
}

/** How the rate of an account stands. */
export interface RateLook {
  /** Calls a second that may be made for long, as far as the rate is divided now. */
  readonly perSecond: number;
  /** Calls that may be made at once after a rest, at the undivided rate. */
  readonly burst: number;
  /** How much of the burst is used: 0 after a rest, from 1 on calls wait. */
  readonly level: number;
}

/** `usedUs`: how far ahead of now the account's line is used; `divisor`: by what the rate is divided now. */
export function lookAt({ all }: RateGates, { usedUs, divisor }: { usedUs: number; divisor: number }): RateLook {
  const burst = all.toleranceUs / all.emissionUs + 1;
  return {
    perSecond: 1_000_000 / (all.emissionUs * divisor),
    burst,
    level: Math.max(0, usedUs) / (burst * all.emissionUs),
  };
}

/** A line of calls, one each `emissionUs`, which may run ahead of it by `toleranceUs`. Whole microseconds: every store agrees. */
interface Gate {
  readonly emissionUs: number;
  readonly toleranceUs: number;
}

export interface RateGates {
  readonly all: Gate;
  readonly rest: Gate;
  /** Of one route and share. */
  readonly route: Gate;
  /** How far the rest may push `all` ahead: what is beyond is kept for restores, even where the rest has reserved slots to come. */
  readonly restReachUs: number;
}

export function toGates({ perSecond, burst, perRouteSecond }: RateLimits): RateGates {
  const restBurst = Math.max(1, Math.floor((burst * 4) / 5));
  const all = toGate(perSecond, burst);
  return {
    all,
    rest: toGate((perSecond * 4) / 5, restBurst),
    route: toGate(perRouteSecond / 4, Math.max(1, Math.floor(perRouteSecond / 8))),
    restReachUs: (restBurst - 1) * all.emissionUs,
  };
}

function toGate(perSecond: number, burst: number): Gate {
  const emissionUs = Math.ceil(1_000_000 / perSecond);
  return { emissionUs, toleranceUs: (burst - 1) * emissionUs };
}

/** What is kept for an account: for each gate the instant up to which it is used, in microseconds. */
export interface RateState {
  readonly allUs: number;
  readonly restUs: number;
  /** By `routeKey`. */
  readonly routesUs: Readonly<Record<string, number>>;
  /** Until then nobody calls. */
  readonly heldUntilUs: number;
  readonly shrunkAtUs: number;
  /** Of the rate, at `shrunkAtUs`; it halves every `shrinkStepUs` from there. */
  readonly divisor: number;
}

/** Nothing was ever called: also what losing the state comes to, which costs one burst. */
export const unusedRate: RateState = { allUs: 0, restUs: 0, routesUs: {}, heldUntilUs: 0, shrunkAtUs: 0, divisor: 1 };

export const shrinkStepUs = 60_000_000;
/** Several calls under way may meet the same refusal: they shrink the rate once. */
export const sameRefusalUs = 1_000_000;
export const divisorMax = 8;

/** Each share has its own line to a route, so that none can reserve the other's slots. */
export function routeKey({ share, route }: Pick<RateAsk, 'share' | 'route'>): string {
  return `${share}.${route}`;
}

/** By how much the rate is divided now. */
export function divisorAt({ divisor, shrunkAtUs }: RateState, nowUs: number): number {
  const steps = Math.max(0, Math.floor((nowUs - shrunkAtUs) / shrinkStepUs));
  return Math.max(1, Math.floor(divisor / 2 ** steps));
}

export interface RateMoment {
  readonly gates: RateGates;
  readonly nowUs: number;
}

/**
 * Decides one take. Each gate is charged from the slot on, not from now: so calls that wait are counted in the window in which
 * they are sent, and the bound holds for any window. A shrunk rate makes every call cost more and moves no bound in time.
 */
export function planTake(
  state: RateState,
  ask: RateAsk,
  { gates, nowUs }: RateMoment,
): { readonly state: RateState; readonly taken: Taken } {
  const key = routeKey(ask);
  const routeUs = state.routesUs[key] ?? 0;
  const isRest = ask.share === 'rest';
  const lineUs = isRest ? state.restUs - gates.rest.toleranceUs : state.allUs - gates.all.toleranceUs;
  const slotUs = Math.max(nowUs, state.heldUntilUs, lineUs, routeUs - gates.route.toleranceUs);
  const tooFarUs = slotUs - nowUs - toUs(ask.waitMaxMs);
  const beyondReachUs = isRest ? Math.max(state.allUs, slotUs) - nowUs - gates.restReachUs : 0;
  const deniedForUs = Math.max(tooFarUs, beyondReachUs);
  const divisor = divisorAt(state, nowUs);
  if (deniedForUs > 0) return { state, taken: { atUs: nowUs, divisor, deniedForMs: toMs(deniedForUs) } };
  const charge = (usedUs: number, gate: Gate): number => Math.max(usedUs, slotUs) + gate.emissionUs * divisor;
  return {
    state: {
      ...state,
      allUs: charge(state.allUs, gates.all),
      restUs: isRest ? charge(state.restUs, gates.rest) : state.restUs,
      routesUs: { ...state.routesUs, [key]: charge(routeUs, gates.route) },
    },
    taken: { atUs: nowUs, divisor, waitMs: toMs(slotUs - nowUs) },
  };
}

/** Decides what a 429 comes to. */
export function planShrink(state: RateState, nowUs: number, retryAfterMs: number): RateState {
  const heldUntilUs = Math.max(state.heldUntilUs, nowUs + toUs(retryAfterMs));
  if (nowUs < state.shrunkAtUs + sameRefusalUs) return { ...state, heldUntilUs };
  return { ...state, heldUntilUs, shrunkAtUs: nowUs, divisor: Math.min(divisorMax, divisorAt(state, nowUs) * 2) };
}

/** How long nobody may call. */
export function heldMs({ heldUntilUs }: RateState, nowUs: number): number {
  return Math.max(0, toMs(heldUntilUs - nowUs));
}

export function toUs(ms: number): number {
  return Math.round(ms * 1000);
}

/** Up: nobody comes early. */
export function toMs(us: number): number {
  return Math.ceil(us / 1000);
}
