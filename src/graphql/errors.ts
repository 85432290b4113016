// Owns the shape of a refusal in GraphQL: the codes of the one table under `extensions`, and nothing of what went wrong
// inside. A value that was sent is never repeated: it may be a secret.

import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { MercuriusError } from 'mercurius';
import { Refusal, refusals } from '../core/errors.ts';

export interface RequestFacts {
  readonly requestId: string;
  readonly log: FastifyBaseLogger;
}

/** The refusal of one field of an argument; `path` as people write it, such as `input.schedules[0].cron`. */
export function refuseInput(path: string, fault: string): Refusal {
  const field = path.replace(/^input\./, '');
  return new Refusal('invalid_request', `The input does not fit the schema: ${field} ${fault}. Nothing was done.`, {
    members: { errors: [{ path: field, message: fault }] },
  });
}

/** An error of a field that was being answered: a refusal is shown, all else is a fault of ours and goes to the log. */
export function toFieldError(error: GraphQLError, facts: RequestFacts): GraphQLFormattedError {
  const refusal = refusalOf(error);
  if (refusal) facts.log.info({ code: refusal.code, path: error.path }, 'graphql.refused');
  else facts.log.error({ err: error.originalError ?? error, path: error.path }, 'graphql.failed');
  return {
    ...place(error),
    ...show(refusal ?? internal(facts.requestId), facts.requestId),
  };
}

/** Of the errors below one null of the answer the first: how many others there are depends on what was read before it. */
export function firstOfEachNull(data: unknown, errors: readonly GraphQLError[]): GraphQLError[] {
  const told = new Set<string>();
  return errors.filter(({ path }) => {
    const place = path && JSON.stringify(pathOfNull(data, path));
    if (place === undefined) return true;
    const isFirst = !told.has(place);
    told.add(place);
    return isFirst;
  });
}

/** As much of the path as leads into the answer. */
function pathOfNull(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  let at = data;
  for (const [depth, part] of path.entries()) {
    if (typeof at !== 'object' || at === null) return path.slice(0, depth);
    at = (at as Readonly<Record<string | number, unknown>>)[part];
  }
  return path;
}

/** An error that kept the operation from running at all: its syntax, its fields, its variables. */
export function toRequestError(error: Error, requestId: string): GraphQLFormattedError {
  const rule = error instanceof GraphQLError ? error.originalError : undefined;
  if (rule instanceof Refusal) return { ...place(error as GraphQLError), ...show(rule, requestId) };
  // The parser goes as deep as the text does.
  const words = error instanceof RangeError ? 'The document nests too deep' : cleanMessage(error);
  const message = `${words}${/[.!?]$/.test(words) ? '' : '.'} Nothing was done.`;
  return {
    ...(error instanceof GraphQLError ? place(error) : {}),
    ...show(new Refusal('invalid_request', message), requestId),
  };
}

/** A refusal, or a fault of ours that goes to the log, outside of any field. */
export function refusalShown(error: unknown, { requestId, log }: RequestFacts): GraphQLFormattedError {
  if (error instanceof Refusal) log.info({ code: error.code }, 'graphql.refused');
  else log.error({ err: error }, 'graphql.failed');
  return show(error instanceof Refusal ? error : internal(requestId), requestId);
}

/** The errors of a request that could not be run, or undefined where the fault is ours. */
export function whyNotRun(error: unknown, requestId: string): GraphQLFormattedError[] | undefined {
  if (error instanceof Refusal) return [show(error, requestId)];
  // The document of a subscription is read before it is run.
  if (error instanceof GraphQLError || error instanceof RangeError) return [toRequestError(error, requestId)];
  if (!isMercuriusError(error) || error.code !== 'MER_ERR_GQL_VALIDATION') return undefined;
  return (error.errors ?? [error]).map((one) => toRequestError(one, requestId));
}

function isMercuriusError(error: unknown): error is MercuriusError {
  return error instanceof Error && 'code' in error;
}

function refusalOf(error: GraphQLError): Refusal | undefined {
  const { originalError } = error;
  if (originalError instanceof Refusal) return originalError;
  // A null that came through a variable where none may be is found only when the field runs; unlike a fault of ours, it
  // points into the document.
  const isArgument = originalError instanceof GraphQLError && (originalError.nodes?.length ?? 0) > 0;
  return isArgument ? new Refusal('invalid_request', `${cleanMessage(originalError)} Nothing was done.`) : undefined;
}

function show(refusal: Refusal, requestId: string): Pick<GraphQLFormattedError, 'message' | 'extensions'> {
  const { status } = refusals[refusal.code];
  const retryAfterSeconds = refusal.retryAfterSeconds ?? (status === 503 ? 5 : undefined);
  return {
    message: refusal.message,
    extensions: {
      ...refusal.members,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      code: refusal.code,
      requestId,
    },
  };
}

function place({ locations, path }: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  return { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
}

/** The words of graphql without the values that it quotes. */
export function cleanMessage(error: Error): string {
  const reason = error instanceof GraphQLError ? error.originalError?.message : undefined;
  const variable = /^Variable "(\$\w+)" got invalid value /.exec(error.message)?.[1];
  if (variable === undefined) return withoutValue(error.message);
  const tail = reason === undefined ? '' : error.message.slice(0, -reason.length);
  const at = /" at "([^"\n]{1,200})"; $/.exec(tail)?.[1] ?? / at "([^"\n]{1,200})"; $/.exec(tail)?.[1];
  const where = at === undefined ? '' : ` at "${at}"`;
  return `Variable "${variable}" does not fit${where}: ${withoutValue(reason ?? 'it is of another type')}`;
}

/** `String cannot represent a non string value: 5` -> `String cannot represent a non string value`. */
function withoutValue(message: string): string {
  return message
    .replace(/( cannot represent [^:]*): [\s\S]*$/, '$1')
    .replace(/^Value [\s\S]*? does not exist in ("\w+" enum)/, 'The value does not exist in $1')
    .replace(/^Expected value of type ("[^"]+"), found [\s\S]*$/, 'Expected a value of type $1');
}

function internal(requestId: string): Refusal {
  return new Refusal(
    'internal',
    `Something failed on our side; whether it took effect is not known. Name the request id ${requestId} when you report it.`,
  );
}
