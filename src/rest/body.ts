// Owns how bodies and parameters are read before their schemas see them: JSON (and YAML where a route says so), no keys that reach a prototype, no NUL
// characters (Postgres has none), and not so many values that checking them all would be an attack.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notFound, Refusal } from '../core/errors.ts';
import { mediaTypeRefused } from './problem.ts';
import { parseYaml, yamlBytesMax, yamlMediaTypes } from './yaml.ts';

export const bodyBytesMax = 1024 * 1024;
/** The largest request that a schema allows has some 1,300 values, but where a route says that it takes more. */
const usualValuesMax = 5000;
/** No schema is deeper than a few levels; what walks a value by calling itself can walk this. */
const depthMax = 100;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How many values a body may hold. */
    valuesMax?: number;
  }
}

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
    [...yamlMediaTypes],
    { parseAs: 'string', bodyLimit: yamlBytesMax },
    async (request: FastifyRequest, text: string) => {
      if (!request.routeOptions.config.takesYaml) throw mediaTypeRefused(request);
      return text === '' ? undefined : parseYaml(text);
    },
  );
  app.addHook('preValidation', async (request) => {
    checkValues(request);
    readQuery(request);
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
  const { valuesMax = usualValuesMax } = request.routeOptions.config;
  if (holdsNul(params, usualValuesMax))
    throw notFound('resource', Object.values(params as Record<string, string>).join('/'));
  if (holdsNul(request.query, usualValuesMax)) throw refuse('The query string holds a NUL character.');
  if (holdsNul(request.body, valuesMax)) throw refuse('The body holds a NUL character.');
}

/** Looks at every text in a JSON value, level by level: a body may be nested a hundred thousand levels deep. */
function holdsNul(value: unknown, valuesMax: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0, seen = 0; level.length > 0; depth += 1) {
    seen += level.length;
    if (seen > valuesMax) throw refuse(`The request holds more than ${valuesMax} values.`);
    if (depth > depthMax) throw refuse(`The request nests more than ${depthMax} levels deep.`);
    const inner: unknown[] = [];
    for (const one of level) {
      if (typeof one === 'string' && one.includes('\0')) return true;
      if (typeof one !== 'object' || one === null) continue;
      for (const [key, member] of Object.entries(one)) {
        if (key.includes('\0')) return true;
        inner.push(member);
      }
    }
    level = inner;
  }
  return false;
}

/** Query strings are text: these are the numbers and the lists in them, and types are coerced nowhere else. */
function readQuery(request: FastifyRequest): void {
  const query = request.query as Record<string, unknown>;
  for (const name of ['limit', 'count', 'after']) {
    const given = query[name];
    if (typeof given === 'string' && /^\d{1,15}$/.test(given)) query[name] = Number(given);
  }
  if (typeof query['label'] === 'string') query['label'] = [query['label']];
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
