// Loaded into a client that was not written here: it may reach this machine alone. Every other attempt is refused and written,
// one host a line, to the file that `?report=` names.

import { appendFileSync } from 'node:fs';
import net from 'node:net';

const report = new URL(import.meta.url).searchParams.get('report') ?? '';
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function connectLoopback(this: net.Socket, ...args: unknown[]): net.Socket {
  const host = hostOf(args);
  if (host === '127.0.0.1') return Reflect.apply(connect, this, args);
  appendFileSync(report, `${host}\n`);
  // Nothing listens there: the client sees a refused connection.
  return Reflect.apply(connect, this, [{ host: '127.0.0.1', port: 1 }]);
};

/** Node hands over its own normalized arguments (a list in a list), or options, or port and host. */
function hostOf(args: readonly unknown[]): string {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first !== 'object' || first === null) return typeof second === 'string' ? second : 'localhost';
  if ('path' in first && typeof first.path === 'string') return first.path;
  return 'host' in first && typeof first.host === 'string' ? first.host : 'localhost';
}
