// What no answer may be or hold, whatever it answers.

import { refusals } from '../../../src/core/errors.ts';
import type { HostileRequest } from './request.ts';

export interface HostileAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Words of what is inside. An answer may repeat what it was sent, so no request that is sent holds one. */
const inside: readonly (readonly [string, RegExp])[] = [
  ['a stack trace', /\n\s+at |\bat [\w.<>]+ \(|:\d+:\d+\)/],
  ['a path of the machine', /node_modules|file:\/\/|\/src\/|\/work\/|\/tmp\/|\.ts\b/],
  [
    'words of Postgres',
    /syntax error at or near|invalid input syntax|duplicate key|violates|relation "|column "|SQLSTATE|\bselect .* from\b|deadlock|postgres(ql)?:\/\//,
  ],
  [
    'words of a library',
    /kysely|fastify|FST_ERR|mercurius|MER_ERR|\bajv\b|TypeError|RangeError|Cannot read prop|is not a function/i,
  ],
  ['a secret', /napi_|ag_[0-9a-f]{48}|password/i],
];

/** A head of the audit history (JWS): letters by chance, in which any short word is found some day. */
const signed = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** Whether a name drawn by chance is a word of what is inside ("ajv-8"): an answer to it, or to a later request, would be told as a leak. */
export function saysWhatIsInside({ url, headers, body }: HostileRequest): boolean {
  const said = [url, ...Object.values(headers), body?.toString() ?? ''];
  return inside.some(([, pattern]) => said.some((text) => pattern.test(text)));
}

/** What is wrong with the answer to this request, in words; empty where nothing is. `secrets` are the other team's. */
export function faultsOf(request: HostileRequest, answer: HostileAnswer, secrets: readonly string[]): string[] {
  const { status, headers, text } = answer;
  const faults = status >= 500 ? [`it is ${status}`] : [];
  const words = text.replaceAll(signed, '');
  for (const [what, pattern] of inside)
    if (pattern.test(words)) faults.push(`it holds ${what}: ${pattern.exec(words)?.[0]}`);
  const asked = `${request.url} ${request.body?.toString() ?? ''}`;
  for (const secret of secrets) {
    if (text.includes(secret) && !asked.includes(secret)) faults.push(`it tells of another team: ${secret}`);
  }
  if ('x-injected' in headers) faults.push('a header was injected');
  if (!/^[\w.-]{1,64}$/.test(String(headers['x-request-id']))) faults.push('it does not name its request');
  if (status >= 400) faults.push(...faultsOfRefusal(request, answer));
  return faults;
}

interface Refused {
  readonly code?: unknown;
  readonly requestId?: unknown;
  readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
}

/** Every refusal has the one form of its door, and a code of the one table. */
function faultsOfRefusal({ url, method }: HostileRequest, { status, headers, text }: HostileAnswer): string[] {
  if (method === 'HEAD') return [];
  let said: Refused;
  try {
    said = JSON.parse(text) as Refused;
  } catch {
    return ['it is no JSON'];
  }
  const isProblem = String(headers['content-type']).startsWith('application/problem+json');
  const codes = isProblem ? [said.code] : (said.errors ?? []).map((error) => error.extensions?.code);
  if (!isProblem && !(url.startsWith('/graphql') && status === 400)) return ['it is no problem'];
  if (codes.length === 0) return ['it has no code'];
  return codes.flatMap((code) => (Object.hasOwn(refusals, String(code)) ? [] : [`its code is ${String(code)}`]));
}
