// Owns what texts must look like, by the names that the schema's @limit and the checks of free-form values use.

import { lsnPattern } from '../core/lsn.ts';
import type { TextForm } from './generated.ts';

interface Form {
  readonly pattern: RegExp;
  /** What is said of a text that does not match. */
  readonly words: string;
}

const control = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff';

export const forms: Readonly<Record<TextForm, Form>> = {
  name: {
    pattern: new RegExp(`^(?=.*\\S)[^${control}]+$`, 'u'),
    words: 'must hold more than spaces, and no control characters',
  },
  visible: { pattern: /^[\x21-\x7e]+$/, words: 'must hold visible ASCII characters only' },
  neon_project_id: { pattern: /^[A-Za-z0-9_-]+$/, words: 'must hold letters, digits, - and _ only' },
  idempotency_key: { pattern: /^[\x21-\x7e]{1,255}$/, words: 'must be 1 to 255 visible ASCII characters' },
  slug: {
    pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    words: 'must hold lower-case letters, digits and - only, and neither begin nor end with -',
  },
  lsn: { pattern: new RegExp(lsnPattern), words: 'must be a log sequence number such as 16/B374D848' },
};

export const labelKey = /^[a-z0-9][a-z0-9._/-]{0,62}$/;
export const labelValue = new RegExp(`^[^${control}]{0,256}$`, 'u');
export const labelsMax = 64;

/** In characters, as JSON Schema counts them: not bytes, not UTF-16 units. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** A name of at most `lengthMax` characters. */
export function isName(text: string, lengthMax: number): boolean {
  return forms.name.pattern.test(text) && lengthOf(text) <= lengthMax;
}
