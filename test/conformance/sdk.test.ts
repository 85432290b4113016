// Neon's own SDK, both layers, against the emulator: the raw one call by call, the ergonomic one with its waits for readiness.

import { createNeonClient, type NeonErrorUnion } from '@neon/sdk';
import * as raw from '@neon/sdk/raw';
import t, { type Test } from 'tap';
import { openNeon, sql } from '../local/neon.ts';
import { makeNumbers, readNumbers, writeNumbers } from './rows.ts';

t.setTimeout(120_000);
const neon = await openNeon({ rateLimited: false });
const { emulator, settled } = neon;
t.after(() => neon.close());
const main = emulator.branchId;
const project = { project_id: emulator.projectId };
const onMain = { ...project, branch_id: main };
const owner = { database_name: 'neondb', role_name: 'neondb_owner' };
const client = raw.createClient({ baseUrl: emulator.baseUrl, auth: () => emulator.apiKey });
/** For what is refused to the key of an organization. */
const asPerson = raw.createClient({ baseUrl: emulator.baseUrl, auth: () => emulator.personalApiKey });

/** The answer of a raw call, which must have succeeded; the project is at rest when it resolves. */
async function done<T>(call: Promise<{ data?: T; error?: unknown }>): Promise<NonNullable<T>> {
  const { data, error } = await call;
  if (data === undefined || data === null)
    throw new Error(`the call failed: ${JSON.stringify(error)} ${String(error)}`);
  await settled();
  return data;
}

t.test('raw: every call that reads answers what the SDK declares', async (t) => {
  const branch = (await done(raw.listProjectBranches({ client, path: project, query: { limit: 1 } }))).branches[0];
  const endpoint = (await done(raw.listProjectEndpoints({ client, path: project }))).endpoints[0];
  const onEndpoint = { ...project, endpoint_id: endpoint?.id ?? '' };
  const neondb = { ...onMain, database_name: 'neondb' };
  const role = { ...onMain, role_name: 'neondb_owner' };
  const db = { db_name: 'neondb' };
  const month = { from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z', granularity: 'daily' as const };
  const calls: Readonly<Record<string, [Promise<{ data?: unknown; error?: unknown }>, object]>> = {
    getAuthDetails: [raw.getAuthDetails({ client }), { account_id: String, auth_method: String }],
    getCurrentUserInfo: [raw.getCurrentUserInfo({ client: asPerson }), { id: String, email: /@/ }],
    getCurrentUserOrganizations: [raw.getCurrentUserOrganizations({ client }), { organizations: Array }],
    getOrganization: [
      raw.getOrganization({ client, path: { org_id: emulator.accountId } }),
      { id: emulator.accountId },
    ],
    getActiveRegions: [raw.getActiveRegions({ client }), { regions: [{ region_id: String }] }],
    getConsumptionHistoryPerProjectV2: [
      raw.getConsumptionHistoryPerProjectV2({
        client,
        query: { ...month, org_id: emulator.accountId, metrics: ['compute_unit_seconds'] },
      }),
      { projects: Array },
    ],
    listProjects: [raw.listProjects({ client }), { projects: [{ id: emulator.projectId }] }],
    listSharedProjects: [raw.listSharedProjects({ client: asPerson }), { projects: [] }],
    getProject: [raw.getProject({ client, path: project }), { project: { id: emulator.projectId } }],
    countProjectBranches: [raw.countProjectBranches({ client, path: project }), { count: 1 }],
    getProjectBranch: [raw.getProjectBranch({ client, path: onMain }), { branch: { id: main, name: branch?.name } }],
    getProjectBranchSchema: [raw.getProjectBranchSchema({ client, path: onMain, query: db }), { sql: String }],
    getSnapshotSchedule: [raw.getSnapshotSchedule({ client, path: onMain }), { schedule: [] }],
    listSnapshots: [raw.listSnapshots({ client, path: project }), { snapshots: [] }],
    listProjectOperations: [raw.listProjectOperations({ client, path: project }), { operations: Array }],
    listProjectBranchEndpoints: [raw.listProjectBranchEndpoints({ client, path: onMain }), { endpoints: [endpoint] }],
    getProjectEndpoint: [raw.getProjectEndpoint({ client, path: onEndpoint }), { endpoint: { id: endpoint?.id } }],
    listProjectBranchDatabases: [
      raw.listProjectBranchDatabases({ client, path: onMain }),
      { databases: [{ name: 'neondb', owner_name: 'neondb_owner' }] },
    ],
    getProjectBranchDatabase: [
      raw.getProjectBranchDatabase({ client, path: neondb }),
      { database: { name: 'neondb' } },
    ],
    listProjectBranchRoles: [
      raw.listProjectBranchRoles({ client, path: onMain }),
      { roles: [{ name: 'neondb_owner' }] },
    ],
    getProjectBranchRole: [raw.getProjectBranchRole({ client, path: role }), { role: { name: 'neondb_owner' } }],
    getProjectBranchRolePassword: [raw.getProjectBranchRolePassword({ client, path: role }), { password: String }],
    getConnectionUri: [raw.getConnectionUri({ client, path: project, query: owner }), { uri: /^postgresql:/ }],
  };
  for (const [name, [call, expected]] of Object.entries(calls)) {
    const { data, error } = await call;
    t.equal(error, undefined, name);
    t.match(data, expected, name);
  }
});

t.test('raw: every call that changes answers what the SDK declares, and its operations end', async (t) => {
  const { endpoint } = await makeBranchByRaw(t);
  const onEndpoint = { ...project, endpoint_id: endpoint.id };
  const suspended = await done(raw.suspendProjectEndpoint({ client, path: onEndpoint }));
  t.match(suspended.operations, [{ action: 'suspend_compute' }]);
  t.match((await done(raw.startProjectEndpoint({ client, path: onEndpoint }))).endpoint, { id: endpoint.id });
  t.match((await done(raw.restartProjectEndpoint({ client, path: onEndpoint }))).endpoint, { id: endpoint.id });

  const child = { ...project, branch_id: endpoint.branch_id };
  const role = { ...child, role_name: 'guest' };
  const madeRole = await done(raw.createProjectBranchRole({ client, path: child, body: { role: { name: 'guest' } } }));
  t.match(madeRole.role, { name: 'guest', password: String });
  const reset = await done(raw.resetProjectBranchRolePassword({ client, path: role }));
  t.not(reset.role.password, madeRole.role.password);
  const database = { ...child, database_name: 'other' };
  const wished = { database: { name: 'other', owner_name: 'guest' } };
  t.match((await done(raw.createProjectBranchDatabase({ client, path: child, body: wished }))).database, {
    name: 'other',
  });
  const query = { branch_id: endpoint.branch_id, database_name: 'other', role_name: 'guest' };
  const { uri } = await done(raw.getConnectionUri({ client, path: project, query }));
  t.equal(await sql(uri, 'select current_user'), 'guest', 'with the new password');
  await done(raw.deleteProjectBranchDatabase({ client, path: database }));
  await done(raw.deleteProjectBranchRole({ client, path: role }));
  await done(raw.deleteProjectEndpoint({ client, path: onEndpoint }));
  t.match((await raw.deleteProjectBranch({ client, path: child })).error, undefined);
  await settled();
  const gone = await raw.deleteProjectBranch({ client, path: child });
  t.equal(gone.error, undefined, '204, as it was already gone');
});

async function makeBranchByRaw(t: Test) {
  const body = { branch: { name: 'raw' }, endpoints: [{ type: 'read_write' as const }] };
  const made = await done(raw.createProjectBranch({ client, path: project, body }));
  t.match(made.branch, { name: 'raw', parent_id: main });
  const path = { ...project, branch_id: made.branch.id };
  const renamed = await done(raw.updateProjectBranch({ client, path, body: { branch: { name: 'renamed' } } }));
  t.match(renamed.branch, { id: made.branch.id, name: 'renamed' });
  const settings = { project: { name: 'renamed-project' } };
  t.match((await done(raw.updateProject({ client, path: project, body: settings }))).project, {
    name: 'renamed-project',
  });
  const [endpoint] = made.endpoints;
  if (endpoint === undefined) throw new Error('the branch was made without its endpoint');
  return { endpoint };
}

t.test('raw: a refusal is an error of the SDK with status, message and request id', async (t) => {
  const path = { ...project, branch_id: 'br-none-such-aaaaaaaa' };
  const { error } = await raw.getProjectBranch({ client, path });
  t.match(error, { kind: 'not_found', status: 404, message: /branch not found/, requestId: String });
  const stranger = raw.createClient({ baseUrl: emulator.baseUrl, auth: () => 'nobody' });
  t.match((await raw.getAuthDetails({ client: stranger })).error, { kind: 'auth', status: 401 });
});

const sdk = createNeonClient({
  apiKey: emulator.apiKey,
  baseUrl: emulator.baseUrl,
  throwOnError: true,
  waitForReadiness: true,
  wait: { pollIntervalMs: 20, timeoutMs: 30_000 },
});
const { projectId } = emulator;

t.test('ergonomic: a branch is ready to connect to when its call resolves', async (t) => {
  await makeNumbers(emulator.connectionUri);
  const ten = await writeNumbers(emulator.connectionUri, 1, 10);
  await writeNumbers(emulator.connectionUri, 11, 20);
  const { branch, connectionString } = await sdk.branches.createAndConnect({ projectId, name: 'connected' });
  t.equal(await readNumbers(connectionString), '1-20');
  t.match(await sdk.branches.getDefault({ projectId }), { id: main });

  const past = await sdk.branches.create({ projectId, name: 'past', parent_id: main, parent_timestamp: ten });
  t.match(await sdk.branches.get({ projectId, branchId: past.id }), { current_state: 'ready', parent_id: main });
  const uri = await sdk.postgres.connectionString({ projectId, branchId: past.id, pooled: false });
  t.equal(await readNumbers(uri), '1-10');

  await writeNumbers(connectionString, 30, 39);
  await sdk.branches.resetFromParent({ projectId, branchId: branch.id });
  t.equal(await readNumbers(connectionString), '1-20', 'reset when the call resolves');
  const names = (await sdk.branches.list({ projectId }).all()).map(({ name }) => name);
  t.strictSame(names.toSorted(), ['connected', 'main', 'past']);
  await sdk.branches.delete({ projectId, branchId: past.id });
  await sdk.branches.delete({ projectId, branchId: branch.id });
  const { error } = await sdk.branches.get({ projectId, branchId: past.id }, { throwOnError: false });
  t.equal(error?.kind, 'not_found');
});

t.test('ergonomic: operations are waited for by themselves', async (t) => {
  const slow = await openNeon({ rateLimited: false, latencyMs: 300 });
  t.teardown(() => slow.close());
  const path = { project_id: slow.emulator.projectId };
  const other = { client: raw.createClient({ baseUrl: slow.emulator.baseUrl, auth: () => slow.emulator.apiKey }) };
  const { operations } = await doneSoon(
    raw.createProjectBranch({ ...other, path, body: { branch: { name: 'slow' } } }),
  );
  t.match(operations, [{ action: 'create_branch', status: /^(scheduling|running)$/ }]);
  const waiting = createNeonClient({ apiKey: slow.emulator.apiKey, baseUrl: slow.emulator.baseUrl });
  const first = await waiting.operations.waitFor({ operations }, { pollIntervalMs: 20, timeoutMs: 30 });
  t.match(first.error, { kind: 'timeout', source: 'wait' });
  const second = await waiting.operations.waitFor({ operations }, { pollIntervalMs: 20, timeoutMs: 30_000 });
  t.equal(second.error, undefined);
  const listed = await waiting.operations.list({ projectId: slow.emulator.projectId }).all();
  t.ok(listed.data?.every(({ status }) => status === 'finished'));
});

t.test('ergonomic: a snapshot is restored, looked at, and taken back or finalised', async (t) => {
  const uri = emulator.connectionUri;
  const before = await readNumbers(uri);
  const snapshot = await sdk.snapshots.create({ projectId, branchId: main, name: 'kept', slug: 'kept' });
  await writeNumbers(uri, 50, 59);
  const wish = { projectId, snapshotId: snapshot.id, targetBranchId: main };
  const seen: string[] = [];
  const look = async (branch: raw.Branch, isTaken: boolean) => {
    seen.push(
      await readNumbers(await sdk.postgres.connectionString({ projectId, branchId: branch.id, pooled: false })),
    );
    return isTaken;
  };
  const dropped = await sdk.snapshots.restore({ ...wish, name: 'looked-at', preview: (branch) => look(branch, false) });
  t.equal(
    (await sdk.branches.get({ projectId, branchId: dropped.id }, { throwOnError: false })).error?.kind,
    'not_found',
  );
  t.equal(await readNumbers(uri), `${before},50-59`);
  const taken = await sdk.snapshots.restore({ ...wish, preview: (branch) => look(branch, true) });
  t.strictSame(seen, [before, before]);
  t.match(await sdk.branches.getDefault({ projectId }), { id: taken.id, name: 'main' });
  t.equal(await readNumbers(uri), before, 'under the host and port of main');

  await sdk.snapshots.update({ projectId, snapshotId: snapshot.id, name: 'renamed' });
  t.match(await sdk.snapshots.list({ projectId }), [{ id: snapshot.id, name: 'renamed', slug: 'kept' }]);
  const schedule = [{ frequency: 'weekly' as const, day: 1, hour: 2, retention_seconds: 3600 }];
  await sdk.snapshots.setSchedule({ projectId, branchId: taken.id, schedule });
  t.match(await sdk.snapshots.getSchedule({ projectId, branchId: taken.id }), { schedule });
  await sdk.snapshots.delete({ projectId, snapshotId: snapshot.id });
  t.strictSame(await sdk.snapshots.list({ projectId }), []);
});

t.test('ergonomic: a project is made, connected to, and deleted', async (t) => {
  const { project: made, connectionString } = await sdk.projects.createAndConnect({ name: 'second', pg_version: 17 });
  t.equal(await sql(connectionString, 'select 1'), '1');
  const listed = await sdk.projects.list().all();
  t.strictSame(listed.map(({ id }) => id).toSorted(), [projectId, made.id].toSorted());
  await sdk.projects.delete({ projectId: made.id });
  const error: NeonErrorUnion | null | undefined = (
    await sdk.projects.get({ projectId: made.id }, { throwOnError: false })
  ).error;
  t.equal(error?.kind, 'not_found');
});

/** As `done`, without waiting. */
async function doneSoon<T>(call: Promise<{ data?: T; error?: unknown }>): Promise<NonNullable<T>> {
  const { data, error } = await call;
  if (data === undefined || data === null) throw new Error(`the call failed: ${JSON.stringify(error)}`);
  return data;
}

t.end();
