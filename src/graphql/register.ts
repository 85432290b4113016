// Owns the GraphQL door: POST /graphql, and GraphiQL where it is wanted. It translates; the domain decides.
// The route is ours, not mercurius', so that there is no GET, no batch, and one shape for every refusal.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLError } from 'graphql';
import mercurius, { type MercuriusContext, type MercuriusOptions } from 'mercurius';
import type { DoorDomain } from '../domain/index.ts';
import { readActions } from './actions.ts';
import { toFieldError, toRequestError, whyNotRun } from './errors.ts';
import { registerGraphiql } from './graphiql.ts';
import { limitArguments, tokensMax, valuesMax } from './limits.ts';
import { loaders } from './loaders.ts';
import { type Operation, readOperation } from './operation.ts';
import { resolvers } from './resolvers/index.ts';
import { depthRule, enteredRule } from './rules.ts';
import { buildGraphqlSchema } from './schema.ts';
import { serveSubscriptions } from './websocket.ts';

interface GraphqlOptions {
  readonly domain: DoorDomain;
  /** Serve GraphiQL too, at /graphiql. */
  readonly graphiql: boolean;
  /** The reader of subscriptions that takes nothing for so long is cut off. Default: 20 s. */
  readonly stallMs?: number | undefined;
}

/** `request.actor` must be there: the door of REST guards this one too. */
export async function registerGraphql(
  app: FastifyInstance,
  { domain, graphiql, stallMs }: GraphqlOptions,
): Promise<void> {
  await app.register(async (scope) => {
    await scope.register(mercurius, toMercurius());
    scope.post('/graphql', { schema: { hide: true }, config: { valuesMax } }, (request, reply) =>
      answer(domain, request, reply),
    );
    await serveSubscriptions(scope, { domain, stallMs });
    if (graphiql) registerGraphiql(scope);
  });
}

/**
 * So many documents are kept parsed, and as many of those that were refused. Dashboards have a handful; a thousand that somebody made up, each as
 * large as may be, would take hundreds of megabytes.
 */
const documentsMax = 100;

function toMercurius(): MercuriusOptions {
  const schema = buildGraphqlSchema();
  readActions(schema);
  return {
    schema,
    resolvers,
    loaders,
    schemaTransforms: [limitArguments],
    routes: false,
    validationRules: [enteredRule, depthRule],
    cache: documentsMax,
    graphql: { parseOptions: { maxTokens: tokensMax } },
    errorFormatter: formatErrors,
  };
}

/** 200 where the operation ran, errors or not; 400 where it could not. */
async function answer(domain: DoorDomain, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  try {
    const { query, variables, operationName }: Operation = readOperation(request.body);
    return await reply.graphql(query, { actor: request.actor, domain }, variables, operationName);
  } catch (error) {
    const errors = whyNotRun(error, request.id);
    if (errors === undefined) throw error;
    request.log.info({ code: 'invalid_request' }, 'graphql.refused');
    return reply.code(400).send({ errors });
  }
}

/** Where there is no `data` at all, the operation was not run. */
function formatErrors(
  { data, errors }: { data?: Record<string, unknown> | null; errors: readonly GraphQLError[] },
  { reply }: MercuriusContext,
) {
  const { id: requestId, log } = reply.request;
  if (data === undefined) {
    return { statusCode: 400, response: { errors: errors.map((error) => toRequestError(error, requestId)) } };
  }
  return {
    statusCode: 200,
    response: { data, errors: errors.map((error) => toFieldError(error, { requestId, log })) },
  };
}
