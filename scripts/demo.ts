// `npm run demo`: the main job through the REST API, on the sample shop, against the running service or one started for it.
// Exits non-zero if any count of rows is wrong.

import pg from 'pg';
import yoctoSpinner from 'yocto-spinner';
import {
  type Api,
  type BranchView,
  connectApi,
  type Items,
  type PolicyView,
  type ProjectView,
  type RestoreView,
  type SnapshotView,
  waitFor,
} from './demo/api.ts';
import { findService, type Service } from './demo/find-running.ts';

const newBranchLastsMs = 10 * 60_000;

async function play(service: Service): Promise<void> {
  const api = connectApi(service.address, service.apiKey);
  const { items: projects } = await api.get<Items<ProjectView>>('/v1/projects');
  const project = projects.find((one) => one.labels['env'] === 'sample') ?? projects[0];
  if (!project) throw new Error('No project is registered. Run npm run reset, then try again.');
  const { items: branches } = await api.get<Items<BranchView>>(`/v1/projects/${project.id}/branches`);
  const branch = branches.find((one) => one.isDefault);
  if (!branch) throw new Error('The sample project has no default branch.');
  say(`The shop is the branch ${branch.name} of ${project.name}.`);

  const policy = await api.send<PolicyView>('POST', '/v1/policies', {
    name: `demo ${new Date().toISOString()}`,
    selector: { projects: [project.id] },
    schedules: [{ name: 'hourly', cron: '0 * * * *', timeZone: 'UTC' }],
    retention: { keepLast: 3 },
  });
  say(`Made the policy "${policy.name}": hourly, keeps 3; fires next at ${policy.schedules[0]?.nextFiringAt ?? '?'}.`);

  const { snapshots } = await api.send<{ snapshots: SnapshotView[] }>('POST', `/v1/policies/${policy.id}/run`);
  const snapshot = await ended<SnapshotView>(api, 'Taking a snapshot', `/v1/snapshots/${snapshots[0]?.id ?? ''}`);
  expect(snapshot.status, 'available', 'the snapshot');
  say(`The snapshot ${snapshot.id} is available; it captures ${snapshot.pointAt ?? '?'}.`);

  const before = await countOrders(service.sampleUri);
  if (before === 0) throw new Error('The shop has no orders to lose. Run npm run reset, then try again.');
  const notedAt = await noteTime(service.sampleUri);
  say(`The shop holds ${before} orders at ${notedAt}.`);

  await query(service.sampleUri, 'delete from orders');
  expect(await countOrders(service.sampleUri), 0, 'orders after "delete from orders"');
  say('Somebody deleted every order: 0 are left.');

  const source = { branchId: branch.id, at: notedAt };
  const aside = await restore(api, 'Restoring to a new branch', {
    source,
    target: { kind: 'new_branch', expiresAt: new Date(Date.now() + newBranchLastsMs).toISOString() },
  });
  const { uri } = await api.send<{ uri: string }>('POST', `/v1/restores/${aside.id}/connection`, {});
  expect(await countOrders(uri), before, 'orders on the new branch');
  say(`The new branch ${aside.target.name ?? ''} holds ${before} orders (it expires in 10 minutes).`);

  const inPlace = await restore(api, 'Restoring in place', { source, target: { kind: 'in_place' } });
  expect(await countOrders(service.sampleUri), before, 'orders in the shop');
  say(
    `The shop holds ${before} orders again; what it was before is preserved as ${inPlace.preservedBranch?.name ?? '?'}.`,
  );

  await api.send('DELETE', `/v1/policies/${policy.id}`);
  await api.send('DELETE', `/v1/snapshots/${snapshot.id}`);
  await api.send('DELETE', `/v1/restores/${inPlace.id}/preserved-branch`);
  await ended<SnapshotView>(api, 'Tidying up', `/v1/snapshots/${snapshot.id}`, ['purged']);
  say(
    'Tidied up: the policy and its snapshot are gone; the preserved branch goes when the new branch on it has expired.',
  );
}

async function restore(api: Api, what: string, body: object): Promise<RestoreView> {
  const { id } = await api.send<RestoreView>('POST', '/v1/restores', body);
  const restored = await ended<RestoreView>(api, what, `/v1/restores/${id}`);
  if (restored.status !== 'succeeded') {
    throw new Error(
      `${what} ended as ${restored.status}: ${restored.error?.code ?? ''} ${restored.error?.message ?? ''}`,
    );
  }
  const ms = Date.parse(restored.endedAt ?? '') - Date.parse(restored.createdAt);
  say(`${what}: ${restored.steps.map((step) => step.name).join(', ')} (${ms} ms).`);
  return restored;
}

const endStatuses = ['available', 'failed', 'cancelled', 'succeeded'];

async function ended<T extends { status: string }>(
  api: Api,
  what: string,
  path: string,
  statuses: readonly string[] = endStatuses,
): Promise<T> {
  const spinner = yoctoSpinner({ text: what }).start();
  try {
    return await waitFor<T & { steps?: RestoreView['steps'] }>(
      api,
      path,
      (seen) => statuses.includes(seen.status),
      (seen) => {
        const step = seen.steps?.findLast((one) => one.startedAt !== null)?.name;
        spinner.text = `${what}: ${step ?? seen.status}`;
      },
    );
  } finally {
    spinner.stop();
  }
}

async function query(uri: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: uri, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function countOrders(uri: string): Promise<number> {
  const [row] = await query(uri, 'select count(*)::int as count from orders');
  return Number(row?.['count']);
}

/** By the shop's own clock, to the millisecond; what follows happens later than that. */
async function noteTime(uri: string): Promise<string> {
  const [row] = await query(uri, "select date_trunc('milliseconds', clock_timestamp()) as now, pg_sleep(0.05)");
  const now = row?.['now'];
  if (!(now instanceof Date)) throw new Error('The shop did not say what time it is.');
  return now.toISOString();
}

function expect(seen: unknown, expected: unknown, what: string): void {
  if (seen !== expected) throw new Error(`Wrong: ${what} should be ${String(expected)} and is ${String(seen)}.`);
}

function say(line: string): void {
  console.log(`  ${line}`);
}

try {
  const service = await findService();
  console.log(`Afterglow at ${service.address}${service.startedHere ? ' (started for the demo)' : ''}`);
  try {
    await play(service);
  } finally {
    await service.stop();
  }
  console.log('Every count was right.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
