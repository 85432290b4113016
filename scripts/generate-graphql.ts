// What is generated from the GraphQL schema: the contract under openapi/, and the types that the resolvers are written to.

import { codegen } from '@graphql-codegen/core';
import * as typescriptPlugin from '@graphql-codegen/typescript';
import * as resolversPlugin from '@graphql-codegen/typescript-resolvers';
import { type GraphQLSchema, parse, print } from 'graphql';
import { buildGraphqlSchema } from '../src/graphql/schema.ts';

interface Generated {
  /** Relative to the root of the tree. */
  readonly path: string;
  readonly generate: () => Promise<string>;
}

/** What stands behind a type of the schema: the domain's view, so that a resolver hands on what the domain gave. */
const views = {
  ApiKey: 'ApiKeyView',
  Fleet: 'FleetView',
  Me: 'MeView',
  Member: 'MemberView',
  NewApiKey: 'NewApiKeyView',
  Team: 'TeamView',
  AuditEvent: 'AuditEventView',
  Branch: 'BranchView',
  BranchStatus: 'BranchStatusView',
  StatusChange: 'StatusChangeView',
  StatusItem: 'StatusItemView',
  Credential: 'CredentialView',
  Attempt: 'AttemptView',
  DatabaseConnection: 'ConnectionView',
  Job: 'JobView',
  Policy: 'SavedPolicyView',
  PolicyCoverage: 'PolicyCoverageView',
  PolicyPreview: 'PolicyPreviewView',
  Project: 'ProjectView',
  Finding: 'FindingView',
  ReconcileReport: 'ReconcileReportView',
  Restore: 'RestoreView',
  Snapshot: 'SnapshotView',
  Timeline: 'TimelineView',
};

const config = {
  contextType: './context.ts#GraphqlContext',
  defaultScalarType: 'unknown',
  emitLegacyCommonJSImports: false,
  enumsAsTypes: true,
  immutableTypes: true,
  inputMaybeValue: 'T | null | undefined',
  mappers: Object.fromEntries(Object.entries(views).map(([type, view]) => [type, `../domain/index.ts#${view}`])),
  scalars: {
    BranchSelection: '"default" | "roots" | readonly string[]',
    DateTime: 'string',
    JSON: 'unknown',
    SafeInt: 'number',
    ID: 'string',
  },
  skipTypename: true,
  useTypeImports: true,
};

const banner = '// Generated from schema.graphql by scripts/generate.ts. Do not edit.\n\n';

async function generateResolverTypes(): Promise<string> {
  const source = await codegen({
    schema: parse(printInUse(buildGraphqlSchema())),
    documents: [],
    filename: 'src/graphql/generated.ts',
    config,
    plugins: [{ typescript: {} }, { resolvers: {} }],
    pluginMap: { typescript: typescriptPlugin, resolvers: resolversPlugin },
  });
  return banner + source;
}

/** The schema as it is in use, with its descriptions and its limits (which graphql's own `printSchema` leaves out). */
function printInUse(schema: GraphQLSchema): string {
  const { directives, types } = schema.toConfig();
  const definitions = [...directives, ...types].flatMap(({ astNode }) => (astNode ? [print(astNode)] : []));
  return `${definitions.join('\n\n')}\n`;
}

export const graphqlContracts: readonly Generated[] = [
  { path: 'openapi/schema.graphql', generate: async () => printInUse(buildGraphqlSchema()) },
  { path: 'src/graphql/generated.ts', generate: generateResolverTypes },
];
