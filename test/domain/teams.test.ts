// Teams and their members; who acts in which team, and what the platform may do in one that is not its own.

import t from 'tap';
import type { Action } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';
import { addKey, signIn } from '../harness/keys.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { inRole } from '../harness/teams.ts';

const at = await startRegistered(t);
const { domain, actor, project } = at;
const page = { limit: 200 };
const shop = await domain.teams.create(actor, { slug: 'shop', name: 'Shop' });
const maker = await domain.teams.enter(actor, 'shop');
const shopAdmin = await addKey(at, maker, { name: 'first', kind: 'person' });
const own = (await domain.me.get(actor)).team;

t.test('a team begins with the history of its making, and its slug is its own', async (t) => {
  const { items } = await domain.audit.list(shopAdmin.actor, {}, page);
  t.match(items.at(-1), { sequence: 1, action: 'team.created', actor: { kind: 'person', id: actor.id } });
  await refuses(t, at, 'slug_taken', () => domain.teams.create(actor, { slug: 'shop', name: 'Other' }));
  for (const one of [shopAdmin.actor, inRole(actor, 'admin')]) {
    await refuses(t, at, 'forbidden', () => domain.teams.create(one, { slug: 'more', name: 'More' }));
  }
});

t.test('a team is seen by its own and by the platform', async (t) => {
  t.strictSame((await domain.teams.list(shopAdmin.actor, page)).items, [{ ...shop, role: 'admin' }]);
  t.strictSame(
    (await domain.teams.list(actor, page)).items.map(({ slug, role }) => [slug, role]),
    [
      ['shop', null],
      ['default', 'admin'],
    ],
  );
  t.match(await domain.teams.get(actor, shop.id), { slug: 'shop' });
  const first = actor.teamId;
  const foreign = await refusalOf(domain.teams.get(shopAdmin.actor, first));
  const nowhere = await refusalOf(domain.teams.get(shopAdmin.actor, 'tem_0'));
  t.strictSame([foreign.code, foreign.message.replaceAll(first, 'tem_0')], ['not_found', nowhere.message]);
});

t.test('a key acts in its own team; one of the platform in any, as a maker of keys', async (t) => {
  t.equal((await signIn(at, shopAdmin.key, 'shop')).teamId, shop.id);
  for (const slug of ['default', 'nowhere', '', 'SHOP']) {
    t.equal((await refusalOf(signIn(at, shopAdmin.key, slug))).code, 'not_found', slug);
  }
  t.match(maker, { teamId: shop.id, role: null, isPlatform: true });
  t.match(await domain.me.get(maker), { team: { slug: 'shop', role: null }, teams: [{ slug: 'default' }] });
  const platform: Action[] = [
    'me.read',
    'team.read',
    'team.create',
    'fleet.read',
    'member.read',
    'member.write',
    'api_key.read',
    'api_key.write',
  ];
  t.strictSame((await domain.me.get(maker)).actions, platform);
  await refuses(t, at, 'not_found', () => domain.teams.enter(actor, 'nowhere'));
});

t.test(
  'the platform reads and changes nothing of another team, and is told so before anything is looked up',
  async (t) => {
    const calls = [
      () => domain.credentials.list(maker, page),
      () => domain.projects.list(maker, {}, page),
      () => domain.projects.get(maker, project.id),
      () => domain.projects.get(maker, 'prj_0'),
      () => domain.snapshots.list(maker, {}, page),
      () => domain.policies.export(maker),
      () => domain.audit.list(maker, {}, page),
      () => domain.restores.connect(maker, { id: 'rst_0' }),
      () =>
        domain.credentials.create(
          maker,
          { name: 'x', neonApiKey: 'x' },
          { idempotency: { key: 'k', fingerprint: 'f' } },
        ),
    ];
    for (const call of calls) await refuses(t, at, 'forbidden', call, { role: null });
  },
);

t.test('figures of the fleet are for the platform', async (t) => {
  t.match(await domain.fleet.get(actor), { teams: 2, projects: 1, branches: { ok: 0 }, jobs: [] });
  await refuses(t, at, 'forbidden', () => domain.fleet.get(shopAdmin.actor), { action: 'fleet.read' });
});

t.test('members are added, changed and removed by an admin of the team or by the platform', async (t) => {
  const person = { teamId: shop.id, issuer: 'https://id.example.com', subject: 'mary' } as const;
  const mary = await domain.members.add(shopAdmin.actor, { ...person, role: 'viewer' });
  t.match(mary, { ...person, role: 'viewer', version: 1 });
  await refuses(t, at, 'already_member', () => domain.members.add(actor, { ...person, role: 'admin' }));
  await refuses(t, at, 'invalid_request', () =>
    domain.members.add(actor, { teamId: shop.id, subject: 'x', role: 'admin' }),
  );
  const change = { teamId: shop.id, id: mary.id, version: 1, role: 'operator' } as const;
  t.match(await domain.members.update(shopAdmin.actor, change), { role: 'operator', version: 2 });
  await refuses(t, at, 'version_stale', () => domain.members.update(shopAdmin.actor, change));
  t.strictSame(
    (await domain.members.list(inRole(shopAdmin.actor, 'viewer'), shop.id, page)).items.map(({ id }) => id),
    [mary.id],
  );
  for (const role of ['viewer', 'operator', 'approver'] as const) {
    const low = inRole(shopAdmin.actor, role);
    await refuses(t, at, 'forbidden', () => domain.members.add(low, { ...person, role: 'viewer' }), { role });
    await refuses(t, at, 'forbidden', () => domain.members.remove(low, { teamId: shop.id, id: mary.id }));
  }
  const elsewhere = { ...change, teamId: own?.id ?? '' };
  await refuses(t, at, 'not_found', () => domain.members.update(actor, elsewhere));
  await refuses(t, at, 'not_found', () => domain.members.update(shopAdmin.actor, elsewhere));
  await domain.members.remove(actor, { teamId: shop.id, id: mary.id });
  await refuses(t, at, 'not_found', () => domain.members.remove(actor, { teamId: shop.id, id: mary.id }));
  const { items } = await domain.audit.list(shopAdmin.actor, { subjectId: mary.id }, page);
  t.strictSame(
    items.map(({ action }) => action),
    ['member.removed', 'member.updated', 'member.added'],
  );
});

t.test('a team does not lose its last admin by its own hand, however many try at once', async (t) => {
  const add = (subject: string) =>
    domain.members.add(actor, { teamId: shop.id, issuer: 'https://id.example.com', subject, role: 'admin' });
  const both = [await add('ann'), await add('bob')];
  const lower = ({ id, version }: { id: string; version: number }) =>
    domain.members.update(shopAdmin.actor, { teamId: shop.id, id, version, role: 'viewer' });
  const ends = await Promise.allSettled(both.map(lower));
  t.strictSame(
    ends.map(({ status }) => status).sort(),
    ['fulfilled', 'rejected'],
    'one of two admins who leave at once stays',
  );
  const { items } = await domain.members.list(actor, shop.id, page);
  const last = items.find(({ role }) => role === 'admin');
  if (!last) throw new Error('no admin is left');
  await refuses(t, at, 'last_admin', () => lower(last));
  await refuses(t, at, 'last_admin', () => domain.members.remove(shopAdmin.actor, { teamId: shop.id, id: last.id }));
  await domain.members.remove(actor, { teamId: shop.id, id: last.id });
  t.pass('the platform may');
});

t.test('who is of several teams names one', async (t) => {
  const [first] = actor.teams;
  if (!first) throw new Error('no team');
  const shopRole = { ...shop, role: 'viewer' } as const;
  const person = { ...inRole(actor, 'admin'), teamId: '', role: null, teams: [first, shopRole] };
  await refuses(t, at, 'team_required', () => domain.projects.list(person, {}, page), { teams: ['default', 'shop'] });
  await refuses(t, at, 'team_required', () => domain.apiKeys.list(person, page));
  t.match(await domain.me.get(person), { team: null, actions: ['me.read', 'team.read'] });
  t.equal((await domain.teams.list(person, page)).items.length, 2);
  t.match(await domain.projects.list(await domain.teams.enter(person, 'default'), {}, page), {
    items: [{ id: project.id }],
  });
  const inShop = await domain.teams.enter(person, 'shop');
  t.strictSame((await domain.projects.list(inShop, {}, page)).items, []);
  await refuses(t, at, 'forbidden', () => domain.apiKeys.list(inShop, page), { role: 'viewer' });
  t.ok(await domain.members.list(person, shop.id, page), 'where the request names the team itself, it names it');
  await refuses(t, at, 'forbidden', () =>
    domain.members.add(person, { teamId: shop.id, issuer: 'x', subject: 'x', role: 'viewer' }),
  );
  const nobody = { ...person, teams: [] };
  await refuses(t, at, 'forbidden', () => domain.projects.list(nobody, {}, page), { action: 'project.read' });
});
