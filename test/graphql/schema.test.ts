import { assertEnumType, isEnumType, isObjectType } from 'graphql';
import t from 'tap';
import { branchStates, stateReasons } from '../../src/core/branch-status.ts';
import { lifecycles } from '../../src/core/lifecycle.ts';
import { planRestore } from '../../src/core/restore-plan.ts';
import type * as views from '../../src/domain/index.ts';
import type * as graphql from '../../src/graphql/generated.ts';
import { buildGraphqlSchema } from '../../src/graphql/schema.ts';

const schema = buildGraphqlSchema();

/** These do not compile where a view lacks a field of the schema, or has it with another type. */
type Loaded =
  | 'attempts'
  | 'branch'
  | 'branches'
  | 'coverage'
  | 'credential'
  | 'preview'
  | 'reconcileReport'
  | 'snapshots'
  | 'restores'
  | 'timeline';
type Fits<View, Type> = View extends Omit<Type, Loaded> ? true : never;
const fits: [
  Fits<views.CredentialView, graphql.Credential>,
  Fits<views.ProjectView, Omit<graphql.Project, 'nextFirings'>>,
  Fits<views.ProjectFiringView, graphql.ProjectFiring>,
  Fits<views.BranchView, Omit<graphql.Branch, 'status'>>,
  Fits<views.BranchStatusView, graphql.BranchStatus>,
  Fits<views.StatusItemView, graphql.StatusItem>,
  Fits<views.TimelineView, graphql.Timeline>,
  Fits<views.PolicyView, graphql.Policy>,
  Fits<views.PolicyPreviewView, graphql.PolicyPreview>,
  Fits<views.PolicyCoverageView, graphql.PolicyCoverage>,
  Fits<views.PolicyVersionView, graphql.PolicyVersion>,
  Fits<views.FiringView, graphql.Firing>,
  Fits<views.PolicyImportView, graphql.PolicyImport>,
  Fits<views.SnapshotView, graphql.Snapshot>,
  Fits<views.HoldView, graphql.Hold>,
  Fits<views.RestoreView, graphql.Restore>,
  Fits<views.JobView, graphql.Job>,
  Fits<views.AttemptView, graphql.Attempt>,
  Fits<views.AuditEventView, graphql.AuditEvent>,
  Fits<views.AuditHeadView, graphql.AuditHead>,
  Fits<views.ConnectionView, graphql.DatabaseConnection>,
  Fits<views.ReconcileReportView, graphql.ReconcileReport>,
  Fits<views.FindingView, graphql.Finding>,
  Fits<views.RetentionSimulationView, graphql.RetentionSimulation>,
] = [
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
];

type KeysOf<Union> = Union extends unknown ? keyof Union : never;

/** And these where a view has a field that the schema lacks. */
const covers: [
  Exclude<keyof views.MeView, keyof graphql.Me>,
  Exclude<keyof views.FleetView, keyof graphql.Fleet>,
  Exclude<keyof views.TeamView, keyof graphql.Team>,
  Exclude<keyof views.MemberView, keyof graphql.Member>,
  Exclude<keyof views.ApiKeyView, keyof graphql.ApiKey>,
  Exclude<keyof views.NewApiKeyView, keyof graphql.NewApiKey>,
  Exclude<keyof views.CredentialView, keyof graphql.Credential>,
  Exclude<keyof views.ProjectView, keyof graphql.Project>,
  Exclude<keyof views.BranchView, keyof graphql.Branch>,
  Exclude<keyof views.BranchStatusView, keyof graphql.BranchStatus>,
  Exclude<keyof views.StatusItemView, keyof graphql.StatusItem>,
  Exclude<keyof views.TimelineView, keyof graphql.Timeline>,
  Exclude<keyof views.PolicyView, keyof graphql.Policy>,
  Exclude<keyof views.PolicyPreviewView, keyof graphql.PolicyPreview>,
  Exclude<keyof views.PolicyCoverageView, keyof graphql.PolicyCoverage>,
  Exclude<keyof views.PolicyVersionView, keyof graphql.PolicyVersion>,
  Exclude<keyof views.FiringView, keyof graphql.Firing>,
  Exclude<keyof views.PolicyImportView, keyof graphql.PolicyImport>,
  Exclude<keyof views.SnapshotView, keyof graphql.Snapshot>,
  Exclude<keyof views.HoldView, keyof graphql.Hold>,
  Exclude<keyof views.RestoreView, keyof graphql.Restore>,
  Exclude<keyof views.JobWithAttemptsView, keyof graphql.Job>,
  Exclude<KeysOf<views.JobWait>, keyof graphql.JobWait>,
  Exclude<keyof views.AttemptView, keyof graphql.Attempt>,
  Exclude<keyof views.AuditEventView, keyof graphql.AuditEvent>,
  Exclude<keyof views.AuditHeadView, keyof graphql.AuditHead>,
  Exclude<keyof views.ReconcileReportView, keyof graphql.ReconcileReport>,
  Exclude<keyof views.FindingView, keyof graphql.Finding>,
  Exclude<keyof views.RetentionSimulationView, keyof graphql.RetentionSimulation>,
  Exclude<keyof views.RetentionDecisionView, keyof graphql.RetentionDecision>,
] extends never[]
  ? true
  : never = true;

t.test('every view fits its type, and its type covers it', async (t) => {
  t.ok(fits.every((fit) => fit) && covers, 'as the compiler says');
});

const enums = {
  CoveredState: branchStates,
  BranchState: [...branchStates, 'uncovered'],
  StateReason: Object.keys(stateReasons),
  CredentialStatus: Object.keys(lifecycles.credential),
  SnapshotStatus: Object.keys(lifecycles.snapshot),
  FiringStatus: Object.keys(lifecycles.firing),
  RestoreStatus: Object.keys(lifecycles.restore),
  PreservedBranchStatus: Object.keys(lifecycles.preserved_branch),
  TimelinePointStatus: Object.keys({ ...lifecycles.snapshot, ...lifecycles.restore }),
  RestoreStepName: [
    ...new Set(
      (['point', 'neon_snapshot', 'branch_snapshot'] as const).flatMap((source) => [
        ...planRestore(source, 'new_branch'),
        ...planRestore(source, 'in_place'),
      ]),
    ),
  ],
};

for (const [name, values] of Object.entries(enums)) {
  t.test(`${name} has the values of core`, async (t) => {
    const found = assertEnumType(schema.getType(name)).getValues();
    t.strictSame(found.map((value) => value.name).sort(), [...values].sort());
  });
}

t.test('enum values are the words of the views', async (t) => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isEnumType(type) || type.name.startsWith('__')) continue;
    for (const { name } of type.getValues()) t.match(name, /^[a-z][a-z_]*$/, `${type.name}.${name}`);
  }
});

t.test('a field at the root may be null, so that one that is refused leaves the others', async (t) => {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    if (!isObjectType(type)) throw new Error('no root');
    for (const field of Object.values(type.getFields())) t.notMatch(String(field.type), /!$/, field.name);
  }
});

t.test('every mutation takes one input, and some an idempotency key', async (t) => {
  for (const { name, args } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    t.match(args.map((arg) => arg.name).join(), /^input(,idempotencyKey)?$/, name);
    t.equal(String(args[0]?.type), `${name.slice(0, 1).toUpperCase()}${name.slice(1)}Input!`);
  }
});
