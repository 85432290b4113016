/**
 * A process for the tests to kill: it starts a Postgres or an emulator on a directory, prints one line about it, and waits, at the
 * longest until whoever started it is gone: a test that ran out of time must leave nothing behind.
 */
import { startEmulator } from '../../src/local/neon-emulator/index.ts';
import { startPostgres } from '../../src/local/postgres/index.ts';

const [what, dataDir = ''] = process.argv.slice(2);
process.stdin.resume().once('close', () => process.exit());
if (what === 'postgres') {
  const server = await startPostgres({ dataDir, durable: false });
  console.log(JSON.stringify({ pid: server.pid, uri: server.uri() }));
} else {
  const { close: _close, ...emulator } = await startEmulator({ dataDir, sample: false, rateLimited: false });
  console.log(JSON.stringify(emulator));
}
