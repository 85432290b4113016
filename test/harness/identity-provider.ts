// A real identity provider on loopback, whose keys can be changed, and which can be away. Its tokens are access tokens of clients: to
// Afterglow a person is whoever a token names.

import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import Provider from 'oidc-provider';
import type { Test } from 'tap';

export interface IdentityProvider {
  readonly issuer: string;
  readonly audience: string;
  /** How often each path was asked for. */
  readonly asked: Map<string, number>;
  /** The public half of the key that signs now. */
  publicKey(): JsonWebKey;
  /** A token of the subject; of our audience unless another is named. */
  token(subject: string, options?: { audience?: string; claims?: object }): Promise<string>;
  /** Signs with a new key from now on, and shows it alone. */
  rotate(): void;
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

export const tokenSeconds = 120;
const secret = 'a-secret-of-clients-that-is-long-enough';
const subjects = ['mary', 'ann', 'bob'];

export async function startIdentityProvider(t: Test): Promise<IdentityProvider> {
  const audience = 'https://afterglow.example.com';
  const asked = new Map<string, number>();
  let answer: RequestListener = (_, response) => response.writeHead(503).end();
  let claims: object = {};
  let key = makeKey('first');
  const server: Server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    asked.set(path, (asked.get(path) ?? 0) + 1);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const issuer = `http://127.0.0.1:${port}`;
  const provide = () => {
    const callback = makeProvider(issuer, key, () => claims).callback();
    answer = (request, response) => void callback(request, response);
  };
  provide();
  const goAway = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  t.teardown(goAway);
  return {
    issuer,
    audience,
    asked,
    publicKey: () => ({ kty: key.kty, n: key.n, e: key.e, kid: key.kid }) as JsonWebKey,
    async token(subject, options = {}) {
      claims = options.claims ?? {};
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        resource: options.audience ?? audience,
        client_id: subject,
        client_secret: secret,
      });
      const response = await fetch(`${issuer}/token`, { method: 'POST', body });
      const said = (await response.json()) as { access_token?: string };
      if (said.access_token === undefined) throw new Error(JSON.stringify(said));
      return said.access_token;
    },
    rotate() {
      key = makeKey('second');
      provide();
    },
    goAway,
    async comeBack() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}

function makeKey(kid: string): JsonWebKey & { kid: string } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
}

function makeProvider(issuer: string, key: JsonWebKey & { kid: string }, claims: () => object): Provider {
  return new Provider(issuer, {
    jwks: { keys: [key] },
    clients: subjects.map((id) => ({
      client_id: id,
      client_secret: secret,
      token_endpoint_auth_method: 'client_secret_post' as const,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    cookies: { keys: ['a key of cookies'] },
    extraTokenClaims: () => ({ ...claims() }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: tokenSeconds,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
}
