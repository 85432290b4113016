import type { Actor, DoorDomain } from '../domain/index.ts';

/** What every resolver and loader is given beside its arguments. */
export interface GraphqlContext {
  /** Another one once the operation has entered a team. */
  actor: Actor;
  readonly domain: DoorDomain;
}

declare module 'mercurius' {
  interface MercuriusContext extends GraphqlContext {}
}
