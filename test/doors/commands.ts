// Every command as each door words it: the route of REST, the mutation of GraphQL.

import { fields } from '../graphql/fields.ts';
import type { Answered, Sent, World } from './world.ts';

export interface Command {
  readonly method: Sent['method'];
  /** With `:id` where the id stands, and `:teamId` where that of the body does. */
  readonly path: string;
  /** What GraphQL is asked of the answer; REST answers it all. */
  readonly selection: string;
  /** One that changes nothing is a query in GraphQL. */
  readonly isQuery?: boolean;
}

export const commands = {
  createTeam: { method: 'POST', path: '/v1/teams', selection: fields.team },
  addMember: { method: 'POST', path: '/v1/teams/:teamId/members', selection: fields.member },
  updateMember: { method: 'PATCH', path: '/v1/teams/:teamId/members/:id', selection: fields.member },
  removeMember: { method: 'DELETE', path: '/v1/teams/:teamId/members/:id', selection: 'id' },
  createApiKey: { method: 'POST', path: '/v1/api-keys', selection: fields.newApiKey },
  rotateApiKey: { method: 'POST', path: '/v1/api-keys/:id/rotate', selection: fields.newApiKey },
  revokeApiKey: { method: 'DELETE', path: '/v1/api-keys/:id', selection: 'id' },
  createCredential: { method: 'POST', path: '/v1/credentials', selection: fields.credential },
  updateCredential: { method: 'PATCH', path: '/v1/credentials/:id', selection: fields.credential },
  deleteCredential: { method: 'DELETE', path: '/v1/credentials/:id', selection: 'id' },
  registerProject: { method: 'POST', path: '/v1/projects', selection: fields.project },
  updateProject: {
    method: 'PATCH',
    path: '/v1/projects/:id',
    selection: `${fields.project} ${fields.nextFirings}`,
  },
  removeProject: { method: 'DELETE', path: '/v1/projects/:id', selection: 'id' },
  syncProject: { method: 'POST', path: '/v1/projects/:id/sync', selection: fields.project },
  reconcileProject: { method: 'POST', path: '/v1/projects/:id/reconcile', selection: fields.reconcileReport },
  adoptSnapshot: { method: 'POST', path: '/v1/projects/:id/adopt', selection: fields.snapshot },
  createPolicy: { method: 'POST', path: '/v1/policies', selection: fields.policy },
  updatePolicy: { method: 'PATCH', path: '/v1/policies/:id', selection: fields.policy },
  deletePolicy: { method: 'DELETE', path: '/v1/policies/:id', selection: 'id' },
  runPolicy: { method: 'POST', path: '/v1/policies/:id/run', selection: `snapshots { ${fields.snapshot} }` },
  simulateRetention: {
    method: 'POST',
    path: '/v1/retention/simulate',
    selection: fields.simulation,
    isQuery: true,
  },
  pausePolicy: { method: 'POST', path: '/v1/policies/:id/pause', selection: fields.policy },
  resumePolicy: { method: 'POST', path: '/v1/policies/:id/resume', selection: fields.policy },
  importPolicies: { method: 'PUT', path: '/v1/policies/import', selection: fields.policyImport },
  requestSnapshot: { method: 'POST', path: '/v1/snapshots', selection: fields.snapshot },
  cancelSnapshot: { method: 'POST', path: '/v1/snapshots/:id/cancel', selection: fields.snapshot },
  lockSnapshot: { method: 'POST', path: '/v1/snapshots/:id/lock', selection: fields.snapshot },
  requestRetentionPlan: { method: 'POST', path: '/v1/policies/:id/retention-plan', selection: fields.retentionPlan },
  approveRetentionPlan: { method: 'POST', path: '/v1/retention-plans/:id/approve', selection: fields.retentionPlan },
  rejectRetentionPlan: { method: 'POST', path: '/v1/retention-plans/:id/reject', selection: fields.retentionPlan },
  placeHold: { method: 'POST', path: '/v1/holds', selection: fields.hold },
  releaseHold: { method: 'POST', path: '/v1/holds/:id/release', selection: fields.hold },
  deleteSnapshot: { method: 'DELETE', path: '/v1/snapshots/:id', selection: fields.snapshot },
  requestRestore: { method: 'POST', path: '/v1/restores', selection: fields.restore },
  cancelRestore: { method: 'POST', path: '/v1/restores/:id/cancel', selection: fields.restore },
  connectRestore: { method: 'POST', path: '/v1/restores/:id/connection', selection: 'uri' },
  deletePreservedBranch: { method: 'DELETE', path: '/v1/restores/:id/preserved-branch', selection: fields.restore },
} as const satisfies Record<string, Command>;

/** Routes that answer a question whose words are too long for a URL: they change nothing, and GraphQL has them as queries. */
export const questions: readonly string[] = ['POST /v1/policies/preview'];

export type CommandName = keyof typeof commands;

/** One command to one subject, in no door's words. */
export interface Wish {
  readonly command: CommandName;
  readonly id?: string;
  /** The version that was read: If-Match, or `version`. */
  readonly version?: number;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Idempotency-Key, or `idempotencyKey`. */
  readonly key?: string;
}

export interface Outcome {
  /** `ok`, or the code of the refusal. */
  readonly code: string;
  /** Null where the door has nothing to say but that it is done. */
  readonly answer: unknown;
  /** What a refusal says, and its members. */
  readonly refusal: unknown;
}

export type Door = (world: World, wish: Wish, requestId: string) => Promise<Outcome>;

export const byRest: Door = async (world, { command, id = '', version, body: wished, key }, requestId) => {
  const { method, path } = commands[command];
  const { body, teamId } = takeTeam(path, wished);
  // What GraphQL is told beside a document is the query string of REST.
  const { document, ...flags } = (command === 'importPolicies' && body) || { document: body };
  const query = Object.entries(flags)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join('&');
  const answered = await world.send({
    method,
    url: `${path.replace(':teamId', teamId).replace(':id', id)}${query && '?'}${query}`,
    ...(document === undefined ? {} : { body: document }),
    headers: {
      'x-request-id': requestId,
      ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
  });
  if (answered.status < 300) return { code: 'ok', answer: answered.body ?? null, refusal: null };
  const {
    code,
    detail,
    type: _type,
    title: _title,
    status: _status,
    ...members
  } = answered.body as Record<string, unknown>;
  return { code: String(code), answer: null, refusal: { detail, ...members } };
};

/** The team stands in the path, and what is left in the body, if anything is. */
function takeTeam(path: string, wished: Wish['body']): { body: Wish['body']; teamId: string } {
  if (!path.includes(':teamId')) return { body: wished, teamId: '' };
  const { teamId, ...rest } = wished ?? {};
  return { body: Object.keys(rest).length > 0 ? rest : undefined, teamId: String(teamId) };
}

export const byGraphql: Door = async (world, { command, id, version, body, key }, requestId) => {
  const { selection, isQuery = false }: Command = commands[command];
  const inputType = `${command.slice(0, 1).toUpperCase()}${command.slice(1)}Input`;
  const keyArgument = key === undefined ? '' : `, idempotencyKey: ${JSON.stringify(key)}`;
  const { body: said, status } = await ask(
    world,
    `${isQuery ? 'query' : 'mutation'} ($input: ${inputType}!) { done: ${command}(input: $input${keyArgument}) { ${selection} } }`,
    { input: { ...(id === undefined ? {} : { id }), ...(version === undefined ? {} : { version }), ...body } },
    requestId,
  );
  const { data, errors } = said as {
    data?: { done: unknown };
    errors?: { message: string; extensions: Record<string, unknown> }[];
  };
  const [error] = errors ?? [];
  if (error === undefined) {
    if (status !== 200) throw new Error(`status ${status} without an error`);
    return { code: 'ok', answer: selection === 'id' ? null : data?.done, refusal: null };
  }
  // REST says when to come back in a header.
  const { code, retryAfterSeconds: _later, ...members } = error.extensions;
  return { code: String(code), answer: null, refusal: { detail: error.message, ...members } };
};

export function ask(world: World, query: string, variables: object = {}, requestId = 'read'): Promise<Answered> {
  const headers = { 'x-request-id': requestId };
  return world.send({ method: 'POST', url: '/graphql', body: { query, variables }, headers });
}
