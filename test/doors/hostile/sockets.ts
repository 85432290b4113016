// What no client of HTTP would send, over a real socket: each is a connection of its own.

import { connect } from 'node:net';

const json = 'Content-Type: application/json\r\n';

/** Bytes of requests; `key` opens. */
export function rawRequests(key: string): Buffer[] {
  const auth = `Authorization: Bearer ${key}\r\n`;
  const head = (line: string, headers = ''): string => `${line}\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`;
  const post = (headers: string, body: string): string =>
    head('POST /v1/snapshots HTTP/1.1', `${auth}${json}${headers}`) + body;
  const texts = [
    head('GET /v1/snapshots HTTP/1.1', `${auth}X-A: b\r\n X-Folded: c\r\n`),
    head('GET /v1/snapshots HTTP/9.9', auth),
    head('GET /v1/snapshots', auth),
    head('get /v1/snapshots HTTP/1.1', auth),
    head('TRACE /v1/snapshots HTTP/1.1', auth),
    head('CONNECT a:80 HTTP/1.1', auth),
    head('PROPFIND /v1/snapshots HTTP/1.1', auth),
    head('GET http://evil.example.com/v1/snapshots HTTP/1.1', auth),
    head('GET //evil.example.com/%2f.. HTTP/1.1', auth),
    head('GET /v1/snapshots\0 HTTP/1.1', auth),
    head('GET /v1/snapshots?a=\u00ff\u00fe HTTP/1.1', auth),
    head('GET /v1/snapshots/%0d%0aX-Injected:%20yes HTTP/1.1', auth),
    head(`GET /v1/snapshots/${'a'.repeat(15_000)} HTTP/1.1`, auth),
    head(`GET /v1/snapshots?${'a&'.repeat(7_000)} HTTP/1.1`, auth),
    head('GET /v1/snapshots HTTP/1.1', `${auth}X: ${'x'.repeat(20_000)}\r\n`),
    head('GET /v1/snapshots HTTP/1.1', `${auth}${'X: y\r\n'.repeat(3_000)}`),
    head('GET /v1/snapshots HTTP/1.1', `${auth}${auth}`),
    head('GET /v1/snapshots HTTP/1.1', `Authorization: Bearer ${'k'.repeat(10_000)}\r\n`),
    head('GET /v1/snapshots HTTP/1.1', 'Authorization: Bearer \u0080\u0081\r\n'),
    head('GET /v1/snapshots HTTP/1.1', `${auth}Afterglow-Team: default\r\nAfterglow-Team: other\r\n`),
    head('GET /v1/snapshots HTTP/1.1', `${auth}Upgrade: h2c\r\n`),
    post('Content-Length: 5\r\nContent-Length: 6\r\n', '{"a":1}'),
    post('Content-Length: -1\r\n', '{}'),
    post('Content-Length: 99999999999999999999\r\n', '{}'),
    post('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    post('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'),
    post('Transfer-Encoding: chunked\r\n', 'ffffffffffffffff\r\n'),
    post('Transfer-Encoding: chunked\r\n', `2;${'x'.repeat(5_000)}\r\n{}\r\n0\r\n\r\n`),
    post('Transfer-Encoding: chunked, gzip\r\n', '0\r\n\r\n'),
    post('Content-Length: 2\r\nContent-Encoding: gzip\r\n', '{}'),
    post('Content-Length: 7\r\n', '{"a":1}GET /v1/me HTTP/1.1\r\n\r\n'),
    post('Expect: 200-maybe\r\nContent-Length: 2\r\n', '{}'),
    `${head('GET /livez HTTP/1.1').replace('Connection: close\r\n', '').repeat(50)}`,
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00',
    '\r\n'.repeat(500),
    '\0'.repeat(2_000),
    'EHLO a\r\n',
    '*1\r\n$4\r\nPING\r\n',
  ];
  return texts.map((text) => Buffer.from(text, 'latin1'));
}

/** All that comes back until the server closes, or says nothing for so long. */
export function exchange(port: number, bytes: Buffer, silenceMs = 300): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}
