// Owns what the door writes to the log: one line for each answer. Never a body, a query string, a header, or a secret that an
// error's text carries.

import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { describeError } from '../core/redact.ts';

/** A child of `logger` that cannot write secrets, whoever logs a request, an answer or an error through it. */
export function doorLogger(logger: Logger): Logger {
  return logger.child(
    {},
    {
      serializers: {
        err: (error: unknown) => describeError(error),
        error: (error: unknown) => describeError(error),
        req: ({ id, method }: { id?: unknown; method?: unknown }) => ({ id, method }),
        res: ({ statusCode }: { statusCode?: unknown }) => ({ statusCode }),
      },
      redact: ['headers', 'body', 'authorization', 'uri', 'neonApiKey', '*.headers', '*.body', '*.authorization'],
    },
  );
}

/** One line for each answer: debug for open routes, which probes ask every few seconds. */
export function logAnswers(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const { config, url } = request.routeOptions;
    const line = {
      method: request.method,
      path: request.url.split('?', 1)[0],
      route: url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    request.log[config.isOpen ? 'debug' : 'info'](line, 'request.answered');
  });
}
