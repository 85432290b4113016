// Owns who a person is by a token of the identity provider: its teams and roles by a claim of the token, or else by its memberships.

import { listTeamsOfPerson, findTeamsBySlug, type TeamRow } from '../../store/teams.ts';
import type { Role } from '../../store/database.ts';
import { type Actor, noTeam, type TeamRole } from '../actor.ts';
import { higher, isRole } from '../authorize.ts';
import type { Deps } from '../deps.ts';
import { actAs } from './enter.ts';
import type { PersonToken } from './token.ts';

/** Signed text of three parts, of which the first is a JSON object: no API key of ours looks so. */
export function looksLikeToken(presented: string): boolean {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(presented);
}

/** The person in its one team; in none where it has several, or none. */
export async function personOf(
  deps: Pick<Deps, 'db' | 'settings'>,
  token: PersonToken,
  request: { readonly requestId: string; readonly sourceAddress: string },
): Promise<Actor> {
  const { teamsClaim, platformClaim } = deps.settings;
  const teams =
    teamsClaim === undefined
      ? (await listTeamsOfPerson(deps.db, token)).map(toTeamRole)
      : await listTeamsOfClaim(deps, readRoles(token.claims[teamsClaim]));
  const person: Actor = {
    teamId: noTeam,
    kind: 'person',
    id: `${token.issuer}#${token.subject}`,
    label: token.subject,
    role: null,
    projects: null,
    isPlatform: platformClaim !== undefined && token.claims[platformClaim] === true,
    teams,
    requestId: request.requestId,
    sourceAddress: request.sourceAddress,
  };
  const [only, ...others] = teams;
  return only && others.length === 0 ? actAs(person, only) : person;
}

/** A team that the claim names and that is not here is left out. */
async function listTeamsOfClaim({ db }: Pick<Deps, 'db'>, roles: ReadonlyMap<string, Role>): Promise<TeamRole[]> {
  const rows = await findTeamsBySlug(db, [...roles.keys()]);
  return rows.flatMap((row) => {
    const role = roles.get(row.slug);
    return role ? [toTeamRole({ ...row, role })] : [];
  });
}

function toTeamRole({ id, slug, name, role, created_at }: TeamRow & Pick<TeamRole, 'role'>): TeamRole {
  return { id, slug, name, role, createdAt: created_at.toISOString() };
}

const entriesMax = 500;

/** Of a list of `team:role`, or of such a text with spaces; what is not so is left out, and of two roles in a team the higher counts. */
function readRoles(claim: unknown): Map<string, Role> {
  const entries: unknown[] = typeof claim === 'string' ? claim.split(/\s+/) : Array.isArray(claim) ? claim : [];
  const roles = new Map<string, Role>();
  for (const entry of entries.slice(0, entriesMax)) {
    const [, slug = '', role = ''] =
      typeof entry === 'string' ? (/^([a-z0-9-]{1,63}):([a-z]+)$/.exec(entry) ?? []) : [];
    if (isRole(role)) roles.set(slug, higher(roles.get(slug) ?? role, role));
  }
  return roles;
}
