/**
 * Owns views, materialized views (always without their rows) and rules as SQL.
 */
import type pg from 'pg';
import { ranks, type Entry } from './entry.ts';
import { readOnTables } from './on-table.ts';
import { isOwn, options } from './reading.ts';

export async function readViews(client: pg.Client): Promise<Entry[]> {
  const { rows } = await client.query<{
    id: string;
    schema: string;
    name: string;
    identity: string;
    isMaterialized: boolean;
    options: string | null;
    check: string | null;
    query: string;
  }>(`
    select 'pg_class:' || c.oid as id, nspname as schema, relname as name, format('%I.%I', nspname, relname) as identity,
      relkind = 'm' as "isMaterialized", pg_get_viewdef(c.oid) as query,
      ${options(`array(select o from unnest(reloptions) o where o !~ '^check_option=')`)} as options,
      (select upper(substr(o, 14)) from unnest(reloptions) o where o ~ '^check_option=') as check
    from pg_class c join pg_namespace n on n.oid = relnamespace
    where relkind in ('v', 'm') and ${isOwn('pg_class', 'c.oid', 'relnamespace')}`);
  return rows.map((view) => {
    const { id, schema, name, identity, isMaterialized } = view;
    const type = isMaterialized ? 'MATERIALIZED VIEW' : 'VIEW';
    const withOptions = view.options === null ? '' : `${isMaterialized ? '\n' : ' '}WITH (${view.options})`;
    const check = view.check === null ? '' : `\n  WITH ${view.check} CHECK OPTION`;
    const end = isMaterialized ? '\n  WITH NO DATA' : check;
    const sql = `CREATE ${type} ${identity}${withOptions} AS\n${view.query.replace(/;$/, '')}${end};`;
    return {
      id,
      rank: ranks.relation,
      schema,
      name,
      blocks: [{ type, name, sql }],
      subject: { commentAs: type, grantAs: 'TABLE', identity, tag: name },
      ...(isMaterialized ? { stored: 'as a heap' as const } : {}),
    };
  });
}

export async function readRules(client: pg.Client): Promise<Entry[]> {
  const query = `
    select 'pg_rewrite:' || r.oid as id, nspname as schema, relname as table, rulename as name,
      format('%I ON %I.%I', rulename, nspname, relname) as subject,
      pg_get_ruledef(r.oid) || case ev_enabled when 'O' then '' else
        format(E'\\nALTER TABLE %I.%I %s RULE %I;', nspname, relname,
          case ev_enabled when 'D' then 'DISABLE' when 'A' then 'ENABLE ALWAYS' else 'ENABLE REPLICA' end, rulename) end as sql
    from pg_rewrite r join pg_class c on c.oid = ev_class join pg_namespace n on n.oid = relnamespace
    where rulename <> '_RETURN' and ${isOwn('pg_class', 'c.oid', 'relnamespace')}`;
  return readOnTables(client, 'rule', query);
}
