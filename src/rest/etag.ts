// Owns versions over HTTP: `ETag` says which one an answer shows, `If-Match` which one a change was made from.

import type { FastifyReply } from 'fastify';
import { Refusal } from '../core/errors.ts';

/** Versions start at 1: nothing has this one. */
const noVersion = 0;

/** What a change may be sent as; the first is understood as the second. */
export const patchTypes = ['application/json', 'application/merge-patch+json'];

function etagOf(version: number): string {
  return `"${version}"`;
}

/** Puts the view's version on the answer. */
export function withEtag<V extends { readonly version: number }>(reply: FastifyReply, view: V): V {
  reply.header('etag', etagOf(view.version));
  return view;
}

/**
 * Makes a change from the version that `If-Match` names. Refuses with `if_match_required` where it names none (`*` names
 * none: it would overwrite what the caller has not read) and with `version_stale` where it holds no ETag of ours.
 * Both come after the domain's `not_found` and `forbidden`: the domain is asked for a change from a version that nothing has.
 */
export async function changeFrom<V extends { readonly version: number }>(
  ifMatch: string | undefined,
  reply: FastifyReply,
  update: (version: number) => Promise<V>,
): Promise<V> {
  const named = versionIn(ifMatch);
  if (named) return withEtag(reply, await update(named));
  try {
    await update(noVersion);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'version_stale') throw error;
    throw refuse(ifMatch, error);
  }
  throw new Error('A change from a version that nothing has was made.');
}

/**
 * The version that `If-Match` names, for what needs none: undefined without the header and for `*`, and one that nothing has where it
 * holds no ETag of ours.
 */
export function versionIn(ifMatch: string | undefined): number | undefined {
  const given = ifMatch?.trim() ?? '';
  if (given === '' || given === '*') return undefined;
  return Number(/^"([1-9]\d{0,8})"$/.exec(given)?.[1] ?? noVersion);
}

function refuse(ifMatch: string | undefined, stale: Refusal): Refusal {
  if (ifMatch !== undefined && !['', '*'].includes(ifMatch.trim())) {
    const what =
      'If-Match holds no ETag of this resource. Nothing was changed. Send the ETag of its last answer, such as "1".';
    return new Refusal('version_stale', what, { members: stale.members });
  }
  return new Refusal(
    'if_match_required',
    'A change needs If-Match with the ETag of the answer that it was made from, such as "1". Nothing was changed.',
  );
}
