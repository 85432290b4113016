// Owns the refusal of a change to something that has changed since it was read.

import { Refusal } from '../core/errors.ts';

export function staleVersion(present: number | undefined): Refusal {
  return new Refusal(
    'version_stale',
    'It has changed since you read it. Nothing was changed. Read it again and send its present version.',
    { members: present === undefined ? {} : { version: present } },
  );
}
