// Networks and addresses, against node's own list of blocks.

import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import { contains, isWithin, parseNetwork } from '../../../src/core/network.ts';

t.test('what names a network is read', async (t) => {
  for (const text of ['0.0.0.0/0', '192.0.2.0/24', '192.0.2.7', '192.0.2.7/32', '::/0', '2001:db8::/32', '::1']) {
    t.ok(parseNetwork(text), text);
  }
  t.strictSame(parseNetwork('::ffff:192.0.2.0/120'), parseNetwork('192.0.2.0/24'), 'IPv4 written as IPv6');
});

t.test('what names none, or an address inside of one, is not', async (t) => {
  const wrong = [
    '',
    '/',
    'a',
    '192.0.2.0/33',
    '192.0.2.1/24',
    '192.0.2',
    '192.0.2.256',
    '01.2.3.4',
    '1.2.3.4/',
    '1.2.3.4/08',
  ];
  const wrongToo = [
    '1.2.3.4/8/8',
    ':::',
    '::1::',
    '2001:db8::1/32',
    '2001:db8::/129',
    '1:2:3:4:5:6:7',
    '1::2:3:4:5:6:7:8',
    '12345::',
  ];
  for (const text of [...wrong, ...wrongToo, '::ffff:1.2.3.4:5', '1.2.3.4 ', '::1%lo', '-1.2.3.4']) {
    t.equal(parseNetwork(text), undefined, text);
  }
});

t.test('an address lies in a network as node says', async (t) => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4().map((ip) => `::ffff:${ip}`),
  );
  const short = fc.integer({ min: 0, max: 12 });
  await fc.assert(
    fc.asyncProperty(address, fc.ipV4(), short, async (one, base, less) => {
      const value = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
      const length = 32 - less;
      const start = value - (value % 2 ** less);
      const text = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.');
      const network = parseNetwork(`${text}/${length}`);
      if (!network) return false;
      const list = new BlockList();
      list.addSubnet(text, length, 'ipv4');
      const inside = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
      const expected = list.check(one, isIP(one) === 4 ? 'ipv4' : 'ipv6');
      return isWithin(one, network) === expected && isWithin(inside, network) && isWithin(`::ffff:${inside}`, network);
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.ipV6(), fc.ipV6(), async (one, base) => {
      const network = parseNetwork(base);
      if (!network) return false;
      const list = new BlockList();
      list.addAddress(base, 'ipv6');
      return isWithin(one, network) === list.check(one, 'ipv6') && isWithin(base, network);
    }),
  );
  const lan = parseNetwork('fe80::/10');
  t.ok(lan && isWithin('fe80::1%eth0', lan), 'the zone of an address says nothing');
  t.notOk(lan && isWithin('not an address', lan));
});

t.test('a network contains those that have no address outside of it', async (t) => {
  const holds = (outer: string, inner: string) => {
    const [one, other] = [parseNetwork(outer), parseNetwork(inner)];
    if (!one || !other) throw new Error('no network');
    return contains(one, other);
  };
  for (const [outer, inner] of [
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.0/24', '192.0.2.128/25'],
    ['192.0.2.0/24', '192.0.2.7'],
    ['0.0.0.0/0', '10.0.0.0/8'],
    ['2001:db8::/32', '2001:db8:1::/48'],
    ['192.0.2.0/24', '::ffff:192.0.2.0/121'],
  ] as const) {
    t.ok(holds(outer, inner), `${inner} in ${outer}`);
    t.equal(holds(inner, outer), outer === inner, `${outer} in ${inner}`);
  }
  t.notOk(holds('192.0.2.0/24', '192.0.3.0/25'));
  t.notOk(holds('::/0', '192.0.2.0/24'), 'no key comes from an IPv4 address as from an IPv6 one');
});
