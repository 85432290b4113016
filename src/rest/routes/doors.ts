import type { DoorDomain } from '../../domain/index.ts';

/** What every route module is given. */
export interface Doors {
  readonly domain: DoorDomain;
}
