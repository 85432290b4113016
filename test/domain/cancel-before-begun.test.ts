// Cancelling what no worker has begun: it ends for good at once, and there is nothing to be removed. No worker runs here.

import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { refuses } from '../harness/refusal.ts';
import { writeRow } from '../harness/rows.ts';

const at = await startRegistered(t, { roles: [] });
const { domain, actor, main, emulator } = at;
const page = { limit: 50 };
const moment = await writeRow(emulator.connectionUri, 1);
const keyed = { idempotency: { key: 'cancel', fingerprint: 'POST cancel' } };

const kinds = {
  snapshot: {
    request: () => domain.snapshots.request(actor, { branchId: main.id }),
    of: domain.snapshots,
  },
  restore: {
    request: () =>
      domain.restores.request(actor, { source: { branchId: main.id, at: moment.at }, target: { kind: 'in_place' } }),
    of: domain.restores,
  },
} as const;

for (const [kind, { request, of }] of Object.entries(kinds)) {
  t.test(`a ${kind} that is not begun ends as cancelled, its job with it`, async (t) => {
    const { id, version } = await request();
    const view = await of.cancel(actor, id);
    t.match(view, { id, status: 'cancelled', cleanUp: null, endedAt: /Z$/, error: null, version: version + 1 });
    t.strictSame(await of.get(actor, id), view, 'the answer is what is read from now on');
    const { items } = await domain.jobs.list(actor, { subjectId: id }, page);
    t.match(items, [{ state: 'done', waitsFor: null }]);
    const [event] = (await domain.audit.list(actor, { subjectId: id }, page)).items;
    t.match(event, {
      action: `${kind}.cancelled`,
      actor: { kind: 'person', id: actor.id },
      details: { from: 'requested' },
    });
    const members = { presentStatus: 'cancelled' };
    await refuses(t, at, 'already_ended', () => of.cancel(actor, id), members);
  });

  t.test(`a ${kind} that is cancelled twice with one key gets its first answer again`, async (t) => {
    const { id } = await request();
    const options = { idempotency: { ...keyed.idempotency, key: `cancel-${kind}` } };
    const first = await of.cancel(actor, id, options);
    t.strictSame(await of.cancel(actor, id, options), first);
    const { items } = await domain.audit.list(actor, { subjectId: id }, page);
    t.equal(items.length, 2, 'requested, cancelled');
  });
}

t.test('a restore that was cancelled leaves room for another of the same branch', async (t) => {
  t.match(await kinds.restore.request(), { status: 'requested' });
});
