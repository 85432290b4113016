// The bare server to compare with: Fastify and `pg`, no key, no scope, no log, no schema. It answers the same bytes from the same rows, with
// one statement for each answer, which was the fastest of the plain ways to write it.

import { fastify } from 'fastify';
import pg from 'pg';

const int8 = 20;
pg.types.setTypeParser(int8, Number);

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 12 });

const columns = `snapshots.id, project_id as "projectId", snapshots.branch_id as "branchId", policy_id as "policyId",
  policy_version as "policyVersion", name, kind, status, requested_at_instant as "requestedAt", requested_lsn as "requestedLsn",
  point_at as "pointAt", lsn, neon_id as "neonId", size_bytes as "sizeBytes", kept_because as "keptBecause",
  array(select hold_id from hold_matches where snapshot_id = snapshots.id and released_at is null order by hold_id) as holds,
  lock_mode, lock_until, lock_grace_until, locked_at, locked_by, unverified, warnings, error, steps, clean_up as "cleanUp", version,
  created_at as "createdAt", updated_at as "updatedAt", available_at as "availableAt", ended_at as "endedAt"`;

interface Row {
  readonly id: string;
  readonly [column: string]: unknown;
}

/** The members in the order of Afterglow's answer; `JSON.stringify` writes the instants. */
function view(row: Row) {
  return {
    id: row.id,
    projectId: row['projectId'],
    branchId: row['branchId'],
    policyId: row['policyId'],
    policyVersion: row['policyVersion'],
    name: row['name'],
    kind: row['kind'],
    status: row['status'],
    steps: row['steps'],
    requestedAt: row['requestedAt'],
    requestedLsn: row['requestedLsn'],
    pointAt: row['pointAt'],
    lsn: row['lsn'],
    neonId: row['neonId'],
    sizeBytes: row['sizeBytes'],
    keptBecause: row['keptBecause'],
    holds: row['holds'],
    lock:
      row['lock_mode'] === null
        ? null
        : {
            mode: row['lock_mode'],
            until: row['lock_until'],
            graceUntil: row['lock_grace_until'],
            lockedAt: row['locked_at'],
            lockedBy: row['locked_by'],
          },
    unverified: row['unverified'],
    warnings: row['warnings'],
    error: row['error'],
    cleanUp: row['cleanUp'],
    version: row['version'],
    createdAt: row['createdAt'],
    updatedAt: row['updatedAt'],
    availableAt: row['availableAt'],
    endedAt: row['endedAt'],
  };
}

const app = fastify();

app.get<{ Params: { id: string } }>('/v1/snapshots/:id', async (request, reply) => {
  const { rows } = await pool.query<Row>(`select ${columns} from snapshots where id = $1`, [request.params.id]);
  const [row] = rows;
  return row ? view(row) : reply.code(404).send();
});

app.get<{ Querystring: { team: string; limit: string; cursor?: string } }>('/v1/snapshots', async ({ query }) => {
  const limit = Number(query.limit);
  const before = query.cursor === undefined ? '~' : Buffer.from(query.cursor, 'base64url').toString();
  const { rows } = await pool.query<Row>(
    `select ${columns} from snapshots where team_id = $1 and id < $2 order by id desc limit $3`,
    [query.team, before, limit + 1],
  );
  const items = rows.slice(0, limit).map(view);
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > limit && last ? Buffer.from(last.id).toString('base64url') : null,
  };
});

console.log(`listening on ${await app.listen({ port: 0, host: '127.0.0.1' })}`);
process.on('SIGTERM', () => process.exit(0));
