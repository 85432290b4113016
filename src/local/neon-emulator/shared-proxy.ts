/**
 * Owns the TCP doors of endpoints that share two ports, one of them pooled: thousands of endpoints are more than a machine has
 * ports for. A client names its endpoint as Neon lets clients do that cannot send a server name: `options=endpoint=<id>`.
 */
import { createServer } from 'node:net';
import { listenNear } from '../postgres/ports.ts';
import { createPassage, type Client, type Door, type PassageOptions } from './passage.ts';
import { countPresent, cutAll, type Proxies } from './proxy.ts';
import { Refusal } from './refusals.ts';

export function createSharedProxies(options: PassageOptions): Proxies {
  const accept = createPassage(options);
  const doors = new Map<string, Door>();
  const clients = new Set<Client>();
  const listen = (isPooled: boolean) => {
    const server = createServer((socket) => accept(socket, { clients, isPooled, find }));
    return { server, port: listenNear(server, undefined) };
  };
  let listening: readonly [ReturnType<typeof listen>, ReturnType<typeof listen>] | undefined;

  function find(neon: ReadonlyMap<string, string>): Door {
    const endpointId = neon.get('endpoint');
    if (endpointId === undefined)
      throw new Refusal(
        400,
        'Endpoint ID is not specified: pass it as a parameter, ?options=endpoint%3D<endpoint-id>.',
      );
    const door = doors.get(endpointId);
    if (door === undefined) throw new Refusal(404, 'The requested endpoint could not be found.');
    return door;
  }

  return {
    async open(endpoint) {
      doors.set(endpoint.id, { endpointId: endpoint.id, clients: new Set() });
      listening ??= [listen(false), listen(true)];
      const [direct, pooled] = listening;
      endpoint.port = await direct.port;
      endpoint.poolerPort = await pooled.port;
      endpoint.sharesPorts = true;
    },
    cut: (endpointId) => cutAll(doors.get(endpointId)?.clients),
    async close(endpointId) {
      const door = doors.get(endpointId);
      doors.delete(endpointId);
      cutAll(door?.clients);
    },
    async closeAll() {
      const closed = (listening ?? []).map(({ server }) => new Promise((resolve) => server.close(resolve)));
      cutAll(clients);
      await Promise.all(closed);
    },
    connections: (endpointId) => countPresent(doors.get(endpointId)?.clients),
  };
}
