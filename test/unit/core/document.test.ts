import fc from 'fast-check';
import t from 'tap';
import { compareFields } from '../../../src/core/document.ts';

t.test('what differs is told by its path, in order', async (t) => {
  const from = {
    a: { b: 1, c: 'x' },
    schedules: [
      { name: 'day', cron: '1' },
      { name: 'gone', cron: '2' },
    ],
    list: ['a'],
  };
  const to = {
    a: { b: 2, c: 'x', d: null },
    schedules: [{ name: 'new' }, { name: 'day', cron: '3' }],
    list: ['a', 'b'],
  };
  t.strictSame(compareFields(from, to), [
    { path: 'a.b', from: 1, to: 2 },
    { path: 'list', from: ['a'], to: ['a', 'b'] },
    { path: 'schedules[day].cron', from: '1', to: '3' },
    { path: 'schedules[gone]', from: { name: 'gone', cron: '2' }, to: null },
    { path: 'schedules[new]', from: null, to: { name: 'new' } },
  ]);
});

t.test('lists of named things are compared by name and not by place, unless a name comes twice', async (t) => {
  const [a, b] = [
    { name: 'a', x: 1 },
    { name: 'b', x: 2 },
  ];
  t.strictSame(compareFields([a, b], [b, a]), []);
  t.equal(compareFields([a, a], [a, b]).length, 1);
  t.strictSame(compareFields([a, a], [a, b])[0]?.path, '');
});

t.test('another kind of value is a difference of the whole; null and absent are none', async (t) => {
  t.strictSame(compareFields({ branches: 'default' }, { branches: ['main'] }), [
    { path: 'branches', from: 'default', to: ['main'] },
  ]);
  t.strictSame(compareFields({ a: {} }, { a: [] }), [{ path: 'a', from: {}, to: [] }]);
  t.strictSame(compareFields({ a: null }, {}), []);
  t.strictSame(compareFields({}, { a: undefined }), []);
});

t.test('a value does not differ from itself, and differs from another both ways alike', async () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  fc.assert(fc.property(value, (one) => compareFields(one, one).length === 0));
  fc.assert(
    fc.property(value, value, (one, other) => {
      const [there, back] = [compareFields(one, other), compareFields(other, one)];
      return (
        there.length === back.length &&
        there.every(({ path, from, to }, at) => {
          return back[at]?.path === path && back[at].from === to && back[at].to === from;
        })
      );
    }),
  );
});
