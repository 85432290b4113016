/**
 * Owns which projects upkeep need not look at: after a round that left nothing to do a project rests until an instant, or until
 * it changes. Never looks at a project itself.
 */

export interface Resting {
  /** The project, or what hangs on it, has changed: the next round looks at it. */
  stir(projectId: string): void;
  /** All of them, as when the clock was shifted. */
  stirAll(): void;
  isResting(projectId: string, nowMs: number): boolean;
  /** To be called before a look. The answer puts the project to rest, unless it was stirred during the look. */
  look(projectId: string): (untilMs: number) => void;
}

/** Times are emulated milliseconds. */
export function createResting(): Resting {
  const untilOf = new Map<string, number>();
  return {
    stir: (projectId) => void untilOf.delete(projectId),
    stirAll: () => untilOf.clear(),
    isResting: (projectId, nowMs) => (untilOf.get(projectId) ?? 0) > nowMs,
    look(projectId) {
      untilOf.set(projectId, 0);
      return (untilMs) => {
        if (untilOf.has(projectId)) untilOf.set(projectId, untilMs);
      };
    },
  };
}
