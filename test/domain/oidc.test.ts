// Tokens of a real identity provider: which are accepted, whose they are, and what becomes of them when its keys change or it is away.

import { createPublicKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import t from 'tap';
import { startApp } from '../harness/app.ts';
import { startIdentityProvider, tokenSeconds } from '../harness/identity-provider.ts';
import { signIn } from '../harness/keys.ts';
import { refusalOf } from '../harness/refusal.ts';

const provider = await startIdentityProvider(t);
const { issuer, audience } = provider;
const cooldownMs = 300;
const oidc = { issuer, audience, platformClaim: 'afterglow_platform', times: { cooldownMs } };
const at = await startApp(t, { roles: ['api'], oidc });
const { domain, actor } = at;
const own = actor.teams[0]?.slug ?? '';
const shop = await domain.teams.create(actor, { slug: 'shop', name: 'Shop' });
const key = await domain.apiKeys.create(actor, { name: 'x', role: 'viewer' });

const codeOf = async (token: string) => (await refusalOf(signIn(at, token))).code;
const fetches = () => provider.asked.get('/jwks') ?? 0;
const coolDown = () => new Promise((resolve) => setTimeout(resolve, cooldownMs + 20));

t.test('a person is who the token names, in its team by its membership', async (t) => {
  const token = await provider.token('mary');
  t.match(await signIn(at, token), {
    kind: 'person',
    id: `${issuer}#mary`,
    label: 'mary',
    teamId: '',
    role: null,
    teams: [],
  });
  t.equal((await refusalOf(domain.projects.list(await signIn(at, token), {}, { limit: 1 }))).code, 'forbidden');
  const member = await domain.members.add(actor, { teamId: shop.id, subject: 'mary', role: 'operator' });
  t.equal(member.issuer, issuer, 'the configured issuer is meant where none is given');
  t.match(await signIn(at, token), { teamId: shop.id, role: 'operator', isPlatform: false });
  await domain.members.add(actor, { teamId: actor.teamId, subject: 'mary', role: 'admin' });
  const unnamed = await signIn(at, token);
  t.equal((await refusalOf(domain.projects.list(unnamed, {}, { limit: 1 }))).code, 'team_required');
  t.match(await signIn(at, token, 'shop'), { teamId: shop.id, role: 'operator' });
  t.match(await signIn(at, token, own), { teamId: actor.teamId, role: 'admin' });
  t.equal((await refusalOf(signIn(at, token, 'nowhere'))).code, 'not_found');
  await domain.members.remove(actor, { teamId: shop.id, id: member.id });
  t.equal((await refusalOf(signIn(at, token, 'shop'))).code, 'not_found', 'from the next request on');
  const made = await domain.apiKeys.create(await signIn(at, token, own), { name: 'x', role: 'admin', kind: 'person' });
  t.match(made.createdBy, { kind: 'person', id: `${issuer}#mary` });
});

t.test('the doors take a token as they take a key', async (t) => {
  const headers = { authorization: `Bearer ${await provider.token('mary')}` };
  t.match((await at.app.rest.inject({ url: '/v1/me', headers })).json(), {
    kind: 'person',
    label: 'mary',
    team: { slug: own },
  });
});

t.test('the claim makes somebody of the platform, and only where it is true', async (t) => {
  for (const [value, isPlatform] of [
    [true, true],
    ['true', false],
    [1, false],
    [false, false],
  ] as const) {
    const token = await provider.token('ann', { claims: { afterglow_platform: value } });
    t.equal((await signIn(at, token)).isPlatform, isPlatform, String(value));
  }
  const token = await provider.token('ann', { claims: { afterglow_platform: true } });
  t.match(await signIn(at, token, 'shop'), { teamId: shop.id, role: null, isPlatform: true });
  t.equal((await refusalOf(domain.apiKeys.list(await signIn(at, token), { limit: 1 }))).code, 'team_required');
  t.ok(await domain.teams.create(await signIn(at, token), { slug: 'by-ann', name: 'x' }), 'a team is made in none');
});

t.test('teams and roles come from the claim where one is set, and memberships are not asked', async (t) => {
  const byClaim = await startApp(t, { roles: ['api'], oidc: { ...oidc, teamsClaim: 'teams' } });
  await byClaim.domain.teams.create(byClaim.actor, { slug: 'shop', name: 'Shop' });
  const teamsOf = async (teams: unknown) =>
    (await signIn(byClaim, await provider.token('bob', { claims: { teams } }))).teams.map(
      ({ slug, role }) => `${slug}:${role}`,
    );
  await byClaim.domain.members.add(byClaim.actor, { teamId: byClaim.actor.teamId, subject: 'bob', role: 'admin' });
  t.strictSame(await teamsOf(['shop:operator']), ['shop:operator']);
  t.strictSame(await teamsOf('shop:viewer default:admin'), ['default:admin', 'shop:viewer']);
  t.strictSame(await teamsOf(['shop:viewer', 'shop:approver', 'shop:operator']), ['shop:approver'], 'the highest');
  const nonsense = ['nowhere:admin', 'shop', 'shop:king', 'shop:toString', ':admin', 'shop:admin:x', 7, null, {}];
  t.strictSame(await teamsOf(nonsense), []);
  for (const none of [undefined, null, {}, 7]) t.strictSame(await teamsOf(none), []);
});

t.test('a token that has ended is none, within the bounds of the skew', async (t) => {
  const token = await provider.token('mary');
  at.faults.aheadMs = (tokenSeconds + 30) * 1000;
  t.ok(await signIn(at, token), 'a clock may be a minute off');
  at.faults.aheadMs = (tokenSeconds + 70) * 1000;
  t.equal(await codeOf(token), 'unauthenticated');
  at.faults.aheadMs = 0;
});

t.test('a token for others, of others, changed or unsigned is none', async (t) => {
  const token = await provider.token('mary');
  const [head = '', body = '', signature = ''] = token.split('.');
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = decodeJwt(token);
  const header = decodeProtectedHeader(token);
  const pem = createPublicKey({ key: provider.publicKey(), format: 'jwk' });
  const secrets = [
    pem.export({ type: 'spki', format: 'pem' }),
    pem.export({ type: 'pkcs1', format: 'pem' }),
    pem.export({ type: 'spki', format: 'der' }),
    JSON.stringify(provider.publicKey()),
    Buffer.from(provider.publicKey().n ?? '', 'base64url'),
  ];
  const symmetric = await Promise.all(
    secrets.map((secret) =>
      new SignJWT(payload).setProtectedHeader({ alg: 'HS256', kid: header.kid ?? '' }).sign(Buffer.from(secret)),
    ),
  );
  const forged = {
    'of another audience': await provider.token('mary', { audience: 'https://other.example.com' }),
    'alg none': `${encode({ alg: 'none', typ: 'JWT' })}.${body}.`,
    'alg none with the signature': `${encode({ ...header, alg: 'none' })}.${body}.${signature}`,
    'alg NONE': `${encode({ ...header, alg: 'NONE' })}.${body}.`,
    'another subject under the old signature': `${head}.${encode({ ...payload, sub: 'ann' })}.${signature}`,
    'another issuer': `${head}.${encode({ ...payload, iss: 'https://other.example.com' })}.${signature}`,
    'a critical header that nobody knows': `${encode({ ...header, crit: ['x'], x: 1 })}.${body}.${signature}`,
    'a header that is no JSON': `eyJub3Q.${body}.${signature}`,
    ...Object.fromEntries(symmetric.map((one, index) => [`HS256 by the public key, form ${index}`, one])),
  };
  t.ok(await signIn(at, token), 'the token itself is one');
  for (const [name, one] of Object.entries(forged)) t.equal(await codeOf(one), 'unauthenticated', name);
});

t.test('a flood of tokens with unknown keys costs the issuer nothing much', async (t) => {
  const token = await provider.token('mary');
  const payload = decodeJwt(token);
  const { privateKey } = await import('node:crypto').then(({ generateKeyPairSync }) =>
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
  );
  const before = fetches();
  const begun = performance.now();
  const codes = await Promise.all(
    Array.from({ length: 200 }, async (_, index) =>
      codeOf(await new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: `unknown-${index}` }).sign(privateKey)),
    ),
  );
  t.ok(codes.every((code) => code === 'unauthenticated'));
  const most = 1 + Math.ceil((performance.now() - begun) / cooldownMs);
  t.ok(fetches() - before <= most, `${fetches() - before} askings, at most ${most}`);
  t.ok(await signIn(at, token), 'and its own tokens are known all the while');
});

t.test('new keys are found when a token names one, and old ones are known no more', async (t) => {
  const old = await provider.token('mary');
  t.ok(await signIn(at, old));
  await coolDown();
  provider.rotate();
  t.ok(await signIn(at, await provider.token('mary')), 'without a restart');
  t.equal(await codeOf(old), 'unauthenticated');
});

t.test('keys that are known are used while the issuer is away', async (t) => {
  const token = await provider.token('mary');
  t.ok(await signIn(at, token));
  await provider.goAway();
  t.ok(await signIn(at, token));
  await provider.comeBack();
});

t.test(
  'an issuer that is away at the start refuses tokens alone, is asked no more than before, and is found again',
  async (t) => {
    const token = await provider.token('mary');
    await provider.goAway();
    const late = await startApp(t, { roles: ['api'], oidc });
    late.log.expect(/identity provider did not give its keys/);
    await late.domain.members.add(late.actor, { teamId: late.actor.teamId, subject: 'mary', role: 'viewer' });
    const made = await late.domain.apiKeys.create(late.actor, { name: 'x', role: 'viewer' });
    const refusals = await Promise.all(Array.from({ length: 20 }, () => refusalOf(signIn(late, token))));
    t.ok(
      refusals.every(({ code, retryAfterSeconds }) => code === 'identity_provider_unreachable' && retryAfterSeconds),
    );
    t.equal(late.log.text().split('did not give its keys').length - 1, 1, 'one asking for all of them');
    const answer = await late.app.rest.inject({ url: '/v1/me', headers: { authorization: `Bearer ${token}` } });
    t.match([answer.statusCode, answer.json()], [503, { code: 'identity_provider_unreachable' }]);
    t.ok(await signIn(late, made.key), 'API keys work');
    await provider.comeBack();
    await coolDown();
    t.match(await signIn(late, token), { label: 'mary', role: 'viewer' });
  },
);

t.test('without an identity provider a token is no key', async (t) => {
  const plain = await startApp(t, { roles: ['api'] });
  t.equal((await refusalOf(signIn(plain, await provider.token('mary')))).code, 'unauthenticated');
  t.ok(await signIn(at, key.key));
});
