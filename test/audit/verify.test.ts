// The verifier finds whatever was done to an exported history, and names the first event that does not fit.

import fc from 'fast-check';
import t from 'tap';
import { verifyAudit } from '../../scripts/audit/verify.ts';
import { each, headOf, linesOf, link, makeChain, makeEvent, type Told } from './exported.ts';

const chain = makeChain(10);
const head = headOf(chain);
const judge = async (events: readonly object[], proof: Parameters<typeof verifyAudit>[1] = {}) =>
  verifyAudit(each(linesOf(events)), proof);
const without = (index: number) => chain.toSpliced(index, 1);

t.test('a chain as it was written is whole, with and without a head, over both forms of events', async (t) => {
  const whole = { events: 10, teamId: 'tem_a', from: 1, to: 10, fault: undefined };
  t.strictSame(await judge(chain), whole);
  t.strictSame(await judge(chain, { heads: [head, headOf(chain.slice(0, 4))] }), whole);
  t.strictSame(await judge(chain.slice(4), { closing: headOf(chain.slice(0, 4), 'closing'), heads: [head] }), {
    ...whole,
    events: 6,
    from: 5,
  });
  t.strictSame(await judge([]), { events: 0, teamId: null, from: null, to: null, fault: undefined });
});

t.test('whatever is changed in an event: that event is named', async (t) => {
  const changes: Record<string, (event: Told) => Told> = {
    action: (event) => ({ ...event, action: 'policy.created' }),
    details: (event) => ({ ...event, details: { ...event.details, version: 99 } }),
    actor: (event) => ({ ...event, actor: { ...event.actor, id: 'key_2' } }),
    time: (event) => ({ ...event, at: '2020-01-01T00:00:00.000Z' }),
    'a field that nobody knows': (event) => Object.assign({ ...event }, { approvedBy: 'key_9' }),
    'before, where its form could not say so': (event) => ({ ...event, before: { keepLast: 0 } }),
    label: (event) => ({ ...event, actor: { ...event.actor, label: 'ag_other' } }),
    form: (event) => ({ ...event, form: event.form === 1 ? 2 : 1 }),
    hash: (event) => ({ ...event, hash: 'ab'.repeat(32) }),
    previousHash: (event) => ({ ...event, previousHash: 'ab'.repeat(32) }),
  };
  for (const [name, change] of Object.entries(changes)) {
    for (const index of [2, 7]) {
      const tampered = chain.map((event, at) => (at === index ? change(event) : event));
      t.match((await judge(tampered)).fault, { line: index + 1, sequence: index + 1, id: `evt_${index + 1}` }, name);
    }
  }
});

t.test('an event that is removed, added or out of its order: the first that does not fit is named', async (t) => {
  t.match(await judge(without(4)), { events: 4, fault: { line: 5, sequence: 6, id: 'evt_6' } }, 'removed');
  const [extra] = link([makeEvent(5, 2)], Buffer.from(chain[3]?.hash ?? '', 'hex'));
  t.match(await judge(chain.toSpliced(4, 0, { ...extra, id: 'evt_added' } as Told)), {
    fault: { line: 5, id: 'evt_added' },
  });
  t.match(
    await judge(chain.toSpliced(4, 0, extra as Told)),
    { fault: { line: 6, sequence: 5, id: 'evt_5' } },
    'its double',
  );
  const swapped = chain.toSpliced(4, 2, chain[5] as Told, chain[4] as Told);
  t.match(await judge(swapped), { fault: { line: 5, sequence: 6, id: 'evt_6' } }, 'reordered');
  t.match(
    await judge([...chain, ...makeChain(1, 'tem_b')]),
    { fault: { line: 11, sequence: 1, id: 'evt_1' } },
    'of another team',
  );
});

t.test('events removed at the front show, with and without a head, unless it is said to be a piece', async (t) => {
  const cut = chain.slice(5);
  const missing = { events: 0, fault: { line: 1, sequence: 6, id: 'evt_6', what: /before it is missing/ } };
  t.match(await judge(cut), missing);
  t.match(await judge(cut, { heads: [head] }), missing);
  t.match(await judge(cut, { heads: [headOf(chain.slice(0, 5))] }), missing, 'a head before it is no closing one');
  t.match(await judge(cut, { begins: 5 }), { fault: { line: 1, sequence: 6, what: /5 is due/ } });
  t.equal((await judge(cut, { begins: 'anywhere', heads: [head] })).fault, undefined);
  t.equal((await judge(cut, { begins: 6, heads: [headOf(chain.slice(0, 5)), head] })).fault, undefined);
  const other = link(cut, Buffer.alloc(32, 1));
  t.match(await judge(other, { begins: 6, heads: [headOf(chain.slice(0, 5))] }), {
    fault: { sequence: 6, what: /follows another/ },
  });
});

t.test('a tail that was cut off shows against a signed head alone', async (t) => {
  const cut = chain.slice(0, 7);
  t.equal((await judge(cut)).fault, undefined);
  t.match(await judge(cut, { heads: [head] }), {
    events: 7,
    fault: { line: 8, sequence: 8, id: null, what: /is missing/ },
  });
  t.match(await judge([], { heads: [head] }), { fault: { sequence: 1 } }, 'all of it');
});

t.test('a chain that was hashed anew shows against a signed head alone', async (t) => {
  const forged = link(chain.map((event) => (event.sequence === 3 ? { ...event, action: 'policy.deleted' } : event)));
  t.equal((await judge(forged)).fault, undefined);
  t.match(await judge(forged, { heads: [head] }), { fault: { sequence: 10, what: /written anew/ } });
  t.match(
    await judge(forged, { heads: [headOf(chain.slice(0, 5)), head] }),
    { fault: { sequence: 5 } },
    'by the nearest head',
  );
});

t.test('a chain that begins elsewhere than its closing head, or than a signed head can prove', async (t) => {
  const closing = headOf(chain.slice(0, 4), 'closing');
  t.match(
    await judge(chain.slice(5), { closing }),
    { fault: { line: 1, sequence: 6 } },
    'the first after it is missing',
  );
  const other = link(chain.slice(4), Buffer.alloc(32, 1));
  t.match(await judge(other, { closing }), { fault: { sequence: 5, what: /another hash/ } });
  t.match(await judge(chain.slice(5), { heads: [closing], begins: 'anywhere' }), {
    fault: { line: 1, sequence: 6, what: /proves nothing/ },
  });
  t.match(await judge(chain, { heads: [{ ...head, teamId: 'tem_b' }] }), { fault: { sequence: 1, what: /tem_b/ } });
  t.match(await judge([], { closing, heads: [closing] }), { events: 0, fault: undefined }, 'nothing has followed yet');
});

t.test('a line that is no event, or hides something from who reads it', async (t) => {
  const [line = ''] = linesOf(chain);
  const lines = {
    'is not JSON': '{"form":2,',
    'says a name twice': line.replace('"action":', '"action":"nothing","action":'),
    'has other spaces': line.replace(',', ', '),
    'is a list': '[]',
    'is null': 'null',
    'has a hash of another length': line.replace(/"hash":"../, '"hash":"'),
    'has a form to come': line.replace('"form":1', '"form":3'),
    'is empty': '',
  };
  for (const [name, text] of Object.entries(lines)) {
    t.match(
      await verifyAudit(each([text]), {}),
      { events: 0, fault: { line: 1, sequence: null, what: /^the line/ } },
      name,
    );
  }
});

t.test('an event that says what cannot be hashed is a fault, not an end of the verifier', async (t) => {
  const lines = linesOf(chain);
  const odd = lines.with(2, (lines[2] ?? '').replace('☃', String.raw`\ud83d`));
  t.match(await verifyAudit(each(odd), {}), { fault: { line: 3 } });
});

t.test(
  'whatever single character of an export is changed, the verdict is a fault at its line or the next',
  async () => {
    const text = linesOf(chain);
    await fc.assert(
      fc.asyncProperty(fc.nat(9), fc.nat(), fc.integer({ min: 32, max: 126 }), async (index, where, code) => {
        const line = text[index] ?? '';
        const at = where % line.length;
        const changed = line.slice(0, at) + String.fromCharCode(code) + line.slice(at + 1);
        const { fault } = await verifyAudit(each(text.with(index, changed)), { heads: [head] });
        return changed === line
          ? fault === undefined
          : fault !== undefined && fault.line >= index + 1 && fault.line <= index + 2;
      }),
      { numRuns: 500 },
    );
  },
);
