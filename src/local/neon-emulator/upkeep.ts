/**
 * Owns when the emulator does what nobody calls for: every second, and at once when the clock was shifted, each project that does
 * not rest (resting.ts) gets a round of duties, one after another; then servers of the past are looked at. What a duty does, and
 * whether the project is free for it, is the duty's own.
 */
import type { Context, Operations } from './context.ts';
import { expireDue } from './expiry.ts';
import { restIdle } from './idle.ts';
import { fireSchedules } from './schedule.ts';
import { computeSizes } from './snapshot-sizes.ts';
import type { ProjectRecord } from './state.ts';

/**
 * Finds what is due now, and does it. One that changes the project takes its lane (lane.ts) and skips a busy one. The answer is
 * when to look again if the project does not change before, in emulated milliseconds; 0: in the next round.
 */
type Duty = (context: Context, operations: Operations, project: ProjectRecord) => Promise<number>;

const duties: readonly Duty[] = [expireDue, fireSchedules, computeSizes, restIdle];

export interface Upkeep {
  /** Begins a round of every project now, or right after the one that runs. */
  wake(): void;
  /** Ends the rounds after the duty that runs. Repeatable. */
  close(): Promise<void>;
}

export function startUpkeep(context: Context, operations: Operations): Upkeep {
  const rounds = new Map<string, Promise<void>>();
  let isClosing = false;
  let tidying: Promise<void> | undefined;

  function begin(project: ProjectRecord): void {
    const round = run(project).finally(() => rounds.delete(project.id));
    rounds.set(project.id, round);
  }

  async function run(project: ProjectRecord): Promise<void> {
    const rest = context.resting.look(project.id);
    let soonest = Infinity;
    const ofRows = context.rows.duties.map(
      (duty): Duty =>
        (_context, _operations, own) =>
          duty(own),
    );
    for (const duty of [...duties, ...ofRows]) {
      if (isClosing || !context.projects.has(project)) return;
      const again = await duty(context, operations, project).catch((error: unknown) => {
        context.log(`upkeep of ${project.id}: ${error instanceof Error ? error.stack : String(error)}`);
        return 0;
      });
      soonest = Math.min(soonest, again);
    }
    rest(soonest);
  }

  function beginRounds(): void {
    const now = context.now().getTime();
    for (const project of context.state.projects)
      if (!rounds.has(project.id) && !context.resting.isResting(project.id, now)) begin(project);
    tidying ??= context.rows
      .tidy()
      .catch((error: unknown) => context.log(`servers of the past: ${String(error)}`))
      .finally(() => (tidying = undefined));
  }

  function wake(): void {
    if (isClosing) return;
    context.resting.stirAll();
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
      await Promise.all([...rounds.values(), tidying]);
    },
  };
}
