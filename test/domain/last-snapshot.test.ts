// Letting go: a policy that is deleted takes a last snapshot of what it covers where that is asked for, and what it made stays.

import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { loseProject, reconcile } from '../harness/reconcile.ts';
import { untilSnapshot } from '../harness/work.ts';

async function start(test: Parameters<typeof startRegistered>[0]) {
  const at = await startRegistered(test);
  const policy = await at.domain.policies.create(at.actor, {
    name: 'nightly',
    selector: { projects: [at.project.id] },
    preset: 'daily',
  });
  const all = async () => (await at.domain.snapshots.list(at.actor, {}, { limit: 50 })).items;
  return { ...at, policy, all };
}

t.test(
  'a policy is deleted with a last snapshot: it is taken afterwards, can be held, and nothing lets it go',
  async (t) => {
    const at = await start(t);
    const { domain, actor, main, policy } = at;
    await domain.policies.pause(actor, { id: policy.id });
    const { snapshots } = await domain.policies.delete(actor, { id: policy.id, version: 1, lastSnapshot: true });
    t.match(snapshots, [{ branchId: main.id, policyId: policy.id, status: 'requested' }]);
    t.equal(snapshots.length, 1);
    const id = snapshots[0]?.id ?? '';
    await untilSnapshot(at, id, 'available');
    await refuses(t, at, 'not_found', () => domain.policies.get(actor, policy.id));
    const hold = await domain.holds.place(actor, {
      matter: 'end',
      reason: 'The last one.',
      selector: { snapshotIds: [id] },
    });
    await refuses(t, at, 'snapshot_held', () => domain.snapshots.delete(actor, id));
    t.match(await at.all(), [{ id, status: 'available', holds: [hold.id] }]);
  },
);

t.test('without that, nothing is taken and what it made stays', async (t) => {
  const at = await start(t);
  const { domain, actor, policy } = at;
  const made = (await domain.policies.run(actor, policy.id)).snapshots[0]?.id ?? '';
  await untilSnapshot(at, made, 'available');
  t.strictSame(await domain.policies.delete(actor, { id: policy.id }), { snapshots: [] });
  t.match(await at.all(), [{ id: made, status: 'available' }]);
  t.equal((await at.all()).length, 1);
});

t.test('where a last snapshot cannot be taken, nothing is deleted', async (t) => {
  const at = await start(t);
  const { domain, actor, policy } = at;
  await refuses(t, at, 'version_stale', () =>
    domain.policies.delete(actor, { id: policy.id, version: 7, lastSnapshot: true }),
  );
  at.log.expect(/a project is gone from Neon/);
  await loseProject(at);
  await reconcile(at);
  const refusal = await refusalOf(domain.policies.delete(actor, { id: policy.id, lastSnapshot: true }));
  t.equal(refusal.code, 'project_gone');
  t.equal((await domain.policies.get(actor, policy.id)).version, 1);
  await domain.policies.delete(actor, { id: policy.id });
});
