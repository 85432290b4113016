import { Type } from 'typebox';
import type { PolicyDocument as PolicyDocumentView, PolicyImportView } from '../../domain/index.ts';
import { answer, at, orNull, text, words } from './answer.ts';
import { flag, nameKey, strict } from './parts.ts';
import { entry } from './policies.ts';

/** Keyed by name; of each policy what a POST takes, in the same words. */
export const ImportPolicies = strict({
  policies: Type.Record(Type.String({ pattern: nameKey }), entry, {
    description: 'By name. Projects may be named by our ids or by those of Neon.',
    additionalProperties: false,
    maxProperties: 1_000,
  }),
});

export const ImportPoliciesQuery = strict({
  dryRun: flag('Say what would be changed, and change nothing.'),
  remove: flag('Delete the policies that the document leaves out; refused otherwise.'),
  force: flag('Also save what needs more than Neon would hold; refused otherwise.'),
});

export const PolicyDocument = answer<PolicyDocumentView>()(
  'PolicyDocument',
  'Every policy of the team, in the form in which it is asked for: presets expanded, defaults shown, projects by the ids of Neon.',
  {
    policies: Type.Unsafe<Record<string, Record<string, unknown>>>({
      type: 'object',
      additionalProperties: { type: 'object', additionalProperties: true },
      description: 'By name.',
    }),
  },
);

export const PolicyImport = answer<PolicyImportView>()('PolicyImport', 'What an import has changed, or would change.', {
  isDryRun: Type.Boolean({ description: 'Nothing was changed.' }),
  changes: Type.Array(
    Type.Object({
      name: text('Of the policy.'),
      change: words({ create: true, update: true, unchanged: true, remove: true }, 'What becomes of it.'),
      insteadOf: orNull(
        text(
          'Of one that is created: the removed one that says the same. A renamed policy is a new one, and the snapshots stay those of the old.',
        ),
      ),
      fields: Type.Array(
        Type.Object({
          path: text('Such as `schedules[hourly].cron`.'),
          from: Type.Unknown({ description: 'Null where there was nothing.' }),
          to: Type.Unknown({ description: 'Null where nothing is left.' }),
        }),
        { description: 'By path.' },
      ),
      nextFirings: Type.Array(
        Type.Object({
          schedule: text('Its name.'),
          at: orNull(at('Null while nothing is to fire, and for what Neon takes.')),
        }),
        { description: 'Of a policy in the document, one for each schedule.' },
      ),
    }),
    { description: 'Of every policy that is there or in the document, by name.' },
  ),
});
