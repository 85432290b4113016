import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answers, withBody } from '../schemas/answer.ts';
import { NoQuery } from '../schemas/parts.ts';
import { simulationBytesMax, simulationValuesMax, SimulateRetention } from '../schemas/retention.ts';
import type { Doors } from './doors.ts';

export const retentionRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/retention/simulate',
    {
      bodyLimit: simulationBytesMax,
      config: { action: 'retention.simulate', valuesMax: simulationValuesMax },
      schema: {
        operationId: 'simulateRetention',
        summary: 'Try a retention on any list of points',
        description: 'Says of each point whether it would be kept, and why. Nothing is saved.',
        tags: ['Policies'],
        querystring: NoQuery,
        body: SimulateRetention,
        response: answers({ 200: { description: 'Decided.', schema: { $ref: 'RetentionSimulation#' } } }, [
          ...withBody,
          'invalid_instant',
          'instant_in_future',
          'invalid_time_zone',
          'invalid_duration',
          'retention_keeps_nothing',
          'duplicate_id',
        ]),
      },
    },
    (request) => domain.retention.simulate(request.actor, request.body),
  );
};
