// What no caller means well with: values of JSON as text (some are none), names of members, texts, cursors and headers. None of the constants
// holds a word that an answer must not hold: a request with one is not sent.

import fc from 'fast-check';
import { cursorOf } from '../../../src/domain/index.ts';

/** Text that stands in a body as it is. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Members by name, in order, so that a name may come twice, and `__proto__` be one. */
export type Members = readonly (readonly [string, Value])[];
export type Value = string | number | boolean | null | Raw | readonly Value[] | { readonly members: Members };

export function write(value: Value): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(write).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const { members } = value as { readonly members: Members };
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

export const prototypeKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
];

const injections = [
  "' or 1=1--",
  "'; drop table snapshots;--",
  '"; select 1; --',
  "\\'; commit; --",
  '%27%20or%201',
  '$1',
  '${7*7}',
  '{{7*7}}',
  '../../../../etc/passwd',
  '\r\nX-Injected: yes',
  '%0d%0aX-Injected: yes',
  '<script>alert(1)</script>',
  '\u202eevil',
  '-- ',
  '/*',
  'a'.repeat(300),
  'é'.repeat(129),
  '\ufeff',
  '%00',
  'null',
  'undefined',
  '[object Object]',
];

const raws = [
  '1e400',
  '-1e400',
  '1e-400',
  '-0',
  '9007199254740993',
  '123456789012345678901234567890123456789',
  '0.1e1',
  '01',
  '+1',
  'NaN',
  'Infinity',
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '"\u0001"',
  '"\\x41"',
  "'text'",
  'undefined',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"a":1,"a":2}',
  '{"":{"":{"":""}}}',
  `${'['.repeat(90)}${']'.repeat(90)}`,
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  `[${'1,'.repeat(6_000)}1]`,
  `"${'x'.repeat(70_000)}"`,
  '[',
  '}',
  '',
];

export const instants = [
  '2026-02-30T00:00:00Z',
  '2026-03-01T25:00:00Z',
  '-271821-04-20T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '9999-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00Z',
  '2026-03-01T00:00:00.0000000000001Z',
  '2026-03-01T00:00:00+23:59',
  '2026-03-01',
  '1',
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...injections),
  fc.constantFrom(...instants),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);

export const hostileValue: fc.Arbitrary<Value> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...raws).map((text) => new Raw(text)) },
  { weight: 3, arbitrary: hostileText },
  { weight: 2, arbitrary: fc.constantFrom<Value>(null, true, false, [], { members: [] }, '', 0, -1) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
  { weight: 1, arbitrary: fc.constantFrom(...prototypeKeys).map((name): Value => ({ members: [[name, 1]] })) },
);

/** Cursors that a list gave, bent; and such as none gave. */
export function hostileCursor(real: readonly string[]): fc.Arbitrary<string> {
  const bent = fc
    .tuple(fc.constantFrom(...real), fc.nat(60), fc.constantFrom('', 'A', '=', '%', '.', '\u00e9'))
    .map(([cursor, at, sign]) => `${cursor.slice(0, at)}${sign}${cursor.slice(at + 1)}`);
  return fc.oneof(
    fc.constantFrom(...real),
    bent,
    hostileText.map((text) => cursorOf(text)),
    fc.constantFrom('', '!', 'e30', cursorOf("x' or '1'='1"), cursorOf('\0'), 'A'.repeat(5_000), '//8=', '__proto__'),
  );
}
