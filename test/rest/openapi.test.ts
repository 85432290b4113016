import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { openDoor } from './door.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly { name: string; in: string; required?: boolean; description?: string }[];
  readonly requestBody?: { required?: boolean; content: Record<string, object> };
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: { $ref?: string } }> }>;
}

interface Document {
  readonly openapi: string;
  readonly security: readonly object[];
  readonly tags: readonly { name: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}

t.test('the document that is served is the one that is committed', async (t) => {
  const { app } = await openDoor(t);
  const answer = await app.inject('/openapi.json');
  const committed: unknown = JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../openapi/openapi.json'), 'utf8'),
  );
  t.strictSame(answer.json(), committed, 'npm run generate');
});

t.test('every route is described, with what it refuses', async (t) => {
  const { app } = await openDoor(t);
  const document: Document = (await app.inject('/openapi.json')).json();
  t.equal(document.openapi, '3.1.0');
  t.strictSame(document.security, [{ apiKey: [] }]);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ what: `${method} ${path}`, path, method, operation })),
  );
  t.equal(operations.length, 81);
  t.equal(
    new Set(operations.map(({ operation }) => operation.operationId)).size,
    operations.length,
    'operationIds are unique',
  );
  const tags = document.tags.map(({ name }) => name);
  for (const { what, path, method, operation } of operations) {
    t.ok(operation.operationId && operation.summary, what);
    t.ok(
      operation.tags?.every((tag) => tags.includes(tag)),
      what,
    );
    const statuses = Object.keys(operation.responses);
    t.ok(statuses.some((status) => status.startsWith('2')) && statuses.includes('500'), what);
    if (path.startsWith('/v1/'))
      t.ok(
        ['400', '401', '403', '503'].every((status) => statuses.includes(status)),
        what,
      );
    else t.strictSame(operation.security, [], `${what} is open`);
    if (path.includes('{id}')) t.ok(statuses.includes('404'), what);
    if (method === 'patch') {
      t.ok(statuses.includes('412') && statuses.includes('428'), what);
      t.ok(
        operation.parameters?.some(({ name, required }) => name === 'If-Match' && required),
        what,
      );
      t.strictSame(Object.keys(operation.requestBody?.content ?? {}), [
        'application/json',
        'application/merge-patch+json',
      ]);
    }
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      t.ok(description.length > 0, what);
      if (status < '400') continue;
      const problem = content?.['application/problem+json']?.schema.$ref;
      t.equal(problem, '#/components/schemas/Problem', `${what} ${status}`);
      t.match(description, /`[a-z_]+`/, 'its codes are named');
    }
  }
});

t.test('every reference leads somewhere, and everything named is described', async (t) => {
  const { app } = await openDoor(t);
  const text = (await app.inject('/openapi.json')).body;
  const { components }: Document = JSON.parse(text);
  const referred = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '');
  t.strictSame([...new Set(referred)].sort(), Object.keys(components.schemas).sort());
  t.equal(referred.length, [...text.matchAll(/"\$ref"/g)].length);
  for (const [name, schema] of Object.entries(components.schemas)) t.ok('description' in schema, name);
});

t.test('the documentation page needs nothing from elsewhere', async (t) => {
  for (const production of [true, false]) {
    const { app } = await openDoor(t, { production });
    const page = await app.inject('/docs');
    t.match(page.headers['content-type'], 'text/html');
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    t.ok(assets.length > 3);
    for (const asset of assets) {
      t.notMatch(asset, /^(https?:)?\/\//);
      t.equal((await app.inject(new URL(asset, 'http://a/docs/').pathname)).statusCode, 200, asset);
    }
    const settings = await app.inject('/docs/static/swagger-initializer.js');
    t.match(settings.body, `"persistAuthorization":${production ? 'false' : 'true'}`);
  }
});
