// Owns how answers are described: schemas that fit the domain's views (or do not compile), pages of them, and for every route
// the problems that it may answer with. An answer holds what its schema names and nothing else.

import { type Static, type TObject, type TSchema, Type } from 'typebox';
import { type RefusalCode, refusals } from '../../core/errors.ts';
import { type Resource, lifecycles, type StatusOf } from '../../core/lifecycle.ts';

type Properties = Record<string, TSchema>;
type Fits<P extends Properties, View> = {
  [K in keyof View]: K extends keyof P ? (Static<P[K]> extends View[K] ? unknown : View[K]) : never;
};

/** The schema of a view, by the name that it has in OpenAPI. A field that is missing, or of another type, does not compile. */
export function answer<View>() {
  return <P extends Properties>($id: string, description: string, properties: P & Fits<P, View>): TObject<P> =>
    Type.Object<P>(properties, { $id, description });
}

export function text(description: string) {
  return Type.String({ description });
}

export function integer(description: string) {
  return Type.Integer({ description });
}

export function at(description: string) {
  return Type.String({ description, format: 'date-time' });
}

export function orNull<S extends TSchema>(schema: S) {
  const { description, ...rest } = schema as S & { description?: string };
  return Type.Unsafe<Static<S> | null>({ ...(description ? { description } : {}), anyOf: [rest, { type: 'null' }] });
}

export function status<R extends Resource>(resource: R, description: string) {
  return Type.Unsafe<StatusOf<R>>({ type: 'string', enum: Object.keys(lifecycles[resource]), description });
}

export function words<W extends string>(values: Record<W, true>, description: string) {
  return Type.Unsafe<W>({ type: 'string', enum: Object.keys(values), description });
}

export const version = Type.Integer({ description: 'Grows with every change; the ETag in quotes.', minimum: 1 });
export const createdAt = at('When Afterglow first knew it.');
export const updatedAt = at('When it last changed.');

/** The answer of a list. */
export function pageOf(schemaId: string) {
  return Type.Object({
    items: Type.Array(Type.Ref(`${schemaId}#`), { description: 'Newest first.' }),
    nextCursor: orNull(Type.String({ description: 'For the next page; null on the last.' })),
  });
}

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'Identifies the code.' }),
    title: text('The code in words.'),
    status: integer('The HTTP status.'),
    detail: text('What happened, what was not done, and what to do next.'),
    code: Type.String({ description: 'Stable: for programs.', enum: Object.keys(refusals) }),
    requestId: text('As in the X-Request-Id header.'),
  },
  {
    $id: 'Problem',
    description: 'A refusal (RFC 9457). Some codes add members of their own.',
    additionalProperties: true,
  },
);

interface Success {
  readonly description: string;
  /** Of the answer's schema; without one there is no body. */
  readonly schema?: TSchema;
  /** It is also given as YAML, to who accepts that. */
  readonly isAlsoYaml?: boolean;
  /** In place of JSON: schemas by media type. */
  readonly types?: Readonly<Record<string, TSchema>>;
  /** Names of headers, from the table below. */
  readonly headers?: ReadonlyArray<keyof typeof headers>;
}

const headers = {
  ETag: 'The version in quotes, for If-Match.',
  Location: 'Where the resource is.',
  Link: 'The next page, `rel="next"`.',
  'Preference-Applied': 'The `wait=N` that was honoured.',
} as const;

/** What every guarded route may say. */
const always: readonly RefusalCode[] = [
  'unauthenticated',
  'invalid_request',
  'team_required',
  // Of the team that the header names; of what the path names, where there is an id.
  'not_found',
  'forbidden',
  'rate_limited',
  'sign_in_slowed',
  'overloaded',
  'answer_timed_out',
  'database_unreachable',
  'database_busy',
  'starting',
  'internal',
];
export const withBody: readonly RefusalCode[] = ['malformed_json', 'body_too_large', 'unsupported_media_type'];
export const withKey: readonly RefusalCode[] = ['idempotency_key_in_flight', 'idempotency_key_reused'];

/** The `response` of a guarded route. */
export function answers(successes: Readonly<Record<number, Success>>, codes: readonly RefusalCode[] = []) {
  return openAnswers(successes, [...always, ...codes]);
}

/** The `response` of a route that asks for no key. */
export function openAnswers(successes: Readonly<Record<number, Success>>, codes: readonly RefusalCode[]) {
  const response: Record<string, object> = {};
  for (const [status, success] of Object.entries(successes)) response[status] = describeSuccess(success);
  const byStatus = Map.groupBy([...new Set(codes)], (code) => refusals[code].status);
  for (const [status, group] of [...byStatus].sort(([a], [b]) => a - b)) {
    response[status] = {
      description: group.map((code) => `\`${code}\`: ${refusals[code].title}.`).join(' '),
      content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
    };
  }
  return response;
}

function describeSuccess({ description, schema, isAlsoYaml, types, headers: named = [] }: Success): object {
  if (types) {
    const content = Object.entries(types).map(([type, one]) => [type, { schema: one }] as const);
    return { description, content: Object.fromEntries(content) };
  }
  const json = { 'application/json': { schema } };
  const described = Object.fromEntries(named.map((name) => [name, { type: 'string', description: headers[name] }]));
  return {
    description,
    ...(named.length > 0 ? { headers: described } : {}),
    ...(schema ? { content: isAlsoYaml ? { ...json, 'application/yaml': { schema } } : json } : { type: 'null' }),
  };
}
