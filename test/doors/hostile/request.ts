// A request as it is sent, and what the two doors have in common: who sends it, and what is done to it as a whole.

import fc from 'fast-check';
import { hostileText } from './nasty.ts';

export interface HostileRequest {
  /** The operation or field that it is aimed at. */
  readonly aim: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const types = [
  'application/json; charset=latin1',
  'application/yaml',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/merge-patch+json',
  'application/json;;;',
  '__proto__',
];

/** Two in three bodies are sent as they are: the rest would never be read. */
const bodyChange: fc.Arbitrary<(body: Buffer) => Buffer> = fc.oneof(
  { weight: 12, arbitrary: fc.constant((body: Buffer) => body) },
  { weight: 1, arbitrary: fc.nat(200).map((at) => (body: Buffer) => body.subarray(0, Math.min(at, body.length))) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(200), fc.constantFrom([0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0x00], [0xf4, 0x90, 0x80, 0x80]))
      .map(
        ([at, bytes]) =>
          (body: Buffer) =>
            Buffer.concat([body.subarray(0, at), Buffer.from(bytes), body.subarray(at)]),
      ),
  },
  { weight: 1, arbitrary: fc.constant((body: Buffer) => Buffer.concat([Buffer.from('\ufeff'), body])) },
  { weight: 1, arbitrary: fc.constant((body: Buffer) => Buffer.concat([body, body])) },
);
/** One in a hundred: larger than any body may be. */
const oversize = (body: Buffer): Buffer => Buffer.concat([body, Buffer.alloc(1_100_000, 0x20)]);

/** Never a wait, which would be kept. */
const header = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      'if-match',
      'idempotency-key',
      'afterglow-team',
      'x-request-id',
      'accept',
      'x-forwarded-for',
      'origin',
    ),
    hostileText,
  ),
  fc.constantFrom<[string, string]>(
    ['prefer', 'wait=0'],
    ['prefer', 'wait=-1, wait=x, respond-async'],
    ['if-match', '"1"'],
    ['if-match', '"99999999999999999999"'],
    ['if-match', '*'],
    ['idempotency-key', 'k'.repeat(5_000)],
    ['afterglow-team', 'default'],
    ['afterglow-team', 'other'],
    ['x-request-id', 'a\r\nX-Injected: yes'],
    ['range', 'bytes=0-1,0-1'],
    ['transfer-encoding', 'gzip'],
    ['upgrade', 'websocket'],
    ['x-http-method-override', 'DELETE'],
  ),
);

export interface Shape {
  readonly change: (body: Buffer) => Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export const shape: fc.Arbitrary<Shape> = fc
  .record({
    change: fc.oneof({ weight: 99, arbitrary: bodyChange }, { weight: 1, arbitrary: fc.constant(oversize) }),
    type: fc.oneof(
      { weight: 15, arbitrary: fc.constant('application/json') },
      { weight: 1, arbitrary: fc.constantFrom(...types) },
    ),
    more: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 2, arbitrary: fc.array(header, { maxLength: 2 }) },
    ),
  })
  .map(({ change, type, more }) => ({ change, headers: { 'content-type': type, ...Object.fromEntries(more) } }));
