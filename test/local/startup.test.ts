import fc from 'fast-check';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import t from 'tap';
import { createProxies, type Proxies } from '../../src/local/neon-emulator/proxy.ts';
import { unprocessable } from '../../src/local/neon-emulator/refusals.ts';
import {
  firstMessageBytesMax,
  readFirstMessage,
  renderError,
  renderStartup,
  takeNeonOptions,
  throughPooler,
  type Parameters,
} from '../../src/local/neon-emulator/startup.ts';
import { eventually } from './processes.ts';

const version = 196_608;
/** One byte a character, as Postgres's clients may send them; never a zero. */
const text = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) });
const names = text.filter((name) => name !== '');
const parameters = fc
  .tuple(fc.array(fc.tuple(names, text), { maxLength: 8 }), names, fc.array(fc.tuple(names, text), { maxLength: 8 }))
  .map(([before, user, after]): Parameters => [...before, ['user', user], ...after]);

const request = (code: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(8, 0);
  bytes.writeInt32BE(code, 4);
  return bytes;
};
const sslRequest = request(80_877_103);
const gssRequest = request(80_877_104);
const startup = (of: Parameters = [['user', 'casey']]) => renderStartup(version, of);

t.test('a startup message is read back as it was rendered, and no part of it is taken for the whole', async (t) => {
  fc.assert(
    fc.property(parameters, fc.uint8Array({ maxLength: 20 }), fc.nat(), (wished, rest, cut) => {
      const bytes = startup(wished);
      const message = readFirstMessage(Buffer.concat([bytes, rest]));
      const part = readFirstMessage(bytes.subarray(0, cut % bytes.length));
      return (
        part.kind === 'incomplete' &&
        message.kind === 'startup' &&
        message.length === bytes.length &&
        message.version === version &&
        JSON.stringify(message.parameters) === JSON.stringify(wished)
      );
    }),
    { numRuns: 2000 },
  );
  t.match(readFirstMessage(sslRequest), { kind: 'encryption', length: 8 });
  t.match(readFirstMessage(gssRequest), { kind: 'encryption', length: 8 });
});

t.test('whatever bytes arrive, reading ends: more is asked for only below the limit', async (t) => {
  const header = fc.tuple(fc.integer({ min: -5, max: 12_000 }), fc.constantFrom(version, 80_877_102, 80_877_103, 0));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    fc.tuple(header, fc.uint8Array({ maxLength: 11_000 })).map(([[length, code], body]) => {
      const message = Buffer.concat([Buffer.alloc(8), body]);
      message.writeInt32BE(length, 0);
      message.writeInt32BE(code, 4);
      return message;
    }),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      const message = readFirstMessage(given);
      if (message.kind === 'incomplete') return given.length < firstMessageBytesMax;
      return message.kind === 'malformed' || message.length <= given.length;
    }),
    { numRuns: 2000 },
  );
  t.equal(readFirstMessage(Buffer.from('GET / HTTP/1.1\r\n\r\n')).kind, 'malformed');
  t.equal(readFirstMessage(startup([['database', 'x']])).kind, 'malformed', 'nobody asks');
});

t.test("options for Neon's proxy are taken out wherever they stand; the others stay as they are", async (t) => {
  const word = fc.stringMatching(/^(-c[a-z_]{1,8}=([a-z0-9]|\\ ){0,8}|--[a-z_]{1,8}=[a-z]{0,8})$/);
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), fc.nat(), fc.boolean(), (words, position, isEncoded) => {
      const at = '2026-01-02T03:04:05.678Z';
      const option = isEncoded ? encodeURIComponent(`neon_timestamp:${at}`) : `neon_timestamp:${at}`;
      const all = words.toSpliced(position % (words.length + 1), 0, option);
      const taken = takeNeonOptions([
        ['user', 'casey'],
        ['options', all.join('  ')],
      ]);
      const left = taken.parameters.find(([name]) => name === 'options')?.[1];
      return taken.neon.get('timestamp') === at && left === (words.length === 0 ? undefined : words.join(' '));
    }),
  );
  const { neon, parameters: left } = takeNeonOptions([
    ['options', 'endpoint=ep-a-b-1 neon_lsn:0/1A neon_other:1 -c a=b'],
  ]);
  t.strictSame(Object.fromEntries(neon), { endpoint: 'ep-a-b-1', lsn: '0/1A', other: '1' });
  t.strictSame(left, [['options', '-c a=b']]);
});

t.test('a pooler refuses what would outlive the session, and names it', async (t) => {
  const refusalOf = (of: Parameters) => {
    const pooled = throughPooler(of);
    return 'refusal' in pooled ? pooled.refusal : pooled.parameters;
  };
  const inOptions = 'unsupported startup parameter in options: ';
  t.equal(refusalOf([['options', '-c search_path=a']]), `${inOptions}search_path`);
  t.equal(refusalOf([['options', '-csearch_path=a']]), `${inOptions}search_path`);
  t.equal(refusalOf([['options', '-c application_name=a --statement-timeout=1']]), `${inOptions}statement_timeout`);
  t.equal(refusalOf([['statement_timeout', '1']]), 'unsupported startup parameter: statement_timeout');
  const plain: Parameters = [
    ['user', 'casey'],
    ['DateStyle', 'ISO'],
    ['options', '-c application_name=a'],
  ];
  t.strictSame(refusalOf([...plain, ['extra_float_digits', '2']]), plain);
});

/** A server that keeps what each of its clients sends and answers every message with `ok`. */
async function listen(): Promise<{ port: number; received: Buffer[]; close(): void }> {
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const index = received.push(Buffer.alloc(0)) - 1;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      received[index] = Buffer.concat([received[index] ?? Buffer.alloc(0), chunk]);
      socket.write('ok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    received,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function openDoor(port: number, isReadOnly = false): Promise<{ proxies: Proxies; port: number; left: string[] }> {
  const left: string[] = [];
  const proxies = createProxies({
    async lead(_endpointId, neon) {
      if (neon.get('timestamp') === 'never') throw unprocessable('never is no instant');
      if (neon.get('timestamp') === 'broken') throw new Error('the reason is for the log alone');
      return { port, isReadOnly };
    },
    left: (endpointId) => void left.push(endpointId),
    startupWithinMs: 300,
    log: () => {},
  });
  const endpoint = { id: 'ep-one', port: undefined, poolerPort: undefined };
  await proxies.open(endpoint);
  return { proxies, port: endpoint.port ?? 0, left };
}

/** Sends the chunks one after another, each in a packet of its own, and answers with all that came back until the end. */
async function send(port: number, chunks: readonly Buffer[], until = 0): Promise<Buffer> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let back = Buffer.alloc(0);
  const ended = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      back = Buffer.concat([back, chunk]);
      if (until > 0 && back.length >= until) socket.destroy();
    });
  });
  await once(socket, 'connect');
  for (const chunk of chunks) {
    socket.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
  return back;
}

t.test('split as it may be, and after both requests for encryption, the message reaches the server once', async (t) => {
  const server = await listen();
  const { proxies, port, left } = await openDoor(server.port, true);
  t.teardown(async () => {
    server.close();
    await proxies.closeAll();
  });
  const wished = startup([
    ['user', 'casey'],
    ['options', 'neon_timestamp:now -c a=b'],
  ]);
  const bytes = [...Buffer.concat([sslRequest, gssRequest, wished])].map((byte) => Buffer.from([byte]));
  t.equal((await send(port, bytes, 4)).toString(), 'NNok');
  const expected = startup([
    ['user', 'casey'],
    ['options', '-c a=b -c default_transaction_read_only=on'],
  ]);
  t.strictSame(server.received, [expected]);
  t.strictSame(left, [], 'who travels in time was no client of the compute');
});

t.test('what follows the message at once is passed on behind it', async (t) => {
  const server = await listen();
  const { proxies, port, left } = await openDoor(server.port);
  t.teardown(async () => {
    server.close();
    await proxies.closeAll();
  });
  await send(port, [Buffer.concat([startup(), Buffer.from('more')])], 2);
  const whole = Buffer.concat([startup(), Buffer.from('more')]);
  t.ok(await eventually(() => left.length > 0));
  t.strictSame(left, ['ep-one']);
  t.strictSame(server.received[0], whole.subarray(0, server.received[0]?.length));
});

t.test(
  'garbage, silence, too long a message and refusals are answered with an ErrorResponse and the end',
  async (t) => {
    const server = await listen();
    const { proxies, port } = await openDoor(server.port);
    t.teardown(async () => {
      server.close();
      await proxies.closeAll();
    });
    const tooLong = Buffer.alloc(200_000, 1);
    tooLong.writeInt32BE(200_000, 0);
    const option = (value: string) =>
      startup([
        ['user', 'casey'],
        ['options', value],
      ]);
    const cases: readonly [string, readonly Buffer[], string, string][] = [
      ['HTTP', [Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n')], '08P01', 'invalid length of startup packet'],
      ['silence', [], '08P01', 'no startup packet arrived within 300 ms'],
      ['half a message', [startup().subarray(0, 9)], '08P01', 'no startup packet arrived within 300 ms'],
      ['too long', [tooLong], '08P01', 'invalid length of startup packet'],
      ['an old protocol', [request(131_072)], '08P01', 'unsupported frontend protocol 2.0: server supports 3.0 to 3.0'],
      ['no instant', [option('neon_timestamp:never')], '22023', 'never is no instant'],
      [
        'a broken compute',
        [option('neon_timestamp:broken')],
        '57P03',
        'the Neon emulator could not start the compute of this endpoint',
      ],
    ];
    for (const [name, chunks, code, message] of cases)
      t.strictSame(await send(port, chunks), renderError(code, message), name);
    const thrice = await send(port, [sslRequest, sslRequest, sslRequest]);
    t.strictSame(thrice, Buffer.concat([Buffer.from('NN'), renderError('08P01', 'unsupported frontend protocol')]));
    t.strictSame(server.received, [], 'nothing of it reached the server');
    t.ok(await eventually(() => proxies.connections('ep-one') === 0), 'and no client is left');
  },
);

t.end();
