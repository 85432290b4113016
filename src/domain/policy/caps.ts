// Owns what is said of a policy that needs more than Neon would hold: refused where it is saved, unless that is wanted, and warned of.

import { keptLines, type KeptForecast } from '../../core/forecast.ts';
import { Refusal } from '../../core/errors.ts';
import type { PolicyRule } from '../../core/policy.ts';
import type { Warning } from '../../store/database.ts';
import type { CommandDeps } from '../deps.ts';
import type { NeedView, ProjectForecastView } from '../views.ts';
import { forecastPolicy, type PolicyForecast, type SavedWith } from './forecast.ts';

const kinds = [
  { what: 'snapshots', code: 'snapshot_cap_exceeded', words: 'manual snapshots' },
  { what: 'branches', code: 'branch_cap_exceeded', words: 'branches' },
] as const;

const projectsNamed = 20;

/** Refuses with `snapshot_cap_exceeded` or `branch_cap_exceeded`, with the arithmetic, what a project of the policy cannot hold. */
export async function checkCaps(
  deps: CommandDeps,
  teamId: string,
  rule: PolicyRule,
  savedWith: SavedWith = {},
): Promise<void> {
  const forecast = await forecastPolicy(deps, teamId, rule, savedWith);
  for (const { what, code, words } of kinds) {
    const [first, ...rest] = exceededBy(forecast, what);
    if (!first) continue;
    throw new Refusal(
      code,
      `${arithmetic(first, what, words, forecast.kept)} Nothing was saved. Keep less, raise the limit of the project if Neon has, or send force: true.`,
      {
        members: {
          keeps: forecast.kept,
          projects: [first, ...rest].slice(0, projectsNamed).map((one) => ({ projectId: one.projectId, ...one[what] })),
        },
      },
    );
  }
}

export function capWarnings(forecast: PolicyForecast): Warning[] {
  return kinds.flatMap(({ what, code, words }) =>
    exceededBy(forecast, what)
      .slice(0, projectsNamed)
      .map((one) => ({ code, message: arithmetic(one, what, words, forecast.kept) })),
  );
}

/** Only where the policy itself adds to it. */
function exceededBy({ projects }: PolicyForecast, what: 'snapshots' | 'branches'): ProjectForecastView[] {
  return projects.filter((one) => !one[what].fits && one[what].thisPolicy > 0);
}

function arithmetic(
  project: ProjectForecastView,
  what: 'snapshots' | 'branches',
  words: string,
  kept: KeptForecast,
): string {
  const { needed, thisPolicy, otherPolicies, standing, beingMade, cap, isAtLeast }: NeedView = project[what];
  return (
    `In ${project.projectId} it comes to ${isAtLeast ? 'at least ' : ''}${needed} ${words}, and Neon holds ${cap}: ${thisPolicy} of this policy ` +
    `(${tiersOf(kept)}), ${otherPolicies} of other policies, ${standing} that no policy removes, and ${beingMade} more while the next is made.`
  );
}

/** `24 hourly + 30 daily + 52 weekly: up to 106 for each branch, 101 as what several keep counts once`. */
function tiersOf({ tiers, total, isAtLeast }: KeptForecast): string {
  const lines = keptLines.filter((line) => tiers[line] > 0);
  const sum = lines.reduce((all, line) => all + tiers[line], 0);
  const parts = lines.map((line) => `${tiers[line]} ${line}`).join(' + ');
  return `${parts}: up to ${sum} for each branch, ${isAtLeast ? 'at least ' : ''}${total} as what several keep counts once`;
}
