// Owns the GraphQL door: POST /graphql, and GraphiQL where it is wanted. It translates; the domain decides.
// The route is ours, not mercurius', so that there is no GET, one shape for every refusal, and one bound for all of a batch.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLError, GraphQLSchema, ValidationRule } from 'graphql';
import mercurius, { type MercuriusContext, type MercuriusOptions } from 'mercurius';
import type { DoorDomain } from '../domain/index.ts';
import { readActions } from './actions.ts';
import { mayBeCompiled, runsBeforeCompiled } from './compiled.ts';
import type { Budget } from './context.ts';
import { spend } from './cost.ts';
import { firstOfEachNull, toFieldError, toRequestError, whyNotRun } from './errors.ts';
import { registerGraphiql } from './graphiql.ts';
import { limitArguments, tokensMax, valuesMax } from './limits.ts';
import { loaders } from './loaders.ts';
import { type Door, type Operation, readBatch, readOperation } from './operation.ts';
import { readPersistedQueries } from './persisted.ts';
import { resolvers } from './resolvers/index.ts';
import { aliasRule, depthRule, enteredRule, introspectionRule } from './rules.ts';
import { buildGraphqlSchema } from './schema.ts';
import { serveSubscriptions } from './websocket.ts';

export interface GraphqlSettings {
  /** Serve GraphiQL too, at /graphiql. */
  readonly graphiql: boolean;
  /** Tell the schema to whoever asks. */
  readonly introspection: boolean;
  /** How many objects a request may answer. */
  readonly costMax: number;
  /** The file of the persisted queries. */
  readonly persistedQueries?: string | undefined;
  /** Serve no other. */
  readonly persistedOnly: boolean;
}

interface GraphqlOptions extends GraphqlSettings {
  readonly domain: DoorDomain;
  /** The reader of subscriptions that takes nothing for so long is cut off. Default: 20 s. */
  readonly stallMs?: number | undefined;
  /** Whether who opened a WebSocket may still ask is looked at so often. Default: 15 s. */
  readonly lookMs?: number | undefined;
}

/** `request.actor` must be there: the door of REST guards this one too. */
export async function registerGraphql(app: FastifyInstance, options: GraphqlOptions): Promise<void> {
  const rules = rulesOf(options);
  const schema = buildGraphqlSchema();
  readActions(schema);
  const { persistedQueries: path, persistedOnly: only } = options;
  const queries = path === undefined ? new Map<string, string>() : readPersistedQueries(path, schema, rules);
  const door: Door = { domain: options.domain, costMax: options.costMax, persisted: { queries, only } };
  await app.register(async (scope) => {
    await scope.register(mercurius, toMercurius(schema, rules));
    scope.graphql.addHook('preExecution', async (executed, document, { budget, operationName }, variables) => {
      const coerced = spend(budget, { schema: executed, document, operationName, variables: variables ?? {} });
      // mercurius compiles no document that a hook gives it.
      return coerced && mayBeCompiled(executed, document, coerced) ? { variables: coerced } : { document };
    });
    scope.post('/graphql', { schema: { hide: true }, config: { valuesMax } }, (request, reply) =>
      answer(door, request, reply),
    );
    await serveSubscriptions(scope, { ...door, stallMs: options.stallMs, lookMs: options.lookMs });
    if (options.graphiql) registerGraphiql(scope);
  });
}

function rulesOf({ introspection }: GraphqlSettings): ValidationRule[] {
  const rules = [enteredRule, depthRule, aliasRule];
  return introspection ? rules : [...rules, introspectionRule];
}

/**
 * So many documents are kept parsed, and as many of those that were refused. Dashboards have a handful; a thousand that somebody made up, each as
 * large as may be, would take hundreds of megabytes.
 */
const documentsMax = 100;

/** Handed on to graphql-jit; the types of mercurius do not name it. */
interface Compiled {
  readonly compilerOptions: { readonly disableLeafSerialization: boolean };
}

function toMercurius(schema: GraphQLSchema, validationRules: ValidationRule[]): MercuriusOptions & Compiled {
  return {
    schema,
    resolvers: { ...resolvers, ...loaders },
    schemaTransforms: [limitArguments],
    routes: false,
    validationRules,
    cache: documentsMax,
    jit: runsBeforeCompiled,
    // Text, numbers and words of enumerations are given as the views have them: checking each would make its path and its place in the query anew.
    compilerOptions: { disableLeafSerialization: true },
    graphql: { parseOptions: { maxTokens: tokensMax } },
    errorFormatter: formatErrors,
  };
}

/**
 * 200 where the operation ran, errors or not; 400 where it could not. A batch is answered in its order, one operation after the other, each
 * counted as a request. Nobody keeps an answer: it may hold a secret.
 */
async function answer(door: Door, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  reply.header('cache-control', 'no-store');
  const budget = { max: door.costMax, spent: 0 };
  try {
    const batch = readBatch(request.body);
    if (!batch) return await run(door, request.body, { request, reply, budget });
    const answers: unknown[] = [];
    for (const [index, body] of batch.entries()) {
      try {
        // The first was counted as the request.
        if (index > 0) await request.countFor(request.actor, reply);
        answers.push(await run(door, body, { request, reply, budget }));
      } catch (error) {
        answers.push({ errors: toErrors(error, request) });
      }
    }
    return await reply.code(200).send(answers);
  } catch (error) {
    return reply.code(400).send({ errors: toErrors(error, request) });
  }
}

interface Running {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly budget: Budget;
}

/** `errors` stand first, as graphql-js has them; what is compiled has them last. */
async function run({ domain, persisted }: Door, body: unknown, { request, reply, budget }: Running): Promise<unknown> {
  const { query, variables, operationName }: Operation = readOperation(body, persisted);
  const context = { actor: request.actor, domain, budget, operationName };
  const { errors, ...rest } = await reply.graphql(query, context, variables, operationName);
  return errors ? { errors, ...rest } : rest;
}

/** The errors of an operation that could not be run. Throws where the fault is ours. */
function toErrors(error: unknown, request: FastifyRequest) {
  const errors = whyNotRun(error, request.id);
  if (errors === undefined) throw error;
  request.log.info({ code: errors[0]?.extensions?.['code'] }, 'graphql.refused');
  return errors;
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
    response: { data, errors: firstOfEachNull(data, errors).map((error) => toFieldError(error, { requestId, log })) },
  };
}
