/**
 * Owns triggers as SQL. Those that a partition has from its parent come with it.
 */
import type pg from 'pg';
import type { Entry } from './entry.ts';
import { readOnTables } from './on-table.ts';
import { isOwn } from './reading.ts';

export async function readTriggers(client: pg.Client): Promise<Entry[]> {
  const query = `
    select 'pg_trigger:' || t.oid as id, nspname as schema, relname as table, tgname as name,
      format('%I ON %I.%I', tgname, nspname, relname) as subject,
      pg_get_triggerdef(t.oid, false) || ';' || case tgenabled when 'O' then '' else
        format(E'\\n\\nALTER TABLE %I.%I %s TRIGGER %I;', nspname, relname, case tgenabled when 'D' then 'DISABLE'
          when 'A' then 'ENABLE ALWAYS' else 'ENABLE REPLICA' end, tgname) end as sql
    from pg_trigger t join pg_class c on c.oid = tgrelid join pg_namespace n on n.oid = relnamespace
    where not tgisinternal and tgparentid = 0 and ${isOwn('pg_class', 'c.oid', 'relnamespace')}`;
  return readOnTables(client, 'trigger', query);
}
