import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { openAnswers } from '../schemas/answer.ts';
import { Health } from '../schemas/health.ts';
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
        response: openAnswers({ 200: { description: 'They can.', schema: Health } }, [
          'database_unreachable',
          'starting',
          'internal',
        ]),
      },
    },
    async () => {
      await domain.checkReady();
      return { status: 'ok' };
    },
  );
};
