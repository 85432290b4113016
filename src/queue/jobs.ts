// Owns the names of jobs, the order in which a lane takes them, and what a job carries: ids only.

/** Every job: its queue (restores have slots of their own) and its priority in a lane (smaller goes first). */
export const jobs = {
  'restore.run': { queue: 'restores', priority: 10 },
  'snapshot.create': { queue: 'work', priority: 20 },
  'snapshot.create_scheduled': { queue: 'work', priority: 30 },
  'snapshot.purge': { queue: 'work', priority: 50 },
  'preserved_branch.purge': { queue: 'work', priority: 50 },
  'branch.delegate': { queue: 'work', priority: 50 },
  'project.sync': { queue: 'work', priority: 60 },
  'project.reconcile': { queue: 'work', priority: 60 },
} as const satisfies Record<string, { queue: QueueName; priority: number }>;

export type QueueName = 'restores' | 'work';
export type JobName = keyof typeof jobs;

/** What BullMQ carries. The row in the outbox holds the rest. */
export interface JobPayload {
  readonly outboxId: string;
  readonly release: number;
}

/** BullMQ's id of one release: no colons (BullMQ throws), never used twice (a held id is silently ignored). */
export function releaseId(payload: JobPayload): string {
  return `${payload.outboxId}-${payload.release}`;
}

/** The door to the queue that the relay and the reconcile loop need. */
export interface JobQueue {
  /** Whether it answers now. */
  isThere(): boolean;
  add(releases: readonly (JobPayload & { readonly job: JobName })[]): Promise<void>;
  /** Those of the releases that the queue does not hold in any state. */
  findMissing<T extends JobPayload & { readonly job: JobName }>(releases: readonly T[]): Promise<T[]>;
}
