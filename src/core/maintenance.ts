// Owns maintenance windows of projects: whether one lasts, and until when.

import { nextFiring } from './schedule.ts';
import { coversAlways } from './schedule/calendar.ts';

/** Once, or again and again: from each firing of the line for so long. */
export type MaintenanceWindow =
  | { readonly name: string; readonly from: string; readonly until: string }
  | { readonly name: string; readonly cron: string; readonly timeZone: string; readonly durationSeconds: number };

/** When the windows that last at `now` have ended, one after the other where they overlap; null where none lasts. */
export function maintenanceUntil(windows: readonly MaintenanceWindow[], now: Date): Date | null {
  let until: Date | null = null;
  // Each round passes at least one window's end; windows that never leave a gap end with the bound.
  for (let round = 0; round < roundsMax; round += 1) {
    const at: Date = until ?? now;
    const ends: number[] = windows.flatMap((window) => endOf(window, at)?.getTime() ?? []);
    if (ends.length === 0) return until;
    until = new Date(Math.max(...ends));
  }
  return until;
}

/**
 * Whether those that come again and again leave no gap, one after the other, so that nothing would ever fire. As clocks show it: windows
 * of several zones are looked at zone by zone.
 */
export function neverEnds(windows: readonly MaintenanceWindow[]): boolean {
  const repeated = windows.filter((window) => 'cron' in window);
  return [...Map.groupBy(repeated, ({ timeZone }) => timeZone.toLowerCase()).values()].some((own) =>
    coversAlways(own.map(({ cron, durationSeconds }) => ({ line: cron, lastsMs: durationSeconds * 1000 }))),
  );
}

const roundsMax = 64;

/** When the window that lasts at the instant ends: begun at or before it, ending after it. */
function endOf(window: MaintenanceWindow, at: Date): Date | undefined {
  if ('from' in window) {
    const [from, until] = [new Date(window.from), new Date(window.until)];
    return from <= at && at < until ? until : undefined;
  }
  const durationMs = window.durationSeconds * 1000;
  const begun = nextFiring(window, new Date(at.getTime() - durationMs));
  return begun && begun <= at ? new Date(begun.getTime() + durationMs) : undefined;
}
