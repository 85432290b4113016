// Owns which role may do what: one table, role x action. Every use-case that a door calls names its action here first.

import { Refusal } from '../core/errors.ts';
import type { Role } from '../store/database.ts';
import type { Actor } from './actor.ts';

const ranks = { viewer: 0, operator: 1, approver: 2, admin: 3 } as const satisfies Record<Role, number>;

/** The least role that may do it. */
const leastRole = {
  'credential.read': 'viewer',
  'credential.write': 'admin',
  'project.read': 'viewer',
  'project.write': 'admin',
  'project.sync': 'operator',
  'project.reconcile': 'operator',
  'project.adopt': 'admin',
  'branch.read': 'viewer',
  'status.read': 'viewer',
  'policy.read': 'viewer',
  'policy.preview': 'viewer',
  'policy.write': 'admin',
  'policy.run': 'operator',
  'retention_plan.read': 'viewer',
  'retention_plan.request': 'operator',
  'retention_plan.decide': 'approver',
  'snapshot.read': 'viewer',
  'snapshot.request': 'operator',
  'snapshot.cancel': 'operator',
  'snapshot.delete': 'admin',
  'hold.read': 'viewer',
  'hold.place': 'operator',
  'hold.release': 'admin',
  'lock.set': 'operator',
  // Nobody can take it back once its grace is over.
  'lock.set_compliance': 'admin',
  'lock.shorten': 'admin',
  'restore.read': 'viewer',
  'restore.request': 'operator',
  'restore.cancel': 'operator',
  'restore.connect': 'operator',
  'preserved_branch.delete': 'admin',
  'job.read': 'viewer',
  'audit.read': 'viewer',
} as const satisfies Record<string, Role>;

export type Action = keyof typeof leastRole;

/** Refuses with `forbidden` where the actor's role is below the action's. */
export function authorize(actor: Actor, action: Action): void {
  const least = leastRole[action];
  if (ranks[actor.role] >= ranks[least]) return;
  throw new Refusal('forbidden', `The role ${actor.role} may not do this; it takes ${least}. Nothing was done.`, {
    members: { action, role: actor.role, leastRole: least },
  });
}
