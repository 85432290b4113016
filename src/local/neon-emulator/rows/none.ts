/**
 * Owns branches without rows, for measuring whoever calls the API: nothing is copied or recovered, no cluster is made, and all of
 * it is forgotten when the emulator ends. What the API shows of a moment still holds: instants and LSNs lead to each other, and a
 * branch has the roles, passwords and databases of its moment. Clients of every branch are led to one Postgres (stand-in.ts).
 */
import { firstDatabaseId } from '../catalog-sql.ts';
import { getCluster, type Context } from '../context.ts';
import { findSource } from '../history.ts';
import * as ids from '../ids.ts';
import { passwordsOf } from '../passwords.ts';
import { notFound } from '../refusals.ts';
import type { CatalogChange, ClusterRecord, ProjectRecord, RecoveryPoint } from '../state.ts';
import { resolvePoint } from '../window.ts';
import { changed } from './catalog-changes.ts';
import { lsnAt, msAt } from './moments.ts';
import type { Catalog, Destination, Rows } from './rows.ts';
import type { StandIn } from './stand-in.ts';

/** What is remembered of a cluster. */
interface Kept {
  /** The last millisecond that was a moment of it: no two are the same. */
  lastMs: number;
  /** Oldest first; each counts from its moment on. */
  readonly catalogs: { readonly sinceMs: number; readonly catalog: Catalog }[];
}

export function createNoRows(context: () => Context, standIn: StandIn): Rows {
  const kept = new Map<string, Kept>();

  function get(clusterId: string): Kept {
    const found = kept.get(clusterId);
    if (found === undefined) throw new Error(`Nothing is known of ${clusterId}.`);
    return found;
  }

  function begin(cluster: ClusterRecord, catalog: Catalog): void {
    const atMs = Date.now();
    kept.set(cluster.id, { lastMs: atMs, catalogs: [{ sinceMs: 0, catalog }] });
    const [endLsn, endAt] = [lsnAt(atMs), instantAt(atMs)];
    cluster.bases.push({ id: ids.baseId(), redoLsn: endLsn, endLsn, endAt, keptUntil: undefined });
    cluster.timeline = 1;
    cluster.startLsn = endLsn;
    cluster.startedAt = endAt;
    cluster.sizeBytes = standIn.sizeBytes();
  }

  function recover(project: ProjectRecord, cluster: ClusterRecord, isSchemaOnly: boolean): void {
    const { origin } = cluster;
    if (cluster.startedAt !== undefined || origin === undefined || !project.clusters.includes(cluster)) return;
    if (findSource(project, origin) === undefined)
      throw new Error(`The history of ${origin.clusterId} does not reach the wanted point.`);
    begin(cluster, catalogAt(get(origin.clusterId), pointMs(origin)));
    // It stands by itself from here on: whatever it was made of may go.
    cluster.isDetached = true;
    cluster.timeline = getCluster(project, origin.clusterId).timeline + 1;
    if (isSchemaOnly) cluster.origin = undefined;
    else cluster.startLsn = 'lsn' in origin ? origin.lsn : lsnAt(pointMs(origin));
  }

  async function catalogOf({ project, branch, asked }: Destination): Promise<Catalog> {
    const present = catalogAt(get(branch.clusterId), Infinity);
    if (asked === undefined) return present;
    const { point } = await resolvePoint(context(), project, branch, asked);
    return catalogAt(get(point.clusterId), pointMs(point));
  }

  async function lead(to: Destination, { user, database }: { user: string; database: string }) {
    const { roles, databases } = await catalogOf(to);
    const password = roles.find(({ name }) => name === user)?.password;
    const hasDatabase = databases.some(({ name }) => name === database);
    const as = {
      // Nobody is called so: Postgres itself refuses the password, as it does that of a role that is none.
      user: password === undefined ? `nobody: ${user}` : await standIn.login(to.project.id, user, password),
      database: hasDatabase ? await standIn.database(database) : `no database of the branch: ${database}`,
    };
    return { port: (await standIn.running()).port, as, isReadOnly: true };
  }

  function mark(clusterId: string) {
    return { ...momentOf(next(get(clusterId))), sizeBytes: standIn.sizeBytes() };
  }

  return {
    duties: [],
    open: async () => void (await standIn.running()),
    close: () => standIn.close(),
    tidy: async () => {},
    async fill(project, cluster) {
      if (cluster.startedAt === undefined) begin(cluster, firstCatalog(project));
      for (const branch of project.branches)
        if (branch.clusterId === cluster.id) branch.logicalSizeBytes ??= cluster.sizeBytes;
    },
    recover: async (project, cluster, isSchemaOnly) => recover(project, cluster, isSchemaOnly),
    settle() {},
    remove: async ({ id }) => void kept.delete(id),
    async retire(cluster) {
      cluster.isRetired = true;
    },
    isAwake: () => true,
    wake: async () => {},
    rest: async () => {},
    mark: async (clusterId) => mark(clusterId),
    measure: async (_project, point) => ({ sizeBytes: standIn.sizeBytes(), ...momentOf(pointMs(point)) }),
    readCatalog: async (clusterId) => catalogAt(get(clusterId), Infinity),
    async applyChange(clusterId, change: CatalogChange) {
      const of = get(clusterId);
      const catalog = changed(catalogAt(of, Infinity), change);
      of.catalogs.push({ sinceMs: next(of), catalog });
    },
    lead,
    async serverFor(to, database) {
      if (!(await catalogOf(to)).databases.some(({ name }) => name === database)) throw notFound('database');
      await standIn.database(database);
      return standIn.running();
    },
  };
}

function firstCatalog(project: ProjectRecord): Catalog {
  const { roleName, databaseName } = project.content;
  const password = passwordsOf(project, roleName)[0];
  return {
    roles: [{ name: roleName, canLogin: true, verifier: undefined, password }],
    databases: [{ id: firstDatabaseId, name: databaseName, ownerName: roleName }],
  };
}

function next(kept: Kept): number {
  kept.lastMs = Math.max(Date.now(), kept.lastMs + 1);
  return kept.lastMs;
}

function catalogAt({ catalogs }: Kept, ms: number): Catalog {
  const found = catalogs.findLast(({ sinceMs }) => sinceMs <= ms) ?? catalogs[0];
  if (found === undefined) throw new Error('A branch has no catalog.');
  return found.catalog;
}

function pointMs(point: RecoveryPoint): number {
  return 'lsn' in point ? msAt(point.lsn) : Date.parse(point.time);
}

function momentOf(ms: number): { lsn: string; at: string } {
  return { lsn: lsnAt(ms), at: instantAt(ms) };
}

function instantAt(ms: number): string {
  return new Date(ms).toISOString();
}
