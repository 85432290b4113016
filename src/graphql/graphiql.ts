// Owns GraphiQL at /graphiql: a page, its scripts and its style, all from here, so that it works without a network. The assets
// come from an optional package: where it is not installed, the page says so.

import type { FastifyInstance } from 'fastify';
import { Refusal } from '../core/errors.ts';

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>Afterglow GraphiQL</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/graphiql/style.css" />
  </head>
  <body class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root" style="height: 100vh"></div>
    <script src="/graphiql/workers.js"></script>
    <script src="/graphiql/graphiql.js"></script>
    <script src="/graphiql/start.js"></script>
  </body>
</html>
`;

const workers = `self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (moduleId, label) => '/graphiql/' + (['json', 'graphql'].includes(label) ? label : 'editor') + '.worker.js',
};
`;

const firstQuery = `# Put your API key into the Headers tab below, then press the play button.
query Dashboard {
  projects(first: 10) {
    edges {
      node {
        id
        name
        branches {
          edges {
            node {
              name
              isDefault
              restoreWindow { from until }
              snapshots(first: 3) { edges { node { id status pointAt } } }
              restores(first: 3) { edges { node { id status } } }
            }
          }
        }
      }
    }
  }
}
`;

const settings = {
  title: 'Afterglow GraphiQL',
  endpoint: '/graphql',
  defaultQuery: firstQuery,
  headers: JSON.stringify({ Authorization: 'Bearer <your API key>' }, null, 2),
};

const start = `YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), ${JSON.stringify(settings)});\n`;

const script = 'text/javascript; charset=utf-8';

/** What the package holds, by the name of the file that serves it. */
const fromPackage: Readonly<Record<string, { readonly part: string; readonly type: string }>> = {
  'graphiql.js': { part: 'js', type: script },
  'style.css': { part: 'css', type: 'text/css; charset=utf-8' },
  'editor.worker.js': { part: 'editorWorkerService', type: script },
  'json.worker.js': { part: 'jsonWorker', type: script },
  'graphql.worker.js': { part: 'graphqlWorker', type: script },
};

/** The page asks for no API key: it holds nothing, and sends the key that is typed into it. */
export function registerGraphiql(app: FastifyInstance): void {
  const open = { schema: { hide: true }, config: { isOpen: true } };
  app.get('/graphiql', open, async (_, reply) => {
    await loadAssets();
    return reply.type('text/html; charset=utf-8').send(page);
  });
  app.get('/graphiql/workers.js', open, async (_, reply) => reply.type(script).send(workers));
  app.get('/graphiql/start.js', open, async (_, reply) => reply.type(script).send(start));
  for (const [name, { part, type }] of Object.entries(fromPackage)) {
    app.get(`/graphiql/${name}`, open, async (_, reply) => {
      const assets = await loadAssets();
      return reply.type(type).header('cache-control', 'max-age=3600').send(assets[part]);
    });
  }
}

/** Loaded when it is first asked for: 9 MB that most processes never need. Refuses with `route_not_found`. */
async function loadAssets(): Promise<Readonly<Record<string, unknown>>> {
  try {
    // Resolved, not imported: the image is made without it.
    return (await import(import.meta.resolve('@graphql-yoga/render-graphiql/graphiql'))) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new Refusal('route_not_found', 'GraphiQL is not installed here: run npm ci without --omit=optional.');
  }
}
