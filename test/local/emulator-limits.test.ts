import fc from 'fast-check';
import t from 'tap';
import { callsPerMinute, callsPerSecond, createRates } from '../../src/local/neon-emulator/rates.ts';
import { openNeon, speakTo } from './neon.ts';

t.test(
  'whatever the calls, no route has more than 40 a second and no account 700 a minute, and none is refused for less',
  (t) => {
    // Long runs of short gaps, so that both windows fill.
    const gaps = fc.array(
      fc.record({
        ms: fc.integer({ min: 0, max: 1500 }),
        calls: fc.integer({ min: 1, max: 60 }),
        route: fc.constantFrom('GET /one', 'GET /other'),
      }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(gaps, (bursts) => {
        let now = 0;
        const rates = createRates(() => now);
        const admitted: { readonly at: number; readonly of: string }[] = [];
        const within = (ms: number) => admitted.filter(({ at }) => at > now - ms);
        for (const { ms, calls, route } of bursts) {
          now += ms;
          for (let call = 0; call < calls; call += 1) {
            const ofRoute = within(1000).filter(({ of }) => of === route);
            const isFree = ofRoute.length < callsPerSecond && within(60_000).length < callsPerMinute;
            if (rates.admit('account', route) !== isFree) return false;
            if (isFree) admitted.push({ at: now, of: route });
          }
        }
        return true;
      }),
    );
    t.end();
  },
);

t.test('the 41st call of a second and the 701st of a minute are one too many, and waiting helps', (t) => {
  let now = 5;
  const rates = createRates(() => now);
  const admit = (calls: number) =>
    Array.from({ length: calls }, () => rates.admit('a', 'r')).filter((isAdmitted) => isAdmitted).length;
  t.equal(admit(41), 40);
  now += 999;
  t.equal(admit(1), 0);
  now += 1;
  t.equal(admit(1), 1);
  for (let second = 0; second < 20; second += 1) {
    now += 1000;
    admit(40);
  }
  t.equal(admit(1), 0, 'the minute is full');
  now = 60_004;
  t.equal(admit(1), 0);
  now = 60_005;
  t.equal(admit(41), 40, 'the first 40 are a minute old');
  t.end();
});

t.test('each route has a second of its own, all routes of an account share its minute', (t) => {
  let now = 0;
  const rates = createRates(() => now);
  const fill = (account: string, route: string) =>
    Array.from({ length: 41 }, () => rates.admit(account, route)).lastIndexOf(true);
  t.equal(fill('a', 'r'), 39);
  t.equal(fill('a', 's'), 39);
  t.equal(fill('b', 'r'), 39);
  // 80 calls are made; 15 times 40 more, and 20.
  for (let route = 0; route < 15; route += 1) t.equal(fill('a', `other ${route}`), 39);
  t.equal(fill('a', 'one more'), 19);
  now = 59_999;
  t.notOk(rates.admit('a', 'r'), 'the minute of the account is full');
  t.ok(rates.admit('b', 's'), 'that of another is not');
  now = 60_000;
  t.ok(rates.admit('a', 'r'));
  t.end();
});

t.test(
  'calls past the rate of a route are answered 429; other routes and accounts are served, and the unknown not counted',
  async (t) => {
    const neon = await openNeon({ rateLimited: true });
    t.teardown(() => neon.close());
    const { call, emulator } = neon;
    const other = await emulator.control.addAccount('other');
    // All at once: within a second also on a slow machine, where 400 calls might not be.
    const statuses: number[] = [];
    for (let round = 0; round < 20 && !statuses.includes(429); round += 1) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => call('GET', '/regions')));
      statuses.push(...answers.map(({ status }) => status));
      const refused = answers.find(({ status }) => status === 429);
      if (refused === undefined) continue;
      t.match(refused.body, { code: '', message: String, request_id: String });
      t.equal((await call('GET', '/auth')).status, 200);
      t.equal((await speakTo({ ...emulator, apiKey: other.apiKey }, neon.dir).call('GET', '/regions')).status, 200);
      t.equal((await speakTo({ ...emulator, apiKey: 'nobody' }, neon.dir).call('GET', '/regions')).status, 401);
    }
    t.ok(statuses.includes(429), 'refused');
    t.ok(statuses.includes(200), 'and answered');
  },
);
