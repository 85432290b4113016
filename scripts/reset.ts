// `npm run reset`: forgets everything that local mode keeps. It removes only what local mode made, and nothing of a service
// that still runs.

import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { readConfig } from '../src/config.ts';
import { lockDirectory } from '../src/local/neon-emulator/store.ts';

const ours = new Set([
  'postgres',
  'neon',
  'neon-emulator',
  '.postgres-libraries',
  'postgres-password',
  'encryption-keys',
  'audit-signing-keys',
  'api-key',
  'local.json',
]);

async function main(): Promise<number> {
  const dataDir = path.resolve(readConfig().AFTERGLOW_DATA_DIR);
  const entries = await readdir(dataDir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (!entries) {
    console.log(`${dataDir} is not there: nothing to forget.`);
    return 0;
  }
  const address = await runningAddress(dataDir);
  if (address) {
    console.error(`A service runs on ${dataDir} at ${address}. Nothing was removed. Stop it first.`);
    return 1;
  }
  if (entries.includes('neon-emulator')) {
    const refusal = await lockDirectory(path.join(dataDir, 'neon-emulator')).then(
      () => undefined,
      (error: unknown) => String(error instanceof Error ? error.message : error),
    );
    if (refusal !== undefined) {
      console.error(`${refusal} Nothing was removed.`);
      return 1;
    }
  }
  const known = entries.filter((entry) => ours.has(entry) || ours.has(entry.replace(/\.new$/, '')));
  for (const entry of known) await rm(path.join(dataDir, entry), { recursive: true, force: true });
  const others = entries.length - known.length;
  if (others === 0) await rmdir(dataDir);
  console.log(
    `Forgot what was in ${dataDir}.${others > 0 ? ` ${others} file(s) that are not Afterglow's were left.` : ''}`,
  );
  return 0;
}

async function runningAddress(dataDir: string): Promise<string | undefined> {
  const text = await readFile(path.join(dataDir, 'local.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { address } = JSON.parse(text) as { address: string };
  const answer = await fetch(`${address}/livez`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
  return answer?.ok ? address : undefined;
}

process.exitCode = await main();
