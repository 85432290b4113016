// A project that Neon does not show any more costs little: no loop, one warning, and nothing that waits for it for ever.

import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { loseProject, reconcile } from '../harness/reconcile.ts';
import { hold, strike } from '../harness/strike.ts';
import { restore, takeSnapshot, untilSnapshot } from '../harness/work.ts';

const gone = /gone from Neon/;
const page = { limit: 50 };

t.test('it is looked for every hour, not every few minutes', async (t) => {
  const at = await startRegistered(t);
  at.log.expect(gone);
  const { domain } = at;
  const lost = await loseProject(at);
  await reconcile(at);
  lost.end();
  const minutes = async (ahead: number): Promise<number> => {
    at.faults.aheadMs = ahead * 60_000;
    return domain.refreshMirrors();
  };
  t.equal(await minutes(10), 0);
  t.equal(await minutes(59), 0);
  t.equal(await minutes(61), 1);
  await at.until(
    () => domain.projects.get(at.actor, at.project.id),
    ({ goneAt }) => goneAt === null,
  );
});

t.test('it is warned of once, however often it is looked for', async (t) => {
  const at = await startRegistered(t);
  at.log.expect(gone);
  await loseProject(at);
  await reconcile(at);
  await reconcile(at);
  t.equal(at.log.text().match(/a project is gone from Neon/g)?.length, 1);
  const { items } = await at.domain.audit.list(at.actor, { action: 'project.gone' }, page);
  t.equal(items.length, 1);
});

t.test('removals that were under way end with the project', async (t) => {
  const at = await startRegistered(t, { settings: { retryMinMs: 300, retryMaxMs: 600 } });
  at.log.expect(gone);
  const { domain, actor, main } = at;
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  const undone = await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'in_place' } });
  const removing = await hold(at, 'deleteSnapshot', 'before');
  await domain.snapshots.delete(actor, snapshot.id);
  await removing.until();
  await loseProject(at);
  const away = await strike(at, 'deleteSnapshot', { kind: 'status', status: 503 });
  removing.end();
  await domain.restores.deletePreservedBranch(actor, undone.id);
  await reconcile(at);
  away.end();
  await untilSnapshot(at, snapshot.id, 'purged');
  await at.until(
    () => domain.restores.get(actor, undone.id),
    ({ preservedBranch }) => preservedBranch?.status === 'purged',
  );
});
