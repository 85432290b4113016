/**
 * Owns the TCP doors of endpoints: two stable ports of each, one of them pooled. What passes through them is passage.ts's. Never
 * decides where a connection leads.
 */
import { createServer, type Server } from 'node:net';
import { listenNear } from '../postgres/ports.ts';
import { createPassage, type Client, type Door, type PassageOptions } from './passage.ts';

export interface Ports {
  port: number | undefined;
  poolerPort: number | undefined;
  /** True: others have the same ports, and a client has to name the endpoint in its options. */
  sharesPorts?: boolean;
}

export interface Proxies {
  /** Opens the endpoint's two ports, those that its record names if they are free, and notes in it those that it got. */
  open(endpoint: Ports & { readonly id: string }): Promise<void>;
  /** Ends the present connections; new ones are welcome. */
  cut(endpointId: string): void;
  close(endpointId: string): Promise<void>;
  closeAll(): Promise<void>;
  /** How many clients the endpoint's compute has. Those that travel in time have a server of their own and do not count. */
  connections(endpointId: string): number;
}

export function createProxies(options: PassageOptions): Proxies {
  const accept = createPassage(options);
  const doors = new Map<string, Door & { readonly servers: readonly Server[] }>();

  async function close(endpointId: string): Promise<void> {
    const door = doors.get(endpointId);
    if (door === undefined) return;
    doors.delete(endpointId);
    const closed = door.servers.map((server) => new Promise((resolve) => server.close(resolve)));
    cutAll(door.clients);
    await Promise.all(closed);
  }

  return {
    close,
    async open(endpoint) {
      const clients = new Set<Client>();
      const open = (isPooled: boolean) =>
        createServer((socket) => accept(socket, { clients, isPooled, find: () => door }));
      const [direct, pooled] = [open(false), open(true)];
      const door = { endpointId: endpoint.id, clients, servers: [direct, pooled] };
      doors.set(endpoint.id, door);
      endpoint.port = await listenNear(direct, endpoint.port);
      endpoint.poolerPort = await listenNear(pooled, endpoint.poolerPort);
    },
    cut: (endpointId) => cutAll(doors.get(endpointId)?.clients),
    async closeAll() {
      await Promise.all([...doors.keys()].map(close));
    },
    connections: (endpointId) => countPresent(doors.get(endpointId)?.clients),
  };
}

export function cutAll(clients: Iterable<Client> = []): void {
  for (const { socket } of clients) socket.destroy();
}

export function countPresent(clients: Iterable<Client> = []): number {
  return [...clients].filter(({ isTraveller }) => !isTraveller).length;
}
