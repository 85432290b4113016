import type { Actor, Delivery, DoorDomain, Reader } from '../domain/index.ts';

/** What the request may cost, and has: the operations of a batch share it. */
export interface Budget {
  readonly max: number;
  spent: number;
}

/** What every resolver and loader is given beside its arguments. */
export interface GraphqlContext {
  /** Another one once the operation has entered a team. */
  actor: Actor;
  readonly domain: DoorDomain;
  readonly budget: Budget;
  readonly operationName: string | undefined;
  /** Of a subscription alone: its field opens the stream, and later shows each of its deliveries. */
  readonly subscription?: Opening | Showing;
}

export interface Opening {
  readonly step: 'open';
  readonly reader: Reader;
  /** Told the stream, and which of its deliveries are shown. */
  opened(deliveries: AsyncGenerator<Delivery>, isShown: (delivery: Delivery) => boolean): void;
}

export interface Showing {
  readonly step: 'show';
  readonly delivery: Delivery;
}

declare module 'mercurius' {
  interface MercuriusContext extends GraphqlContext {}
}
