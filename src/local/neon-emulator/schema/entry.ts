/**
 * Owns what one object of a database's schema is, once it is written as SQL, and how pg_dump's scripts print it. Never reads
 * catalogs.
 */

/** pg_dump's order of kinds; what depends on something of a later kind is moved behind it (order.ts). */
export const ranks = {
  schema: 1,
  extension: 2,
  type: 3,
  routine: 4,
  aggregate: 5,
  relation: 6,
  tableAttach: 7,
  columnDefault: 8,
  constraint: 9,
  index: 10,
  indexAttach: 11,
  statistics: 12,
  rule: 13,
  trigger: 14,
  foreignKey: 15,
  policy: 16,
} as const;

export interface Entry {
  /** Catalog and OID, such as `pg_class:16384`; or a word and an OID for what has no row of its own. */
  readonly id: string;
  readonly rank: (typeof ranks)[keyof typeof ranks];
  readonly schema: string | undefined;
  /** Entries of one kind are sorted by schema, name and tie. */
  readonly name: string;
  readonly tie?: string;
  /** Empty for what exists in every database and can only have a comment and grants. */
  readonly blocks: readonly Block[];
  readonly subject?: Subject;
  /** Beyond what pg_depend says. */
  readonly dependsOn?: readonly string[];
  /** What pg_dump sets before the first entry of the kind. */
  readonly stored?: 'in a tablespace' | 'as a heap';
}

/** One statement, or some that belong together, under a heading. */
export interface Block {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/** How comments and grants speak of an object. */
export interface Subject {
  readonly commentAs: string;
  readonly grantAs: string | undefined;
  /** Qualified and quoted. */
  readonly identity: string;
  readonly tag: string;
}

export function printBlock(schema: string | undefined, { type, name, sql }: Block): string {
  const shown = name.replaceAll('\n', ' ');
  return `--\n-- Name: ${shown}; Type: ${type}; Schema: ${schema ?? '-'}; Owner: -\n--\n\n${sql}\n\n\n`;
}

/** Right while standard_conforming_strings is on, as it is in these scripts. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
