// Owns the step from a GraphQL input to a domain input. In GraphQL null stands for "not given" wherever a field may be
// absent; in an update it would mean "remove", which only labels and limits can be.

import { createHash } from 'node:crypto';
import type { CommandOptions } from '../domain/index.ts';
import { refuseInput } from './errors.ts';
import { labelKey, labelsMax, labelValue } from './forms.ts';

type Given<T> = { [K in keyof T]: Exclude<T[K], null | undefined> };

/** The input without its nulls. */
export function given<T extends object>(input: T): Given<T> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as Given<T>;
}

/** A patch as it is. Refuses a null with `invalid_request`: what can be removed is read apart. */
export function patch<T extends object>(input: T, path = ''): Given<T> {
  for (const [name, value] of Object.entries(input)) {
    if (value === null) throw refuseInput(`${path}${name}`, 'cannot be removed');
  }
  return input as Given<T>;
}

/** Refuses with `invalid_request`. */
export function readLabels(labels: unknown): Record<string, string> | undefined {
  return labels === undefined ? undefined : readEntries(labels, isLabel, 'must be text of at most 256 characters');
}

/** As `readLabels`; null removes a label. */
export function readLabelsPatch(labels: unknown): Record<string, string | null> | undefined {
  const fits = (value: unknown): value is string | null => value === null || isLabel(value);
  return labels === undefined ? undefined : readEntries(labels, fits, 'must be null or text of at most 256 characters');
}

/** Labels that choose projects: at least one, or every project would be meant. */
export function readLabelSelector(labels: unknown, path: string): Record<string, string> {
  const read = readEntries(labels, isLabel, 'must be text of at most 256 characters', path);
  if (Object.keys(read).length === 0) throw refuseInput(path, 'must hold at least one label');
  return read;
}

function readEntries<V>(
  labels: unknown,
  fits: (value: unknown) => value is V,
  fault: string,
  place = 'labels',
): Record<string, V> {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) {
    throw refuseInput(place, 'must be an object');
  }
  const read: Record<string, V> = {};
  for (const [name, value] of Object.entries(labels as Record<string, unknown>)) {
    const path = `${place}.${name.slice(0, 64)}`;
    if (!labelKey.test(name)) throw refuseInput(path, 'is not a valid key');
    if (!fits(value)) throw refuseInput(path, fault);
    read[name] = value;
  }
  if (Object.keys(read).length > labelsMax) throw refuseInput(place, `must hold at most ${labelsMax} labels`);
  return read;
}

function isLabel(value: unknown): value is string {
  return typeof value === 'string' && labelValue.test(value);
}

/** What makes a repeated command have one effect: the key, and a digest of the command (it may hold a secret). */
export function onceOptions(mutation: string, input: unknown, key: string | null | undefined): CommandOptions {
  if (key === undefined || key === null) return {};
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([mutation, sorted(input)]))
    .digest('hex');
  return { idempotency: { key, fingerprint } };
}

/** The value with the members of its objects in order: the same for the same input, however it was written. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return members.map(([name, member]) => [name, sorted(member)]);
}
