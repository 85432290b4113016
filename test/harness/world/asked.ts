// Owns what a test has asked of a world, and what it found there: that is what the state is held against.

/** Something that Neon had before Afterglow came, and that must be there in the end. */
export interface Given {
  /** Neon's project id. */
  readonly neonProjectId: string;
  /** Our lineage id. */
  readonly branchId: string;
  readonly name: string;
}

export interface Asked {
  /** Ids of what was answered 2xx. */
  readonly snapshots: Set<string>;
  readonly restores: Set<string>;
  readonly given: Given[];
  /** Ids of what was taken away in Neon, behind Afterglow's back. */
  readonly removed: Set<string>;
}

export function nothingAsked(): Asked {
  return { snapshots: new Set(), restores: new Set(), given: [], removed: new Set() };
}
