// Owns the page that Prometheus reads. It asks for no key, like the probes.

import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { openAnswers } from '../schemas/answer.ts';

/** Writes the metrics as they are now. */
export type RenderMetrics = () => Promise<{ readonly contentType: string; readonly text: string }>;

export function serveMetrics(app: FastifyInstance, render: RenderMetrics): void {
  const schema = {
    operationId: 'getMetrics',
    summary: 'Read the metrics',
    description:
      "Calls to Neon, the rate limit of each account and the waits for it, jobs, missing snapshots, covered branches, streams, who was turned away, in Prometheus' text format.",
    tags: ['Health'],
    security: [],
    response: openAnswers({ 200: { description: 'As they are now.', types: { 'text/plain': Type.String() } } }, [
      'starting',
      'internal',
    ]),
  };
  app.get('/metrics', { config: { isOpen: true }, schema }, async (_request, reply) => {
    const { contentType, text } = await render();
    return reply.header('content-type', contentType).header('cache-control', 'no-store').send(text);
  });
}
