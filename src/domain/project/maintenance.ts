// Owns the maintenance windows of a project as they are asked for, kept and shown. How they act is `core/maintenance.ts` and
// `domain/policy/firing-plan.ts`.

import { Refusal } from '../../core/errors.ts';
import { parseInstant } from '../../core/instant.ts';
import { type MaintenanceWindow, neverEnds } from '../../core/maintenance.ts';
import { checkSchedule, longestInterval } from '../../core/schedule.ts';
import type { MaintenanceWindowInput } from '../commands.ts';
import type { MaintenanceWindowView } from '../views.ts';

const daysMax = 14;

/**
 * The windows as they are kept. Refuses with `invalid_request` one that is neither once nor again and again, `invalid_instant`,
 * `invalid_cron`, `invalid_time_zone`, `maintenance_window_out_of_range`, and `name_taken` for two of one name.
 */
export function readWindows(inputs: readonly MaintenanceWindowInput[], now: Date): MaintenanceWindow[] {
  const names = new Set<string>();
  const windows = inputs.map((input, index) => {
    const path = `maintenanceWindows[${index}]`;
    const window = readWindow(input, path, now);
    if (names.has(window.name)) {
      throw refuse('name_taken', `${path}.name`, `two windows are named ${JSON.stringify(window.name)}`);
    }
    names.add(window.name);
    return window;
  });
  if (neverEnds(windows)) {
    const what = 'together the windows leave no gap, so that maintenance would never end';
    throw refuse('maintenance_window_out_of_range', 'maintenanceWindows', what);
  }
  return windows;
}

function readWindow(input: MaintenanceWindowInput, path: string, now: Date): MaintenanceWindow {
  const { name, from, until, cron, timeZone, durationSeconds } = input;
  const [isOnce, isRepeated] = [
    [from, until],
    [cron, timeZone, durationSeconds],
  ].map((parts) => parts.some(isGiven));
  if (isGiven(from) && isGiven(until) && !isRepeated) return readOnce({ name, from, until }, path);
  if (isGiven(cron) && isGiven(timeZone) && isGiven(durationSeconds) && !isOnce) {
    return readRepeated({ name, cron, timeZone, durationSeconds }, path, now);
  }
  throw refuse('invalid_request', path, 'it must be {name, from, until} or {name, cron, timeZone, durationSeconds}');
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

function readOnce(input: { name: string; from: string; until: string }, path: string): MaintenanceWindow {
  const from = parseInstant(input.from, `${path}.from`);
  const until = parseInstant(input.until, `${path}.until`);
  if (from >= until || until.getTime() - from.getTime() > daysMax * 86_400_000) {
    throw refuse(
      'maintenance_window_out_of_range',
      `${path}.until`,
      `it must be later than from, by at most ${daysMax} days`,
    );
  }
  return { name: input.name, from: from.toISOString(), until: until.toISOString() };
}

/** One that lasts until the next begins would never end. */
function readRepeated(
  window: { name: string; cron: string; timeZone: string; durationSeconds: number },
  path: string,
  now: Date,
): MaintenanceWindow {
  checkSchedule(window, path, now);
  const intervalMs = longestInterval([window]);
  if (window.durationSeconds * 1000 >= intervalMs) {
    const what = `the next window begins after ${intervalMs / 1000} s at most, so that maintenance would never end`;
    throw refuse('maintenance_window_out_of_range', `${path}.durationSeconds`, what);
  }
  return window;
}

export function toWindowView(window: MaintenanceWindow): MaintenanceWindowView {
  const none = { from: null, until: null, cron: null, timeZone: null, durationSeconds: null };
  return { ...none, ...window };
}

function refuse(
  code: 'invalid_request' | 'name_taken' | 'maintenance_window_out_of_range',
  field: string,
  what: string,
): Refusal {
  return new Refusal(code, `${field}: ${what}. Nothing was saved.`, { members: { field } });
}
