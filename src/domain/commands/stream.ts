// Owns the shapes of what opens streams.

import type { StreamTopic } from '../views/stream.ts';

export interface StreamPoint {
  /** The sequence of the last event that was seen: it goes on after it. Absent: from now on. */
  readonly after?: number | undefined;
}

export interface OpenEventsInput extends StreamPoint {
  /** Default: all that the actor may read. */
  readonly topics?: readonly StreamTopic[] | undefined;
  readonly projectId?: string | undefined;
}
