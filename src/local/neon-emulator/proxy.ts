/**
 * Owns the TCP door of each endpoint: one stable port that leads to whichever cluster its branch has at the moment. It passes
 * bytes on and reads none of them. Never decides which cluster that is.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenNear, loopback } from '../postgres/ports.ts';

export interface Proxies {
  /** Opens the endpoint's port, the wished one if it is free. Resolves with the port it has. */
  open(endpointId: string, wishedPort: number | undefined): Promise<number>;
  /** Ends the present connections; new ones are welcome. */
  cut(endpointId: string): void;
  close(endpointId: string): Promise<void>;
  closeAll(): Promise<void>;
  connections(endpointId: string): number;
}

/** `portOf` resolves with the port of the cluster behind an endpoint, started if need be. */
export function createProxies(portOf: (endpointId: string) => Promise<number>, log: (line: string) => void): Proxies {
  const doors = new Map<string, { server: Server; sockets: Set<Socket> }>();

  function accept(endpointId: string, sockets: Set<Socket>, client: Socket): void {
    sockets.add(client);
    client.setNoDelay(true);
    client.pause();
    client.on('error', () => client.destroy());
    client.on('close', () => sockets.delete(client));
    portOf(endpointId).then(
      (port) => join(client, port),
      (error: unknown) => {
        log(`${endpointId}: ${String(error)}`);
        refuse(client);
      },
    );
  }

  function join(client: Socket, port: number): void {
    if (client.destroyed) return;
    const server = connect({ host: loopback, port });
    server.setNoDelay(true);
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
    client.pipe(server);
    server.pipe(client);
  }

  function cut(endpointId: string): void {
    for (const socket of doors.get(endpointId)?.sockets ?? []) socket.destroy();
  }

  async function close(endpointId: string): Promise<void> {
    const door = doors.get(endpointId);
    if (door === undefined) return;
    doors.delete(endpointId);
    const closed = new Promise((resolve) => door.server.close(resolve));
    for (const socket of door.sockets) socket.destroy();
    await closed;
  }

  return {
    cut,
    close,
    async open(endpointId, wishedPort) {
      const sockets = new Set<Socket>();
      const server = createServer((socket) => accept(endpointId, sockets, socket));
      const port = await listenNear(server, wishedPort);
      doors.set(endpointId, { server, sockets });
      return port;
    },
    async closeAll() {
      await Promise.all([...doors.keys()].map(close));
    },
    connections: (endpointId) => doors.get(endpointId)?.sockets.size ?? 0,
  };
}

/** An ErrorResponse of Postgres's protocol, so that a client shows a reason instead of a broken connection. */
function refuse(client: Socket): void {
  const fields = 'SFATAL\0VFATAL\0C57P03\0Mthe Neon emulator could not start the compute of this endpoint\0\0';
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + Buffer.byteLength(fields));
  client.end(Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)]));
}
