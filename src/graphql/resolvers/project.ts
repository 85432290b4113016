import type { ListProjectsFilter, UpdateProjectInput as UpdateProject } from '../../domain/index.ts';
import { byId, pageOf } from '../connection.ts';
import type { MutationResolvers, ProjectFilter, QueryResolvers, UpdateProjectInput } from '../generated.ts';
import { given, onceOptions, patch, readLabels, readLabelSelector, readLabelsPatch } from '../input.ts';

type Queries = Required<Pick<QueryResolvers, 'project' | 'projects'>>;
type Mutations = Required<
  Pick<
    MutationResolvers,
    'registerProject' | 'updateProject' | 'removeProject' | 'syncProject' | 'reconcileProject' | 'adoptSnapshot'
  >
>;

export const projectQueries: Queries = {
  project: (_, { id }, { domain, actor }) => domain.projects.get(actor, id),
  projects: async (_, { filter, ...args }, { domain, actor }) =>
    byId(await domain.projects.list(actor, toFilter(filter ?? {}), pageOf(args)), args),
};

export const projectMutations: Mutations = {
  registerProject: (_, { input, idempotencyKey }, { domain, actor }) => {
    const { labels, ...rest } = given(input);
    const options = onceOptions('registerProject', input, idempotencyKey);
    return domain.projects.register(actor, { ...rest, labels: readLabels(labels) }, options);
  },
  updateProject: (_, { input }, { domain, actor }) => domain.projects.update(actor, toPatch(input)),
  removeProject: async (_, { input: { id } }, { domain, actor }) => {
    await domain.projects.remove(actor, id);
    return { id };
  },
  syncProject: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.projects.requestSync(actor, input.id, onceOptions('syncProject', input, idempotencyKey)),
  reconcileProject: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.projects.reconcile(actor, input.id, onceOptions('reconcileProject', input, idempotencyKey)),
  adoptSnapshot: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.projects.adopt(actor, given(input), onceOptions('adoptSnapshot', input, idempotencyKey)),
};

function toFilter(filter: ProjectFilter): ListProjectsFilter {
  const { labels } = given(filter);
  return labels === undefined ? {} : { labels: readLabelSelector(labels, 'filter.labels') };
}

function toPatch(input: UpdateProjectInput): UpdateProject {
  const { labels, ...rest } = patch(input);
  return { ...rest, labels: readLabelsPatch(labels) };
}
