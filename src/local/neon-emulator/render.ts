/**
 * Owns how the state looks in Neon's words. Each answer is checked against the official types; nothing here changes anything.
 */
import type { Branch, Endpoint, Organization, Project, ProjectListItem, Snapshot } from '@neon/sdk/raw';
import { loopback } from '../postgres/ports.ts';
import type { Context } from './context.ts';
import { limitsFor } from './limits.ts';
import { restoreStatusOf, restrictedActionsOf } from './restrictions.ts';
import type { BranchRecord, EndpointRecord, OrganizationRecord, Plan, ProjectRecord, SnapshotRecord } from './state.ts';

const provisioner = 'k8s-neonvm';
const branchSizeMaxMib = 204_800;

export const subscriptions = {
  free: 'free_v3',
  launch: 'launch_v3',
  scale: 'scale_v3',
  custom: 'direct_sales_v3',
} as const satisfies Record<Plan, string>;

export function renderOrganization(organization: OrganizationRecord) {
  return {
    id: organization.id,
    name: organization.name,
    handle: `${organization.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${organization.id}`,
    plan: organization.plan,
    managed_by: 'console',
    created_at: organization.createdAt,
    updated_at: organization.updatedAt,
    require_mfa: false,
  } satisfies Organization;
}

function projectCore(project: ProjectRecord) {
  return {
    id: project.id,
    platform_id: 'aws',
    region_id: project.regionId,
    name: project.name,
    provisioner,
    default_endpoint_settings: {
      autoscaling_limit_min_cu: project.endpointDefaults.minUnits,
      autoscaling_limit_max_cu: project.endpointDefaults.maxUnits,
      suspend_timeout_seconds: project.endpointDefaults.suspendTimeoutSeconds,
    },
    pg_version: 17,
    proxy_host: loopback,
    branch_logical_size_limit: branchSizeMaxMib,
    branch_logical_size_limit_bytes: branchSizeMaxMib * 1024 * 1024,
    store_passwords: true,
    cpu_used_sec: 0,
    creation_source: 'console',
    history_retention_seconds: project.historyRetentionSeconds,
    created_at: project.createdAt,
    updated_at: project.updatedAt,
    owner_id: project.accountId,
    org_id: project.accountId,
  };
}

export function renderProject(project: ProjectRecord, account: OrganizationRecord) {
  return {
    ...projectCore(project),
    data_storage_bytes_hour: 0,
    data_transfer_bytes: 0,
    written_data_bytes: 0,
    compute_time_seconds: 0,
    active_time_seconds: 0,
    consumption_period_start: project.createdAt,
    consumption_period_end: '0001-01-01T00:00:00Z',
    owner: {
      email: 'owner@afterglow.example',
      name: account.name,
      branches_limit: limitsFor(project).branches,
      subscription_type: subscriptions[project.plan],
    },
  } satisfies Project;
}

export function renderProjectListItem(project: ProjectRecord, account: OrganizationRecord) {
  return { ...projectCore(project), active_time: 0, org_name: account.name } satisfies ProjectListItem;
}

export function renderBranch(context: Context, project: ProjectRecord, branch: BranchRecord) {
  return {
    id: branch.id,
    project_id: project.id,
    ...(branch.parentId === undefined ? {} : { parent_id: branch.parentId }),
    ...(branch.parentLsn === undefined ? {} : { parent_lsn: branch.parentLsn }),
    ...(branch.parentTimestamp === undefined ? {} : { parent_timestamp: branch.parentTimestamp }),
    name: branch.name,
    current_state: branch.state,
    ...(branch.state === 'ready' || branch.state === 'archived' ? {} : { pending_state: 'ready' }),
    state_changed_at: branch.stateChangedAt,
    ...(branch.logicalSizeBytes === undefined ? {} : { logical_size: branch.logicalSizeBytes }),
    creation_source: 'console',
    primary: branch.isDefault,
    default: branch.isDefault,
    protected: branch.isProtected,
    cpu_used_sec: 0,
    compute_time_seconds: 0,
    active_time_seconds: 0,
    written_data_bytes: 0,
    data_transfer_bytes: 0,
    created_at: branch.createdAt,
    updated_at: branch.updatedAt,
    ...(branch.ttlSeconds === undefined ? {} : { ttl_interval_seconds: branch.ttlSeconds }),
    ...(branch.expiresAt === undefined ? {} : { expires_at: branch.expiresAt }),
    ...(branch.lastResetAt === undefined ? {} : { last_reset_at: branch.lastResetAt }),
    init_source: branch.initSource,
    ...renderRestore(context, branch),
  } satisfies Branch;
}

function renderRestore(context: Context, branch: BranchRecord) {
  const { restore } = branch;
  const status = restoreStatusOf(context, branch);
  const restricted = restrictedActionsOf(context, branch);
  return {
    ...(status === undefined ? {} : { restore_status: status }),
    ...(restore === undefined ? {} : { restored_from: restore.snapshotId, restored_as: restore.targetBranchId }),
    ...(restricted.length === 0 ? {} : { restricted_actions: restricted }),
  };
}

export function hostOf(endpoint: EndpointRecord): string {
  return `${loopback}:${endpoint.port ?? 0}`;
}

export function poolerHostOf(endpoint: EndpointRecord): string {
  return `${loopback}:${endpoint.poolerPort ?? 0}`;
}

export function renderEndpoint(project: ProjectRecord, endpoint: EndpointRecord) {
  return {
    host: hostOf(endpoint),
    id: endpoint.id,
    ...(endpoint.name === undefined ? {} : { name: endpoint.name }),
    project_id: project.id,
    branch_id: endpoint.branchId,
    autoscaling_limit_min_cu: endpoint.minUnits,
    autoscaling_limit_max_cu: endpoint.maxUnits,
    region_id: project.regionId,
    type: endpoint.type,
    current_state: endpoint.state,
    ...(endpoint.state === 'init' ? { pending_state: 'active' as const } : {}),
    settings: {},
    pooler_enabled: false,
    pooler_mode: 'transaction',
    disabled: endpoint.isDisabled,
    passwordless_access: false,
    ...(endpoint.lastActiveAt === undefined ? {} : { last_active: endpoint.lastActiveAt }),
    creation_source: 'console',
    created_at: endpoint.createdAt,
    updated_at: endpoint.updatedAt,
    ...(endpoint.startedAt === undefined ? {} : { started_at: endpoint.startedAt }),
    ...(endpoint.suspendedAt === undefined ? {} : { suspended_at: endpoint.suspendedAt }),
    proxy_host: loopback,
    suspend_timeout_seconds: endpoint.suspendTimeoutSeconds,
    provisioner,
  } satisfies Endpoint;
}

export function renderSnapshot(snapshot: SnapshotRecord) {
  return {
    id: snapshot.id,
    name: snapshot.name,
    slug: snapshot.slug,
    ...(snapshot.lsn === undefined ? {} : { lsn: snapshot.lsn }),
    ...(snapshot.timestamp === undefined ? {} : { timestamp: snapshot.timestamp }),
    source_branch_id: snapshot.sourceBranchId,
    created_at: snapshot.createdAt,
    ...(snapshot.expiresAt === undefined ? {} : { expires_at: snapshot.expiresAt }),
    manual: snapshot.isManual,
    ...(snapshot.fullSizeBytes === undefined ? {} : { full_size: snapshot.fullSizeBytes }),
    ...(snapshot.diffSizeBytes === undefined ? {} : { diff_size: snapshot.diffSizeBytes }),
  } satisfies Snapshot;
}
