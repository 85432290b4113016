/**
 * Owns what a branch's databases and roles are, read from the real catalogs. Never changes them.
 */
import { getCluster, type Context } from './context.ts';
import type { BranchRecord, ProjectRecord } from './state.ts';
import { adminRole } from './clusters.ts';
import { withClient } from './wal.ts';

export interface Catalog {
  readonly databases: readonly { readonly id: number; readonly name: string; readonly ownerName: string }[];
  readonly roles: readonly { readonly name: string; readonly canLogin: boolean }[];
}

/** Of a branch whose data is not whole yet, the catalog of what it is made from. */
export async function readCatalog(context: Context, project: ProjectRecord, branch: BranchRecord): Promise<Catalog> {
  let cluster = getCluster(project, branch.clusterId);
  while (cluster.startedAt === undefined && cluster.origin !== undefined)
    cluster = getCluster(project, cluster.origin.clusterId);
  if (cluster.isRetired) return readRemembered(project);
  const server = await context.clusters.running(cluster.id);
  return withClient(server, async (client) => {
    const databases = await client.query<{ id: number; name: string; owner: string }>(`
      select d.oid::int as id, datname as name, rolname as owner from pg_database d join pg_roles r on r.oid = datdba
      where not datistemplate and datname <> 'postgres' order by d.oid`);
    const roles = await client.query<{ name: string; login: boolean }>(
      `select rolname as name, rolcanlogin as login from pg_roles where rolname <> $1 and rolname !~ '^pg_' order by oid`,
      [adminRole],
    );
    return {
      databases: databases.rows.map((row) => ({ id: row.id, name: row.name, ownerName: row.owner })),
      roles: roles.rows.map((row) => ({ name: row.name, canLogin: row.login })),
    };
  });
}

function readRemembered(project: ProjectRecord): Catalog {
  return { databases: [], roles: Object.keys(project.rolePasswords).map((name) => ({ name, canLogin: true })) };
}
