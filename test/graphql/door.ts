// The GraphQL door on a bare server, with an actor and a fake domain behind it, and its log in memory.

import Fastify from 'fastify';
import type { Test } from 'tap';
import { type GraphqlSettings, registerGraphql } from '../../src/graphql/register.ts';
import { type FakeDomain, makeFakeDomain } from './fake-domain.ts';
import { actor } from './samples.ts';

export interface Answer {
  readonly status: number;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly { message: string; path?: unknown; extensions: Record<string, unknown> }[];
  readonly text: string;
}

export interface Door extends FakeDomain {
  readonly app: ReturnType<typeof Fastify>;
  /** What was logged, a line for each. */
  readonly log: string[];
  ask(query: string, variables?: Record<string, unknown>): Promise<Answer>;
  post(body: unknown): Promise<Answer>;
}

export const graphqlDefaults: GraphqlSettings = {
  graphiql: false,
  introspection: true,
  costMax: 50_000,
  persistedOnly: false,
};

export async function openDoor(
  t: Test,
  options: Partial<GraphqlSettings> & { readonly lookMs?: number } = {},
): Promise<Door> {
  const fake = makeFakeDomain();
  const log: string[] = [];
  const app = Fastify({
    genReqId: () => 'req-1',
    logger: { level: 'info', stream: { write: (line: string) => void log.push(line) } },
  });
  app.decorateRequest('actor', { getter: () => actor });
  const facts = { requestId: 'req-1', sourceAddress: '127.0.0.1' };
  app.decorateRequest('identify', () => fake.domain.authenticate(undefined, facts));
  app.decorateRequest('countFor', async () => undefined);
  await registerGraphql(app, { domain: fake.domain, ...graphqlDefaults, ...options });
  t.teardown(() => app.close());

  async function post(body: unknown): Promise<Answer> {
    const { statusCode, payload } = await app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify(body),
    });
    const { data, errors } = JSON.parse(payload) as Pick<Answer, 'data'> & Partial<Pick<Answer, 'errors'>>;
    return { status: statusCode, data, errors: errors ?? [], text: payload };
  }

  // The fake's lists are set by tests: it is handed on as it is, not copied.
  return Object.assign(fake, { app, log, post, ask: (query: string, variables = {}) => post({ query, variables }) });
}
