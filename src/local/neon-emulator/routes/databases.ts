/**
 * Owns the calls on the databases of a branch.
 */
import type {
  CreateProjectBranchDatabaseResponses,
  Database,
  DeleteProjectBranchDatabaseResponses,
  GetProjectBranchDatabaseResponses,
  ListProjectBranchDatabasesResponses,
  UpdateProjectBranchDatabaseResponses,
} from '@neon/sdk/raw';
import { firstDatabaseId } from '../catalog-sql.ts';
import { readCatalog } from '../catalog.ts';
import { getBranch } from '../context.ts';
import { optionalText, requiredObject, requiredText } from '../input.ts';
import { conflict, notFound } from '../refusals.ts';
import type { Catalog, CatalogDatabase } from '../rows/rows.ts';
import type { BranchRecord } from '../state.ts';
import { requiredIdentifier } from './catalog-names.ts';
import type { RouteParts } from './call.ts';
import { applyConfig, getRole } from './roles.ts';

const onDatabases = '/projects/:projectId/branches/:branchId/databases';

export function registerDatabases({ routes, context, operations }: RouteParts): void {
  routes.read(onDatabases, async ({ project, param }) => {
    const branch = getBranch(project, param('branchId'));
    const catalog = await readCatalog(context, project, branch);
    return {
      status: 200,
      body: { databases: renderDatabases(branch, catalog) } satisfies ListProjectBranchDatabasesResponses[200],
    };
  });

  routes.read(`${onDatabases}/:databaseName`, async ({ project, param }) => {
    const branch = getBranch(project, param('branchId'));
    const database = getDatabase(await readCatalog(context, project, branch), param('databaseName'));
    return {
      status: 200,
      body: { database: renderDatabase(branch, database) } satisfies GetProjectBranchDatabaseResponses[200],
    };
  });

  routes.change('POST', onDatabases, async ({ project, body, param }) => {
    const branch = getBranch(project, param('branchId'));
    const fields = requiredObject(body, 'database');
    const name = requiredIdentifier(fields, 'name');
    const catalog = await readCatalog(context, project, branch);
    const ownerName = getRole(catalog, requiredText(fields, 'owner_name')).name;
    if (catalog.databases.some((database) => database.name === name)) throw conflict(`database ${name} already exists`);
    const id = 1 + Math.max(firstDatabaseId, ...catalog.databases.map((database) => database.id));
    const started = await operations.begin(
      project,
      { kind: 'apply_config', branchId: branch.id, change: { kind: 'create_database', id, name, ownerName } },
      applyConfig(project, branch),
    );
    const at = context.now().toISOString();
    const database = { ...renderDatabase(branch, { id, name, ownerName }), created_at: at, updated_at: at };
    return { status: 201, body: { database, operations: started } satisfies CreateProjectBranchDatabaseResponses[201] };
  });

  routes.change('PATCH', `${onDatabases}/:databaseName`, async ({ project, body, param }) => {
    const branch = getBranch(project, param('branchId'));
    const fields = requiredObject(body, 'database');
    const catalog = await readCatalog(context, project, branch);
    const database = getDatabase(catalog, param('databaseName'));
    const newName = optionalText(fields, 'name') === undefined ? database.name : requiredIdentifier(fields, 'name');
    const ownerName = getRole(catalog, optionalText(fields, 'owner_name') ?? database.ownerName).name;
    if (newName !== database.name && catalog.databases.some(({ name }) => name === newName))
      throw conflict(`database ${newName} already exists`);
    const { name } = database;
    const started = await operations.begin(
      project,
      { kind: 'apply_config', branchId: branch.id, change: { kind: 'alter_database', name, newName, ownerName } },
      applyConfig(project, branch),
    );
    const shown = {
      ...renderDatabase(branch, { id: database.id, name: newName, ownerName }),
      updated_at: context.now().toISOString(),
    };
    return {
      status: 200,
      body: { database: shown, operations: started } satisfies UpdateProjectBranchDatabaseResponses[200],
    };
  });

  routes.change('DELETE', `${onDatabases}/:databaseName`, async ({ project, param }) => {
    const branch = getBranch(project, param('branchId'));
    const { databases } = await readCatalog(context, project, branch);
    const database = databases.find(({ name }) => name === param('databaseName'));
    if (database === undefined) return { status: 204 };
    const started = await operations.begin(
      project,
      { kind: 'apply_config', branchId: branch.id, change: { kind: 'drop_database', name: database.name } },
      applyConfig(project, branch),
    );
    return {
      status: 200,
      body: {
        database: renderDatabase(branch, database),
        operations: started,
      } satisfies DeleteProjectBranchDatabaseResponses[200],
    };
  });
}

export function getDatabase(catalog: Catalog, name: string): CatalogDatabase {
  const database = catalog.databases.find((candidate) => candidate.name === name);
  if (database === undefined) throw notFound('database');
  return database;
}

export function renderDatabases(branch: BranchRecord, catalog: Catalog): Database[] {
  return catalog.databases.map((database) => renderDatabase(branch, database));
}

function renderDatabase(branch: BranchRecord, { id, name, ownerName }: CatalogDatabase): Database {
  return {
    id,
    branch_id: branch.id,
    name,
    owner_name: ownerName,
    created_at: branch.createdAt,
    updated_at: branch.createdAt,
  };
}
