// The list of policies as they are saved, and what becomes of them: together they are what the whole list shows.

import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { refuses } from '../harness/refusal.ts';

const at = await startRegistered(t, { roles: ['api'] });
const { domain, actor, project } = at;
const daily = (name: string, hour: number) => ({ name, cron: `0 ${hour} * * *`, timeZone: 'Europe/Berlin' });
const lock = { mode: 'governance' as const, for: 'P30D', graceHours: 72 };
const forms = [
  { name: 'plain', schedules: [daily('b', 3), { ...daily('a', 4), jitterSeconds: 30 }] },
  { name: 'by hand', schedules: [] },
  { name: 'locked', schedules: [daily('nightly', 2)], protection: { lock }, objectives: { rpoSeconds: 172_800 } },
  { name: 'of labels', schedules: [daily('nightly', 1)], selector: { labels: { env: 'nowhere' } } },
  { name: 'paused', schedules: [daily('nightly', 5)] },
];
for (const form of forms) {
  const policy = await domain.policies.create(actor, {
    selector: { projects: [project.id] },
    retention: { keepLast: 3, daily: 7 },
    ...form,
  });
  if (form.name !== 'paused') continue;
  await domain.policies.pause(actor, { id: policy.id, until: new Date(Date.now() + 86_400_000).toISOString() });
}
const gone = await domain.policies.create(actor, {
  name: 'gone',
  selector: { projects: [project.id] },
  schedules: [daily('nightly', 6)],
  retention: { keepLast: 1 },
});
await domain.policies.delete(actor, { id: gone.id });

t.test('as saved, with what becomes of them, they are the policies of the list', async (t) => {
  const { items } = await domain.policies.list(actor, { limit: 100 });
  const saved = await domain.policies.listSaved(actor, { limit: 100 });
  const reaches = await domain.policies.reaches(
    actor,
    saved.items.map(({ id }) => id),
  );
  t.equal(items.length, forms.length);
  t.ok(items.some(({ warnings }) => warnings.length > 0));
  t.strictSame(
    saved.items.map((one) => ({ ...one, ...reaches.get(one.id) })),
    items,
  );
});

t.test('pages of saved policies, from either end, are those of the list', async (t) => {
  for (const backwards of [false, true]) {
    const pages = { list: {}, listSaved: {} };
    for (let turn = 0; turn < 3; turn += 1) {
      const whole = await domain.policies.list(actor, { limit: 2, backwards, ...pages.list });
      const saved = await domain.policies.listSaved(actor, { limit: 2, backwards, ...pages.listSaved });
      t.strictSame(
        [saved.nextCursor, saved.items.map(({ id }) => id)],
        [whole.nextCursor, whole.items.map(({ id }) => id)],
      );
      const next = { [backwards ? 'before' : 'cursor']: whole.nextCursor ?? undefined };
      pages.list = next;
      pages.listSaved = next;
    }
  }
  await refuses(t, at, 'invalid_cursor', () => domain.policies.listSaved(actor, { limit: 2, cursor: 'prj_1' }));
});

t.test('to another team there are none, and nothing becomes of those that it names', async (t) => {
  await domain.teams.create(actor, { slug: 'other', name: 'Other' });
  const other = await domain.teams.enter(actor, 'other');
  const member = { ...other, role: 'admin' as const };
  const { items } = await domain.policies.listSaved(actor, { limit: 100 });
  t.strictSame((await domain.policies.listSaved(member, { limit: 100 })).items, []);
  t.equal(
    (
      await domain.policies.reaches(
        member,
        items.map(({ id }) => id),
      )
    ).size,
    0,
  );
});
