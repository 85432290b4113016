// Owns memberships: the roles that people have in a team by Afterglow's own word. Where the identity provider names teams and roles, they
// are not asked.

import { notFound, Refusal } from '../../core/errors.ts';
import { violatedUnique } from '../../store/constraint.ts';
import {
  countAdmins,
  deleteMembership,
  findMembership,
  insertMembership,
  listMemberships,
  type MembershipRow,
  updateMembership,
} from '../../store/memberships.ts';
import { lockTeam } from '../../store/teams.ts';
import type { Actor } from '../actor.ts';
import { change, type Unit } from '../change.ts';
import type { AddMemberInput, PageRequest, RemoveMemberInput, UpdateMemberInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { staleVersion } from '../version.ts';
import type { MemberView, Page } from '../views.ts';
import { findNamedTeam } from './teams.ts';

/** Refuses with `not_found`, `invalid_request` where no issuer is known, `already_member`. */
export async function addMember(deps: CommandDeps, actor: Actor, input: AddMemberInput): Promise<MemberView> {
  const { acting } = await findNamedTeam(deps, actor, input.teamId);
  deps.allow(acting);
  const issuer = input.issuer ?? deps.settings.issuer;
  if (issuer === undefined) {
    throw new Refusal(
      'invalid_request',
      'No identity provider is set up here, so issuer must be given. Nothing was done.',
      { members: { errors: [{ path: 'issuer', message: 'is required' }] } },
    );
  }
  const { subject, role } = input;
  try {
    return await change(deps, acting, async ({ tx, now, audit }) => {
      const id = deps.newId('mbr');
      const facts = { id, team_id: acting.teamId, issuer, subject, role };
      const row = await insertMembership(tx, { ...facts, created_at: now, updated_at: now });
      audit('member.added', { kind: 'member', id }, { ...tell(row), after: tell(row) });
      return toMemberView(row);
    });
  } catch (error) {
    if (violatedUnique(error) !== 'memberships_person') throw error;
    throw new Refusal('already_member', 'The person is a member of the team already. Change the role instead.', {
      members: { field: 'subject' },
    });
  }
}

/** Refuses with `not_found`, and what is above the actor's role in the named team. */
export async function permitInNamedTeam(
  deps: CommandDeps,
  actor: Actor,
  { teamId }: Pick<AddMemberInput, 'teamId'>,
): Promise<void> {
  const { acting } = await findNamedTeam(deps, actor, teamId);
  deps.allow(acting);
}

export async function listMembers(
  deps: CommandDeps,
  actor: Actor,
  teamId: string,
  page: PageRequest,
): Promise<Page<MemberView>> {
  const { acting } = await findNamedTeam(deps, actor, teamId);
  deps.allow(acting);
  const { items, nextCursor } = await listMemberships(deps.db, acting.teamId, page);
  return { items: items.map(toMemberView), nextCursor };
}

/** A new role, from the next request on. Refuses with `version_stale`, `last_admin`. */
export async function updateMember(deps: CommandDeps, actor: Actor, input: UpdateMemberInput): Promise<MemberView> {
  const { row, acting } = await getMember(deps, actor, input);
  deps.allow(acting);
  if (row.version !== input.version) throw staleVersion(row.version);
  return change(deps, acting, async (unit) => {
    if (input.role !== 'admin') await keepAnAdmin(unit, acting, row);
    const updated = await updateMembership(unit.tx, row, { role: input.role, updated_at: unit.now });
    if (!updated) throw staleVersion(undefined);
    unit.audit(
      'member.updated',
      { kind: 'member', id: row.id },
      { ...tell(updated), was: row.role, before: { role: row.role }, after: { role: updated.role } },
    );
    return toMemberView(updated);
  });
}

/** From the next request on the person is no member. Refuses with `last_admin`. */
export async function removeMember(deps: CommandDeps, actor: Actor, input: RemoveMemberInput): Promise<void> {
  const { row, acting } = await getMember(deps, actor, input);
  deps.allow(acting);
  await change(deps, acting, async (unit) => {
    await keepAnAdmin(unit, acting, row);
    if (!(await deleteMembership(unit.tx, row.id))) throw notFound('member', row.id);
    unit.audit('member.removed', { kind: 'member', id: row.id }, { ...tell(row), before: tell(row) });
  });
}

/** A team does not lose its last admin among its members by its own hand; the platform may take it. One change at a time is counted. */
async function keepAnAdmin({ tx }: Unit, acting: Actor, row: MembershipRow): Promise<void> {
  await lockTeam(tx, row.team_id);
  if (row.role !== 'admin' || acting.isPlatform || (await countAdmins(tx, row.team_id)) > 1) return;
  throw new Refusal(
    'last_admin',
    'This is the last admin among the members of the team. Nothing was changed. Make another member an admin first.',
  );
}

async function getMember(
  deps: CommandDeps,
  actor: Actor,
  { teamId, id }: { readonly teamId: string; readonly id: string },
): Promise<{ row: MembershipRow; acting: Actor }> {
  const { acting } = await findNamedTeam(deps, actor, teamId);
  const row = await findMembership(deps.db, acting.teamId, id);
  if (!row) throw notFound('member', id);
  return { row, acting };
}

/** What the audit history says of one. */
function tell({ issuer, subject, role }: MembershipRow) {
  return { issuer, subject, role };
}

function toMemberView(row: MembershipRow): MemberView {
  return {
    id: row.id,
    teamId: row.team_id,
    issuer: row.issuer,
    subject: row.subject,
    role: row.role,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
