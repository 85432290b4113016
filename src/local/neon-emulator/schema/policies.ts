/**
 * Owns row level security as SQL: where it is on, and its policies.
 */
import type pg from 'pg';
import { ranks, type Entry } from './entry.ts';
import { readOnTables } from './on-table.ts';
import { isOwn } from './reading.ts';

export async function readRowSecurity(client: pg.Client): Promise<Entry[]> {
  const { rows } = await client.query<{ oid: string; schema: string; name: string; sql: string }>(`
    select c.oid::text, nspname as schema, relname as name,
      format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY;', nspname, relname) as sql
    from pg_class c join pg_namespace n on n.oid = relnamespace
    where relrowsecurity and ${isOwn('pg_class', 'c.oid', 'relnamespace')}`);
  return rows.map(({ oid, schema, name, sql }) => ({
    id: `security:${oid}`,
    rank: ranks.policy,
    schema,
    name,
    blocks: [{ type: 'ROW SECURITY', name, sql }],
    dependsOn: [`pg_class:${oid}`],
  }));
}

export async function readPolicies(client: pg.Client): Promise<Entry[]> {
  const query = `
    select 'pg_policy:' || p.oid as id, nspname as schema, relname as table, polname as name,
      format('%I ON %I.%I', polname, nspname, relname) as subject,
      format('CREATE POLICY %I ON %I.%I', polname, nspname, relname) ||
        case when polpermissive then '' else ' AS RESTRICTIVE' end ||
        case polcmd when 'r' then ' FOR SELECT' when 'a' then ' FOR INSERT' when 'w' then ' FOR UPDATE'
                    when 'd' then ' FOR DELETE' else '' end ||
        case when polroles = '{0}' then '' else ' TO ' || (select string_agg(quote_ident(rolname), ', ' order by rolname)
          from pg_roles where oid = any (polroles)) end ||
        coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', '') ||
        coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', '') || ';' as sql
    from pg_policy p join pg_class c on c.oid = polrelid join pg_namespace n on n.oid = relnamespace
    where ${isOwn('pg_class', 'c.oid', 'relnamespace')}`;
  return readOnTables(client, 'policy', query);
}
