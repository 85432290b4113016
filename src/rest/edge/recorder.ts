// Owns what the edge tells of whom it turned away, and through which door they came.

import type { FastifyRequest } from 'fastify';

export const doors = ['rest', 'graphql', 'websocket'] as const;
export type DoorName = (typeof doors)[number];

/** Whose bound was met, with the code of the refusal. */
export const bounds = {
  key: 'rate_limited',
  team: 'rate_limited',
  address: 'sign_in_slowed',
  process: 'overloaded',
} as const;
export type Bound = keyof typeof bounds;

/** Told of what was not answered, or late. Never throws. */
export interface EdgeRecorder {
  turnedAway(door: DoorName, bound: Bound): void;
  /** A failed sign-in is answered late. */
  slowed(): void;
}

export const tellNobody: EdgeRecorder = { turnedAway: () => undefined, slowed: () => undefined };

/** A subscription is asked for on the connection that its request has opened. */
export function doorOf({ routeOptions: { url }, method }: FastifyRequest): DoorName {
  if (url !== '/graphql') return 'rest';
  return method === 'POST' ? 'graphql' : 'websocket';
}
