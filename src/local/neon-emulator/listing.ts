/**
 * Owns the order and the pages of lists: branches by name or time, operations newest first. Never filters by permission.
 */
import type { CursorPagination, Operation, Pagination } from '@neon/sdk/raw';
import { optionalNumber, optionalText, type Fields } from './input.ts';
import { badRequest } from './refusals.ts';
import type { BranchRecord, ProjectRecord } from './state.ts';

const keyOf = {
  name: (branch: BranchRecord) => branch.name,
  created_at: (branch: BranchRecord) => branch.createdAt,
  updated_at: (branch: BranchRecord) => branch.updatedAt,
};

/** Those whose name or id holds the text; all without it. */
export function findBranches(project: ProjectRecord, search: string | undefined): BranchRecord[] {
  return project.branches.filter(
    ({ name, id }) => search === undefined || name.includes(search) || id.includes(search),
  );
}

/** Ties are broken by id, and the cursor names the last branch shown, so that pages neither repeat nor skip. */
export function listBranches(
  project: ProjectRecord,
  query: Fields,
): { branches: BranchRecord[]; pagination: CursorPagination } {
  const sortBy = optionalText(query, 'sort_by') ?? 'updated_at';
  const sortOrder = optionalText(query, 'sort_order') ?? 'desc';
  if (!isSortField(sortBy)) throw badRequest('sort_by must be name, created_at or updated_at');
  if (sortOrder !== 'asc' && sortOrder !== 'desc') throw badRequest('sort_order must be asc or desc');
  const limit = optionalNumber(query, 'limit', 1, 10_000) ?? 100;
  const after = readCursor(optionalText(query, 'cursor'));
  const key = keyOf[sortBy];
  const direction = sortOrder === 'asc' ? 1 : -1;
  const compare = (a: readonly [string, string], b: readonly [string, string]) =>
    direction * (compareText(a[0], b[0]) || compareText(a[1], b[1]));
  const rest = findBranches(project, optionalText(query, 'search'))
    .toSorted((a, b) => compare([key(a), a.id], [key(b), b.id]))
    .filter((branch) => after === undefined || compare([key(branch), branch.id], after) > 0);
  const branches = rest.slice(0, limit);
  const last = branches.at(-1);
  const next = last === undefined || rest.length <= limit ? {} : { next: writeCursor([key(last), last.id]) };
  return { branches, pagination: { ...next, sort_by: sortBy, sort_order: sortOrder } };
}

function isSortField(text: string): text is keyof typeof keyOf {
  return Object.hasOwn(keyOf, text);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function writeCursor(place: readonly [string, string]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function readCursor(cursor: string | undefined): [string, string] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(place) && typeof place[0] === 'string' && typeof place[1] === 'string')
      return [place[0], place[1]];
  } catch {
    // Refused below.
  }
  throw badRequest('cursor is not valid');
}

export function listOperations(
  project: ProjectRecord,
  query: Fields,
): { operations: Operation[]; pagination?: Pagination } {
  const limit = optionalNumber(query, 'limit', 1, 1000) ?? 100;
  const cursor = optionalText(query, 'cursor');
  const newestFirst = project.operations.toReversed();
  const from = cursor === undefined ? 0 : newestFirst.findIndex(({ id }) => id === cursor) + 1;
  if (cursor !== undefined && from === 0) throw badRequest('cursor is not valid');
  const operations = newestFirst.slice(from, from + limit);
  const last = operations.at(-1);
  return last === undefined ? { operations } : { operations, pagination: { cursor: last.id } };
}
