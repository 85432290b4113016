// Owns the shape of a refusal over HTTP (RFC 9457): every code of the one table, and nothing of what went wrong inside.

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal, type RefusalCode, refusals } from '../core/errors.ts';
import { toFieldErrors } from './validation.ts';

export const problemMediaType = 'application/problem+json';

/** Where a code is identified. It is a name, stable for good; programs compare `code`. */
function problemType(code: RefusalCode): string {
  return `https://afterglow.dev/problems/${code}`;
}

/** The document; a refusal's own members come last and replace none of the standard ones. */
export function toProblem(refusal: Refusal, requestId: string): Record<string, unknown> {
  const { status, title } = refusals[refusal.code];
  const standard = {
    type: problemType(refusal.code),
    title,
    status,
    detail: refusal.message,
    code: refusal.code,
    requestId,
  };
  return { ...standard, ...refusal.members, ...standard };
}

/** Seconds until it is worth asking again; a dependency that is away always says some. */
function retryAfterOf(refusal: Refusal): number | undefined {
  if (refusal.retryAfterSeconds !== undefined) return Math.max(1, Math.ceil(refusal.retryAfterSeconds));
  return refusals[refusal.code].status === 503 ? 5 : undefined;
}

/** Answers with the refusal, and with none of the headers that a success had set. */
function sendProblem(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): void {
  for (const name of ['etag', 'location', 'link', 'preference-applied']) reply.removeHeader(name);
  const retryAfter = retryAfterOf(refusal);
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  if (refusal.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="afterglow"');
  reply
    .code(refusals[refusal.code].status)
    .header('content-type', problemMediaType)
    .serializer((text: string) => text)
    .send(JSON.stringify(toProblem(refusal, request.id)));
}

/** The root error handler. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(refusalOf(error, request), request, reply);
}

/** The document of an error that comes when an answer has begun. */
export function problemOf(error: unknown, request: FastifyRequest): Record<string, unknown> {
  return toProblem(refusalOf(error, request), request.id);
}

/** What is no refusal becomes `internal`: its message goes to the log, never to the caller. */
function refusalOf(error: unknown, request: FastifyRequest): Refusal {
  const refusal = toRefusal(error, request);
  if (refusal) request.log.info({ code: refusal.code }, 'request.refused');
  else request.log.error({ err: error }, 'request.failed');
  return refusal ?? internal(request.id);
}

/** The refusal that an error of Fastify's means, or undefined where it is a fault of ours. */
function toRefusal(error: unknown, request: FastifyRequest): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (!(error instanceof Error)) return undefined;
  const { code, validation, validationContext }: Partial<FastifyError> = error;
  if (validation) return invalidRequest(validation, validationContext);
  // The body stopped coming: nobody is there to read this answer.
  if (code === 'ECONNRESET' && request.raw.destroyed) return refuse('invalid_request', 'The body ended too early.');
  return known[code ?? '']?.(request);
}

const known: Readonly<Record<string, (request: FastifyRequest) => Refusal>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: () => refuse('malformed_json', 'The body does not parse as JSON.'),
  FST_ERR_CTP_BODY_TOO_LARGE: (request) => {
    const most = (request.routeOptions.bodyLimit ?? 0) / 1024 / 1024;
    return refuse('body_too_large', `The body is larger than ${most} MiB, or 512 KiB of YAML.`);
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => refuse('invalid_request', 'Content-Length is not the length of the body.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (request) => mediaTypeRefused(request),
  FST_ERR_MAX_PARAM_LENGTH: () => refuse('not_found', 'There is nothing with an id as long as this one.'),
  FST_ERR_HANDLER_TIMEOUT: () =>
    new Refusal(
      'answer_timed_out',
      'The answer took too long and was given up. Whether the request took effect is not known. Look before you send it again, or send it again with its Idempotency-Key.',
    ),
  FST_ERR_BAD_URL: () => refuse('route_not_found', 'The path holds a percent sign that encodes nothing.'),
};

/** Refuses a body of a type that the method does not take. */
export function mediaTypeRefused(request: FastifyRequest): Refusal {
  const patch = request.method === 'PATCH' ? ' or application/merge-patch+json' : '';
  const yaml = request.routeOptions.config.takesYaml ? ' or application/yaml' : '';
  return refuse('unsupported_media_type', `Send the body with Content-Type application/json${patch}${yaml}.`);
}

const places: Readonly<Record<string, string>> = {
  body: 'The body',
  querystring: 'The query string',
  params: 'The path',
  headers: 'A header',
};

function invalidRequest(
  validation: NonNullable<FastifyError['validation']>,
  context: FastifyError['validationContext'],
): Refusal {
  const errors = toFieldErrors(validation);
  const said = errors.slice(0, 3).map(({ path, message }) => (path === '' ? `it ${message}` : `${path} ${message}`));
  const more = errors.length > 3 ? `; and ${errors.length - 3} more` : '';
  const place = places[context ?? ''] ?? 'The request';
  return refuse('invalid_request', `${place} does not fit the schema: ${said.join('; ')}${more}.`, { errors });
}

function refuse(code: RefusalCode, what: string, members: Record<string, unknown> = {}): Refusal {
  return new Refusal(code, `${what} Nothing was done.`, { members });
}

function internal(requestId: string): Refusal {
  return new Refusal(
    'internal',
    `Something failed on our side; whether it took effect is not known. Name the request id ${requestId} when you report it.`,
  );
}
