/**
 * Owns the TCP doors of each endpoint: two stable ports, one of them pooled, that lead to whichever cluster its branch has at the
 * moment. It reads a client's startup message and refuses what is none; after that it passes bytes on and reads none of them.
 * Never decides where a connection leads.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenNear, loopback } from '../postgres/ports.ts';
import { Refusal } from './refusals.ts';
import {
  firstMessageBytesMax,
  isTravel,
  readFirstMessage,
  renderError,
  renderStartup,
  takeNeonOptions,
  throughPooler,
  withOption,
  type FirstMessage,
} from './startup.ts';

export interface Ports {
  port: number | undefined;
  poolerPort: number | undefined;
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

/** Where a connection goes. */
export interface Way {
  readonly port: number;
  readonly isReadOnly: boolean;
}

export interface ProxiesOptions {
  /** The way to an endpoint's cluster, started if need be, or to a moment of its past. A Refusal is told to the client. */
  lead(endpointId: string, neon: ReadonlyMap<string, string>): Promise<Way>;
  /** A client of the endpoint's compute is gone. */
  left(endpointId: string): void;
  /** How long a client may take to say what it wants. Default 10000. */
  readonly startupWithinMs?: number;
  log(line: string): void;
}

type Startup = Extract<FirstMessage, { kind: 'startup' }>;

interface Client {
  readonly socket: Socket;
  readonly endpointId: string;
  readonly isPooled: boolean;
  isTraveller: boolean;
  /** The port of the server to which it is connected. */
  reached: number | undefined;
}

export function createProxies(options: ProxiesOptions): Proxies {
  const doors = new Map<string, { servers: Server[]; clients: Set<Client> }>();

  function accept(clients: Set<Client>, client: Client): void {
    const { socket, endpointId } = client;
    clients.add(client);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clients.delete(client);
      if (!client.isTraveller && client.reached !== undefined) options.left(endpointId);
    });
    readStartup(socket, options.startupWithinMs ?? 10_000, {
      refuse: (reason) => refuse(socket, '08P01', reason),
      cancel: (message) => {
        cancel(clients, message);
        socket.end();
      },
      begin: (startup) => {
        begin(client, startup).catch((error: unknown) => {
          if (!(error instanceof Refusal)) options.log(`${endpointId}: ${String(error)}`);
          if (error instanceof Refusal) refuse(socket, '22023', error.message);
          else refuse(socket, '57P03', 'the Neon emulator could not start the compute of this endpoint');
        });
      },
    });
  }

  async function begin(client: Client, startup: Startup): Promise<void> {
    const { neon, parameters } = takeNeonOptions(startup.parameters);
    const allowed = client.isPooled ? throughPooler(parameters) : { parameters };
    if ('refusal' in allowed) return refuse(client.socket, '08P01', allowed.refusal);
    client.isTraveller = isTravel(neon);
    const way = await options.lead(client.endpointId, neon);
    if (client.socket.destroyed) return;
    const passed = way.isReadOnly
      ? withOption(allowed.parameters, '-c default_transaction_read_only=on')
      : allowed.parameters;
    const server = connect({ host: loopback, port: way.port });
    client.reached = way.port;
    server.setNoDelay(true);
    server.on('error', () => client.socket.destroy());
    server.on('close', () => client.socket.destroy());
    client.socket.on('close', () => server.destroy());
    server.write(renderStartup(startup.version, passed));
    client.socket.pipe(server);
    server.pipe(client.socket);
  }

  /** Nobody but Postgres knows whose key it is; a server ignores one that is not its own. Nothing is started for it. */
  function cancel(clients: ReadonlySet<Client>, message: Buffer): void {
    for (const port of new Set([...clients].map(({ reached }) => reached))) {
      if (port === undefined) continue;
      const server = connect({ host: loopback, port });
      server.on('error', () => server.destroy());
      server.end(message);
      server.resume();
    }
  }

  async function close(endpointId: string): Promise<void> {
    const door = doors.get(endpointId);
    if (door === undefined) return;
    doors.delete(endpointId);
    const closed = door.servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const { socket } of door.clients) socket.destroy();
    await Promise.all(closed);
  }

  return {
    close,
    async open(endpoint) {
      const clients = new Set<Client>();
      const { id: endpointId } = endpoint;
      const servers = [false, true].map((isPooled) =>
        createServer((socket) =>
          accept(clients, { socket, endpointId, isPooled, isTraveller: false, reached: undefined }),
        ),
      );
      const [direct, pooled] = servers;
      if (direct === undefined || pooled === undefined) return;
      doors.set(endpointId, { servers, clients });
      endpoint.port = await listenNear(direct, endpoint.port);
      endpoint.poolerPort = await listenNear(pooled, endpoint.poolerPort);
    },
    cut(endpointId) {
      for (const { socket } of doors.get(endpointId)?.clients ?? []) socket.destroy();
    },
    async closeAll() {
      await Promise.all([...doors.keys()].map(close));
    },
    connections: (endpointId) =>
      [...(doors.get(endpointId)?.clients ?? [])].filter(({ isTraveller }) => !isTraveller).length,
  };
}

interface Beginning {
  refuse(reason: string): void;
  cancel(message: Buffer): void;
  begin(startup: Startup): void;
}

/** Reads from a socket until it is known what the client wants, and leaves the socket paused with whatever follows unread. */
function readStartup(socket: Socket, withinMs: number, on: Beginning): void {
  let bytes = Buffer.alloc(0);
  let encryptionRequests = 0;
  const stop = () => {
    clearTimeout(timer);
    socket.off('data', read);
    socket.pause();
  };
  const timer = setTimeout(() => {
    stop();
    on.refuse(`no startup packet arrived within ${withinMs} ms`);
  }, withinMs);
  const read = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const message = readFirstMessage(bytes);
      if (message.kind === 'incomplete') return;
      if (message.kind === 'encryption' && encryptionRequests < 2) {
        encryptionRequests += 1;
        bytes = bytes.subarray(message.length);
        socket.write('N');
        continue;
      }
      stop();
      if (message.kind === 'malformed') on.refuse(message.reason);
      else if (message.kind === 'encryption') on.refuse('unsupported frontend protocol');
      else if (message.kind === 'cancel') on.cancel(bytes.subarray(0, message.length));
      else {
        if (bytes.length > message.length) socket.unshift(bytes.subarray(message.length));
        on.begin(message);
      }
      return;
    }
  };
  socket.on('data', read);
  socket.on('close', () => clearTimeout(timer));
}

/** With a reason in Postgres's own form, so that a client shows it instead of a broken connection. */
function refuse(socket: Socket, code: string, reason: string): void {
  if (socket.destroyed) return;
  socket.end(renderError(code, reason));
  // Unread bytes would turn the end into a reset, which can take the reason with it; a client that stays is ended.
  let left = firstMessageBytesMax;
  socket.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) socket.destroy();
  });
  socket.resume();
  setTimeout(() => socket.destroy(), 1000).unref();
}
