import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { openAnswers } from '../schemas/answer.ts';
import { Health, Readiness } from '../schemas/health.ts';
import type { Doors } from './doors.ts';

const tags = ['Health'];
const config = { isOpen: true };

export const healthRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.get(
    '/livez',
    {
      config,
      schema: {
        operationId: 'getLiveness',
        summary: 'Is the process alive?',
        tags,
        security: [],
        response: openAnswers({ 200: { description: 'It is.', schema: Health } }, ['internal']),
      },
    },
    async () => ({ status: 'ok' }),
  );

  app.get(
    '/readyz',
    {
      config,
      schema: {
        operationId: 'getReadiness',
        summary: 'Can requests be served?',
        tags,
        security: [],
        description:
          'Also while the queue is away: what is asked for is recorded, and done when it is back. `away` names it then.',
        response: openAnswers({ 200: { description: 'They can.', schema: Readiness } }, [
          'database_unreachable',
          'starting',
          'internal',
        ]),
      },
    },
    async () => domain.checkReady(),
  );
};
