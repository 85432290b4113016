/**
 * Owns the way of a client from a door to a server: it reads the startup message and refuses what is none; after that it passes
 * bytes on and reads none of them. Never decides where a connection leads, never listens.
 */
import { connect, type Socket } from 'node:net';
import { loopback } from '../postgres/ports.ts';
import { readStartup, refuse, type Startup } from './arrival.ts';
import { Refusal } from './refusals.ts';
import type { Reached } from './rows/rows.ts';
import {
  isTravel,
  loginOf,
  renderStartup,
  takeNeonOptions,
  throughPooler,
  withLogin,
  withOption,
  type Login,
} from './startup.ts';

export interface PassageOptions {
  /** The way to an endpoint's cluster, started if need be, or to a moment of its past. A Refusal is told to the client. */
  lead(endpointId: string, neon: ReadonlyMap<string, string>, login: Login): Promise<Reached>;
  /** A client of the endpoint's compute is gone. */
  left(endpointId: string): void;
  /** How long a client may take to say what it wants. Default 10000. */
  readonly startupWithinMs?: number;
  log(line: string): void;
}

/** An endpoint's. */
export interface Door {
  readonly endpointId: string;
  readonly clients: Set<Client>;
}

export interface Client {
  readonly socket: Socket;
  readonly isPooled: boolean;
  /** Absent until it has said what it wants. */
  door: Door | undefined;
  isTraveller: boolean;
  /** The port of the server to which it is connected. */
  reached: number | undefined;
}

export interface Entrance {
  /** Those who are in front of it or passed it. */
  readonly clients: Set<Client>;
  readonly isPooled: boolean;
  /** Refuses a client that wants no endpoint of this entrance. */
  find(neon: ReadonlyMap<string, string>): Door;
}

export type Accept = (socket: Socket, entrance: Entrance) => void;

export function createPassage(options: PassageOptions): Accept {
  async function begin(client: Client, startup: Startup, entrance: Entrance): Promise<void> {
    const { neon, parameters } = takeNeonOptions(startup.parameters);
    const door = entrance.find(neon);
    client.door = door;
    door.clients.add(client);
    const allowed = client.isPooled ? throughPooler(parameters) : { parameters };
    if ('refusal' in allowed) return refuse(client.socket, '08P01', allowed.refusal);
    client.isTraveller = isTravel(neon);
    const way = await options.lead(door.endpointId, neon, loginOf(parameters));
    if (client.socket.destroyed) return;
    const named = way.as === undefined ? allowed.parameters : withLogin(allowed.parameters, way.as);
    const passed = way.isReadOnly ? withOption(named, '-c default_transaction_read_only=on') : named;
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

  function fail(client: Client, error: unknown): void {
    if (error instanceof Refusal) return refuse(client.socket, '22023', error.message);
    options.log(`${client.door?.endpointId}: ${String(error)}`);
    refuse(client.socket, '57P03', 'the Neon emulator could not start the compute of this endpoint');
  }

  return (socket, entrance) => {
    const { clients, isPooled } = entrance;
    const client: Client = { socket, isPooled, door: undefined, isTraveller: false, reached: undefined };
    clients.add(client);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clients.delete(client);
      client.door?.clients.delete(client);
      if (!client.isTraveller && client.reached !== undefined) options.left(client.door?.endpointId ?? '');
    });
    readStartup(socket, options.startupWithinMs ?? 10_000, {
      refuse: (reason) => refuse(socket, '08P01', reason),
      cancel: (message) => {
        cancel(clients, message);
        socket.end();
      },
      begin: (startup) => void begin(client, startup, entrance).catch((error: unknown) => fail(client, error)),
    });
  };
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
