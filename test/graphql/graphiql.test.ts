import t from 'tap';
import { openDoor } from './door.ts';

t.test('GraphiQL is served where it is wanted, from this host alone', async (t) => {
  const { app } = await openDoor(t, { graphiql: true });
  const page = await app.inject({ url: '/graphiql' });
  t.equal(page.statusCode, 200);
  t.match(page.headers['content-type'], /text\/html/);
  t.notMatch(page.body, /(https?:)?\/\/\w/, 'it names no other host');
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)]
    .map(([, url]) => url)
    .filter((url) => url?.startsWith('/'));
  t.strictSame(assets, ['/graphiql/style.css', '/graphiql/workers.js', '/graphiql/graphiql.js', '/graphiql/start.js']);
  const parts = [...assets, '/graphiql/editor.worker.js', '/graphiql/json.worker.js', '/graphiql/graphql.worker.js'];
  for (const url of parts) {
    const { statusCode, body } = await app.inject({ url: url ?? '' });
    t.equal(statusCode, 200, url ?? '');
    t.ok(body.length > 100, `${url} holds something`);
    t.notMatch(
      body,
      /(src|href)\s*=\s*["']https?:|@import\s+["'(]*(url\()?["']?https?:|url\(\s*["']?https?:|importScripts\(["']https?:/,
    );
  }
});

t.test('its scripts are scripts, it asks /graphql, and has a place for the API key', async (t) => {
  const { app } = await openDoor(t, { graphiql: true });
  const { Script } = await import('node:vm');
  for (const name of ['workers', 'start', 'graphiql']) {
    const { body } = await app.inject({ url: `/graphiql/${name}.js` });
    t.ok(new Script(body), `${name}.js parses`);
  }
  const { body } = await app.inject({ url: '/graphiql/start.js' });
  t.match(body, /"endpoint":"\/graphql"/);
  t.match(body, /Authorization/);
});

t.test('its first query is one that the schema serves', async (t) => {
  const door = await openDoor(t, { graphiql: true });
  const { body } = await door.app.inject({ url: '/graphiql/start.js' });
  const settings = JSON.parse(/#root'\), (\{.*\})\);/.exec(body)?.[1] ?? '') as { defaultQuery: string };
  const { errors } = await door.ask(settings.defaultQuery);
  t.strictSame(errors, []);
});

t.test('GraphiQL is not served where it is not wanted', async (t) => {
  const { app } = await openDoor(t);
  for (const url of ['/graphiql', '/graphiql/start.js', '/graphiql/graphiql.js']) {
    t.equal((await app.inject({ url })).statusCode, 404);
  }
});
