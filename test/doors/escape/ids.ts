// The ids of one team's things, and ids of the same form that stand for nothing.

import { cursorOf } from '../../../src/domain/index.ts';

export interface Ids {
  readonly team: string;
  readonly member: string;
  readonly key: string;
  readonly credential: string;
  readonly project: string;
  readonly branch: string;
  readonly policy: string;
  readonly snapshot: string;
  readonly hold: string;
  readonly plan: string;
  readonly restore: string;
  readonly job: string;
}

/** Ids of the same form and length that are nowhere. */
export function nowhere(ids: Ids): Ids {
  const entries = Object.entries(ids).map(([name, id]: [string, string]) => [
    name,
    `${id.slice(0, 4)}00000000-0000-7000-8000-000000000000`,
  ]);
  return Object.fromEntries(entries);
}

/** The text without the ids that it echoes, and without what no two requests share. */
export function withoutIds(text: string, ids: Ids): string {
  let plain = text.replace(/"requestId":"[^"]+"/g, '"requestId":""');
  for (const [name, id] of Object.entries(ids)) plain = plain.replaceAll(id, `<${name}>`);
  return plain;
}

/** Those of the ids that the text holds, as they are or as a cursor. */
export function mentions(text: string, ids: Partial<Ids>): string[] {
  return Object.values(ids).filter((id: string) => text.includes(id) || text.includes(cursorOf(id)));
}
