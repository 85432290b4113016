// Owns the fields that requests of several resources share, and what their patterns say in words.

import { type TSchema, Type } from 'typebox';
import { lsnPattern } from '../../core/lsn.ts';

const control = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff';

const patterns = {
  name: `^(?=.*\\S)[^${control}]+$`,
  text: `^[^${control}]*$`,
  visible: '^[\\x21-\\x7e]+$',
  labelKey: '^[a-z0-9][a-z0-9._/-]{0,62}$',
  label: `^[a-z0-9][a-z0-9._/-]{0,62}:[^${control}]{0,256}$`,
  neonId: '^[A-Za-z0-9_-]+$',
  idempotencyKey: '^[\\x21-\\x7e]{1,255}$',
  lsn: lsnPattern,
  slug: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$',
} as const;

/** What a value that does not match must be, by pattern. */
export const patternWords: Readonly<Record<string, string>> = {
  [patterns.name]: 'must hold more than spaces, and no control characters',
  [patterns.text]: 'must hold no control characters',
  [patterns.visible]: 'must hold visible ASCII characters only',
  [patterns.neonId]: 'must hold letters, digits, - and _ only',
  [patterns.idempotencyKey]: 'must be 1 to 255 visible ASCII characters',
  [patterns.label]:
    'must be a key of lower-case letters, digits and . _ / -, a colon, and a value of at most 256 characters',
  [patterns.slug]: 'must hold lower-case letters, digits and - only, and neither begin nor end with -',
  [patterns.lsn]: 'must be a log sequence number such as 16/B374D848',
};

/** As `name`, for keys: a pattern is all that may be asked of them. */
export const nameKey = `^(?=.*\\S)[^${control}]{1,128}$`;

export function name(description: string, maxLength = 128) {
  return Type.String({ description, minLength: 1, maxLength, pattern: patterns.name });
}

/** Neon allows longer names for branches than Afterglow for its own things. */
export function branchName(description: string) {
  return name(description, 256);
}

/** An id is any text: one that is malformed is not found, like one that is unknown. */
export function id(description: string) {
  return Type.String({ description });
}

/** Any text too: the domain reads instants, and says `invalid_instant`. */
export function instant(description: string) {
  return Type.String({ description: `${description} RFC 3339 with a zone, at most milliseconds.` });
}

export function lsn(description: string) {
  return Type.String({ description, pattern: patterns.lsn });
}

export function slug(description: string) {
  return Type.String({ description, minLength: 1, maxLength: 63, pattern: patterns.slug });
}

/** Text of others' making, such as a subject, without spaces. */
export function visible(description: string, maxLength: number) {
  return Type.String({ description, minLength: 1, maxLength, pattern: patterns.visible });
}

export function secret(description: string) {
  return Type.String({ description, minLength: 1, maxLength: 512, pattern: patterns.visible, writeOnly: true });
}

/** As Neon writes the ids of its things. */
export function neonId(description: string) {
  return Type.String({ description, minLength: 1, maxLength: 64, pattern: patterns.neonId });
}

const labelValue = Type.String({ maxLength: 256, pattern: patterns.text });

/** A label as one text, `key:value`. */
export const labelText = Type.String({ pattern: patterns.label });

export const Labels = Type.Record(Type.String({ pattern: patterns.labelKey }), labelValue, {
  description: 'Up to 64 of your own; keys of lower-case letters, digits and . _ / -.',
  additionalProperties: false,
  maxProperties: 64,
});

/** Labels that choose projects: at least one, or every project would be meant. */
export const LabelSelector = Type.Record(Type.String({ pattern: patterns.labelKey }), labelValue, {
  description: 'Every project that carries all of these, also one that is registered later. Instead of projects.',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 64,
});

export const LabelsPatch = Type.Record(
  Type.String({ pattern: patterns.labelKey }),
  Type.Union([labelValue, Type.Null()]),
  { description: 'Merged into the labels; null removes one.', additionalProperties: false, maxProperties: 64 },
);

/** A request's object: a field that the schema does not know is refused. */
export function strict<P extends Record<string, TSchema>>(properties: P, options: { description?: string } = {}) {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

/** A field that may be null, as if it were absent. */
export function nullable<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()]);
}

/** Two fields of which at most one may be given. */
export function excluding(first: string, second: string) {
  return { not: { type: 'object', required: [first, second] } };
}

export const NoQuery = strict({});

export function idParams(what: string) {
  return Type.Object({ id: id(`Of the ${what}.`) });
}

/** Of a query string. */
export const flag = (description: string) =>
  Type.Optional(Type.Unsafe<'true' | 'false'>({ type: 'string', enum: ['true', 'false'], description }));

export const pageQuery = {
  limit: Type.Optional(Type.Integer({ description: 'How many at most.', minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(
    Type.String({ description: '`nextCursor` of the page before, of this list.', minLength: 1, maxLength: 512 }),
  ),
};

const idempotencyKey = Type.Optional(
  Type.String({
    description: 'The same key with the same request gives the first answer again, for 24 hours.',
    pattern: patterns.idempotencyKey,
  }),
);
const prefer = Type.Optional(
  Type.String({ description: '`wait=N` holds the answer back until the work has ended, for at most N (60) seconds.' }),
);

export const CreateHeaders = Type.Object({ 'Idempotency-Key': idempotencyKey });
export const SecretHeaders = Type.Object({
  'Idempotency-Key': Type.Optional(
    Type.String({
      description:
        'The same key with the same request makes no second API key, for 24 hours: `secret_shown_once` names the first, without its secret.',
      pattern: patterns.idempotencyKey,
    }),
  ),
});
export const WorkHeaders = Type.Object({ 'Idempotency-Key': idempotencyKey, Prefer: prefer });
export const WaitHeaders = Type.Object({ Prefer: prefer });
export const DeleteHeaders = Type.Object({
  'If-Match': Type.Optional(
    Type.String({ description: 'The ETag of the answer that was looked at: 412 where it has changed since.' }),
  ),
});
export const ChangeHeaders = Type.Object({
  'If-Match': Type.Optional(
    Type.String({ description: 'The ETag of the answer that the change was made from. Required: 428 without it.' }),
  ),
});
