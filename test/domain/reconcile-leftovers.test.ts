// What a comparison with Neon removes: temporary branches past their time, and nothing else.

import { sql } from 'kysely';
import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { briefly, leaveBranch, loseSnapshot, reconcile, untilReported } from '../harness/reconcile.ts';
import { hold, strike } from '../harness/strike.ts';
import { restore } from '../harness/work.ts';

t.test('the branch of a failed restore is removed; the report said so before', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, emulator, neon, project } = at;
  const failed = await leaveBranch(at);
  const removing = await hold(at, 'deleteBranch', 'before');
  const asked = await domain.projects.reconcile(actor, project.id);
  t.match(asked, { comparedAt: null, endedAt: null, findings: [] });
  await removing.until();
  const planned = await domain.projects.reconcileReport(actor, project.id);
  t.match(planned, { id: asked.id, endedAt: null, findings: [{ kind: 'leftover', action: 'remove', outcome: null }] });
  t.ok(planned.comparedAt);
  removing.end();
  const report = await untilReported(at, asked.id);
  t.match(report.findings, [{ subjectKind: 'restore', subjectId: failed.id, outcome: 'done' }]);
  t.strictSame(
    (await neon.listBranches(emulator.projectId)).map(({ name }) => name),
    ['main'],
  );
  t.match(await domain.restores.get(actor, failed.id), { status: 'failed', cleanUp: 'done' });
  const { items } = await domain.branches.list(actor, project.id, { limit: 10 });
  t.equal(items.length, 1, 'and the mirror knows');
});

t.test('a removal whose answer was lost is done once', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor } = at;
  const failed = await leaveBranch(at);
  await strike(at, 'deleteBranch', { kind: 'drop', when: 'after' }, 1);
  t.strictSame(briefly((await reconcile(at)).findings), ['leftover remove done']);
  const { items } = await domain.audit.list(actor, { subjectId: failed.id }, { limit: 50 });
  t.equal(items.filter(({ action }) => action === 'restore.leftover_removed').length, 1);
});

t.test(
  'an attempt that loses its claim in the middle: the next one finds the removal done, and tells it once',
  async (t) => {
    const at = await startRegistered(t);
    const { domain, actor, db, project } = at;
    const failed = await leaveBranch(at);
    const removed = await hold(at, 'deleteBranch', 'after');
    const { id } = await domain.projects.reconcile(actor, project.id);
    await removed.until();
    await sql`update outbox set fence = fence + 1 where subject_id = ${id}`.execute(db);
    removed.end();
    t.strictSame(briefly((await untilReported(at, id)).findings), ['leftover remove done']);
    const { items } = await domain.audit.list(actor, { subjectId: failed.id }, { limit: 50 });
    t.equal(items.filter(({ action }) => action === 'restore.leftover_removed').length, 1);
    const [job] = (await domain.jobs.list(actor, { subjectId: id }, { limit: 1 })).items;
    t.equal(job?.state, 'done');
  },
);

t.test('a removal that Neon refuses is told, and the rest is carried out', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor } = at;
  const left = await leaveBranch(at);
  const lost = await loseSnapshot(at);
  const refused = await strike(at, 'deleteBranch', { kind: 'status', status: 422 });
  const report = await reconcile(at);
  refused.end();
  t.strictSame(briefly(report.findings).sort(), ['leftover remove failed neon_refused', 'lost_answer adopt done']);
  t.equal((await domain.snapshots.get(actor, lost.id)).status, 'available');
  t.equal((await domain.restores.get(actor, left.id)).cleanUp, 'left');
});

t.test(
  'a target that expired long ago and that Neon forgot is removed; one with a name of its own is not',
  async (t) => {
    const at = await startRegistered(t);
    const { emulator, neon, main } = at;
    const source = { branchId: main.id, at: new Date().toISOString() };
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await restore(at, { source, target: { kind: 'new_branch', expiresAt } });
    await restore(at, { source, target: { kind: 'new_branch', name: 'rescued', expiresAt } });
    t.strictSame((await reconcile(at)).findings, []);
    at.faults.aheadMs = 2 * 3_600_000;
    t.strictSame((await reconcile(at)).findings, [], 'an hour ago: a clock may be wrong by as much');
    at.faults.aheadMs = 4 * 3_600_000;
    t.strictSame(briefly((await reconcile(at)).findings), ['leftover remove done']);
    t.strictSame((await neon.listBranches(emulator.projectId)).map(({ name }) => name).sort(), ['main', 'rescued']);
  },
);
