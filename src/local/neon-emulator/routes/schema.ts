/**
 * Owns the calls that show and compare the schemas of databases, at present and at past moments. They never change anything.
 */
import type { GetProjectBranchSchemaComparisonResponses, GetProjectBranchSchemaResponses } from '@neon/sdk/raw';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { PostgresServer } from '../../postgres/index.ts';
import { getBranch, type Context } from '../context.ts';
import { optionalInstant, optionalLsn, optionalText, requiredText, type Fields } from '../input.ts';
import { untilReady } from '../reach.ts';
import { badRequest } from '../refusals.ts';
import type { Asked } from '../rows/rows.ts';
import { schemaJson, schemaSql } from '../schema/index.ts';
import type { ProjectRecord } from '../state.ts';
import type { RouteParts } from './call.ts';

export function registerSchema({ routes, context }: RouteParts): void {
  routes.read('/projects/:projectId/branches/:branchId/schema', async ({ project, param, query }) => {
    const { id } = getBranch(project, param('branchId'));
    const database = requiredText(query, 'db_name');
    const format = optionalText(query, 'format') ?? 'sql';
    if (format !== 'sql' && format !== 'json') throw badRequest('format must be sql or json');
    const server = await serverAt(context, project, { id, asked: askedFor(query, ''), database });
    return {
      status: 200,
      body: (format === 'json'
        ? { json: await schemaJson(server, database) }
        : { sql: await schemaSql(server, database) }) satisfies GetProjectBranchSchemaResponses[200],
    };
  });

  routes.read('/projects/:projectId/branches/:branchId/compare_schema', async ({ project, param, query }) => {
    const branch = getBranch(project, param('branchId'));
    const baseId = optionalText(query, 'base_branch_id') ?? branch.parentId;
    if (baseId === undefined) throw badRequest('base_branch_id is required for a branch that has no parent');
    const database = requiredText(query, 'db_name');
    const moments = [
      { id: getBranch(project, baseId).id, asked: askedFor(query, 'base_') },
      { id: branch.id, asked: askedFor(query, '') },
    ];
    const [before = '', after = ''] = await Promise.all(
      moments.map(async ({ id, asked }) =>
        schemaSql(await serverAt(context, project, { id, asked, database }), database),
      ),
    );
    return {
      status: 200,
      body: { diff: compare(database, before, after) } satisfies GetProjectBranchSchemaComparisonResponses[200],
    };
  });
}

function askedFor(query: Fields, prefix: '' | 'base_'): Asked {
  const timestamp = optionalInstant(query, `${prefix}timestamp`);
  const lsn = optionalLsn(query, `${prefix}lsn`);
  if (timestamp !== undefined && lsn !== undefined)
    throw badRequest(`${prefix}timestamp and ${prefix}lsn cannot be used together`);
  return { timestamp, lsn };
}

interface Wish {
  readonly id: string;
  readonly asked: Asked;
  readonly database: string;
}

/** Waits for a branch whose data is not whole yet. */
async function serverAt(context: Context, project: ProjectRecord, wish: Wish): Promise<PostgresServer> {
  const branch = await untilReady(project, wish.id, 10_000);
  const { timestamp, lsn } = wish.asked;
  const asked = timestamp === undefined && lsn === undefined ? undefined : wish.asked;
  return context.rows.serverFor({ project, branch, asked }, wish.database);
}

function compare(database: string, before: string, after: string): string {
  if (before === after) return '';
  return createTwoFilesPatch(`a/${database}`, `b/${database}`, before, after, undefined, undefined, {
    headerOptions: FILE_HEADERS_ONLY,
  });
}
