/**
 * Owns what the API asks of whatever holds the rows of branches, and nothing else: real clusters (real.ts), or nothing but the
 * looks of them (none.ts). All that the API shows of projects, branches and snapshots is in the state, whichever it is.
 */
import type { PostgresServer } from '../../postgres/index.ts';
import type { Login } from '../startup.ts';
import type { BranchRecord, CatalogChange, ClusterRecord, ProjectRecord, RecoveryPoint } from '../state.ts';
import type { Mark } from '../wal.ts';

export interface Rows {
  /** Before anybody calls: removes what a former start left and the state does not know. */
  open(): Promise<void>;
  /** What upkeep.ts does for their sake, in each round; each answers as its other duties do. */
  readonly duties: readonly ((project: ProjectRecord) => Promise<number>)[];
  /** Each second: ends what nobody looks at any more. */
  tidy(): Promise<void>;
  /** Stops everything that was started. Repeatable. */
  close(): Promise<void>;

  /** Makes a project's first cluster whole. Does nothing for one that is; a crash before the end leaves one without `startedAt`. */
  fill(project: ProjectRecord, cluster: ClusterRecord, from: 'initdb' | 'template'): Promise<void>;
  /** Makes a cluster as its origin says, without its rows where that is wished. Repeatable, as `fill` is. */
  recover(project: ProjectRecord, cluster: ClusterRecord, isSchemaOnly: boolean): Promise<void>;
  /** After a branch was made or restored, in the background: what it and its source need no more. */
  settle(project: ProjectRecord, branchId: string): void;
  /** The cluster and all its history go. */
  remove(cluster: ClusterRecord): Promise<void>;
  /** Its rows go, its history stays. */
  retire(cluster: ClusterRecord): Promise<void>;

  isAwake(clusterId: string): boolean;
  wake(clusterId: string): Promise<void>;
  /** Lets it go to sleep, unless an endpoint needs it. */
  rest(project: ProjectRecord, clusterId: string): Promise<void>;

  /** The head of a cluster that is whole; afterwards that moment can be recovered. */
  mark(clusterId: string): Promise<Mark>;
  /** Of a snapshot's point, what can be known of it only by looking. */
  measure(project: ProjectRecord, point: RecoveryPoint): Promise<Measured>;
  readCatalog(clusterId: string): Promise<Catalog>;
  /** What was made already is left as it is, so that it may be done again. */
  applyChange(clusterId: string, change: CatalogChange): Promise<void>;

  /** Where a client of the branch is led. Errors: the refusals of resolvePoint, where a moment is asked for. */
  lead(to: Destination, login: Login): Promise<Reached>;
  /** A server on which this database of the branch can be read. Errors: as `lead`'s; 404 for a database may come later. */
  serverFor(to: Destination, database: string): Promise<PostgresServer>;
}

/** A moment of a branch, as a call names it; neither of the two: the present. */
export interface Asked {
  readonly timestamp: string | undefined;
  readonly lsn: string | undefined;
}

export interface Destination {
  readonly project: ProjectRecord;
  /** Ready. */
  readonly branch: BranchRecord;
  /** A moment of its past; absent for the present. */
  readonly asked: Asked | undefined;
}

export interface Reached {
  readonly port: number;
  /** Who the client is there, where that is not who it says it is. */
  readonly as?: Login;
  readonly isReadOnly: boolean;
}

export interface Measured {
  readonly sizeBytes: number;
  /** Recovering up to it gives the same rows. */
  readonly lsn: string | undefined;
  /** Machine time. */
  readonly at: string | undefined;
}

export interface Catalog {
  readonly databases: readonly CatalogDatabase[];
  readonly roles: readonly CatalogRole[];
}

export interface CatalogDatabase {
  readonly id: number;
  readonly name: string;
  readonly ownerName: string;
}

export interface CatalogRole {
  readonly name: string;
  readonly canLogin: boolean;
  /** What Postgres keeps of its password; see passwords.ts. */
  readonly verifier: string | undefined;
  /** Where there is no need to find out. */
  readonly password?: string | undefined;
}
