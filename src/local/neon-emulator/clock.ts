/**
 * Owns the emulated clock: what time the API says it is, and which moment of the machine an emulated instant was. Postgres lives
 * in machine time, so every instant is converted where it passes between the API and a cluster. Never reads or changes rows.
 */

/** From `atReal` (machine time) on, the emulated clock is `offsetMs` ahead of the machine's. Before the first one: 0. */
export interface ClockShift {
  readonly atReal: string;
  readonly offsetMs: number;
}

export interface Clock {
  /** The emulated time. */
  now(): Date;
  /** Sets the offset from now on; it is in the saved state when this resolves. The past keeps the offsets that it had. */
  shift(offsetMs: number): Promise<void>;
  /** Calls back after each shift, also one that moves nothing. */
  onShift(listener: () => void): void;
  /** The moment of the machine at which the rows of an emulated instant were. RFC 3339; digits below the millisecond stay. */
  toReal(instant: string): string;
  /** What the emulated clock showed at a moment of the machine. */
  toEmulated(instant: string): string;
}

/** `shifts` is a list of the state, oldest first; only this file adds to it. */
export function createClock(shifts: ClockShift[], save: () => Promise<void>): Clock {
  const listeners: (() => void)[] = [];
  return {
    now: () => new Date(Date.now() + (shifts.at(-1)?.offsetMs ?? 0)),
    async shift(offsetMs) {
      // A machine's clock may be set back; the list stays in order all the same.
      const last = shifts.at(-1);
      const now = Math.max(Date.now(), last === undefined ? 0 : Date.parse(last.atReal));
      if (offsetMs !== (last?.offsetMs ?? 0)) shifts.push({ atReal: new Date(now).toISOString(), offsetMs });
      await save();
      for (const listener of listeners) listener();
    },
    onShift: (listener) => void listeners.push(listener),
    toReal: (instant) => toReal(shifts, instant),
    toEmulated: (instant) => toEmulated(shifts, instant),
  };
}

export function toEmulated(shifts: readonly ClockShift[], instant: string): string {
  const at = Date.parse(instant);
  const shift = shifts.findLast(({ atReal }) => Date.parse(atReal) <= at);
  return moved(instant, shift?.offsetMs ?? 0);
}

/**
 * After a jump back an instant was shown more than once: the latest time counts. A jump forward leaves out instants: they mean
 * the moment of the jump, at which the rows were what they were at all of them.
 */
export function toReal(shifts: readonly ClockShift[], instant: string): string {
  const at = Date.parse(instant);
  const index = shifts.findLastIndex(({ atReal, offsetMs }) => Date.parse(atReal) + offsetMs <= at);
  const offsetMs = shifts[index]?.offsetMs ?? 0;
  const next = shifts[index + 1]?.atReal;
  return next !== undefined && at - offsetMs >= Date.parse(next) ? next : moved(instant, -offsetMs);
}

/** An instant that need not move keeps its form. */
function moved(instant: string, ms: number): string {
  if (ms === 0) return instant;
  const finer = /\.\d{3}(\d+)/.exec(instant)?.[1] ?? '';
  return new Date(Date.parse(instant) + ms).toISOString().replace('Z', `${finer}Z`);
}
