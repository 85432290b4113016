// Owns the page that Prometheus reads. It asks for no key, like the probes, and is no part of the OpenAPI document.

import type { FastifyInstance } from 'fastify';

/** Writes the metrics as they are now. */
export type RenderMetrics = () => Promise<{ readonly contentType: string; readonly text: string }>;

export function serveMetrics(app: FastifyInstance, render: RenderMetrics): void {
  app.get('/metrics', { config: { isOpen: true }, schema: { hide: true } }, async (_request, reply) => {
    const { contentType, text } = await render();
    return reply.header('content-type', contentType).header('cache-control', 'no-store').send(text);
  });
}
