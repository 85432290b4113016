import t from 'tap';
import { connectionUri, openDoor } from './door.ts';
import {
  apiKey,
  auditEvent,
  auditHead,
  branch,
  branchStatus,
  credential,
  fleet,
  hold,
  retentionPlan,
  job,
  me,
  member,
  newApiKey,
  policy,
  policyCoverage,
  policyPreview,
  firing,
  policyDocument,
  policyImport,
  policyVersion,
  project,
  reconcileReport,
  restore,
  simulation,
  signingKey,
  snapshot,
  team,
  teamStatus,
  timeline,
  waits,
} from './views.ts';

const newCredential = { name: 'production', neonApiKey: 'napi_secret' };
const newProject = { neonProjectId: 'shop-1', credentialId: 'crd_1' };
const newPolicy = {
  name: 'nightly',
  selector: { projects: ['prj_1'] },
  schedules: [{ name: 'night', cron: '0 3 * * *', timeZone: 'Europe/Berlin' }],
  retention: { keepLast: 7 },
};
const newHold = { matter: 'Smith', reason: 'The court asked.', selector: { snapshotIds: ['snp_1'] } };
const newSimulation = {
  points: [{ id: 'snp_1', pointAt: '2026-03-01T09:30:00Z', branchId: 'b', held: false, proven: true }],
  retention: { daily: 7 },
  timeZone: 'UTC',
  now: '2026-03-01T10:00:00Z',
};
const newRestore = { source: { snapshotId: 'snp_1' }, target: { kind: 'in_place' } };

const { attempts: _attempts, ...listedJob } = job;

const routes: readonly {
  readonly send: readonly [method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object];
  readonly status: number;
  readonly body?: object;
  readonly location?: string;
  readonly etag?: string;
}[] = [
  { send: ['GET', '/v1/me'], status: 200, body: me },
  { send: ['GET', '/v1/fleet'], status: 200, body: fleet },
  {
    send: ['POST', '/v1/teams', { slug: 'shop', name: 'Shop' }],
    status: 201,
    body: team,
    location: '/v1/teams/tem_1',
  },
  { send: ['GET', '/v1/teams'], status: 200, body: { items: [team], nextCursor: null } },
  { send: ['GET', '/v1/teams/tem_1'], status: 200, body: team },
  {
    send: ['POST', '/v1/teams/tem_1/members', { subject: 'mary', role: 'approver' }],
    status: 201,
    body: member,
    location: '/v1/teams/tem_1/members/mbr_1',
    etag: '"1"',
  },
  { send: ['GET', '/v1/teams/tem_1/members'], status: 200, body: { items: [member], nextCursor: null } },
  { send: ['DELETE', '/v1/teams/tem_1/members/mbr_1'], status: 204 },
  {
    send: ['POST', '/v1/api-keys', { name: 'pipeline', role: 'operator' }],
    status: 201,
    body: newApiKey,
    location: '/v1/api-keys/key_1',
  },
  { send: ['GET', '/v1/api-keys'], status: 200, body: { items: [apiKey], nextCursor: null } },
  { send: ['GET', '/v1/api-keys/key_1'], status: 200, body: apiKey },
  { send: ['POST', '/v1/api-keys/key_1/rotate'], status: 201, body: newApiKey, location: '/v1/api-keys/key_1' },
  { send: ['DELETE', '/v1/api-keys/key_1'], status: 204 },
  {
    send: ['POST', '/v1/credentials', newCredential],
    status: 201,
    body: credential,
    location: '/v1/credentials/crd_1',
    etag: '"1"',
  },
  { send: ['GET', '/v1/credentials'], status: 200, body: { items: [credential], nextCursor: null } },
  { send: ['GET', '/v1/credentials/crd_1'], status: 200, body: credential, etag: '"1"' },
  { send: ['DELETE', '/v1/credentials/crd_1'], status: 204 },
  {
    send: ['POST', '/v1/projects', newProject],
    status: 201,
    body: project,
    location: '/v1/projects/prj_1',
    etag: '"1"',
  },
  { send: ['GET', '/v1/projects'], status: 200, body: { items: [project], nextCursor: null } },
  { send: ['GET', '/v1/projects/prj_1'], status: 200, body: project, etag: '"1"' },
  { send: ['GET', '/v1/projects/prj_1/branches'], status: 200, body: { items: [branch], nextCursor: null } },
  {
    send: ['POST', '/v1/projects/prj_1/sync'],
    status: 202,
    body: project,
    location: '/v1/projects/prj_1',
    etag: '"1"',
  },
  { send: ['DELETE', '/v1/projects/prj_1'], status: 204 },
  {
    send: ['POST', '/v1/projects/prj_1/reconcile'],
    status: 202,
    body: reconcileReport,
    location: '/v1/projects/prj_1/reconcile-report',
  },
  { send: ['GET', '/v1/projects/prj_1/reconcile-report'], status: 200, body: reconcileReport },
  {
    send: ['POST', '/v1/projects/prj_1/adopt', { neonSnapshotId: 'snap-2' }],
    status: 201,
    body: snapshot,
    location: '/v1/snapshots/snp_1',
    etag: '"1"',
  },
  { send: ['GET', '/v1/branches/brn_1'], status: 200, body: branch },
  { send: ['GET', '/v1/branches/brn_1/timeline'], status: 200, body: timeline },
  { send: ['GET', '/v1/branches/brn_1/status'], status: 200, body: branchStatus },
  { send: ['GET', '/v1/status'], status: 200, body: teamStatus },
  { send: ['POST', '/v1/policies', newPolicy], status: 201, body: policy, location: '/v1/policies/pol_1', etag: '"1"' },
  { send: ['GET', '/v1/policies'], status: 200, body: { items: [policy], nextCursor: null } },
  { send: ['GET', '/v1/policies/pol_1'], status: 200, body: policy, etag: '"1"' },
  { send: ['POST', '/v1/policies/preview', newPolicy], status: 200, body: policyPreview },
  { send: ['GET', '/v1/policies/pol_1/preview'], status: 200, body: policyPreview },
  { send: ['GET', '/v1/policies/pol_1/coverage'], status: 200, body: policyCoverage },
  {
    send: ['POST', '/v1/policies/pol_1/run'],
    status: 202,
    body: { snapshots: [snapshot] },
    location: '/v1/snapshots?policyId=pol_1',
  },
  { send: ['DELETE', '/v1/policies/pol_1'], status: 204 },
  { send: ['DELETE', '/v1/policies/pol_1?lastSnapshot=false'], status: 204 },
  {
    send: ['DELETE', '/v1/policies/pol_1?lastSnapshot=true'],
    status: 202,
    body: { snapshots: [snapshot] },
    location: '/v1/snapshots?policyId=pol_1',
  },
  { send: ['POST', '/v1/retention/simulate', newSimulation], status: 200, body: simulation },
  { send: ['POST', '/v1/policies/pol_1/pause', { reason: 'a move' }], status: 200, body: policy, etag: '"1"' },
  { send: ['POST', '/v1/policies/pol_1/pause'], status: 200, body: policy, etag: '"1"' },
  { send: ['POST', '/v1/policies/pol_1/resume'], status: 200, body: policy, etag: '"1"' },
  { send: ['GET', '/v1/policies/pol_1/versions'], status: 200, body: { items: [policyVersion], nextCursor: null } },
  { send: ['GET', '/v1/firings'], status: 200, body: { items: [firing], nextCursor: null } },
  { send: ['GET', '/v1/policies/export'], status: 200, body: policyDocument },
  { send: ['PUT', '/v1/policies/import?dryRun=true', { policies: {} }], status: 200, body: policyImport },
  {
    send: ['POST', '/v1/snapshots', { branchId: 'brn_1' }],
    status: 202,
    body: snapshot,
    location: '/v1/snapshots/snp_1',
    etag: '"1"',
  },
  { send: ['GET', '/v1/snapshots'], status: 200, body: { items: [snapshot], nextCursor: null } },
  { send: ['GET', '/v1/snapshots/snp_1'], status: 200, body: snapshot, etag: '"1"' },
  {
    send: ['DELETE', '/v1/snapshots/snp_1'],
    status: 202,
    body: { ...snapshot, status: 'expiring' },
    location: '/v1/snapshots/snp_1',
    etag: '"1"',
  },
  {
    send: ['POST', '/v1/snapshots/snp_1/cancel'],
    status: 202,
    body: { ...snapshot, status: 'cancelled', cleanUp: 'pending' },
    location: '/v1/snapshots/snp_1',
    etag: '"1"',
  },
  {
    send: ['POST', '/v1/snapshots/snp_1/lock', { until: null, reason: 'Over.' }],
    status: 200,
    body: snapshot,
    etag: '"1"',
  },
  { send: ['POST', '/v1/holds', newHold], status: 201, body: hold, location: '/v1/holds/hld_1' },
  {
    send: ['POST', '/v1/policies/pol_1/retention-plan'],
    status: 201,
    body: retentionPlan,
    location: '/v1/retention-plans/rtp_1',
  },
  {
    send: ['GET', '/v1/retention-plans'],
    status: 200,
    body: { items: [{ ...retentionPlan, decisions: null }], nextCursor: null },
  },
  { send: ['GET', '/v1/retention-plans/rtp_1'], status: 200, body: retentionPlan },
  {
    send: ['POST', '/v1/retention-plans/rtp_1/approve', { hash: retentionPlan.hash }],
    status: 200,
    body: { ...retentionPlan, status: 'approved' },
  },
  { send: ['POST', '/v1/retention-plans/rtp_1/reject'], status: 200, body: { ...retentionPlan, status: 'rejected' } },
  { send: ['GET', '/v1/holds'], status: 200, body: { items: [hold], nextCursor: null } },
  { send: ['GET', '/v1/holds/hld_1'], status: 200, body: hold },
  {
    send: ['POST', '/v1/holds/hld_1/release', { reason: 'Settled.' }],
    status: 200,
    body: { ...hold, releasedAt: hold.placedAt },
  },
  {
    send: ['POST', '/v1/restores', newRestore],
    status: 202,
    body: restore,
    location: '/v1/restores/rst_1',
    etag: '"1"',
  },
  { send: ['GET', '/v1/restores'], status: 200, body: { items: [restore], nextCursor: null } },
  { send: ['GET', '/v1/restores/rst_1'], status: 200, body: restore, etag: '"1"' },
  { send: ['POST', '/v1/restores/rst_1/connection'], status: 200, body: { uri: connectionUri } },
  {
    send: ['DELETE', '/v1/restores/rst_1/preserved-branch'],
    status: 202,
    body: restore,
    location: '/v1/restores/rst_1',
    etag: '"1"',
  },
  {
    send: ['POST', '/v1/restores/rst_1/cancel'],
    status: 202,
    body: { ...restore, status: 'cancelled', cleanUp: 'pending' },
    location: '/v1/restores/rst_1',
    etag: '"1"',
  },
  { send: ['GET', '/v1/jobs'], status: 200, body: { items: [listedJob], nextCursor: null } },
  { send: ['GET', '/v1/jobs/job_1'], status: 200, body: job },
  { send: ['GET', '/v1/audit-events'], status: 200, body: { items: [auditEvent], nextCursor: null } },
  { send: ['GET', '/v1/audit-heads'], status: 200, body: { items: [auditHead] } },
  { send: ['GET', '/.well-known/jwks.json'], status: 200, body: { keys: [signingKey] } },
  { send: ['GET', '/livez'], status: 200, body: { status: 'ok' } },
  { send: ['GET', '/readyz'], status: 200, body: { status: 'ok', away: [] } },
];

t.test('each route answers with its status, its headers and the whole view', async (t) => {
  const { send } = await openDoor(t, { newRequestId: () => 'made-here' });
  for (const { send: request, status, body, location, etag } of routes) {
    const answer = await send(...request);
    const what = `${request[0]} ${request[1]}`;
    t.equal(answer.statusCode, status, what);
    t.equal(answer.headers['location'], location, `${what}: Location`);
    t.equal(answer.headers['etag'], etag, `${what}: ETag`);
    t.equal(answer.headers['x-request-id'], 'made-here');
    t.equal(answer.headers['x-content-type-options'], 'nosniff');
    if (body) t.strictSame(answer.json(), body, `${what}: body`);
    else t.equal(answer.body, '', `${what}: no body`);
  }
});

t.test('an answer holds what its schema names and nothing else', async (t) => {
  const { send } = await openDoor(t, {
    replace: { credentials: { get: async () => Object.assign({ sealedKey: 'eyJ' }, credential) } },
  });
  const answer = await send('GET', '/v1/credentials/crd_1');
  t.strictSame(answer.json(), credential);
});

t.test('each reason why a job waits is answered whole, in a list and alone', async (t) => {
  for (const waitsFor of [null, ...waits]) {
    const waiting = { ...job, waitsFor };
    const { send } = await openDoor(t, {
      replace: { jobs: { list: async () => ({ items: [waiting], nextCursor: null }), get: async () => waiting } },
    });
    t.strictSame((await send('GET', '/v1/jobs')).json().items[0].waitsFor, waitsFor);
    t.strictSame((await send('GET', '/v1/jobs/job_1')).json(), waiting);
  }
});

t.test('a connection URI is answered once: not cached, not logged', async (t) => {
  const { send, lines, calls } = await openDoor(t);
  const answer = await send('POST', '/v1/restores/rst_1/connection', { databaseName: 'shop', pooled: true });
  t.equal(answer.headers['cache-control'], 'no-store');
  t.match(calls.at(-1)?.input[1], { id: 'rst_1', databaseName: 'shop', pooled: true });
  t.notMatch(lines.join(''), /hunter2|postgresql:/);
});

t.test('a change is answered with the new version', async (t) => {
  const { send, calls } = await openDoor(t);
  for (const url of ['/v1/credentials/crd_1', '/v1/projects/prj_1', '/v1/policies/pol_1']) {
    const answer = await send('PATCH', url, {}, { 'if-match': '"1"' });
    t.equal(answer.statusCode, 200, url);
    t.equal(answer.headers['etag'], '"2"', url);
    t.match(calls.at(-1)?.input[1], { id: url.split('/').at(-1), version: 1 });
  }
});

t.test('what was sent reaches the domain as it was sent', async (t) => {
  const { send, calls } = await openDoor(t);
  const sent: [string, object][] = [
    ['/v1/credentials', newCredential],
    ['/v1/projects', { ...newProject, labels: { 'team/name': 'Shop & Söhne' } }],
    ['/v1/policies', { ...newPolicy, selector: { projects: ['prj_1', 'prj_2'], branches: ['main'] } }],
    ['/v1/policies', { ...newPolicy, selector: { projects: ['prj_1'], branches: 'roots' } }],
    ['/v1/snapshots', { branchId: 'brn_1', name: 'n', lsn: '16/B374D848' }],
    ['/v1/snapshots', { branchId: 'not an id', at: 'not an instant' }],
    ['/v1/holds', newHold],
    ['/v1/holds', { ...newHold, selector: { branchId: 'b', from: 'not an instant', until: null } }],
    ['/v1/restores', { source: { branchId: 'b', at: 'x' }, target: { kind: 'new_branch', name: 'n', expiresAt: 'y' } }],
    ['/v1/restores', { source: { branchId: 'b', lsn: '0/1' }, target: { kind: 'in_place', preserveAs: 'old' } }],
  ];
  for (const [url, body] of sent) {
    const answer = await send('POST', url, body);
    t.ok(answer.statusCode < 300, answer.body);
    t.strictSame(calls.at(-1)?.input[1], body, url);
  }
});

t.test('a patch with null removes', async (t) => {
  const { send, calls } = await openDoor(t);
  const patch = { labels: { team: null, env: 'live' }, limits: { rootBranches: null, snapshots: 20 } };
  const type = { 'if-match': '"1"', 'content-type': 'application/merge-patch+json' };
  t.equal((await send('PATCH', '/v1/projects/prj_1', patch, type)).statusCode, 200);
  t.strictSame(calls.at(-1)?.input[1], { ...patch, id: 'prj_1', version: 1 });
});
