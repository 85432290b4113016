/**
 * Owns the channel on which every answer of the emulated API is told, for whoever wants to check them. Never changes an answer,
 * and costs next to nothing while nobody listens.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { channel } from 'node:diagnostics_channel';

export const answerChannel = 'afterglow:neon-emulator:answer';

export interface PublishedAnswer {
  readonly method: string;
  /** The pattern of the route without the prefix, such as `/projects/:projectId`; absent where no route matched. */
  readonly route: string | undefined;
  readonly url: string;
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: string;
  /** Made by a fault in the API's place: it need not be what Neon would answer. */
  readonly forged: boolean;
}

const forged = new WeakSet<FastifyRequest>();

/** To be called before the answer to this request is sent, when it is a fault's and not the API's. */
export function markForged(request: FastifyRequest): void {
  forged.add(request);
}

/** Tells of every answer that `app` gives: of routes, of errors, and of what it does not serve. */
export function publishAnswers(app: FastifyInstance, prefix: string): void {
  const answers = channel(answerChannel);
  app.addHook('onSend', (request: FastifyRequest, reply: FastifyReply, payload: unknown, done) => {
    if (answers.hasSubscribers) {
      const contentType = reply.getHeader('content-type');
      answers.publish({
        method: request.method,
        route: request.is404 ? undefined : request.routeOptions.url?.slice(prefix.length),
        url: request.url,
        status: reply.statusCode,
        contentType: typeof contentType === 'string' ? contentType : undefined,
        body: typeof payload === 'string' ? payload : '',
        forged: forged.has(request),
      } satisfies PublishedAnswer);
    }
    done(null, payload);
  });
}
