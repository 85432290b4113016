// Owns what browsers are told about every answer: what it may load and be embedded in, and the pages of which origins may read it.

import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { fastify, type FastifyInstance } from 'fastify';

type Policy = Readonly<Record<string, string[]>>;

const nothing: Policy = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** Pages that ask this server alone. Their editors and their pictures make styles and images as they go; no script is made so. */
const page: Policy = {
  ...nothing,
  'connect-src': ["'self'"],
  'font-src': ["'self'", 'data:'],
  'img-src': ["'self'", 'data:'],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'worker-src': ["'self'", 'blob:'],
};

const isPage = /^\/(docs|graphiql)(\/|$)/;

/** On every answer of every route: those of /docs and /graphiql are pages, all others are to be loaded as nothing. */
export async function sendSecurityHeaders(app: FastifyInstance): Promise<void> {
  const [ofAnswers, ofPages] = [await headersUnder(nothing), await headersUnder(page)];
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(isPage.test(request.routeOptions.url ?? '') ? ofPages : ofAnswers);
    done();
  });
}

/** What helmet sends, asked for once: making it anew takes more of a request than anything else before its route. */
async function headersUnder(directives: Policy): Promise<Record<string, string>> {
  const asked = fastify();
  await asked.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives },
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
    // As `frame-ancestors` says it to browsers that know that.
    xFrameOptions: { action: 'deny' },
  });
  asked.head('/', async () => undefined);
  const { headers } = await asked.inject({ method: 'HEAD', url: '/' });
  await asked.close();
  const ofHttp = /^(connection|content-length|content-type|date|keep-alive)$/;
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (ofHttp.test(name) ? [] : [[name, String(value)]])),
  );
}

const allowed = {
  methods: 'GET, HEAD, POST, PUT, PATCH, DELETE',
  allowedHeaders:
    'Authorization, Content-Type, Afterglow-Team, Idempotency-Key, If-Match, Prefer, Last-Event-ID, X-Request-Id',
  exposedHeaders:
    'Content-Disposition, ETag, Link, Location, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id',
} as const;

/**
 * Lets pages of these origins, and of no other, read answers. Without any, an OPTIONS is a method like every other that a path has not.
 * Keys are sent in a header, so a browser is never asked to send what it keeps (cookies).
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  const known = new Set(origins);
  await app.register(cors, {
    ...allowed,
    origin: (origin, answer) => answer(null, origin !== undefined && known.has(origin) ? origin : false),
    strictPreflight: false,
    maxAge: 600,
  });
}
