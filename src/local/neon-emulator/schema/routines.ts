/**
 * Owns functions, procedures and aggregates as SQL.
 */
import type pg from 'pg';
import { literal, ranks, type Entry } from './entry.ts';
import { isOwn } from './reading.ts';

interface RoutineRow {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'FUNCTION' | 'PROCEDURE' | 'AGGREGATE';
  /** With argument types only, and with names too. */
  readonly types: string | null;
  readonly signature: string;
  readonly identity: string;
  readonly full: string;
  readonly result: string | null;
  readonly language: string;
  readonly transforms: readonly string[];
  readonly traits: string;
  readonly settings: readonly string[] | null;
  readonly library: string | null;
  readonly source: string;
  readonly body: string | null;
}

export async function readRoutines(client: pg.Client): Promise<Entry[]> {
  const { rows } = await client.query<RoutineRow>(`
    select 'pg_proc:' || p.oid as id, nspname as schema, proname as name,
      case prokind when 'p' then 'PROCEDURE' when 'a' then 'AGGREGATE' else 'FUNCTION' end as kind,
      (select string_agg(format_type(type, null), ', ' order by place)
       from unnest(proargtypes) with ordinality a(type, place)) as types,
      pg_get_function_identity_arguments(p.oid) as signature,
      format('%I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(p.oid)) as identity,
      format('%I.%I(%s)', nspname, proname, pg_get_function_arguments(p.oid)) as full,
      pg_get_function_result(p.oid) as result, quote_ident(lanname) as language,
      array(select 'FOR TYPE ' || format_type(type, null) from unnest(protrftypes) type) as transforms,
      case when prokind = 'w' then ' WINDOW' else '' end ||
        case provolatile when 'i' then ' IMMUTABLE' when 's' then ' STABLE' else '' end ||
        case when proisstrict then ' STRICT' else '' end || case when prosecdef then ' SECURITY DEFINER' else '' end ||
        case when proleakproof then ' LEAKPROOF' else '' end ||
        case when procost = case when lanname in ('c', 'internal') then 1 else 100 end or prokind = 'p' then ''
             else ' COST ' || procost end ||
        case when proretset and prorows not in (0, 1000) then ' ROWS ' || prorows else '' end ||
        case when prosupport = 0 then '' else ' SUPPORT ' || prosupport end ||
        case proparallel when 's' then ' PARALLEL SAFE' when 'r' then ' PARALLEL RESTRICTED' else '' end as traits,
      proconfig as settings, probin as library, prosrc as source, pg_get_function_sqlbody(p.oid) as body
    from pg_proc p join pg_namespace n on n.oid = pronamespace join pg_language l on l.oid = prolang
    where ${isOwn('pg_proc', 'p.oid', 'pronamespace')}
      and not exists (select from pg_depend i where i.classid = 'pg_proc'::regclass and i.objid = p.oid and i.deptype = 'i')`);
  const aggregates = await readAggregates(client);
  return rows.map((row) => {
    const { id, schema, name, kind } = row;
    return {
      id,
      rank: kind === 'AGGREGATE' ? ranks.aggregate : ranks.routine,
      schema,
      name,
      tie: row.types ?? '',
      blocks: [{ type: kind, name: `${name}(${row.types ?? ''})`, sql: aggregates.get(id) ?? createRoutine(row) }],
      subject: {
        commentAs: kind,
        grantAs: kind === 'PROCEDURE' ? 'PROCEDURE' : 'FUNCTION',
        identity: row.identity,
        tag: `${name}(${row.signature})`,
      },
    };
  });
}

function createRoutine(row: RoutineRow): string {
  const returns = row.result === null ? '' : ` RETURNS ${row.result}`;
  const transforms = row.transforms.length === 0 ? '' : ` TRANSFORM ${row.transforms.join(', ')}`;
  const settings = (row.settings ?? []).map((setting) => `\n    SET ${assignment(setting)}`).join('');
  const head = `CREATE ${row.kind} ${row.full}${returns}\n    LANGUAGE ${row.language}${transforms}${row.traits}${settings}`;
  if (row.body !== null) return `${head}\n    ${row.body};`;
  const library = row.library === null ? '' : `${literal(row.library)}, `;
  return `${head}\n    AS ${library}${dollarQuoted(row.source)};`;
}

/** The settings that are lists of names are kept as such, the others as they were given. */
function assignment(setting: string): string {
  const at = setting.indexOf('=');
  const [name, value] = [setting.slice(0, at), setting.slice(at + 1)];
  const isList = /^(search_path|temp_tablespaces|(session|local|shared)_preload_libraries)$/i.test(name);
  const names = [...value.matchAll(/"((?:[^"]|"")*)"|[^",\s]+/g)];
  const values = isList ? names.map(([all, quoted]) => quoted?.replaceAll('""', '"') ?? all) : [value];
  return `${/^[a-z_]+$/.test(name) ? name : name.split('.').map(quoted).join('.')} TO ${values.map(literal).join(', ')}`;
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** `$$`, or with as much of `$_XXXXXXX$` as the text does not hold. */
function dollarQuoted(text: string): string {
  let mark = '$';
  for (let length = 0; text.includes(mark); length += 1) mark += length % 8 === 0 ? '_' : 'X';
  return `${mark}$${text}${mark}$`;
}

async function readAggregates(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; name: string; parts: (string | null)[] }>(`
    select 'pg_proc:' || p.oid as id,
      format('%I.%I(%s)', nspname, proname, pg_get_function_arguments(p.oid)) as name, array[
        'SFUNC = ' || aggtransfn, 'STYPE = ' || format_type(aggtranstype, null),
        'SSPACE = ' || nullif(aggtransspace, 0), 'INITCOND = ' || quote_literal(agginitval),
        ${functionOf('FINALFUNC', 'aggfinalfn')}, ${flag('FINALFUNC_EXTRA', 'aggfinalextra')},
        ${modify('FINALFUNC_MODIFY', 'aggfinalfn', 'aggfinalmodify')},
        ${functionOf('COMBINEFUNC', 'aggcombinefn')}, ${functionOf('SERIALFUNC', 'aggserialfn')},
        ${functionOf('DESERIALFUNC', 'aggdeserialfn')}, ${functionOf('MSFUNC', 'aggmtransfn')},
        ${functionOf('MINVFUNC', 'aggminvtransfn')}, 'MSTYPE = ' || format_type(nullif(aggmtranstype, 0), null),
        'MSSPACE = ' || nullif(aggmtransspace, 0), 'MINITCOND = ' || quote_literal(aggminitval),
        ${functionOf('MFINALFUNC', 'aggmfinalfn')}, ${flag('MFINALFUNC_EXTRA', 'aggmfinalextra')},
        ${modify('MFINALFUNC_MODIFY', 'aggmfinalfn', 'aggmfinalmodify')},
        'SORTOP = ' || (select format('OPERATOR(%I.%s)', nspname, oprname) from pg_operator o
          join pg_namespace on pg_namespace.oid = oprnamespace where o.oid = aggsortop),
        ${flag('HYPOTHETICAL', `aggkind = 'h'`)},
        case proparallel when 's' then 'PARALLEL = safe' when 'r' then 'PARALLEL = restricted' end] as parts
    from pg_aggregate join pg_proc p on p.oid = aggfnoid join pg_namespace n on n.oid = pronamespace
    where p.oid >= 16384`);
  return new Map(
    rows.map(({ id, name, parts }) => {
      const written = parts.filter((part) => part !== null).map((part) => `    ${part}`);
      return [id, `CREATE AGGREGATE ${name} (\n${written.join(',\n')}\n);`];
    }),
  );
}

function functionOf(word: string, column: string): string {
  return `'${word} = ' || nullif(${column}, 0)::regproc`;
}

function flag(word: string, condition: string): string {
  return `case when ${condition} then '${word}' end`;
}

function modify(word: string, finalFunction: string, column: string): string {
  const words = `case ${column} when 'r' then 'READ_ONLY' when 's' then 'SHAREABLE' else 'READ_WRITE' end`;
  return `case when ${finalFunction} <> 0 and ${column} <> case aggkind when 'n' then 'r' else 'w' end::"char"
               then '${word} = ' || ${words} end`;
}
