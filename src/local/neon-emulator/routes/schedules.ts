/**
 * Owns the calls on backup schedules and what a schedule may be. When one is due is schedule.ts's.
 */
import type { BackupScheduleItem, GetSnapshotScheduleResponses, SetSnapshotScheduleResponses } from '@neon/sdk/raw';
import { getBranch } from '../context.ts';
import { fieldsOf, optionalNumber, requiredText, type Fields } from '../input.ts';
import { limitsFor } from '../limits.ts';
import { badRequest, unprocessable } from '../refusals.ts';
import { retentionSecondsMax } from '../schedule.ts';
import type { ScheduleItem } from '../state.ts';
import type { RouteParts } from './call.ts';

const path = '/projects/:projectId/branches/:branchId/backup_schedule';

export function registerSchedules({ routes, context }: RouteParts): void {
  routes.read(path, ({ project, param }) => {
    const { schedule } = getBranch(project, param('branchId'));
    return { status: 200, body: { schedule: schedule.map(renderItem) } satisfies GetSnapshotScheduleResponses[200] };
  });

  routes.change('PUT', path, async ({ project, body, param }) => {
    const branch = getBranch(project, param('branchId'));
    if (!limitsFor(project).backupSchedules)
      throw unprocessable('backup schedule creation is not enabled for this project');
    if (branch.parentId !== undefined) throw unprocessable('backup schedules are for root branches only');
    branch.schedule = readSchedule(body, context.now().toISOString());
    branch.updatedAt = context.now().toISOString();
    await context.save();
    return { status: 200, body: {} satisfies SetSnapshotScheduleResponses[200] };
  });
}

/** An empty list turns the schedule off, as Neon's guide says. */
function readSchedule(body: unknown, now: string): ScheduleItem[] {
  const { schedule } = fieldsOf(body);
  if (!Array.isArray(schedule)) throw badRequest('request body: schedule is required');
  const items = schedule.map((item: unknown) => readItem(fieldsOf(item), now));
  const keys = items.map(({ frequency, hour = 0, day = 1 }) => `${frequency} ${day} ${hour}`);
  if (new Set(keys).size < keys.length) throw badRequest('schedule holds the same entry twice');
  return items;
}

const lastDay = { daily: 0, weekly: 7, monthly: 31 } as const;

function readItem(fields: Fields, now: string): ScheduleItem {
  const frequency = requiredText(fields, 'frequency');
  if (!isFrequency(frequency)) throw badRequest('frequency must be daily, weekly or monthly');
  if (frequency === 'daily' && isGiven(fields, 'day')) throw badRequest('a daily schedule has no day');
  if (isGiven(fields, 'month')) throw badRequest(`a ${frequency} schedule has no month`);
  return {
    frequency,
    hour: optionalNumber(fields, 'hour', 0, 23),
    day: optionalNumber(fields, 'day', 1, lastDay[frequency]),
    retentionSeconds: optionalNumber(fields, 'retention_seconds', 3600, retentionSecondsMax),
    handledUntil: now,
  };
}

function isGiven(fields: Fields, name: string): boolean {
  return fields[name] !== undefined && fields[name] !== null;
}

function isFrequency(text: string): text is ScheduleItem['frequency'] {
  return Object.hasOwn(lastDay, text);
}

function renderItem({ frequency, hour, day, retentionSeconds }: ScheduleItem): BackupScheduleItem {
  return {
    frequency,
    ...(hour === undefined ? {} : { hour }),
    ...(day === undefined ? {} : { day }),
    ...(retentionSeconds === undefined ? {} : { retention_seconds: retentionSeconds }),
  };
}
