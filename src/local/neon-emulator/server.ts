/**
 * Owns the HTTP side of the emulated API: authentication, look-up of the project, one change at a time, and the form of errors.
 * Never decides what a call does.
 */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { isLocked, type Context } from './context.ts';
import { fieldsOf } from './input.ts';
import type { Operations } from './operations.ts';
import { badRequest, locked, notFound, notServed, Refusal } from './refusals.ts';
import { registerBranches } from './routes/branches.ts';
import type { Answer, Method, ProjectCall, Routes } from './routes/call.ts';
import { registerConnection } from './routes/connection.ts';
import { registerEndpoints } from './routes/endpoints.ts';
import { registerOperations } from './routes/operations.ts';
import { registerProjects } from './routes/projects.ts';
import { registerRestores } from './routes/restores.ts';
import { registerSnapshots } from './routes/snapshots.ts';
import type { AccountRecord } from './state.ts';

export const apiPrefix = '/api/v2';

export function createServer(context: Context, operations: Operations): FastifyInstance {
  const app = Fastify({ logger: false, exposeHeadRoutes: false, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, String(body)));
  app.setNotFoundHandler((request, reply) => {
    answerError(request, reply, notServed(`${request.method} ${request.url.split('?')[0]}`));
  });
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof Refusal))
      context.log(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : String(error)}`);
    answerError(request, reply, error);
  });
  const routes = createRoutes(app, context);
  for (const register of [
    registerProjects,
    registerBranches,
    registerRestores,
    registerSnapshots,
    registerEndpoints,
    registerConnection,
    registerOperations,
  ]) {
    register({ routes, context, operations });
  }
  return app;
}

function createRoutes(app: FastifyInstance, context: Context): Routes {
  const changing = new Set<string>();

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

  function projectCall(request: FastifyRequest): ProjectCall {
    const account = authenticate(context, request);
    const params = fieldsOf(request.params);
    const param = (name: string) => String(params[name]);
    const project = context.state.projects.find(
      ({ id, accountId }) => id === param('projectId') && accountId === account.id,
    );
    if (project === undefined) throw notFound('project');
    return { account, project, param, query: fieldsOf(request.query), body: readBody(request) };
  }

  return {
    account(path, handler) {
      route('GET', path, (request) =>
        handler({ account: authenticate(context, request), query: fieldsOf(request.query) }),
      );
    },
    read(path, handler) {
      route('GET', path, (request) => handler(projectCall(request)));
    },
    change(method, path, handler) {
      route(method, path, async (request) => {
        const call = projectCall(request);
        // From here to the recorded work no other change may see the project, although the handler waits for Postgres.
        if (isLocked(call.project) || changing.has(call.project.id)) throw locked();
        changing.add(call.project.id);
        try {
          return await handler(call);
        } finally {
          changing.delete(call.project.id);
        }
      });
    },
  };
}

function authenticate(context: Context, request: FastifyRequest): AccountRecord {
  const [, key] = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const account = context.state.accounts.find((candidate) => candidate.apiKey === key);
  if (account === undefined) throw new Refusal(401, 'supplied credentials do not pass authentication');
  return account;
}

function readBody(request: FastifyRequest): unknown {
  if (typeof request.body !== 'string' || request.body.trim() === '' || request.url.includes('/snapshot?'))
    return undefined;
  try {
    const body: unknown = JSON.parse(request.body);
    return body;
  } catch {
    throw badRequest('request body is not valid JSON');
  }
}

function answerError(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  const requestId = request.headers['x-request-id'];
  const status = error instanceof Refusal ? error.status : statusOf(error);
  void reply.code(status).send({
    request_id: typeof requestId === 'string' ? requestId : randomUUID(),
    code: error instanceof Refusal ? error.code : '',
    message: error instanceof Error && status < 500 ? error.message : 'internal server error',
  });
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 600 ? status : 500;
}
