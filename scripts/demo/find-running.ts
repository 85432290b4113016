// Owns finding the service that the demo plays against: the one that runs on the data directory, or one that it starts and stops.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../src/config.ts';

export interface Service {
  readonly address: string;
  readonly apiKey: string;
  /** The sample branch, as the shop's own application would reach it. */
  readonly sampleUri: string;
  readonly startedHere: boolean;
  stop(): Promise<void>;
}

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const startWithinMs = 30_000;

/** Throws one sentence where there is neither a running service nor one to be started. */
export async function findService(): Promise<Service> {
  const addresses = path.join(path.resolve(readConfig().AFTERGLOW_DATA_DIR), 'local.json');
  const running = await readAddresses(addresses);
  if (running) return { ...running, startedHere: false, stop: async () => undefined };
  const child = spawn(process.execPath, [mainFile], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
  };
  const deadline = Date.now() + startWithinMs;
  while (Date.now() < deadline && child.exitCode === null) {
    const started = await readAddresses(addresses);
    if (started) return { ...started, startedHere: true, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error('The service did not start, so nothing was played.');
}

async function readAddresses(
  file: string,
): Promise<{ address: string; apiKey: string; sampleUri: string } | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const kept = JSON.parse(text) as { address: string; apiKey: string; sampleUri?: string };
  const answer = await fetch(`${kept.address}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
  if (!answer?.ok) return undefined;
  if (!kept.sampleUri)
    throw new Error(
      'The service that runs here uses no emulator; the demo deletes rows and plays against the sample only.',
    );
  return { ...kept, sampleUri: kept.sampleUri };
}
