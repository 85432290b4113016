// Owns which role may do what: one table, role x action. Every use-case that a door calls names its action here first, and
// docs/roles.md is generated from it.

import { Refusal } from '../core/errors.ts';
import type { Role } from '../store/database.ts';
import { type Actor, noTeam } from './actor.ts';

const ranks = { viewer: 0, operator: 1, approver: 2, admin: 3 } as const satisfies Record<Role, number>;

/**
 * What an action is about.
 * - `project`: one project of the team, or a list of such things; a key that is narrowed does it in its projects
 * - `team`: what is the team's as a whole; a key that is narrowed may not
 * - `named_team`: the same, of the team that the request names itself
 * - `fleet`: the installation
 * - `caller`: the one who asks
 */
export type Reach = 'project' | 'team' | 'named_team' | 'fleet' | 'caller';

export interface Rule {
  /** The least role in the team; `none` for what only the platform may, `any` for whoever is known. */
  readonly least: Role | 'none' | 'any';
  readonly of: Reach;
  /** The platform may do it in any team. */
  readonly platform?: true;
}

/** The table. */
export const rules = {
  'me.read': { least: 'any', of: 'caller' },
  'team.read': { least: 'any', of: 'caller' },
  'team.create': { least: 'none', of: 'fleet', platform: true },
  'fleet.read': { least: 'none', of: 'fleet', platform: true },
  'member.read': { least: 'viewer', of: 'named_team', platform: true },
  'member.write': { least: 'admin', of: 'named_team', platform: true },
  'api_key.read': { least: 'admin', of: 'team', platform: true },
  'api_key.write': { least: 'admin', of: 'team', platform: true },
  'credential.read': { least: 'viewer', of: 'team' },
  'credential.write': { least: 'admin', of: 'team' },
  'project.register': { least: 'admin', of: 'team' },
  'project.read': { least: 'viewer', of: 'project' },
  'project.write': { least: 'admin', of: 'project' },
  'project.sync': { least: 'operator', of: 'project' },
  'project.reconcile': { least: 'operator', of: 'project' },
  'project.adopt': { least: 'admin', of: 'project' },
  'branch.read': { least: 'viewer', of: 'project' },
  'status.read': { least: 'viewer', of: 'project' },
  'policy.read': { least: 'viewer', of: 'team' },
  'policy.preview': { least: 'viewer', of: 'team' },
  // A dry run: what is to be saved takes `policy.write`.
  'policy.import': { least: 'viewer', of: 'team' },
  'policy.write': { least: 'admin', of: 'team' },
  'policy.run': { least: 'operator', of: 'team' },
  'firing.read': { least: 'viewer', of: 'project' },
  'retention.simulate': { least: 'viewer', of: 'project' },
  'retention_plan.read': { least: 'viewer', of: 'team' },
  'retention_plan.request': { least: 'operator', of: 'team' },
  'retention_plan.decide': { least: 'approver', of: 'team' },
  'snapshot.read': { least: 'viewer', of: 'project' },
  'snapshot.request': { least: 'operator', of: 'project' },
  'snapshot.cancel': { least: 'operator', of: 'project' },
  'snapshot.delete': { least: 'admin', of: 'project' },
  'hold.read': { least: 'viewer', of: 'team' },
  'hold.place': { least: 'operator', of: 'team' },
  'hold.release': { least: 'admin', of: 'team' },
  'lock.set': { least: 'operator', of: 'project' },
  // Nobody can take it back once its grace is over.
  'lock.set_compliance': { least: 'admin', of: 'project' },
  'lock.shorten': { least: 'admin', of: 'project' },
  'restore.read': { least: 'viewer', of: 'project' },
  'restore.request': { least: 'operator', of: 'project' },
  'restore.cancel': { least: 'operator', of: 'project' },
  'restore.connect': { least: 'operator', of: 'project' },
  'preserved_branch.delete': { least: 'admin', of: 'project' },
  'job.read': { least: 'viewer', of: 'project' },
  // A stream of whatever the actor may read.
  'event.read': { least: 'viewer', of: 'project' },
  'audit.read': { least: 'viewer', of: 'team' },
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof rules;

export const actions = Object.keys(rules) as readonly Action[];

export function isAction(text: string): text is Action {
  return Object.hasOwn(rules, text);
}

/** Refuses with `forbidden` where the actor's role is below the action's, and what `authorizeAnywhere` refuses. */
export function authorize(actor: Actor, action: Action): void {
  const obstacle = findObstacle(actor, action) ?? findShortfall(actor, action);
  if (obstacle) throw obstacle;
}

/**
 * Refuses what the actor could do to nothing at all, so that it is told before anything is looked up: `team_required` where it must name
 * one of its teams; `forbidden` where it is narrowed to projects, has no role in the team, or is not of the platform.
 */
export function authorizeAnywhere(actor: Actor, action: Action): void {
  const obstacle = findObstacle(actor, action);
  if (obstacle) throw obstacle;
}

/** Everything that the actor may do in the team in which it acts. */
export function listAllowed(actor: Actor): Action[] {
  return actions.filter((action) => !findObstacle(actor, action) && !findShortfall(actor, action));
}

/** Whether it is about the team in which the actor acts, or what is the team's; not about another team, or the installation. */
export function isAboutTeam(action: Action): boolean {
  return rules[action].of === 'project' || rules[action].of === 'team';
}

/** Whether nothing that the role allows is above what the actor may do itself. */
export function isWithinOwn(actor: Actor, role: Role): boolean {
  if (actor.isPlatform) return true;
  return actor.role !== null && ranks[actor.role] >= ranks[role];
}

export function isRole(text: string): text is Role {
  return Object.hasOwn(ranks, text);
}

/** The higher of two roles. */
export function higher(one: Role, other: Role): Role {
  return ranks[one] >= ranks[other] ? one : other;
}

function findObstacle(actor: Actor, action: Action): Refusal | undefined {
  const { least, of, platform }: Rule = rules[action];
  if (least === 'any') return undefined;
  if (actor.projects !== null && of !== 'project') {
    const words = "This key is narrowed to projects, and this is the whole team's";
    return forbidden(words, { action, projects: actor.projects });
  }
  if (actor.teamId === noTeam && (of === 'project' || of === 'team')) return findMissingTeam(actor, action);
  if (actor.isPlatform && platform) return undefined;
  if (least === 'none') return forbidden('Only the platform may do this', { action });
  // Of a team that the request names itself, the role is known once it was looked up.
  if (actor.role !== null || of === 'named_team') return undefined;
  const words = `The platform manages this team's members and keys; this takes a role in it, at least ${least}`;
  return forbidden(words, { action, role: null, leastRole: least });
}

function findMissingTeam(actor: Actor, action: Action): Refusal {
  if (actor.teams.length === 0 && !actor.isPlatform) return forbidden('You are a member of no team', { action });
  const teams = actor.teams.map(({ slug }) => slug);
  return new Refusal(
    'team_required',
    'You act in more than one team, or in none of your own: name one with the header "Afterglow-Team: slug". Nothing was done.',
    { members: { teams } },
  );
}

function findShortfall(actor: Actor, action: Action): Refusal | undefined {
  const { least, platform }: Rule = rules[action];
  if (least === 'any' || (actor.isPlatform && platform)) return undefined;
  if (least !== 'none' && actor.role !== null && ranks[actor.role] >= ranks[least]) return undefined;
  const words = `The role ${actor.role ?? 'that you have here'} may not do this; it takes ${least}`;
  return forbidden(words, { action, role: actor.role, leastRole: least });
}

function forbidden(words: string, members: Readonly<Record<string, unknown>>): Refusal {
  return new Refusal('forbidden', `${words}. Nothing was done.`, { members });
}
