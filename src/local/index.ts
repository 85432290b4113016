// Owns the embedded default: whichever of the database, the Neon API, the keys and the API key is not set is
// provided here, on this machine, with its data under one directory. Production never loads it.

import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Emulator, startEmulator } from './neon-emulator/index.ts';
import { type PostgresServer, startPostgres } from './postgres/index.ts';

export interface LocalOptions {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly neonApiUrl: string | undefined;
  readonly encryptionKeys: string | undefined;
  readonly auditSigningKeys: string | undefined;
  readonly apiKey: string | undefined;
}

export interface Local {
  readonly databaseUrl: string;
  readonly neonApiUrl: string;
  readonly encryptionKeys: string;
  readonly auditSigningKeys: string;
  readonly apiKey: string;
  /** Present when the emulator is the provider. */
  readonly emulator: Emulator | undefined;
  /** Resolves when the embedded Postgres has ended, by `close` or by itself; never where there is none. */
  readonly databaseEnded: Promise<void>;
  /** What a demo or a newcomer's script needs to find its way; written for the owner's eyes only. */
  writeAddresses(address: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts what is missing. On an error nothing is left running. */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const dataDir = path.resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  const encryptionKeys = options.encryptionKeys ?? (await keptSecret(dataDir, 'encryption-keys', makeKeys));
  const auditSigningKeys = options.auditSigningKeys ?? (await keptSecret(dataDir, 'audit-signing-keys', makeKeys));
  const apiKey = options.apiKey ?? (await keptSecret(dataDir, 'api-key', makeApiKey));
  const [postgres, emulator] = await startBoth(dataDir, options);
  return {
    databaseUrl: options.databaseUrl ?? postgres?.uri('postgres') ?? '',
    neonApiUrl: options.neonApiUrl ?? emulator?.baseUrl ?? '',
    encryptionKeys,
    auditSigningKeys,
    apiKey,
    emulator,
    databaseEnded: postgres?.ended ?? new Promise(() => undefined),
    writeAddresses: (address) =>
      writeSecret(
        path.join(dataDir, 'local.json'),
        JSON.stringify(
          {
            address,
            apiKey,
            neonApiUrl: emulator?.baseUrl,
            neonApiKey: emulator?.apiKey,
            sampleUri: emulator?.connectionUri,
          },
          null,
          2,
        ),
      ),
    close: async () => {
      await Promise.all([postgres?.stop(), emulator?.close()]);
    },
  };
}

async function startBoth(
  dataDir: string,
  options: LocalOptions,
): Promise<[PostgresServer | undefined, Emulator | undefined]> {
  const [postgres, emulator] = await Promise.allSettled([
    options.databaseUrl === undefined ? startDatabase(dataDir) : undefined,
    options.neonApiUrl === undefined ? startEmulator({ dataDir: path.join(dataDir, 'neon') }) : undefined,
  ]);
  if (postgres.status === 'fulfilled' && emulator.status === 'fulfilled') return [postgres.value, emulator.value];
  if (postgres.status === 'fulfilled') await postgres.value?.stop();
  if (emulator.status === 'fulfilled') await emulator.value?.close();
  throw postgres.status === 'rejected' ? postgres.reason : (emulator as PromiseRejectedResult).reason;
}

/** Small: it serves one machine. */
const databaseSettings = {
  shared_buffers: '24MB',
  max_connections: '60',
  autovacuum_max_workers: '1',
  max_wal_size: '128MB',
  jit: 'off',
};

async function startDatabase(dataDir: string): Promise<PostgresServer> {
  const password = await keptSecret(dataDir, 'postgres-password', () => randomBytes(24).toString('base64url'));
  return startPostgres({
    dataDir: path.join(dataDir, 'postgres'),
    password,
    durable: true,
    settings: databaseSettings,
  });
}

function makeKeys(): string {
  return `local-1:${randomBytes(32).toString('base64url')}`;
}

function makeApiKey(): string {
  return `ag_${randomBytes(24).toString('base64url')}`;
}

/** A secret made once and kept in the data directory, mode 0600. Dies while it is written: the temporary file is overwritten. */
async function keptSecret(dataDir: string, name: string, make: () => string): Promise<string> {
  const file = path.join(dataDir, name);
  const kept = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (kept !== undefined && kept.trim() !== '') return kept.trim();
  const made = make();
  await writeSecret(file, made);
  return made;
}

async function writeSecret(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, `${text}\n`, { mode: 0o600 });
  await chmod(`${file}.new`, 0o600);
  await rename(`${file}.new`, file);
}
