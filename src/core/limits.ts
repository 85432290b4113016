// Owns the limits of Neon's plans, as defaults that every registered project may set anew (neon-api.md, "Limits").

export interface PlanLimits {
  readonly rootBranches: number;
  readonly snapshots: number;
}

const plans: Readonly<Record<string, PlanLimits>> = {
  free: { rootBranches: 3, snapshots: 1 },
  launch: { rootBranches: 5, snapshots: 100 },
  scale: { rootBranches: 25, snapshots: 100 },
};

/** The limits in force: the project's own where set, else the plan's, else those of the largest plan (Neon itself still refuses). */
export function limitsInForce(plan: string, own: Partial<PlanLimits>): PlanLimits {
  return { ...(plans[plan] ?? plans['scale'] ?? { rootBranches: 25, snapshots: 100 }), ...own };
}

export interface BranchLimits {
  /** Neon refuses more. */
  readonly cap: number;
  /** What is more than these is billed by the branch. */
  readonly included: number;
}

const branches: Readonly<Record<string, BranchLimits>> = {
  free: { cap: 10, included: 10 },
  launch: { cap: 5_000, included: 10 },
  scale: { cap: 5_000, included: 25 },
};

/** Of the plan; those of the largest one where it is not known. */
export function branchLimits(plan: string): BranchLimits {
  return branches[plan] ?? { cap: 5_000, included: 25 };
}
