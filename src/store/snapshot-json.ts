// Owns how a snapshot is shown: as JSON that the database writes, and that a door may pass on without reading it. It names every member, so
// that a column which is added is shown to nobody.

import type { Db } from './database.ts';
import { instantOf, type Members, type Part, type PartRequest, readNested } from './nested-json.ts';
import {
  directionOf,
  type Page,
  type PageRequest,
  rangeConditions,
  readRange,
  type TimeRange,
  toPage,
} from './page.ts';
import { prepare } from './prepared.ts';
import type { Scope } from './scope.ts';
import type { SnapshotFilter } from './snapshots.ts';
import { inTurns } from './turns.ts';

const instant = (column: string) => instantOf(`s.${column}`);

const members: Members = {
  id: 's.id',
  projectId: 's.project_id',
  branchId: 's.branch_id',
  policyId: 's.policy_id',
  policyVersion: 's.policy_version',
  name: 's.name',
  kind: 's.kind',
  status: 's.status',
  // Written without spaces: its words and instants hold neither of these pairs.
  steps: `replace(replace(s.steps::text, ': ', ':'), ', ', ',')::json`,
  requestedAt: instant('requested_at_instant'),
  requestedLsn: 's.requested_lsn',
  pointAt: instant('point_at'),
  lsn: 's.lsn',
  neonId: 's.neon_id',
  sizeBytes: 's.size_bytes',
  keptBecause: 's.kept_because',
  holds: `coalesce(held.ids, '{}')`,
  // Not by json_build_object, which writes spaces.
  lock: `case when s.lock_mode is not null then (select row_to_json(lock) from (select s.lock_mode as mode, ${instant('lock_until')} as until,
    ${instant('lock_grace_until')} as "graceUntil", ${instant('locked_at')} as "lockedAt", s.locked_by as "lockedBy") as lock) end`,
  unverified: 's.unverified',
  warnings: 's.warnings',
  error: 's.error',
  cleanUp: 's.clean_up',
  version: 's.version',
  createdAt: instant('created_at'),
  updatedAt: instant('updated_at'),
  availableAt: instant('available_at'),
  endedAt: instant('ended_at'),
};

interface Form {
  /** Columns of `chosen` that are given besides. */
  readonly more?: string;
  readonly order?: 'asc' | 'desc';
}

/**
 * Of the snapshots that `chosen` selects, in the order of their ids, newest first unless `order` says otherwise. Their holds are looked for by one array of ids, which
 * reads indexes; a join would make every hold of everybody meet every snapshot of its branch.
 */
const written = (chosen: string, { more = '', order = 'desc' }: Form = {}) => `
  with chosen as (${chosen}),
    held as (select snapshot_id, array_agg(hold_id order by hold_id) as ids from hold_matches
      where snapshot_id = any(array(select id from chosen)) and released_at is null group by 1)
  select s.id, s.version, ${more}row_to_json(shown)::text as json from chosen s left join held on held.snapshot_id = s.id,
    lateral (select ${Object.entries(members)
      .map(([name, value]) => `${value} as "${name}"`)
      .join(', ')}) as shown
  order by s.id ${order}`;

export interface WrittenSnapshot {
  readonly id: string;
  readonly version: number;
  readonly json: string;
}

interface Asked {
  readonly scope: Scope;
  readonly id: string;
}

/** Each by its place among those that are asked for, if the scope of its own asker lets it be seen. */
const byPlace = prepare<WrittenSnapshot & { readonly place: number }>(
  written(
    `select snapshots.*, asked.place::int from unnest($1::text[], $2::text[], $3::text[]) with ordinality as asked(team_id, projects, id, place)
      join snapshots on snapshots.id = asked.id and snapshots.team_id = asked.team_id
        and (asked.projects is null or asked.projects::jsonb ? snapshots.project_id)`,
    { more: 's.place, ' },
  ),
);

const findInTurns = inTurns<Asked, WrittenSnapshot | undefined>(async (db, asked) => {
  const rows = await byPlace(db, [
    asked.map(({ scope }) => scope.teamId),
    asked.map(({ scope }) => (scope.projects === null ? null : JSON.stringify(scope.projects))),
    asked.map(({ id }) => id),
  ]);
  const byNumber = new Map(rows.map((row) => [row.place, row]));
  return asked.map((_, index) => byNumber.get(index + 1));
});

/** Those that are asked for in one turn share a statement. */
export async function findSnapshotJson(db: Db, scope: Scope, id: string): Promise<WrittenSnapshot | undefined> {
  return findInTurns(db, { scope, id });
}

const conditions: Readonly<Record<keyof SnapshotFilter, string>> = {
  projectId: 'project_id =',
  branchId: 'branch_id =',
  policyId: 'policy_id =',
  status: 'status =',
  since: 'created_at >=',
  until: 'created_at <',
};

/** What the filter and the range of the page ask for, as conditions whose values are added to the parameters. Refuses with `invalid_cursor`. */
function conditionsOf(filter: SnapshotFilter, page: PageRequest, parameters: unknown[]): string[] {
  const wheres = rangeConditions(readRange(page, 'snp_'), 'id', parameters);
  for (const [name, condition] of Object.entries(conditions)) {
    const value = filter[name as keyof SnapshotFilter];
    if (value !== undefined) wheres.push(`${condition} $${parameters.push(value)}`);
  }
  return wheres;
}

/** Newest first. Refuses with `invalid_cursor`. */
export async function listSnapshotJson(
  db: Db,
  scope: Scope,
  filter: SnapshotFilter,
  page: PageRequest,
): Promise<Page<WrittenSnapshot>> {
  const parameters: unknown[] = [scope.teamId, scope.projects, page.limit + 1];
  const seen = 'team_id = $1 and ($2::text[] is null or project_id = any($2))';
  const wheres = [seen, ...conditionsOf(filter, page, parameters)].join(' and ');
  const order = directionOf(page);
  const list = prepare<WrittenSnapshot>(
    written(`select * from snapshots where ${wheres} order by id ${order} limit $3`, { order }),
  );
  return toPage(await list(db, parameters), page, (row) => row.id);
}

const ofBranches = {
  table: 'snapshots',
  parents: 'branches',
  parentColumn: 'branch_id',
  start: 'snp_',
  members: {
    ...members,
    steps: 's.steps',
    holds: 'array(select hold_id from hold_matches where snapshot_id = s.id and released_at is null order by hold_id)',
  },
} as const;

/** A page of the snapshots of each branch, by its id, in one statement: for nested reads. Refuses with `invalid_cursor`. */
export async function listSnapshotsOfBranches<T extends { readonly id: string }>(
  db: Db,
  scope: Scope,
  branchIds: readonly string[],
  filter: Pick<SnapshotFilter, 'policyId' | 'status' | keyof TimeRange>,
  page: PartRequest,
): Promise<Map<string, Page<Part<T>>>> {
  const asked = Object.entries(conditions).map(
    ([name, condition]) => [condition, filter[name as keyof typeof filter]] as const,
  );
  return readNested(db, ofBranches, { scope, parentIds: branchIds, page, conditions: asked });
}

const some = prepare<WrittenSnapshot>(written('select * from snapshots where id = any($1)'));

/** For who has read the rows already, in its scope. By id. */
export async function writeSnapshots(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await some(db, [ids]);
  return new Map(rows.map(({ id, json }) => [id, json]));
}
