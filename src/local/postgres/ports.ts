/**
 * Owns the choice of free TCP ports on the loopback address. Ports come from 20000-31999, below the range from which
 * systems take the local ports of outgoing connections, so that a port kept for the next start is rarely lost meanwhile.
 */
import { createServer, type Server } from 'node:net';
import { randomInt } from 'node:crypto';

export const loopback = '127.0.0.1';

/** Listens on the wished port, or, where it is taken or none is wished, on another free one. Resolves with the port. */
export async function listenNear(server: Server, wished: number | undefined): Promise<number> {
  let port = wished ?? candidate();
  for (let attempts = 0; attempts < 200; attempts += 1) {
    if (await tryListen(server, port)) return port;
    port = candidate();
  }
  throw new Error('There is no free port between 20000 and 31999 on 127.0.0.1.');
}

/** A port that was free a moment ago; whoever binds it must be ready to ask again. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listenNear(server, undefined);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function candidate(): number {
  return randomInt(20_000, 32_000);
}

function tryListen(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      server.off('listening', onListening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    const onListening = () => {
      server.off('error', onError);
      resolve(true);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen({ host: loopback, port });
  });
}
