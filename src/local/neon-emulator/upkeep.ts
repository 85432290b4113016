/**
 * Owns when the emulator does what nobody calls for: every second, and at once when the clock was shifted, each project gets a
 * round of duties, one after another; then servers of the past are looked at. What a duty does, and whether the project is free
 * for it, is the duty's own.
 */
import type { Context, Operations } from './context.ts';
import { expireDue } from './expiry.ts';
import { restIdle } from './idle.ts';
import { refreshSizes } from './sizes.ts';
import { fireSchedules } from './schedule.ts';
import { computeSizes } from './snapshot-sizes.ts';
import type { ProjectRecord } from './state.ts';
import { trimHistory } from './trim.ts';

/** Finds what is due now, and does it. A duty that changes the project takes its lane (lane.ts) and skips a busy one. */
type Duty = (context: Context, operations: Operations, project: ProjectRecord) => Promise<void>;

const duties: readonly Duty[] = [expireDue, fireSchedules, computeSizes, restIdle, refreshSizes, trimHistory];

export interface Upkeep {
  /** Begins a round of every project now, or right after the one that runs. */
  wake(): void;
  /** Ends the rounds after the duty that runs. Repeatable. */
  close(): Promise<void>;
}

export function startUpkeep(context: Context, operations: Operations): Upkeep {
  const rounds = new Map<string, Promise<void>>();
  let isClosing = false;
  let resting: Promise<void> | undefined;

  function begin(project: ProjectRecord): void {
    const round = run(project).finally(() => rounds.delete(project.id));
    rounds.set(project.id, round);
  }

  async function run(project: ProjectRecord): Promise<void> {
    for (const duty of duties) {
      if (isClosing || !context.state.projects.includes(project)) return;
      await duty(context, operations, project).catch((error: unknown) => {
        context.log(`${duty.name} of ${project.id}: ${error instanceof Error ? error.stack : String(error)}`);
      });
    }
  }

  function beginRounds(): void {
    for (const project of context.state.projects) if (!rounds.has(project.id)) begin(project);
    resting ??= context.travel
      .rest()
      .catch((error: unknown) => context.log(`servers of the past: ${String(error)}`))
      .finally(() => (resting = undefined));
  }

  function wake(): void {
    if (isClosing) return;
    for (const project of context.state.projects) {
      const round = rounds.get(project.id);
      if (round === undefined) begin(project);
      // A round that runs may have looked at the clock before it was shifted.
      else void round.then(() => (isClosing || rounds.has(project.id) ? undefined : begin(project)));
    }
  }

  const timer = setInterval(beginRounds, 1000);
  timer.unref();
  context.clock.onShift(wake);
  return {
    wake,
    async close() {
      isClosing = true;
      clearInterval(timer);
      await Promise.all([...rounds.values(), resting]);
    },
  };
}
