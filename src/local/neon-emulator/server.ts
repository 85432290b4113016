/**
 * Owns the HTTP side of the emulated API: from the request to a call by a known caller on a known project, one change at a time,
 * and the form of errors. Never decides what a call does.
 */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { authenticate, findProject } from './access.ts';
import { publishAnswers } from './answers.ts';
import type { Context, Operations } from './context.ts';
import { strikeCalls } from './edge.ts';
import { fieldsOf } from './input.ts';
import { changeAlone } from './lane.ts';
import { createRates } from './rates.ts';
import { badRequest, notServed, Refusal, tooManyRequests } from './refusals.ts';
import { registerApiKeys } from './routes/api-keys.ts';
import { registerAccounts } from './routes/accounts.ts';
import { registerBranches } from './routes/branches.ts';
import type { AccountCall, Answer, Method, ProjectCall, Routes } from './routes/call.ts';
import { registerConnection } from './routes/connection.ts';
import { registerConsumption } from './routes/consumption.ts';
import { registerDatabases } from './routes/databases.ts';
import { registerEndpoints } from './routes/endpoints.ts';
import { registerOperations } from './routes/operations.ts';
import { registerProjects } from './routes/projects.ts';
import { registerRestores } from './routes/restores.ts';
import { registerRoles } from './routes/roles.ts';
import { registerSchedules } from './routes/schedules.ts';
import { registerSchema } from './routes/schema.ts';
import { registerSnapshots } from './routes/snapshots.ts';

export const apiPrefix = '/api/v2';

export function createServer(context: Context, operations: Operations, rateLimited: boolean): FastifyInstance {
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    requestIdHeader: 'x-request-id',
    genReqId: () => randomUUID(),
    frameworkErrors: (error, request, reply) => answerError(request, reply, error),
  });
  app.addHook('onRequest', async (request, reply) => void reply.header('x-neon-ret-request-id', request.id));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, String(body)));
  strikeCalls(app, context, operations, apiPrefix);
  publishAnswers(app, apiPrefix);
  app.setNotFoundHandler((request, reply) => {
    answerError(request, reply, notServed(`${request.method} ${request.url.split('?')[0]}`));
  });
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof Refusal))
      context.log(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : String(error)}`);
    answerError(request, reply, error);
  });
  const routes = createRoutes(app, context, rateLimited);
  for (const register of [
    registerAccounts,
    registerApiKeys,
    registerConsumption,
    registerProjects,
    registerBranches,
    registerRestores,
    registerSnapshots,
    registerSchedules,
    registerEndpoints,
    registerConnection,
    registerRoles,
    registerDatabases,
    registerSchema,
    registerOperations,
  ]) {
    register({ routes, context, operations });
  }
  return app;
}

function createRoutes(app: FastifyInstance, context: Context, rateLimited: boolean): Routes {
  const rates = createRates(() => performance.now());

  function route(method: Method, path: string, handle: (request: FastifyRequest) => Answer | Promise<Answer>): void {
    app.route({
      method,
      url: `${apiPrefix}${path}`,
      handler: async (request, reply) => {
        const { status, body } = await handle(request);
        return reply.code(status).send(body);
      },
    });
  }

  function accountCall(request: FastifyRequest): AccountCall {
    const caller = authenticate(context, request.headers.authorization, request.ip);
    const route = `${request.method} ${request.routeOptions.url}`;
    if (rateLimited && !rates.admit(caller.key.ownerId, route)) throw tooManyRequests();
    const params = fieldsOf(request.params);
    return { caller, param: (name) => String(params[name]), query: fieldsOf(request.query), body: readBody(request) };
  }

  function projectCall(request: FastifyRequest): ProjectCall {
    const call = accountCall(request);
    return { ...call, project: findProject(context, call.caller, call.param('projectId')) };
  }

  return {
    account(method, path, handler) {
      route(method, path, (request) => handler(accountCall(request)));
    },
    read(path, handler) {
      route('GET', path, (request) => handler(projectCall(request)));
    },
    change(method, path, handler) {
      route(method, path, async (request) => {
        const call = projectCall(request);
        // From here to the recorded work no other change may see the project, although the handler waits for Postgres.
        return changeAlone(context, call.project, () => handler(call));
      });
    },
  };
}

function readBody(request: FastifyRequest): unknown {
  const isIgnored = request.routeOptions.url?.endsWith('/snapshot') === true;
  if (typeof request.body !== 'string' || request.body.trim() === '' || isIgnored) return undefined;
  const body = parseBody(request.body);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('request body must be a JSON object');
  return body;
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('request body is not valid JSON');
  }
}

function answerError(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  const status = error instanceof Refusal ? error.status : statusOf(error);
  void reply.code(status).send({
    request_id: request.id,
    code: error instanceof Refusal ? error.code : '',
    message:
      error instanceof Error && (error instanceof Refusal || status < 500) ? error.message : 'internal server error',
  });
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 600 ? status : 500;
}
