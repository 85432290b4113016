// Owns the assembly of the REST door: the order of its checks, and its routes. It listens nowhere; `app.ts` does.

import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { fastify, type FastifyHttpOptions, type FastifyInstance, LogController } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Logger } from 'pino';
import { Refusal } from '../core/errors.ts';
import type { DoorDomain } from '../domain/index.ts';
import { guardAccess } from './access.ts';
import { bodyBytesMax, readJsonOnly } from './body.ts';
import { refuseConnection } from './connection.ts';
import { makeCounters, type SharedCounts } from './edge/counters.ts';
import { allowOrigins, sendSecurityHeaders } from './edge/headers.ts';
import { shedLoad } from './edge/pressure.ts';
import { limitRates } from './edge/rates.ts';
import { type EdgeRecorder, tellNobody } from './edge/recorder.ts';
import { edgeDefaults, type EdgeSettings } from './edge/settings.ts';
import { slowSignIns } from './edge/sign-ins.ts';
import { boundAnswers, connectionTimes } from './edge/times.ts';
import { stallMsDefault } from './event-stream.ts';
import { doorLogger, logAnswers } from './logging.ts';
import { describeRoutes, serveDocs } from './openapi.ts';
import { announceClosing } from './prefer.ts';
import { answerError } from './problem.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { auditEventRoutes } from './routes/audit-events.ts';
import { auditHeadRoutes } from './routes/audit-heads.ts';
import { branchRoutes } from './routes/branches.ts';
import { eventRoutes } from './routes/events.ts';
import { credentialRoutes } from './routes/credentials.ts';
import { healthRoutes } from './routes/health.ts';
import { holdRoutes } from './routes/holds.ts';
import { memberRoutes } from './routes/members.ts';
import { retentionPlanRoutes } from './routes/retention-plans.ts';
import { jobRoutes } from './routes/jobs.ts';
import { type RenderMetrics, serveMetrics } from './routes/metrics.ts';
import { policyPreviewRoutes } from './routes/policy-preview.ts';
import { policyRoutes } from './routes/policies.ts';
import { policyDocumentRoutes } from './routes/policy-documents.ts';
import { policyLifeRoutes } from './routes/policy-life.ts';
import { projectRoutes } from './routes/projects.ts';
import { reconcileRoutes } from './routes/reconcile.ts';
import { restoreRoutes } from './routes/restores.ts';
import { retentionRoutes } from './routes/retention.ts';
import { snapshotRoutes } from './routes/snapshots.ts';
import { statusRoutes } from './routes/status.ts';
import { teamRoutes } from './routes/teams.ts';
import { buildSerializersOnce } from './serializers.ts';
import { refuseUnknownRoutes } from './unknown-route.ts';

export { leaveOpen } from './access.ts';
export type { EdgeSettings } from './edge/settings.ts';

export interface RestOptions {
  readonly domain: DoorDomain;
  readonly logger: Logger | false;
  readonly newRequestId?: () => string;
  readonly production: boolean;
  /** Without the api role a process answers probes alone. Default: everything. */
  readonly serves?: 'everything' | 'probes';
  /** What `/metrics` answers, in every role; absent, there is no such page. */
  readonly renderMetrics?: RenderMetrics;
  /** Networks, separated by commas, whose X-Forwarded-For is believed. Default: nobody's. */
  readonly trustedProxies?: string | undefined;
  /** The reader of a stream that takes nothing for so long is cut off. Default: 20 s. */
  readonly stallMs?: number | undefined;
  readonly edge?: Partial<EdgeSettings> | undefined;
  /** Told of who is turned away. Default: nobody is told. */
  readonly recorder?: EdgeRecorder | undefined;
  /** For all processes together; absent, each counts its own. */
  readonly sharedCounts?: SharedCounts | undefined;
}

/**
 * The door, ready for more routes and then for `listen`. Routes that are added to it are guarded like its own (see
 * `access.ts`), refuse in the same form, and are no part of the OpenAPI document unless their path begins with /v1/.
 */
export async function buildRest(options: RestOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify(settings(options));
  announceClosing(app);
  app.setErrorHandler(answerError);
  identifyAnswers(app);
  await raiseEdge(app, options);
  readJsonOnly(app);
  logAnswers(app);
  await describeRoutes(app);
  await app.register(healthRoutes, { domain: options.domain });
  if (options.renderMetrics) serveMetrics(app, options.renderMetrics);
  if (options.serves === 'probes') return app;
  await registerRoutes(app, options);
  await serveDocs(app, options);
  return app;
}

/** What stands before every route, in the order in which a request meets it. */
async function raiseEdge(app: FastifyInstance, options: RestOptions): Promise<void> {
  const { domain, edge, sharedCounts, serves, recorder = tellNobody } = options;
  const settings = { ...edgeDefaults, ...edge };
  await sendSecurityHeaders(app);
  await allowOrigins(app, settings.corsOrigins);
  refuseUnknownRoutes(app);
  boundAnswers(app);
  if (serves !== 'probes') await shedLoad(app, settings, recorder);
  const counters = makeCounters(app, sharedCounts);
  guardAccess(app, domain, {
    admit: await slowSignIns(counters, settings, recorder),
    countRequest: await limitRates(counters, settings, recorder),
  });
}

async function registerRoutes(app: FastifyInstance, { domain, stallMs = stallMsDefault }: RestOptions): Promise<void> {
  const door = app.withTypeProvider<TypeBoxTypeProvider>();
  await door.register(teamRoutes, { domain });
  await door.register(memberRoutes, { domain });
  await door.register(apiKeyRoutes, { domain });
  await door.register(credentialRoutes, { domain });
  await door.register(projectRoutes, { domain });
  await door.register(reconcileRoutes, { domain });
  await door.register(branchRoutes, { domain });
  await door.register(statusRoutes, { domain });
  await door.register(policyRoutes, { domain });
  await door.register(retentionRoutes, { domain });
  await door.register(policyPreviewRoutes, { domain });
  await door.register(policyLifeRoutes, { domain });
  await door.register(policyDocumentRoutes, { domain });
  await door.register(snapshotRoutes, { domain });
  await door.register(holdRoutes, { domain });
  await door.register(retentionPlanRoutes, { domain });
  await door.register(restoreRoutes, { domain });
  await door.register(jobRoutes, { domain });
  await door.register(auditEventRoutes, { domain });
  await door.register(auditHeadRoutes, { domain });
  await door.register(eventRoutes, { domain, streams: { stallMs } });
}

function settings({ logger, newRequestId = randomUUID, trustedProxies }: RestOptions): FastifyHttpOptions<Server> {
  return {
    ...(trustedProxies === undefined ? {} : { trustProxy: trustedProxies }),
    ...(logger ? { loggerInstance: doorLogger(logger) } : { logger: false }),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: (raw) => givenRequestId(raw.headers['x-request-id']) ?? newRequestId(),
    requestIdHeader: false,
    bodyLimit: bodyBytesMax,
    ...connectionTimes,
    routerOptions: { maxParamLength: 1024 },
    // `body.ts` bounds how many values are checked: that makes `allErrors` safe.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true, verbose: true } },
    schemaController: { compilersFactory: { buildSerializer: buildSerializersOnce() } },
    // A WebSocket alone leaves HTTP; who offers another protocol is answered in this one.
    http: { shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket' },
    // Refused by a hook below, in the form of every refusal.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      answerError(error, request, reply);
    },
    clientErrorHandler: refuseConnection,
  };
}

/** The first hook of all: every answer names its request, and a closing server takes no more. */
function identifyAnswers(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    if (!app.closing.aborted) return;
    throw new Refusal('starting', 'This process is stopping. Nothing was done. Send the request again.', {
      retryAfterSeconds: 1,
    });
  });
}

/** An id that came with the request is kept only where it can do no harm in a log or a header. */
function givenRequestId(given: string | string[] | undefined): string | undefined {
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : undefined;
}
