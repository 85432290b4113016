// Says of one answer of the emulator what in it is not as Neon's OpenAPI document has it.

import type * as ajvPackage from 'ajv';
import type * as formatsPackage from 'ajv-formats';
import { createRequire } from 'node:module';
import type { PublishedAnswer } from '../../../src/local/neon-emulator/answers.ts';
import type { Json, NeonDocument } from './document.ts';
import { callOf } from './files.ts';
import { undeclaredFields } from './undeclared.ts';

export interface CheckedAnswer {
  readonly call: string;
  readonly status: number;
  /** Empty where the answer is as it should be. */
  readonly problems: readonly string[];
}

// Loaded when the first answer comes, and at once: most processes have no emulator, and one that is killed has told of its last answer.
const require = createRequire(import.meta.url);

/** Words that say nothing about an answer's form; any other word that ajv does not know is an error. */
const silentWords = [
  'components',
  'calls',
  'error',
  'discriminator',
  'example',
  'externalDocs',
  'x-sensitive',
  'x-sunset',
  'x-tags',
];

const generalError: Json = { $ref: '#/components/schemas/GeneralError' };

export function createAnswerCheck(document: NeonDocument): (answer: PublishedAnswer) => CheckedAnswer {
  const { Ajv }: typeof ajvPackage = require('ajv');
  const { default: addFormats }: typeof formatsPackage = require('ajv-formats');
  const ajv = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false, allowUnionTypes: true });
  addFormats.default(ajv);
  // As JavaScript holds them: what is past 2^53 came rounded, and is a whole number still.
  ajv.addFormat('uint64', { type: 'number', validate: (value) => Number.isInteger(value) && value >= 0 });
  ajv.addFormat('int', { type: 'number', validate: Number.isInteger });
  ajv.addVocabulary(silentWords);
  ajv.addSchema({ $id: 'neon', ...document, error: generalError });

  /** `pointer`: the names on the way to a schema of the document. It is compiled when it is first needed. */
  function faultsOf(pointer: readonly string[], body: unknown): string[] {
    const path = pointer.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')));
    const validate = ajv.getSchema(`neon#/${path.join('/')}`);
    if (validate === undefined) throw new Error(`the document holds no schema at ${pointer.join(' ')}`);
    return validate(body) === true ? [] : [...new Set((validate.errors ?? []).map(wordsOf))];
  }

  function problemsOf(call: string, answer: PublishedAnswer): string[] {
    const { status, contentType, body } = answer;
    if (status >= 500) return ['answered an error of the server that no test asked for'];
    let pointer = ['error'];
    let schema = generalError;
    if (answer.route !== undefined) {
      const answers = document.calls[call];
      if (answers === undefined) return ['the document has no such call'];
      const key = status in answers ? String(status) : 'default';
      const expected = key === 'default' && status < 400 ? undefined : answers[key];
      if (expected === undefined) return ['the document has no such status'];
      if (expected.schema === undefined) return body === '' ? [] : ['has a body where the document has none'];
      pointer = ['calls', call, key, 'schema'];
      schema = expected.schema;
    }
    if (contentType?.startsWith('application/json') !== true) return [`is ${contentType ?? 'of no type'}, not JSON`];
    let content: unknown;
    try {
      content = JSON.parse(body);
    } catch {
      return ['is not JSON'];
    }
    const faults = faultsOf(pointer, content);
    if (faults.length > 0) return faults;
    return undeclaredFields(document, schema, content).map((place) => `${place} is not in the document`);
  }

  return (answer) => {
    const call = answer.route === undefined ? `${answer.method} (not served)` : callOf(answer.method, answer.route);
    return { call, status: answer.status, problems: problemsOf(call, answer) };
  };
}

/** The same words for each member of a list, so that a violation is told once. */
function wordsOf({ instancePath, message, params }: ajvPackage.ErrorObject): string {
  const place = instancePath.replaceAll(/\/\d+(?=\/|$)/g, '/*') || 'body';
  const allowed: unknown = params['allowedValues'];
  return `${place} ${message ?? 'is wrong'}${Array.isArray(allowed) ? `: ${allowed.join(', ')}` : ''}`;
}
