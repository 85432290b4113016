// Owns the OpenAPI document, which is made from the routes, and the page that shows it.

import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { leaveOpen } from './access.ts';
import { memberOf } from './schema-error.ts';
import { namedSchemas } from './schemas/named.ts';

const description = `Backups of Neon Postgres: policies say what is kept, snapshots are taken, any moment is brought back.

Each operation names its action (\`x-action\`): which role may do it, docs/roles.md says. Who is of several teams names one with the
header \`Afterglow-Team: slug\`.

Refusals are problems (RFC 9457) with a stable \`code\`. Lists are newest first, in pages. Changes need \`If-Match\`. Requests that
start work answer 202 and may carry \`Idempotency-Key\` and \`Prefer: wait=N\`.`;

/** Call it before the routes are registered: it learns them as they come. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  for (const schema of namedSchemas) app.addSchema(schema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Afterglow', version: '1.0.0', description },
      tags: [
        { name: 'Identity', description: 'Who asks, and what it may do.' },
        { name: 'Teams', description: 'Teams and their members.' },
        { name: 'API keys', description: 'By which actors are known.' },
        { name: 'Credentials', description: 'Neon API keys.' },
        { name: 'Projects', description: 'Neon projects that the team has registered.' },
        { name: 'Branches', description: 'Their branches, and what those can be restored to.' },
        { name: 'Status', description: 'Which branches are late, missing or at risk.' },
        { name: 'Policies', description: 'What must be kept.' },
        { name: 'Retention plans', description: 'What policies would let go, for a person to decide.' },
        { name: 'Snapshots', description: 'Stored recovery points.' },
        { name: 'Holds', description: 'Legal holds on snapshots and on what is made later.' },
        { name: 'Restores', description: 'Moments that are brought back.' },
        { name: 'Jobs', description: 'What is promised and under way, and why it waits.' },
        { name: 'Audit', description: 'Who did what.' },
        { name: 'Events', description: 'What changes, as it does.' },
        { name: 'Health', description: 'For probes.' },
      ],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, or a token of the identity provider.' },
        },
      },
      security: [{ apiKey: [] }],
    },
    refResolver: { buildLocalReference: (schema, _base, _fragment, index) => nameOf(schema['$id'], index) },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      tellNeeds(document.openapiObject.paths ?? {});
      return document.openapiObject;
    },
    transform: ({ schema, url, route }) => {
      const isOurs = /^\/(v1\/|livez$|readyz$|metrics$|\.well-known\/)/.test(url);
      const action = route.config?.action;
      return { schema: isOurs ? { ...schema, ...(action && { 'x-action': action }) } : { ...schema, hide: true }, url };
    },
  });
}

/** Serves the document and its page; both answer without a key. */
export async function serveDocs(app: FastifyInstance, options: { production: boolean }): Promise<void> {
  app.get('/openapi.json', { config: { isOpen: true }, schema: { hide: true } }, async () => app.swagger());
  await app.register(async (docs) => {
    leaveOpen(docs);
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      // A key that was typed in stays in the browser only where that browser is a developer's.
      uiConfig: { persistAuthorization: !options.production, displayRequestDuration: true, tryItOutEnabled: true },
    });
  });
}

/** What the schemas cannot say: a missing If-Match is refused, but as 428, and a body of optional fields may be left out. */
function tellNeeds(paths: object): void {
  for (const path of Object.values(paths)) {
    const parameters = memberOf(memberOf(path, 'patch'), 'parameters');
    const ifMatch: unknown = Array.isArray(parameters)
      ? parameters.find((one) => memberOf(one, 'name') === 'If-Match')
      : undefined;
    if (isObject(ifMatch)) Object.assign(ifMatch, { required: true });
    const body = memberOf(memberOf(path, 'post'), 'requestBody');
    const schema = memberOf(memberOf(memberOf(body, 'content'), 'application/json'), 'schema');
    if (isObject(body) && !memberOf(schema, 'required')) Object.assign(body, { required: false });
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function nameOf(id: unknown, index: number): string {
  return typeof id === 'string' ? id : `schema-${index}`;
}
