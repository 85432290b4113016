/**
 * Owns privileges as SQL: what differs from the ones that an object has when it is made, and default privileges. Roles belong
 * to the whole branch and are not written.
 */
import type pg from 'pg';
import type { Block, Entry } from './entry.ts';

interface GrantRow {
  readonly id: string;
  readonly column: string | null;
  readonly isInitial: boolean;
  readonly grantee: string;
  readonly granted: readonly string[];
  readonly grantable: readonly string[];
  /** Whether these are all that the kind of object has. */
  readonly isAll: boolean;
}

export type GrantsOf = (entry: Entry) => Block[];

export async function readGrants(client: pg.Client): Promise<GrantsOf> {
  const { rows } = await client.query<GrantRow>(`
    with object(id, class, oid, sub, colname, kind, owner, acl) as (
      select 'pg_class:' || oid, 'pg_class'::regclass, oid, 0, null::name, case relkind when 'S' then 's' else 'r' end::"char",
             relowner, relacl from pg_class where relacl is not null
      union all select 'pg_class:' || attrelid, 'pg_class'::regclass, attrelid, attnum, attname, 'c', relowner, attacl
                from pg_attribute join pg_class on pg_class.oid = attrelid where attacl is not null
      union all select 'pg_proc:' || oid, 'pg_proc'::regclass, oid, 0, null, 'f', proowner, proacl from pg_proc
                where proacl is not null
      union all select 'pg_type:' || oid, 'pg_type'::regclass, oid, 0, null, 'T', typowner, typacl from pg_type
                where typacl is not null
      union all select 'pg_namespace:' || oid, 'pg_namespace'::regclass, oid, 0, null, 'n', nspowner, nspacl
                from pg_namespace where nspacl is not null),
    item as (
      select id, sub, colname, kind, is_initial, grantor, grantee,
        array_agg(privilege_type order by privilege_type) filter (where not is_grantable) as granted,
        array_agg(privilege_type order by privilege_type) filter (where is_grantable) as grantable, min(place) as place
      from object, lateral (
        select false as is_initial, acl as items
        union all select true, coalesce((select initprivs from pg_init_privs i
          where i.classoid = class and i.objoid = object.oid and i.objsubid = sub), acldefault(kind, owner))) state,
        lateral aclexplode(items) with ordinality exploded(grantor, grantee, privilege_type, is_grantable, place)
      group by id, sub, colname, kind, is_initial, grantor, grantee)
    select id, quote_ident(colname) as column, is_initial as "isInitial",
      case grantee when 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(grantee)) end as grantee,
      coalesce(granted, '{}') as granted, coalesce(grantable, '{}') as grantable,
      cardinality(coalesce(granted, '{}') || coalesce(grantable, '{}')) = case kind when 'c' then 4 else
        (select count(*) from aclexplode(acldefault(kind, 10)) own where own.grantee = 10) end as "isAll"
    from item i where not exists (
      select from item o where (o.id, o.sub, o.grantor, o.grantee) = (i.id, i.sub, i.grantor, i.grantee)
        and o.is_initial <> i.is_initial and (o.granted, o.grantable) is not distinct from (i.granted, i.grantable))
    order by id, sub, is_initial desc, place`);
  const byId = Map.groupBy(rows, ({ id }) => id);
  return ({ id, subject }) => {
    if (subject?.grantAs === undefined) return [];
    const { grantAs, identity, tag } = subject;
    const columns = Map.groupBy(byId.get(id) ?? [], ({ column }) => column);
    return [...columns].map(([column, items]) => ({
      type: 'ACL',
      name: column === null ? `${grantAs} ${tag}` : `COLUMN ${tag}.${column}`,
      sql: items.flatMap((item) => statements(item, `${grantAs} ${identity}`)).join('\n'),
    }));
  };
}

function statements(item: GrantRow, on: string): string[] {
  const { column, grantee, granted, grantable, isAll } = item;
  if (item.isInitial)
    return [`REVOKE ${isAll ? list(column, ['ALL']) : list(column, granted)} ON ${on} FROM ${grantee};`];
  const all = (some: readonly string[], others: readonly string[]) =>
    list(column, isAll && others.length === 0 ? ['ALL'] : some);
  return [
    ...(granted.length === 0 ? [] : [`GRANT ${all(granted, grantable)} ON ${on} TO ${grantee};`]),
    ...(grantable.length === 0 ? [] : [`GRANT ${all(grantable, granted)} ON ${on} TO ${grantee} WITH GRANT OPTION;`]),
  ];
}

/** In pg_dump's order. */
const privileges = 'SELECT INSERT REFERENCES DELETE TRIGGER TRUNCATE MAINTAIN EXECUTE CREATE USAGE UPDATE'.split(' ');

function list(column: string | null, names: readonly string[]): string {
  const sorted = names.toSorted((a, b) => privileges.indexOf(a) - privileges.indexOf(b));
  return sorted.map((name) => (column === null ? name : `${name}(${column})`)).join(',');
}

/** What objects will be given that a role makes later. */
export async function readDefaultPrivileges(
  client: pg.Client,
): Promise<{ schema: string | undefined; block: Block }[]> {
  const { rows } = await client.query<{
    schema: string | null;
    role: string;
    kind: string;
    within: string;
    isInitial: boolean;
    grantee: string;
    names: string[];
    isGrantable: boolean;
    isAll: boolean;
  }>(`
    with item as (
      select nspname, defaclrole, defaclobjtype as kind, is_initial, grantee, is_grantable,
        array_agg(privilege_type order by privilege_type) as names
      from pg_default_acl left join pg_namespace n on n.oid = defaclnamespace, lateral (
        select false as is_initial, defaclacl as items
        union all select true, acldefault(case defaclobjtype when 'S' then 's' else defaclobjtype end, defaclrole)
                  where defaclnamespace = 0) state, lateral aclexplode(items)
      group by nspname, defaclrole, defaclobjtype, is_initial, grantee, is_grantable)
    select nspname as schema, quote_ident(pg_get_userbyid(defaclrole)) as role,
      coalesce(' IN SCHEMA ' || quote_ident(nspname), '') as within, case kind when 'r' then 'TABLES' when 'S' then 'SEQUENCES'
        when 'f' then 'FUNCTIONS' when 'T' then 'TYPES' else 'SCHEMAS' end as kind, is_initial as "isInitial",
      case grantee when 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(grantee)) end as grantee, names,
      is_grantable as "isGrantable", cardinality(names) =
        (select count(*) from aclexplode(acldefault(case kind when 'S' then 's' else kind end, 10)) own
         where own.grantee = 10) as "isAll"
    from item i where not exists (select from item o where (o.nspname, o.defaclrole, o.kind, o.grantee, o.is_grantable, o.names)
      is not distinct from (i.nspname, i.defaclrole, i.kind, i.grantee, i.is_grantable, i.names) and o.is_initial <> i.is_initial)
    order by schema nulls last, 4, role, is_initial desc, grantee, is_grantable`);
  return [...Map.groupBy(rows, ({ schema, role, kind }) => `${schema} ${role} ${kind}`).values()].flatMap((items) =>
    items.slice(0, 1).map(({ schema, kind }) => ({
      schema: schema ?? undefined,
      block: {
        type: 'DEFAULT ACL',
        name: `DEFAULT PRIVILEGES FOR ${kind}`,
        sql: items
          .map((item) => {
            const head = `ALTER DEFAULT PRIVILEGES FOR ROLE ${item.role}${item.within}`;
            const names = list(null, item.isAll ? ['ALL'] : item.names);
            if (item.isInitial) return `${head} REVOKE ${names} ON ${kind} FROM ${item.grantee};`;
            const option = item.isGrantable ? ' WITH GRANT OPTION' : '';
            return `${head} GRANT ${names} ON ${kind} TO ${item.grantee}${option};`;
          })
          .join('\n'),
      },
    })),
  );
}
