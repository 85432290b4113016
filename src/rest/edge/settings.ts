// Owns what may be set about the edge of the server, with its defaults: so generous that they meet a caller which has run away, and no other.

export interface EdgeSettings {
  /** Requests a minute of one key or person; 0 for any number. */
  readonly requestsPerKey: number;
  /** Requests a minute of one team; 0 for any number. */
  readonly requestsPerTeam: number;
  /** Keys and tokens a minute from one source address that turn out to be none; 0 for any number. */
  readonly failedSignIns: number;
  /** Origins whose pages a browser lets read answers, exactly as it sends them. */
  readonly corsOrigins: readonly string[];
  /** Requests are shed while the event loop is later than this, as a mean; 0 for never. */
  readonly shedAtDelayMs: number;
  /** Requests are shed while so much of the heap that the process may have is in use; 0 for never. */
  readonly shedAtHeapPercent: number;
  /** How often both are looked at. */
  readonly shedSampleMs: number;
}

export const edgeDefaults: EdgeSettings = {
  requestsPerKey: 30_000,
  requestsPerTeam: 60_000,
  failedSignIns: 600,
  corsOrigins: [],
  shedAtDelayMs: 1_000,
  shedAtHeapPercent: 90,
  shedSampleMs: 1_000,
};
