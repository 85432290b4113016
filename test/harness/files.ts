// Temporary folders that end with their test.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A new folder that a Postgres under another uid can reach; removed when `t` ends. */
export async function makeTemporaryDir(t: Test): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'afterglow-domain-'));
  await chmod(dir, 0o711);
  t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return dir;
}
