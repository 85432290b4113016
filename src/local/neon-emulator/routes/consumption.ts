/**
 * Owns the answer about what projects have consumed: which question is allowed, and its pages. The numbers are consumption.ts's.
 */
import type { ConsumptionHistoryPerProjectV2, GetConsumptionHistoryPerProjectV2Responses } from '@neon/sdk/raw';
import { createHash } from 'node:crypto';
import { chosenOrganization, refuseProjectKey } from '../access.ts';
import { amountMonths, metricNames, nextStart, readHoldings, spansBetween, startOf } from '../consumption.ts';
import type { Granularity, Holdings, MetricName, Span } from '../consumption.ts';
import type { Context } from '../context.ts';
import { optionalInstant, optionalNumber, optionalText, requiredText, type Fields } from '../input.ts';
import { badRequest, forbidden, notAcceptable } from '../refusals.ts';
import type { ProjectRecord } from '../state.ts';
import type { RouteParts } from './call.ts';

const day = 86_400_000;
const reachMs: Readonly<Record<Granularity, number>> = { hourly: 7 * day, daily: 60 * day, monthly: 366 * day };
const earliest = Date.UTC(2024, 2, 1);
const idsMax = 100;

export function registerConsumption({ routes, context }: RouteParts): void {
  routes.account('GET', '/consumption_history/v2/projects', async ({ caller, query }) => {
    refuseProjectKey(caller);
    const organization = chosenOrganization(caller, requiredText(query, 'org_id'));
    const question = readQuestion(context, query);
    const limit = optionalNumber(query, 'limit', 1, 100) ?? 10;
    const cursor = optionalText(query, 'cursor');
    const wanted = texts(query, 'project_ids');
    if (wanted.length > idsMax) throw badRequest(`project_ids must have at most ${idsMax} ids`);
    if (organization.plan === 'free')
      throw forbidden('project consumption history requires a Launch, Scale, Agent, Business, or Enterprise plan');
    const newestFirst = context.state.projects
      .filter(({ id, accountId }) => accountId === organization.id && (wanted.length === 0 || wanted.includes(id)))
      .toReversed();
    const from = cursor === undefined ? 0 : newestFirst.findIndex(({ id }) => id === cursor) + 1;
    if (cursor !== undefined && from === 0) throw badRequest('cursor is not valid');
    const page = newestFirst.slice(from, from + limit);
    const last = page.at(-1);
    return {
      status: 200,
      body: {
        projects: await Promise.all(page.map((project) => answerFor(context, project, question))),
        ...(last === undefined ? {} : { pagination: { cursor: last.id } }),
      } satisfies GetConsumptionHistoryPerProjectV2Responses[200],
    };
  });
}

interface Question {
  readonly spans: readonly Span[];
  readonly metrics: readonly MetricName[];
}

function readQuestion(context: Context, query: Fields): Question {
  const granularity = requiredText(query, 'granularity');
  if (!isGranularity(granularity)) throw badRequest('granularity must be hourly, daily or monthly');
  const [from, to] = [requiredInstant(query, 'from'), requiredInstant(query, 'to')];
  const metrics = texts(query, 'metrics');
  if (metrics.length === 0) throw badRequest('metrics is required');
  if (!metrics.every(isMetric)) throw badRequest(`metrics must be among ${metricNames.join(', ')}`);
  if (from > to) throw notAcceptable('from must not be after to');
  const oldest = startOf(context.now().getTime() - reachMs[granularity], granularity);
  if (from < Math.max(oldest, earliest))
    throw notAcceptable(`from is outside of the range for ${granularity} granularity`);
  // What is to come has consumed nothing.
  const end = Math.min(to, nextStart(context.now().getTime(), granularity));
  return { spans: spansBetween(from, end, granularity), metrics };
}

function requiredInstant(query: Fields, name: string): number {
  const instant = optionalInstant(query, name);
  if (instant === undefined) throw badRequest(`${name} is required`);
  return Date.parse(instant);
}

function isGranularity(text: string): text is Granularity {
  return Object.hasOwn(reachMs, text);
}

function isMetric(text: string): text is MetricName {
  return metricNames.some((name) => name === text);
}

/** Repeated, or separated by commas. */
function texts(query: Fields, name: string): string[] {
  const value = query[name];
  const parts = Array.isArray(value) ? value : [value ?? ''];
  return parts.flatMap((part: unknown) => String(part).split(',')).filter((part) => part !== '');
}

/** Its billing periods are the months of the calendar, from its creation on. */
async function answerFor(
  context: Context,
  project: ProjectRecord,
  { spans, metrics }: Question,
): Promise<ConsumptionHistoryPerProjectV2> {
  const now = context.now().getTime();
  const createdAt = Date.parse(project.createdAt);
  const holdings = await readHoldings(context, project);
  const lived = spans.filter(({ from, to }) => to > createdAt && from <= now);
  const months = [...new Set(lived.map(({ from }) => startOf(from, 'monthly')))];
  const periods = months.map((month) => ({
    period_id: periodId(project, month),
    period_plan: project.plan,
    period_start: text(Math.max(month, createdAt)),
    ...(nextStart(month, 'monthly') <= now ? { period_end: text(nextStart(month, 'monthly')) } : {}),
    consumption: lived
      .filter(({ from }) => startOf(from, 'monthly') === month)
      .map((span) => ({
        timeframe_start: text(span.from),
        timeframe_end: text(span.to),
        metrics: valuesIn(span, holdings, metrics, now),
      })),
  }));
  return { project_id: project.id, periods };
}

function valuesIn(span: Span, holdings: Holdings, metrics: readonly MetricName[], now: number) {
  return metrics.flatMap((name) => {
    const held = holdings[name];
    return held === undefined ? [] : [{ metric_name: name, value: amountMonths(held, span, now) }];
  });
}

/** A UUID that is the same whenever it is asked for. */
function periodId(project: ProjectRecord, month: number): string {
  const hex = createHash('sha256').update(`${project.id} ${month}`).digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
}

function text(at: number): string {
  return new Date(at).toISOString();
}
