/**
 * Owns the faults that were asked for: which call each one strikes, how often it did, and when it ends. They live in memory only.
 * Never carries one out: that is edge.ts's and operations.ts's.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Operation } from '@neon/sdk/raw';
import { randomFrom } from './random.ts';
import type { OperationFault } from './state.ts';

export const statuses = [400, 401, 403, 404, 409, 422, 423, 429, 500, 502, 503, 524] as const;

/** What happens to a call that is struck. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: (typeof statuses)[number];
      readonly retryAfterSeconds?: number;
      readonly message?: string;
    }
  /** The connection is cut: `before` anything was done, or `after` the change was made. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  /** The call is carried out this much later, whether its caller still waits or not. */
  | { readonly kind: 'delay'; readonly ms: number }
  /**
   * No answer until the fault is cleared. The call is carried out then, unless its caller has left, or, `after`, it was before.
   * Default before.
   */
  | { readonly kind: 'hang'; readonly when?: 'before' | 'after' }
  /** 200 with broken JSON, after the change was made. */
  | { readonly kind: 'malformed' }
  /** Strikes the operations that the call begins, or those of them with this action. */
  | {
      readonly kind: 'operation';
      readonly outcome: OperationFault['outcome'];
      readonly action?: string;
      /** Of one that fails once: how long it is `failed` before it is tried again. Default 500. */
      readonly retryAfterMs?: number;
      /** The text of its error. */
      readonly message?: string;
    }
  /** 422, as right after a branch was made. */
  | { readonly kind: 'not_ready' }
  /** Deleted as from the console, protected or not, before a matching call is carried out. */
  | { readonly kind: 'remove'; readonly branchId: string }
  | { readonly kind: 'remove'; readonly snapshotId: string }
  /** The emulated clock is set this far ahead of the machine's. */
  | { readonly kind: 'clock'; readonly offsetMs: number };

/**
 * Strikes every matching call, the next `times` ones, or a `share` of them from 0 to 1, the same ones for the same `seed`
 * (default 0). `remove` and `clock` without route, project, times and share happen once, at once.
 */
export interface FaultOrder {
  /** Method and path with its parameters, such as `POST /projects/:projectId/branches`. Absent: every call. */
  readonly route?: string;
  /** Only calls with this project in their path. */
  readonly projectId?: string;
  readonly times?: number;
  readonly share?: number;
  readonly seed?: number;
  readonly fault: Fault;
}

export interface FaultView extends FaultOrder {
  readonly id: string;
  readonly struck: number;
  readonly state: 'active' | 'spent' | 'cleared';
}

/** A call of the API, as far as faults tell calls apart. */
export interface Call {
  /** As `routeKey` gives it; absent where no route matched. */
  readonly route: string | undefined;
  readonly projectId: string | undefined;
}

export interface Strike {
  readonly fault: Fault;
  /** Aborted when the fault is cleared. */
  readonly cleared: AbortSignal;
}

export interface Faults {
  /** `struck` is not 0 for one that has happened. The answer is its id. */
  add(order: FaultOrder, struck?: number): string;
  /** Oldest first, with those that are spent or cleared. */
  list(): FaultView[];
  /** Ends one; false where there is none. */
  clear(id: string): boolean;
  /** Ends all and forgets them. */
  clearAll(): void;
  /** Keys of the routes that faults can name; edge.ts fills it. */
  readonly routes: Set<string>;
  /** The faults that `isWanted` wants and that strike this call, oldest first; each counts when it is taken. */
  strikes(call: Call, isWanted: (fault: Fault) => boolean): Iterable<Strike>;
  /** Runs the handling of a call, for `strikeOperations`. */
  during(call: Call, handle: () => void): void;
  /** What becomes of operations that the present call begins. */
  strikeOperations(operations: readonly Operation[]): OperationFault | undefined;
}

interface Entry {
  readonly id: string;
  readonly order: FaultOrder;
  readonly random: () => number;
  readonly ending: AbortController;
  struck: number;
}

export function createFaults(): Faults {
  const entries: Entry[] = [];
  /** Those that may strike yet: calls go through these alone. */
  let live: readonly Entry[] = [];
  const present = new AsyncLocalStorage<Call>();

  function isSpent({ order, struck }: Entry): boolean {
    return order.times !== undefined && struck >= order.times;
  }

  function retire(entry: Entry): void {
    live = live.filter((other) => other !== entry);
  }

  function isStruck({ order, random }: Entry, call: Call): boolean {
    const { route, projectId, share } = order;
    if (route !== undefined && routeKey(route) !== call.route) return false;
    if (projectId !== undefined && projectId !== call.projectId) return false;
    return share === undefined || random() < share;
  }

  function* strikes(call: Call, isWanted: (fault: Fault) => boolean): Generator<Strike> {
    for (const entry of live) {
      const { order, ending } = entry;
      if (ending.signal.aborted || isSpent(entry) || !isWanted(order.fault) || !isStruck(entry, call)) continue;
      entry.struck += 1;
      if (isSpent(entry)) retire(entry);
      yield { fault: order.fault, cleared: ending.signal };
    }
  }

  return {
    routes: new Set(),
    strikes,
    add(order, struck = 0) {
      const random = randomFrom(order.seed ?? 0);
      const entry = { id: randomUUID(), order, random, ending: new AbortController(), struck };
      entries.push(entry);
      if (!isSpent(entry)) live = [...live, entry];
      return entry.id;
    },
    list: () =>
      entries.map((entry) => ({
        ...entry.order,
        id: entry.id,
        struck: entry.struck,
        state: entry.ending.signal.aborted ? 'cleared' : isSpent(entry) ? 'spent' : 'active',
      })),
    clear(id) {
      const entry = entries.find((candidate) => candidate.id === id);
      if (entry === undefined) return false;
      retire(entry);
      entry.ending.abort();
      return true;
    },
    clearAll() {
      live = [];
      for (const { ending } of entries.splice(0)) ending.abort();
    },
    during: (call, handle) => present.run(call, handle),
    strikeOperations(operations) {
      const call = present.getStore();
      if (call === undefined) return undefined;
      const begun = (action: string | undefined) =>
        operations.filter((operation) => action === undefined || operation.action === action).map(({ id }) => id);
      const isWanted = (fault: Fault) => fault.kind === 'operation' && begun(fault.action).length > 0;
      const [strike] = strikes(call, isWanted);
      if (strike?.fault.kind !== 'operation') return undefined;
      const { outcome, action, retryAfterMs = 500, message = 'a fault of the Neon emulator' } = strike.fault;
      return { outcome, operationIds: begun(action), retryAfterMs, message };
    },
  };
}

/** The same for every way of writing the parameters of a path: `:projectId`, `{project_id}`. */
export function routeKey(route: string): string {
  return route.trim().replace(/:\w+|\{\w+\}/g, '*');
}
