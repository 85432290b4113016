// Neon's older client, `@neondatabase/api-client` (axios underneath), against the emulator.

import { createApiClient, EndpointType } from '@neondatabase/api-client';
import t from 'tap';
import { openNeon } from '../local/neon.ts';
import { makeNumbers, readNumbers, writeNumbers } from './rows.ts';

t.setTimeout(120_000);
const neon = await openNeon({ rateLimited: false });
const { emulator, settled } = neon;
const { projectId, branchId: main } = emulator;
t.after(() => neon.close());
const client = createApiClient({ apiKey: emulator.apiKey, baseURL: emulator.baseUrl });

/** The body of an answer, once the project is at rest. */
async function done<T>(call: Promise<{ data: T }>): Promise<T> {
  const { data } = await call;
  await settled();
  return data;
}

async function uriOf(branch_id: string): Promise<string> {
  const query = { projectId, branch_id, database_name: 'neondb', role_name: 'neondb_owner' };
  return (await client.getConnectionUri(query)).data.uri;
}

t.test('the account and the project are read', async (t) => {
  t.match((await client.getAuthDetails()).data, { account_id: String });
  const person = createApiClient({ apiKey: emulator.personalApiKey, baseURL: emulator.baseUrl });
  t.match((await person.getCurrentUserInfo()).data, { email: /@/ });
  t.match((await client.getCurrentUserOrganizations()).data, { organizations: [{ id: emulator.accountId }] });
  t.match((await client.getActiveRegions({})).data, { regions: [{ region_id: String }] });
  t.match((await client.listProjects({})).data, { projects: [{ id: projectId }] });
  t.match((await client.getProject(projectId)).data, { project: { id: projectId } });
  t.match((await client.countProjectBranches({ projectId })).data, { count: 1 });
  t.match((await client.listProjectBranches({ projectId, search: 'mai' })).data, { branches: [{ id: main }] });
  t.match((await client.listProjectBranches({ projectId, search: 'none' })).data, { branches: [] });
});

t.test('a refusal rejects with its status and the body of an error', async (t) => {
  const body = { message: String, code: String, request_id: String };
  const stranger = createApiClient({ apiKey: 'nobody', baseURL: emulator.baseUrl });
  const refused: [Promise<unknown>, number][] = [
    [client.getProjectBranch(projectId, 'br-none-such-aaaaaaaa'), 404],
    [client.deleteProjectBranch({ projectId, branchId: main }), 422],
    [client.createProjectBranch(projectId, { branch: { name: 'main' } }), 409],
    [stranger.getAuthDetails(), 401],
  ];
  for (const [call, status] of refused) t.match(await refusalOf(call), { status, data: body });
});

/** What a call that must fail was answered. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => new Error('the call succeeded'),
    (reason: unknown) => reason,
  );
  return error instanceof Error && 'response' in error ? error.response : error;
}

t.test('a branch is made at an instant, restored in place, and deleted', async (t) => {
  await makeNumbers(emulator.connectionUri);
  const ten = await writeNumbers(emulator.connectionUri, 1, 10);
  await writeNumbers(emulator.connectionUri, 11, 20);
  const { branch, endpoints } = await done(
    client.createProjectBranch(projectId, {
      branch: { name: 'past', parent_id: main, parent_timestamp: ten },
      endpoints: [{ type: EndpointType.ReadWrite }],
    }),
  );
  t.match(endpoints, [{ branch_id: branch.id, type: 'read_write' }]);
  t.equal(await readNumbers(await uriOf(branch.id)), '1-10');
  await done(client.updateProjectBranch(projectId, branch.id, { branch: { name: 'renamed' } }));

  const wish = { source_branch_id: main, source_timestamp: ten, preserve_under_name: 'kept' };
  t.match(await done(client.restoreProjectBranch(projectId, main, wish)), { branch: { id: main } });
  t.equal(await readNumbers(emulator.connectionUri), '1-10');
  await done(client.deleteProjectBranch({ projectId, branchId: branch.id }));
  t.match(await refusalOf(client.getProjectBranch(projectId, branch.id)), { status: 404 });
});

t.test('a snapshot is taken at an instant, listed, restored and finalised, and deleted', async (t) => {
  const uri = emulator.connectionUri;
  const before = await readNumbers(uri);
  const timestamp = await writeNumbers(uri, 40, 40);
  await writeNumbers(uri, 50, 59);
  const { snapshot } = await done(client.createSnapshot({ projectId, branchId: main, timestamp, name: 'instant' }));
  t.equal(Date.parse(snapshot.timestamp ?? ''), Date.parse(timestamp));
  const restored = await done(
    client.restoreSnapshot({ projectId, snapshotId: snapshot.id }, { target_branch_id: main, finalize_restore: false }),
  );
  t.equal(await readNumbers(await uriOf(restored.branch.id)), `${before},40`);
  t.match(await done(client.finalizeRestoreBranch(projectId, restored.branch.id)), { operations: [{ id: String }] });
  t.equal(await readNumbers(uri), `${before},40`);
  t.match((await client.getProjectBranch(projectId, main)).data, { branch: { name: 'main (old)' } });
  t.match((await client.listSnapshots(projectId)).data, { snapshots: [{ id: snapshot.id }] });
  await done(client.deleteSnapshot(projectId, snapshot.id));
  t.strictSame((await client.listSnapshots(projectId)).data.snapshots, []);
});

t.test('operations are paged', async (t) => {
  const all = (await client.listProjectOperations({ projectId, limit: 1000 })).data.operations.map(({ id }) => id);
  const paged: string[] = [];
  for (let cursor: string | undefined; paged.length < all.length; ) {
    const { data } = await client.listProjectOperations({ projectId, limit: 3, ...(cursor ? { cursor } : {}) });
    if (data.operations.length === 0) break;
    paged.push(...data.operations.map(({ id }) => id));
    cursor = data.pagination?.cursor;
  }
  t.strictSame(paged, all);
  const [newest = ''] = all;
  t.match((await client.getProjectOperation(projectId, newest)).data, { operation: { id: newest } });
});

t.end();
