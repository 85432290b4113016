/**
 * A process for the tests to kill: it starts a Postgres or an emulator on a directory, prints one line about it, and waits.
 */
import { startEmulator } from '../../src/local/neon-emulator/index.ts';
import { startPostgres } from '../../src/local/postgres/index.ts';

const [what, dataDir = ''] = process.argv.slice(2);
if (what === 'postgres') {
  const server = await startPostgres({ dataDir, durable: false });
  console.log(JSON.stringify({ pid: server.pid, uri: server.uri() }));
} else {
  const { close: _close, ...emulator } = await startEmulator({ dataDir, sample: false });
  console.log(JSON.stringify(emulator));
}
setInterval(() => {}, 60_000);
