// Owns the issuer's keys: found by discovery, kept for minutes, asked for again when a token names one that is not known. However many
// tokens name unknown keys, and however long the issuer is away, it is asked at most once in each cooldown.

import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { Refusal } from '../core/errors.ts';

export interface KeySourceOptions {
  readonly issuer: string;
  /** Milliseconds that only grow. */
  readonly elapsedMs: () => number;
  readonly onError: (error: unknown) => void;
  readonly times?: Partial<typeof defaultTimes> | undefined;
}

const defaultTimes = {
  /** Between two askings, whatever came of the first. */
  cooldownMs: 10_000,
  /** Keys that are older are asked for again. */
  maxAgeMs: 10 * 60_000,
  /** And no longer trusted, where the issuer stays away. */
  staleMs: 60 * 60_000,
  timeoutMs: 5_000,
};

const answerBytesMax = 256 * 1024;

type Keys = ReturnType<typeof createLocalJWKSet>;

/** Refuses with `identity_provider_unreachable` where no keys can be trusted; throws what jose throws where none of them fits. */
export function makeKeySource(options: KeySourceOptions): JWTVerifyGetKey {
  const { elapsedMs } = options;
  const times = { ...defaultTimes, ...options.times };
  let known: { readonly keys: Keys; readonly atMs: number } | undefined;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let pending: Promise<void> | undefined;

  async function ask(): Promise<void> {
    if (elapsedMs() - askedAtMs < times.cooldownMs) return pending;
    askedAtMs = elapsedMs();
    pending = fetchKeys(options.issuer, times.timeoutMs).then(
      (keys) => {
        known = { keys, atMs: elapsedMs() };
      },
      (error: unknown) => options.onError(error),
    );
    return pending;
  }

  function trusted(): Keys {
    if (known && elapsedMs() - known.atMs < times.staleMs) return known.keys;
    throw new Refusal(
      'identity_provider_unreachable',
      'The identity provider does not give its keys, so no token can be verified. Nothing was done. API keys work.',
      { retryAfterSeconds: Math.ceil(times.cooldownMs / 1000) },
    );
  }

  return async (header, token) => {
    if (!known || elapsedMs() - known.atMs >= times.maxAgeMs) await ask();
    try {
      return await trusted()(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await ask();
      return trusted()(header, token);
    }
  };
}

async function fetchKeys(issuer: string, timeoutMs: number): Promise<Keys> {
  const signal = AbortSignal.timeout(timeoutMs);
  const described = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, signal);
  if (described['issuer'] !== issuer)
    throw new Error(`The issuer says that it is ${JSON.stringify(described['issuer'])}.`);
  const address = described['jwks_uri'];
  if (typeof address !== 'string' || !isAsSafeAs(issuer, address)) {
    throw new Error('The issuer gives no address for its keys that is as safe as its own.');
  }
  const keys = await fetchJson(address, signal);
  if (!isKeySet(keys)) throw new Error('The issuer gives no keys.');
  return createLocalJWKSet(keys);
}

/** What is in it, jose looks at. */
function isKeySet(value: object): value is JSONWebKeySet {
  return 'keys' in value && Array.isArray(value.keys);
}

function isAsSafeAs(issuer: string, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && new URL(issuer).protocol === 'http:');
}

async function fetchJson(address: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  const response = await fetch(address, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  if (!response.ok || !response.body) throw new Error(`${address} answered ${response.status}.`);
  const body: AsyncIterable<Uint8Array> = response.body;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.byteLength;
    if (bytes > answerBytesMax) throw new Error(`${address} answered more than ${answerBytesMax} bytes.`);
    parts.push(part);
  }
  const value: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new Error(`${address} answered no object.`);
  return value as Record<string, unknown>;
}
