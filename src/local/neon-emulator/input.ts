/**
 * Owns the reading of requests: what a field must be, and the 400 where it is not. Unknown fields are ignored, as Neon does.
 */
import { badRequest } from './refusals.ts';
import { parseLsn } from './wal.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function requiredObject(body: unknown, name: string): Fields {
  const value = fieldsOf(body)[name];
  if (!isFields(value)) throw badRequest(`request body: ${name} is required`);
  return value;
}

export function optionalObject(body: unknown, name: string): Fields {
  const value = fieldsOf(body)[name];
  if (value === undefined || value === null) return {};
  if (!isFields(value)) throw badRequest(`request body: ${name} must be an object`);
  return value;
}

/** Absent, null and empty are the same. */
export function optionalText(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw badRequest(`${name} must be a string`);
  if (!value.isWellFormed()) throw badRequest(`${name} must be well-formed Unicode`);
  return value;
}

export function requiredText(fields: Fields, name: string): string {
  const value = optionalText(fields, name);
  if (value === undefined) throw badRequest(`${name} is required`);
  return value;
}

export function optionalFlag(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw badRequest(`${name} must be true or false`);
}

export function optionalNumber(fields: Fields, name: string, from: number, to: number): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'number' ? value : Number(value);
  if (!Number.isInteger(number) || number < from || number > to) {
    throw badRequest(`${name} must be an integer from ${from} to ${to}`);
  }
  return number;
}

export function optionalName(fields: Fields, name: string): string | undefined {
  if (fields[name] === '') throw badRequest(`${name} must not be empty`);
  const value = optionalText(fields, name);
  if (value !== undefined && value.length > 256) throw badRequest(`${name} must have at most 256 characters`);
  return value;
}

/** From RFC 3339 with a zone; the answer is in UTC, with all digits, since Postgres knows microseconds and JavaScript does not. */
export function optionalInstant(fields: Fields, name: string): string | undefined {
  const text = optionalText(fields, name);
  if (text === undefined) return undefined;
  const isForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i.test(text);
  if (!isForm || Number.isNaN(Date.parse(text)) || !isDay(text))
    throw badRequest(`${name} must be an RFC 3339 timestamp`);
  const fraction = /\.\d+/.exec(text)?.[0] ?? '';
  return `${new Date(text).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}${fraction}Z`;
}

/** JavaScript takes the 30th of February for the 2nd of March; Postgres does not. */
function isDay(text: string): boolean {
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

export function optionalLsn(fields: Fields, name: string): string | undefined {
  const text = optionalText(fields, name);
  if (text !== undefined && parseLsn(text) === undefined) throw badRequest(`${name} must be an LSN such as 0/3000148`);
  return text;
}
