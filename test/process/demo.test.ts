// The demo as a newcomer runs it, on both queues, and the demo's own honesty: a shop without orders is not a success.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { makeTemporaryDir } from '../harness/files.ts';
import { plainNode } from '../harness/plain-node.ts';
import { listBackends } from './backends.ts';
import { rowsOf } from './client.ts';
import { listProcessesOf } from './remains.ts';
import { startProcess } from './running.ts';

t.setTimeout(120_000);
const root = resolve(import.meta.dirname, '../..');
const backends = await listBackends(t, 7);

for (const { name, redisUrl } of backends) {
  t.test(
    `on ${name}, the demo starts a service of its own: every count is right, and nothing is left running`,
    async (t) => {
      const dataDir = await makeTemporaryDir(t);
      const { code, output } = await play(dataDir, redisUrl);
      t.equal(code, 0, output);
      t.match(output, 'Every count was right.');
      t.strictSame(listProcessesOf(dataDir), []);
    },
  );
}

t.test(
  'against a running service whose shop has no orders, the demo exits with 1 and leaves the service alone',
  async (t) => {
    const dataDir = await makeTemporaryDir(t);
    const running = startProcess(t, { dataDir });
    const address = await running.ready();
    const uri = /psql '([^']+)'/.exec(running.out())?.[1] ?? '';
    await rowsOf(uri, 'delete from orders');
    const { code, output } = await play(dataDir, undefined);
    t.equal(code, 1, output);
    t.match(output, address);
    t.equal((await fetch(`${address}/livez`)).status, 200);
  },
);

async function play(dataDir: string, redisUrl: string | undefined): Promise<{ code: unknown; output: string }> {
  const { file, args } = plainNode(['scripts/demo.ts']);
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, AFTERGLOW_DATA_DIR: dataDir, ...(redisUrl ? { REDIS_URL: redisUrl } : {}) };
  const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [[code], out, err] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { code, output: out + err };
}
