// An export of the audit history: its two forms, and that nothing is held for who reads slowly or leaves.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { AuditEventView } from '../../src/domain/index.ts';
import { Refusal } from '../../src/core/errors.ts';
import { type Door, eachOf, key, openDoor } from './door.ts';
import { auditEvent } from './views.ts';

const path = '/v1/audit-events/export';
const withDetails = (text: string): AuditEventView => ({ ...auditEvent, action: text, details: { text } });

function openExport(t: Test, events: AsyncIterable<readonly AuditEventView[]>): Promise<Door> {
  return openDoor(t, {
    replace: { audit: { export: async () => ({ teamId: 'tem_1', from: 1, to: 3, events }) } },
  });
}

t.test('ndjson is an event a line, each as the list shows it', async (t) => {
  const { send } = await openExport(t, eachOf([[auditEvent, withDetails('ü "☃"\n')], [auditEvent]]));
  const answer = await send('GET', path);
  t.equal(answer.statusCode, 200);
  t.match(answer.headers, {
    'content-type': 'application/x-ndjson',
    'content-disposition': 'attachment; filename="audit-tem_1-1-3.ndjson"',
    'cache-control': 'no-store',
  });
  const lines = answer.body.split('\n');
  t.equal(lines.pop(), '');
  t.strictSame(
    lines.map((line): unknown => JSON.parse(line)),
    [auditEvent, withDetails('ü "☃"\n'), auditEvent],
  );
  const [listed] = (await send('GET', '/v1/audit-events')).json<{ items: unknown[] }>().items;
  t.equal(lines[0], JSON.stringify(listed), 'letter for letter');
});

t.test('csv is a header and a row for each event, in which no text is a formula', async (t) => {
  const risky = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '|calc', '%0', '"quoted", and\nlines', 'plain'];
  const { send } = await openExport(t, eachOf([risky.map(withDetails)]));
  const answer = await send('GET', `${path}?format=csv`);
  t.match(answer.headers['content-type'], /^text\/csv/);
  const rows = parseCsv(answer.body);
  const [header = [], ...cells] = rows;
  t.equal(cells.length, risky.length);
  t.equal(new Set(rows.map((row) => row.length)).size, 1, 'as many cells in each');
  const column = (row: string[], name: string) => row[header.indexOf(name)];
  for (const [index, text] of risky.entries()) {
    const row = cells[index] ?? [];
    const isRisky = index < 9;
    t.equal(column(row, 'action'), isRisky ? `'${text}` : text);
    t.strictSame(JSON.parse(column(row, 'details') ?? ''), { text });
    t.ok(
      row.every((cell) => !/^[=+\-@\t\r]/.test(cell)),
      text,
    );
  }
  t.equal(column(cells[0] ?? [], 'requestId'), '', 'null is empty');
});

t.test('nothing to export is an empty file, and a header', async (t) => {
  const { send } = await openExport(t, eachOf([]));
  t.equal((await send('GET', path)).body, '');
  t.equal((await send('GET', `${path}?format=csv`)).body.split('\r\n').length, 2);
});

t.test('HEAD reads nothing', async (t) => {
  const { send, calls } = await openExport(t, eachOf([[auditEvent]]));
  t.equal((await send('HEAD', path)).statusCode, 405);
  t.strictSame(calls, []);
});

t.test('what cannot be exported is refused before the first byte, and bounds reach the domain', async (t) => {
  const { send, calls } = await openDoor(t, {
    replace: {
      audit: {
        export: async () => {
          throw new Refusal('invalid_instant', 'No.');
        },
      },
    },
  });
  t.match((await send('GET', `${path}?since=x&until=y`)).json(), { code: 'invalid_instant' });
  t.strictSame(calls.at(-1)?.input.at(-1), { since: 'x', until: 'y' });
  for (const query of ['format=xml', 'limit=5', 'format=']) {
    t.match((await send('GET', `${path}?${query}`)).json(), { code: 'invalid_request' }, query);
  }
});

/** Pieces without end, and how many of them were taken. */
function endless() {
  const taken = { pieces: 0, ended: false };
  const piece = Array.from({ length: 200 }, () => withDetails('x'.repeat(500)));
  async function* events() {
    try {
      for (;;) {
        taken.pieces += 1;
        yield piece;
      }
    } finally {
      taken.ended = true;
    }
  }
  return { taken, events: events() };
}

async function ask(app: Door['app']): Promise<IncomingMessage> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const asked = request({ port, path, headers: { authorization: `Bearer ${key}` } });
  asked.on('error', () => undefined);
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return answer;
}

/** Until nothing more is taken, which is when every buffer on the way is full. */
async function settled(taken: { pieces: number }): Promise<number> {
  for (let last = -1; last !== taken.pieces; await sleep(200)) last = taken.pieces;
  return taken.pieces;
}

t.test('who reads slowly is waited for, and who leaves ends the reading', async (t) => {
  const { taken, events } = endless();
  const { app } = await openExport(t, events);
  const answer = await ask(app);
  const held = await settled(taken);
  t.ok(held < 200, `${held} pieces of 200 kB were taken for a reader that took nothing`);
  answer.destroy();
  for (let left = 100; !taken.ended && left > 0; left -= 1) await sleep(50);
  t.ok(taken.ended);
});

t.test('a server that closes cuts the export off, so that it is no file to be taken for whole', async (t) => {
  const { taken, events } = endless();
  const { app } = await openExport(t, events);
  const answer = await ask(app);
  const cut = once(answer, 'error');
  answer.resume();
  await app.close();
  t.match(await cut, [{ code: 'ECONNRESET' }]);
  t.ok(taken.ended);
});

for (const pieces of [1, 100]) {
  t.test(`a piece that cannot be read after ${pieces} cuts it off too, for curl with an exit code`, async (t) => {
    const piece = Array.from({ length: 200 }, () => withDetails('x'.repeat(500)));
    const failing = async () => ({
      teamId: 'tem_1',
      from: 1,
      to: 3,
      events: failAfter(eachOf(Array(pieces).fill(piece))),
    });
    const { app } = await openDoor(t, { replace: { audit: { export: failing } } });
    const answer = await ask(app);
    const cut = once(answer, 'error');
    answer.resume();
    t.match(await cut, [{ code: 'ECONNRESET' }]);
    const { port } = app.server.address() as AddressInfo;
    const curl = spawn('curl', [
      '-s',
      '-o',
      '/dev/null',
      '-H',
      `authorization: Bearer ${key}`,
      `http://127.0.0.1:${port}${path}`,
    ]);
    const [code] = (await once(curl, 'exit')) as [number];
    t.equal(code, 18, 'what is said of a transfer that ended too soon');
  });
}

async function* failAfter<T>(pieces: AsyncIterable<T>) {
  yield* pieces;
  throw new Error('The database does not answer.');
}

/** RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  rows.pop();
  return rows;
}
