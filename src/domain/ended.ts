// Owns the refusal to cancel what has ended.

import { Refusal } from '../core/errors.ts';

export function alreadyEnded(what: 'snapshot' | 'restore', status: string): Refusal {
  const next = status === 'available' ? ' Delete it to have it removed.' : '';
  return new Refusal(
    'already_ended',
    `The ${what} is ${status} already: there is nothing to cancel. Nothing was changed.${next}`,
    { members: { presentStatus: status } },
  );
}
