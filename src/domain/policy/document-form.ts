// Owns the form of one policy in a document: that in which it is asked for, with every default, in one order, projects by Neon's ids, so
// that a repository can own policies across installations.

import { notFound, Refusal } from '../../core/errors.ts';
import type { PolicyRule } from '../../core/policy.ts';
import type { Db } from '../../store/database.ts';
import { listSchedules, type PolicyRow } from '../../store/policies.ts';
import { listNamedProjects, listProjectRows } from '../../store/projects.ts';
import type { Actor } from '../actor.ts';
import type { PolicyEntry } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { groupBy } from '../group.ts';
import type { PolicyEntryView } from '../views.ts';
import { readRule, ruleOf } from './rule.ts';
import { toRuleView } from './view.ts';

/** A policy that is there, in the form of a document. */
export interface Kept {
  readonly row: PolicyRow;
  readonly entry: PolicyEntryView;
}

export async function listKept(db: Db, rows: readonly PolicyRow[]): Promise<Kept[]> {
  const schedules = groupBy(
    await listSchedules(
      db,
      rows.map(({ id }) => id),
    ),
    ({ policy_id }) => policy_id,
  );
  const ids = [...new Set(rows.flatMap(({ selector }) => selector.projects ?? []))];
  const neonIds = new Map((await listProjectRows(db, ids)).map((row) => [row.id, row.neon_project_id] as const));
  return rows.map((row) => ({ row, entry: toEntry(ruleOf(row, schedules.get(row.id) ?? []), neonIds) }));
}

/** The rules that the entries stand for, by name. Refuses with what `readRule` refuses, and `not_found`, each with the entry's path. */
export async function readEntries(
  deps: CommandDeps,
  actor: Actor,
  entries: Readonly<Record<string, PolicyEntry>>,
): Promise<Map<string, { readonly rule: PolicyRule; readonly entry: PolicyEntryView }>> {
  const named = Object.values(entries).flatMap(({ selector }) => selector.projects ?? []);
  const projects = await listNamedProjects(deps.db, actor, [...new Set(named)]);
  const neonIds = new Map(projects.map((project) => [project.id, project.neon_project_id] as const));
  const ids = new Map(projects.map((project) => [project.neon_project_id, project.id] as const));
  const read = Object.entries(entries).map(([name, entry]) => {
    const rule = within(name, () => {
      const form = readRule({ ...entry, name }, deps.now());
      const chosen = form.selector.projects?.map((project) => {
        const id = neonIds.has(project) ? project : ids.get(project);
        if (id === undefined) throw notFound('project', project);
        return id;
      });
      return { ...form, selector: { ...form.selector, ...(chosen ? { projects: [...new Set(chosen)] } : {}) } };
    });
    return [name, { rule, entry: toEntry(rule, neonIds) }] as const;
  });
  return new Map(read);
}

function toEntry(rule: PolicyRule, neonIds: ReadonlyMap<string, string>): PolicyEntryView {
  const { name: _name, selector, schedules, retention, ...rest } = toRuleView(rule);
  const { projects, labels, branches } = selector;
  return {
    selector: {
      ...(projects ? { projects: projects.map((id) => neonIds.get(id) ?? id).sort() } : {}),
      ...(labels ? { labels: inOrder(Object.entries(labels)) } : {}),
      branches: typeof branches === 'string' ? branches : branches.toSorted(),
    },
    schedules: schedules.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    retention: Object.fromEntries(Object.entries(retention).filter(([, value]) => value !== null)),
    ...rest,
  };
}

/** In the order of the names, whatever the language of the machine. */
export function inOrder<V>(entries: readonly (readonly [string, V])[]): Record<string, V> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What is refused of the entry is refused with its path in the document. */
function within<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw inDocument(name, error);
  }
}

/** The refusal with the path of the entry; any other fault unchanged. */
export function inDocument(name: string, error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  const { field } = error.members;
  const path = `policies.${name}${typeof field === 'string' ? `.${field}` : ''}`;
  return new Refusal(error.code, `policies.${name}: ${error.message}`, { members: { ...error.members, field: path } });
}
