// Every operation of both doors, read from the contracts that they serve, each with the way to ask for it. Of a stream the answer is the first
// thing that it gives.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { getNamedType, type GraphQLNamedType, isInterfaceType, isObjectType } from 'graphql';
import { createClient } from 'graphql-ws';
import { type Action, isAction } from '../../../src/domain/index.ts';
import { readActions } from '../../../src/graphql/actions.ts';
import { buildGraphqlSchema } from '../../../src/graphql/schema.ts';
import type { Ids } from './ids.ts';
import { fieldRequests, namedInPath, requests } from './requests.ts';

export interface Answer {
  readonly status: number;
  /** `ok`, or that of the refusal. */
  readonly code: string;
  /** Which action was refused, where it says. */
  readonly action: unknown;
  readonly text: string;
}

export interface Caller {
  readonly key?: string;
  readonly team?: string;
}

export interface Operation {
  readonly name: string;
  readonly action: Action;
  /** It reads, and may be sent by who may. */
  readonly reads: boolean;
  /** It names something by its id. */
  readonly names: boolean;
  /** It pages: with a cursor, from there on. */
  readonly pages: boolean;
  /** It goes over a connection of its own. */
  readonly subscribes: boolean;
  send(caller: Caller, ids: Ids, cursor?: string): Promise<Answer>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Described {
  readonly operationId: string;
  readonly 'x-action'?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

/** Of REST, but for the probes. Throws where one names no action or has no request here. */
export function restOperations(app: FastifyInstance, ids: Ids): Operation[] {
  const paths = JSON.parse(JSON.stringify(app.swagger().paths)) as Record<string, Record<string, Described>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    path.startsWith('/v1/')
      ? Object.entries(methods).map(([method, described]) => {
          const { operationId, parameters = [], 'x-action': action = '' } = described;
          const asked = requests[operationId];
          if (!asked || !isAction(action)) throw new Error(`${operationId} has no row here, or no action`);
          return {
            name: `REST ${operationId}`,
            action,
            reads: method === 'get' || action === 'retention.simulate',
            names: path.includes('{') || asked(ids).names === true,
            pages: parameters.some(({ name }) => name === 'cursor'),
            subscribes: false,
            send: async (caller: Caller, of: Ids, cursor?: string) => {
              const { body, query } = asked(of);
              const search = new URLSearchParams({ ...(cursor === undefined ? query : { cursor }) }).toString();
              const url = `${fillPath(path, of)}${search && '?'}${search}`;
              return read(app, caller, { method: method.toUpperCase() as Method, url, body });
            },
          };
        })
      : [],
  );
}

/** Of GraphQL. Throws where a field names no action or has no request here. */
export function graphqlOperations(app: FastifyInstance, ids: Ids): Operation[] {
  const schema = buildGraphqlSchema();
  const actions = readActions(schema);
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  return roots.flatMap(([kind, root]) =>
    Object.values(root?.getFields() ?? {}).flatMap((field) => {
      const rows = Object.entries(fieldRequests).filter(([row]) => row.split(' ', 1)[0] === field.name);
      const action = actions.get(field.name);
      if (rows.length === 0 || !action) throw new Error(`${field.name} has no row here, or no action`);
      const selection = selectionOf(getNamedType(field.type));
      // What a subscription goes on after is a sequence.
      const pages = kind !== 'subscription' && field.args.some(({ name }) => name === 'after');
      // A list is asked for from either end.
      const readings = pages
        ? ([
            ['after', {}],
            ['before', { last: 50 }],
          ] as const)
        : ([['after', {}]] as const);
      const ways = rows.flatMap((row) => readings.map((reading) => [...row, ...reading] as const));
      return ways.map(([row, asked, side, from]) => ({
        name: `GraphQL${side === 'before' ? '-backwards' : ''} ${row}`,
        action: asked(ids).action ?? action,
        reads: kind !== 'mutation',
        names: asked(ids).names === true,
        pages,
        subscribes: kind === 'subscription',
        send: async (caller: Caller, of: Ids, cursor?: string) => {
          const args = Object.entries({
            ...asked(of).args,
            ...from,
            ...(cursor === undefined ? {} : { [side]: cursor }),
          });
          const typeOf = (name: string) => String(field.args.find((arg) => arg.name === name)?.type);
          const declared = args.map(([name]) => `$${name}: ${typeOf(name)}`).join(', ');
          const given = args.map(([name]) => `${name}: $${name}`).join(', ');
          const query = `${kind} ${declared && `(${declared})`} { found: ${field.name}${given && `(${given})`} ${selection} }`;
          const body = { query, variables: Object.fromEntries(args) };
          if (kind === 'subscription') return subscribed(app, caller, body);
          return read(app, caller, { method: 'POST', url: '/graphql', body });
        },
      }));
    }),
  );
}

/** Little, but for lists the cursors: they hold the ids. */
function selectionOf(type: GraphQLNamedType): string {
  if (isInterfaceType(type)) return '{ __typename }';
  if (!isObjectType(type)) return '';
  const { edges, branches } = type.getFields();
  if (edges) return '{ edges { cursor } }';
  return type.name === 'TeamStatus' && branches ? '{ branches { edges { cursor } } }' : '{ __typename }';
}

function fillPath(path: string, ids: Ids): string {
  const parts = path.split('/');
  return parts
    .map((part, index) => {
      if (!part.startsWith('{')) return part;
      const named = namedInPath[parts[index - 1] ?? ''];
      if (!named) throw new Error(`nothing is known to stand in ${path}`);
      return ids[named];
    })
    .join('/');
}

/** The first delivery, or why there is none. */
async function subscribed(
  app: FastifyInstance,
  { key, team }: Caller,
  body: { query: string; variables: Record<string, unknown> },
): Promise<Answer> {
  const client = createClient({
    url: `${addressOf(app)}/graphql`.replace('http', 'ws'),
    connectionParams: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(team === undefined ? {} : { 'afterglow-team': team }),
    },
    retryAttempts: 0,
  });
  try {
    const first = await client.iterate(body).next();
    return { status: 200, code: 'ok', action: undefined, text: JSON.stringify(first.value) };
  } catch (error) {
    if (!Array.isArray(error)) {
      const { code, reason } = error as { code: number; reason: string };
      return { status: code === 4401 ? 401 : 403, code: reason, action: undefined, text: reason };
    }
    const [{ extensions }] = error as [Required<Refused>['errors'][number]];
    return { status: 200, code: extensions.code, action: extensions.action, text: JSON.stringify(error) };
  } finally {
    await client.dispose();
  }
}

function addressOf(app: FastifyInstance): string {
  const { port } = app.server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

interface Refused {
  readonly code?: string;
  readonly action?: unknown;
  readonly errors?: readonly { readonly extensions: { readonly code: string; readonly action?: unknown } }[];
}

async function read(
  app: FastifyInstance,
  { key, team }: Caller,
  { method, url, body }: { method: Method; url: string; body?: object | undefined },
): Promise<Answer> {
  const headers = {
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(team === undefined ? {} : { 'afterglow-team': team }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  const answer = await app.inject({ method, url, headers, ...payload, payloadAsStream: true });
  const { statusCode: status, headers: told } = answer;
  const text = await textOf(answer.stream(), String(told['content-type']));
  // An export is a line of JSON for each event.
  const isJson = /\/(problem\+)?json\b/.test(String(told['content-type']));
  const said = (isJson ? JSON.parse(text) : {}) as Refused;
  const [error] = Array.isArray(said.errors) && url === '/graphql' ? said.errors : [];
  const { code, action } = error ? error.extensions : said;
  return { status, code: status < 300 && !error ? 'ok' : String(code), action, text };
}

/** All that it gives; of a stream, which has no end, the first piece. */
export async function textOf(stream: Readable, type: string): Promise<string> {
  if (type.startsWith('text/event-stream')) {
    const [first] = (await once(stream, 'data')) as [Buffer];
    stream.destroy();
    return first.toString();
  }
  let text = '';
  for await (const piece of stream) text += String(piece);
  return text;
}
