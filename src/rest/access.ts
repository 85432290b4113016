// Owns who is let in: every route asks for an API key but those that say `config: { isOpen: true }`, and every route of /v1 names its
// action. It runs before a body is read, and leaves the actor on the request for the handlers of both doors.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Action, type Actor, type DoorDomain, isAction } from '../domain/index.ts';
import type { CountRequest } from './edge/rates.ts';
import type { Admit } from './edge/sign-ins.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. Throws on an open route, where nobody was asked for. */
    actor: Actor;
    /** Who asks, from rows that are read now: by the key and team of the headers, or of `instead`, a message that has come in their place. */
    identify: (instead?: Readonly<Record<string, unknown>>) => Promise<Actor>;
    /**
     * Counts what the actor asks beside this request, as a request: on the connection that it has opened, or in its body. Where `reply` has
     * headers still, they tell what is left. Refuses with `rate_limited`.
     */
    countFor: (actor: Actor, reply?: FastifyReply) => Promise<void>;
  }
  interface FastifyContextConfig {
    /** Answers without an API key. */
    isOpen?: boolean;
    /** What it does, by the table of roles and actions: that of the call that it makes. */
    action?: Action;
  }
}

export interface Gate {
  readonly admit: Admit;
  readonly countRequest: CountRequest;
}

/** Guards every route of `app` and of what is registered on it later. One of /v1 that names no action is not registered: it throws. */
export function guardAccess(app: FastifyInstance, domain: DoorDomain, { admit, countRequest }: Gate): void {
  app.addHook('onRoute', ({ url, method, config }) => {
    if (!url.startsWith('/v1/') || config?.isOpen) return;
    if (config?.action === undefined || !isAction(config.action)) {
      throw new Error(`${String(method)} ${url} names no action of the table (config: { action }).`);
    }
  });
  const actors = new WeakMap<FastifyRequest, Actor>();
  app.decorateRequest('actor', {
    getter() {
      const actor = actors.get(this);
      if (!actor) throw new Error('This route is open: it has no actor.');
      return actor;
    },
  });
  app.decorateRequest('identify', function (this: FastifyRequest, instead = {}) {
    const { [teamHeader]: team = this.headers[teamHeader], authorization = this.headers.authorization } = instead;
    const facts = { requestId: this.id, sourceAddress: this.ip, team: namedTeam(team) };
    const presented = presentedKey(authorization);
    return admit(this, presented, () => domain.authenticate(presented, facts));
  });
  app.decorateRequest('countFor', async function (this: FastifyRequest, actor: Actor, reply?: FastifyReply) {
    actors.set(this, actor);
    await countRequest(this, reply);
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404 || request.routeOptions.config.isOpen) return;
    actors.set(request, await request.identify());
    await countRequest(request, reply);
  });
}

/**
 * Lets the routes that are registered on `scope` from now on, and that `isOpen` picks by their path, answer without a key.
 * For plug-ins that bring pages of their own: a documentation, GraphiQL.
 */
export function leaveOpen(scope: FastifyInstance, isOpen: (path: string) => boolean = () => true): void {
  scope.addHook('onRoute', (route) => {
    if (isOpen(route.url)) route.config = { ...route.config, isOpen: true };
  });
}

const teamHeader = 'afterglow-team';

/** The slug of the team in which the request is to act; what is no text, or was sent twice, names none that there is. */
function namedTeam(header: unknown): string | undefined {
  if (header === undefined) return undefined;
  return typeof header === 'string' ? header.trim() : '';
}

/** The key of `Authorization: Bearer <key>`, or undefined. */
function presentedKey(authorization: unknown): string | undefined {
  return /^Bearer +([\x21-\x7e]+) *$/i.exec(typeof authorization === 'string' ? authorization : '')?.[1];
}
