// Owns the answers where there is no route: 404, or 405 with `Allow` where the path has other methods. Given before a key is
// asked for and before a body is read.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../core/errors.ts';

/** Call it before any route is registered: it learns them as they come. */
export function refuseUnknownRoutes(app: FastifyInstance): void {
  const methodsOf = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsOf.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    methodsOf.set(url, methods);
  });
  const refuse = (request: FastifyRequest, reply: FastifyReply): never => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = [...methodsOf].filter(([url]) => toPattern(url).test(path)).flatMap(([, methods]) => [...methods]);
    if (allowed.length === 0 || allowed.includes(request.method)) throw routeNotFound(methodsOf.has('/openapi.json'));
    const allow = [...new Set(allowed)].sort();
    reply.header('allow', allow.join(', '));
    throw new Refusal('method_not_allowed', `This path answers ${allow.join(', ')}. Nothing was done.`, {
      members: { allow },
    });
  };
  app.addHook('onRequest', async (request, reply) => {
    // Every path has the route `*` for OPTIONS where other origins are let in; what they do not ask for, no path has.
    if (request.is404 || request.routeOptions.url === '*') refuse(request, reply);
  });
  // Reached where a plug-in finds nothing behind a route of its own.
  app.setNotFoundHandler(refuse);
}

function routeNotFound(servesDocs: boolean): Refusal {
  const next = servesDocs
    ? '/openapi.json lists those that there are.'
    : 'This process has not the role api: it answers /livez, /readyz and /metrics. Send the request to one that has it.';
  return new Refusal('route_not_found', `There is no such path. ${next}`);
}

/** `/v1/snapshots/:id` as an expression. */
function toPattern(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part === '*' ? '.*' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
