/**
 * Owns the whole script of a database's schema, written from the catalogs in the form of `pg_dump --schema-only --no-owner`:
 * the same blocks in the same order, so that it loads into an empty database and compares line by line. It only reads. What it
 * cannot write it names at the end.
 */
import type pg from 'pg';
import { readDefaults } from './columns.ts';
import { readComments } from './comments.ts';
import { readConstraints } from './constraints.ts';
import { readDependencies } from './dependencies.ts';
import { printBlock, type Entry } from './entry.ts';
import { readDefaultPrivileges, readGrants } from './grants.ts';
import { readIndexAttachments, readIndexes, readStatistics } from './indexes.ts';
import { readExtensions, readSchemas } from './namespaces.ts';
import { readPolicies, readRowSecurity } from './policies.ts';
import { inSnapshot } from './reading.ts';
import { readRoutines } from './routines.ts';
import { readSequences } from './sequences.ts';
import { readTables } from './tables.ts';
import { readTriggers } from './triggers.ts';
import { readTypes } from './types.ts';
import { readRules, readViews } from './views.ts';

export async function renderSchema(client: pg.Client): Promise<string> {
  return inSnapshot(client, async () => {
    const { separate, order } = await readDependencies(client);
    const entries = order([
      ...(await readSchemas(client)),
      ...(await readExtensions(client)),
      ...(await readTypes(client)),
      ...(await readRoutines(client)),
      ...(await readTables(client, separate)),
      ...(await readSequences(client)),
      ...(await readViews(client)),
      ...(await readDefaults(client, separate)),
      ...(await readConstraints(client, separate)),
      ...(await readIndexes(client)),
      ...(await readIndexAttachments(client)),
      ...(await readStatistics(client)),
      ...(await readRules(client)),
      ...(await readTriggers(client)),
      ...(await readRowSecurity(client)),
      ...(await readPolicies(client)),
    ]);
    const commentsOf = await readComments(client, new Set(entries.map(({ id }) => id)));
    const grantsOf = await readGrants(client);
    const settings = storageSettings();
    return [
      await readHead(client),
      ...entries.flatMap((entry) => [
        ...(entry.blocks.length === 0 ? [] : settings(entry)),
        ...[...entry.blocks, ...commentsOf(entry)].map((block) => printBlock(entry.schema, block)),
      ]),
      ...entries.flatMap((entry) => grantsOf(entry).map((block) => printBlock(entry.schema, block))),
      ...(await readDefaultPrivileges(client)).map(({ schema, block }) => printBlock(schema, block)),
      ...(await listLeftOut(client)),
      '--\n-- PostgreSQL database dump complete\n--\n\n',
    ].join('');
  });
}

async function readHead(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
  return `--
-- PostgreSQL database dump
--

-- Dumped from database version ${rows[0]?.version}
-- Dumped by the Neon emulator, from the catalogs

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

`;
}

/** Said before the first entry that is stored so, as pg_dump does. */
function storageSettings(): (entry: Entry) => string[] {
  const said = new Set<string>();
  const once = (line: string) => (said.has(line) ? [] : (said.add(line), [`${line}\n\n`]));
  return ({ stored }) => [
    ...(stored === undefined ? [] : once(`SET default_tablespace = '';`)),
    ...(stored === 'as a heap' ? once('SET default_table_access_method = heap;') : []),
  ];
}

/** Better a visible gap than a schema that only looks whole. */
async function listLeftOut(client: pg.Client): Promise<string[]> {
  const catalogs = [
    'pg_operator',
    'pg_opclass',
    'pg_opfamily',
    'pg_am',
    'pg_cast',
    'pg_transform',
    'pg_conversion',
    'pg_collation',
    'pg_ts_config',
    'pg_ts_dict',
    'pg_ts_parser',
    'pg_ts_template',
    'pg_foreign_data_wrapper',
    'pg_foreign_server',
    'pg_publication',
    'pg_event_trigger',
    'pg_language',
  ];
  const objects = catalogs.map((catalog) => `select '${catalog}'::regclass as class, oid from ${catalog}`);
  const { rows } = await client.query<{ object: string }>(`
    select type || ' ' || identity as object from (
      ${objects.join(' union all ')}
      union all select 'pg_type'::regclass, oid from pg_type where typtype = 'b' and typelem = 0
      union all select 'pg_class'::regclass, oid from pg_class where relkind = 'f') o,
      pg_identify_object(class, oid, 0)
    where oid >= 16384 and not exists (select from pg_depend d where d.classid = class and d.objid = oid and d.deptype in ('e', 'i'))
    order by 1`);
  return rows.map(({ object }) => `-- Not written by the Neon emulator: ${object.replaceAll('\n', ' ')}\n\n`);
}
