// Owns how bodies and parameters are read before their schemas see them: JSON (and YAML where a route says so), no keys that reach a prototype, no NUL
// characters (Postgres has none), and not so many values that checking them all would be an attack.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notFound, Refusal } from '../core/errors.ts';
import { mediaTypeRefused } from './problem.ts';
import { parseYaml, yamlBytesMax, yamlMediaType } from './yaml.ts';

export const bodyBytesMax = 1024 * 1024;
/** The largest request that a schema allows has some 1,300 values, but for documents: their routes say more. */
const valuesMax = 5000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A body may hold so many values. */
    valuesMax?: number;
    /** A body may be YAML. */
    takesYaml?: boolean;
  }
}

/** JSON on every method, merge-patch on PATCH, YAML where the route takes it, nothing else. An empty body is no body. */
export function readJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'string' },
    (request, text, done) => {
      const type = request.headers['content-type'] ?? '';
      if (/merge-patch/i.test(type) && request.method !== 'PATCH') return done(mediaTypeRefused(request));
      if (text === '') return done(null, undefined);
      return parse(request, text, (error, body: unknown) => {
        if (!error) return done(null, body);
        return done(isJson(text) ? refuse('The body holds a key that reaches a prototype, such as __proto__.') : error);
      });
    },
  );
  app.addContentTypeParser(
    yamlMediaType,
    { parseAs: 'string', bodyLimit: yamlBytesMax },
    async (request: FastifyRequest, text: string) => {
      if (!request.routeOptions.config.takesYaml) throw mediaTypeRefused(request);
      return text === '' ? undefined : parseYaml(text);
    },
  );
  app.addHook('preValidation', async (request) => {
    checkValues(request);
    readNumbers(request);
  });
}

/** For routes without a body: one that says something is refused, an empty object is not. */
export async function takesNoBody(request: FastifyRequest): Promise<void> {
  const { body } = request;
  if (body === undefined) return;
  if (typeof body !== 'object' || body === null || Array.isArray(body) || Object.keys(body).length > 0) {
    throw refuse('This request takes no body.');
  }
}

/** For routes whose every field is optional: no body is an empty one. */
export async function takesBodyOrNone(request: FastifyRequest): Promise<void> {
  request.body ??= {};
}

function checkValues(request: FastifyRequest): void {
  const { params } = request;
  if (holdsNul(params, valuesMax))
    throw notFound('resource', Object.values(params as Record<string, string>).join('/'));
  const most = request.routeOptions.config.valuesMax ?? valuesMax;
  if (holdsNul(request.query, most)) throw refuse('The query string holds a NUL character.');
  if (holdsNul(request.body, most)) throw refuse('The body holds a NUL character.');
}

/** Looks at every text in a JSON value; a loop, because a body may be nested a hundred thousand levels deep. */
function holdsNul(value: unknown, most: number): boolean {
  const waiting: unknown[] = [value];
  for (let seen = 0; waiting.length > 0; seen += 1) {
    if (seen > most) throw refuse(`The request holds more than ${most} values.`);
    const next = waiting.pop();
    if (typeof next === 'string' && next.includes('\0')) return true;
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, member] of Object.entries(next)) {
      if (key.includes('\0')) return true;
      waiting.push(member);
    }
  }
  return false;
}

/** Query strings are text: `limit` is the one number in them, and types are coerced nowhere else. */
function readNumbers(request: FastifyRequest): void {
  const query = request.query as Record<string, unknown>;
  const { limit } = query;
  if (typeof limit === 'string' && /^\d{1,9}$/.test(limit)) query['limit'] = Number(limit);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function refuse(what: string): Refusal {
  return new Refusal('invalid_request', `${what} Nothing was done.`);
}
