/**
 * Owns schemas and extensions as SQL. What an extension made is the extension's, and is never written.
 */
import type pg from 'pg';
import { ranks, type Entry } from './entry.ts';
import { isFree, isOwnSchema } from './reading.ts';

export async function readSchemas(client: pg.Client): Promise<Entry[]> {
  const { rows } = await client.query<{ id: string; name: string; quoted: string; isInitial: boolean }>(`
    select 'pg_namespace:' || oid as id, nspname as name, quote_ident(nspname) as quoted,
           nspname = 'public' as "isInitial"
    from pg_namespace where ${isOwnSchema('oid')} and ${isFree('pg_namespace', 'oid')}`);
  return rows.map(({ id, name, quoted, isInitial }) => ({
    id,
    rank: ranks.schema,
    schema: undefined,
    name,
    blocks: isInitial ? [] : [{ type: 'SCHEMA', name, sql: `CREATE SCHEMA ${quoted};` }],
    subject: { commentAs: 'SCHEMA', grantAs: 'SCHEMA', identity: quoted, tag: name },
  }));
}

export async function readExtensions(client: pg.Client): Promise<Entry[]> {
  const { rows } = await client.query<{ id: string; name: string; quoted: string; schema: string }>(`
    select 'pg_extension:' || e.oid as id, extname as name, quote_ident(extname) as quoted, quote_ident(nspname) as schema
    from pg_extension e join pg_namespace n on n.oid = extnamespace where e.oid >= 16384`);
  return rows.map(({ id, name, quoted, schema }) => ({
    id,
    rank: ranks.extension,
    schema: undefined,
    name,
    blocks: [{ type: 'EXTENSION', name, sql: `CREATE EXTENSION IF NOT EXISTS ${quoted} WITH SCHEMA ${schema};` }],
    subject: { commentAs: 'EXTENSION', grantAs: undefined, identity: quoted, tag: name },
  }));
}
