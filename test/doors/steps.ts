// The life of a team, command by command: each succeeds at least once, and is refused in every way that a door can show.

import type { RefusalCode } from '../../src/core/errors.ts';
import type { Call } from '../harness/strike.ts';
import type { CommandName, Wish } from './commands.ts';
import type { World } from './world.ts';

export interface Step {
  readonly expect: 'ok' | RefusalCode;
  readonly wish: (world: World) => Wish;
  readonly command: CommandName;
  /** Keeps the answer's id under this name, and the hash of a plan as `<name>Hash`. */
  readonly keep?: string;
  /** The next step comes while the work that was promised runs. */
  readonly leavesRunning?: boolean;
  /** Neon takes seconds for what this call begins, so that the steps that follow surely find it running. */
  readonly slowed?: Call;
}

interface Rest {
  readonly id?: string;
  readonly version?: number;
  readonly key?: string;
  readonly keep?: string;
  readonly leavesRunning?: boolean;
  readonly slowed?: Call;
}

type Body = Readonly<Record<string, unknown>>;

/** `id` is the name of a kept one, or stands for itself; so does every text of the body that begins with `$`. */
function step(
  expect: Step['expect'],
  command: CommandName,
  body?: Body,
  { id, version, key, ...rest }: Rest = {},
): Step {
  return {
    expect,
    command,
    ...rest,
    wish: (world) => ({
      command,
      ...(id === undefined ? {} : { id: resolve(world, id) }),
      ...(version === undefined ? {} : { version }),
      ...(body === undefined ? {} : { body: resolveAll(world, body) as Body }),
      ...(key === undefined ? {} : { key }),
    }),
  };
}

function resolve({ kept }: World, text: string): string {
  if (!text.startsWith('$')) return text;
  const found = kept.get(text.slice(1));
  if (found === undefined) throw new Error(`nothing is kept as ${text}`);
  return found;
}

function resolveAll(world: World, value: unknown): unknown {
  if (typeof value === 'string') return resolve(world, value);
  if (Array.isArray(value)) return value.map((item) => resolveAll(world, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolveAll(world, item)]));
}

const past = '2001-01-01T00:00:00Z';
const future = '2999-01-01T00:00:00Z';
const lockEnd = '2090-01-01T00:00:00Z';
const unknown = 'xyz_1';

const windows = [
  { name: 'move', from: '2998-01-01T00:00:00Z', until: '2998-01-02T02:00:00+02:00' },
  { name: 'sundays', cron: '0 2 * * 0', timeZone: 'Europe/Berlin', durationSeconds: 3600 },
];
const schedules = [{ name: 'yearly', cron: '0 0 1 1 *', timeZone: 'Europe/Berlin' }];
const policy = { name: 'nightly', selector: { projects: ['$project'] }, schedules, retention: { keepLast: 3 } };
const entry = { selector: { projects: ['$neonProject'] }, schedules, retention: { keepLast: 3, daily: 7 } };
const preset = { selector: { projects: ['$project'], branches: 'roots' }, preset: 'gfs', store: 'branch' };
const credential = { name: 'main', neonApiKey: '$neonApiKey' };
const atSnapshot = { branchId: '$branch', at: '$pointAt' };
const hold = { matter: 'Smith v. Shop', reason: 'The court asked for it.' };
const newBranch = { kind: 'new_branch' };
const inPlace = { kind: 'in_place' };

const simulation = {
  points: [
    { id: 'b', pointAt: '2026-11-25T23:30:00+01:00' },
    { id: 'held', pointAt: '2026-11-01T00:00:00Z', held: true },
    { id: 'a', pointAt: '2026-11-26T00:00:00+01:00', lockedUntil: '2026-12-24T00:00:00Z' },
    { id: 'gone', pointAt: '2026-11-02T00:00:00Z' },
    { id: 'other', pointAt: '2020-02-29T00:00:00Z', branchId: 'brn_other', proven: true },
  ],
  retention: { daily: 2 },
  timeZone: 'Europe/Berlin',
  now: '2026-12-01T00:00:00Z',
};
const [firstPoint] = simulation.points;

export const steps: readonly Step[] = [
  step('ok', 'simulateRetention', simulation),
  step('ok', 'simulateRetention', { ...simulation, points: [] }),
  step('invalid_request', 'simulateRetention', { ...simulation, points: [{ id: '', pointAt: past }] }),
  step('invalid_instant', 'simulateRetention', { ...simulation, now: 'today' }),
  step('invalid_instant', 'simulateRetention', { ...simulation, now: future }),
  step('instant_in_future', 'simulateRetention', { ...simulation, now: '2026-11-25T00:00:00Z' }),
  step('invalid_time_zone', 'simulateRetention', { ...simulation, timeZone: 'Europe/Atlantis' }),
  step('invalid_duration', 'simulateRetention', { ...simulation, retention: { keepWithin: '2D' } }),
  step('retention_keeps_nothing', 'simulateRetention', { ...simulation, retention: { bucketKeeps: 'last' } }),
  step('duplicate_id', 'simulateRetention', { ...simulation, points: [firstPoint, firstPoint] }),

  step('ok', 'createCredential', credential, { key: 'k-credential', keep: 'credential' }),
  step('ok', 'createCredential', credential, { key: 'k-credential' }),
  step('idempotency_key_reused', 'createCredential', { ...credential, name: 'x' }, { key: 'k-credential' }),
  step('name_taken', 'createCredential', credential),
  step('credential_refused', 'createCredential', { name: 'bad', neonApiKey: 'napi_wrong' }),
  step('invalid_request', 'createCredential', { ...credential, name: '' }),
  step('invalid_request', 'createCredential', { ...credential, extra: 1 }),
  step('invalid_request', 'createCredential', credential, { key: 'a key' }),
  step('ok', 'createCredential', { ...credential, name: 'spare' }, { keep: 'spare' }),
  step('ok', 'updateCredential', { name: 'other' }, { id: '$spare', version: 1 }),
  step('version_stale', 'updateCredential', { name: 'third' }, { id: '$spare', version: 1 }),
  step('not_found', 'updateCredential', { name: 'third' }, { id: unknown, version: 1 }),
  step('credential_refused', 'updateCredential', { neonApiKey: 'napi_wrong' }, { id: '$spare', version: 2 }),
  step('name_taken', 'updateCredential', { name: 'main' }, { id: '$spare', version: 2 }),
  step('invalid_request', 'updateCredential', { name: null }, { id: '$spare', version: 2 }),
  step('ok', 'updateCredential', { neonApiKey: '$neonApiKey' }, { id: '$spare', version: 2 }),
  step('ok', 'updateCredential', {}, { id: '$spare', version: 3 }),

  step('neon_project_not_found', 'registerProject', { neonProjectId: 'no-such', credentialId: '$credential' }),
  step('not_found', 'registerProject', { neonProjectId: '$neonProject', credentialId: unknown }),
  step('invalid_request', 'registerProject', { neonProjectId: 'a b', credentialId: '$credential' }),
  step('invalid_request', 'registerProject', {
    neonProjectId: '$neonProject',
    credentialId: '$credential',
    labels: { Tier: 'x' },
  }),
  step(
    'ok',
    'registerProject',
    { neonProjectId: '$neonProject', credentialId: '$credential', labels: { tier: 'gold', team: 'a' } },
    { key: 'k-project', keep: 'project' },
  ),
  step('project_already_registered', 'registerProject', { neonProjectId: '$neonProject', credentialId: '$credential' }),
  step('credential_in_use', 'deleteCredential', undefined, { id: '$credential' }),
  step('ok', 'deleteCredential', undefined, { id: '$spare' }),
  step('not_found', 'deleteCredential', undefined, { id: '$spare' }),
  step(
    'ok',
    'updateProject',
    { labels: { tier: null, new: 'x' }, limits: { snapshots: 40 } },
    { id: '$project', version: 1 },
  ),
  step('ok', 'updateProject', { limits: { snapshots: null } }, { id: '$project', version: 2 }),
  step('ok', 'updateProject', { maintenanceWindows: windows }, { id: '$project', version: 3 }),
  step('name_taken', 'updateProject', { maintenanceWindows: [windows[0], windows[0]] }, { id: '$project', version: 4 }),
  step(
    'invalid_request',
    'updateProject',
    { maintenanceWindows: [{ ...windows[0], ...windows[1] }] },
    { id: '$project', version: 4 },
  ),
  step(
    'invalid_instant',
    'updateProject',
    { maintenanceWindows: [{ ...windows[0], until: 'later' }] },
    { id: '$project', version: 4 },
  ),
  step(
    'maintenance_window_out_of_range',
    'updateProject',
    { maintenanceWindows: [{ ...windows[0], until: future }] },
    { id: '$project', version: 4 },
  ),
  step('version_stale', 'updateProject', { labels: {} }, { id: '$project', version: 1 }),
  step('not_found', 'updateProject', { labels: {} }, { id: unknown, version: 1 }),
  step('invalid_request', 'updateProject', { limits: { rootBranches: 0 } }, { id: '$project', version: 4 }),
  step('invalid_request', 'updateProject', { labels: null }, { id: '$project', version: 4 }),
  step('ok', 'syncProject', undefined, { id: '$project', key: 'k-sync' }),
  step('not_found', 'syncProject', undefined, { id: unknown }),

  step('invalid_cron', 'createPolicy', { ...policy, schedules: [{ ...schedules[0], cron: 'daily' }] }),
  step('invalid_time_zone', 'createPolicy', { ...policy, schedules: [{ ...schedules[0], timeZone: 'Mars/Crater' }] }),
  step('not_found', 'createPolicy', { ...policy, selector: { projects: [unknown] } }),
  step('invalid_request', 'createPolicy', { ...policy, schedules: [] }),
  step('invalid_request', 'createPolicy', { ...policy, selector: { projects: ['$project'], branches: 'all' } }),
  step('ok', 'createPolicy', policy, { key: 'k-policy', keep: 'policy' }),
  step('name_taken', 'createPolicy', policy),
  step('snapshot_cap_exceeded', 'createPolicy', { name: 'gfs', selector: policy.selector, preset: 'gfs' }),
  step('snapshot_cap_exceeded', 'updatePolicy', { retention: { keepLast: 100 } }, { id: '$policy', version: 1 }),
  step('ok', 'updatePolicy', { selector: { branches: ['main'] } }, { id: '$policy', version: 1 }),
  step(
    'ok',
    'updatePolicy',
    { name: 'weekly', schedules: [{ name: 'other', cron: '0 3 1 1 *', timeZone: 'UTC' }], retention: { keepLast: 2 } },
    { id: '$policy', version: 2 },
  ),
  step('version_stale', 'updatePolicy', { name: 'x' }, { id: '$policy', version: 1 }),
  step('not_found', 'updatePolicy', { name: 'x' }, { id: unknown, version: 1 }),
  step('invalid_request', 'updatePolicy', { retention: { keepLast: 0 } }, { id: '$policy', version: 3 }),
  step('ok', 'runPolicy', undefined, { id: '$policy', key: 'k-run' }),
  step('ok', 'runPolicy', undefined, { id: '$policy', key: 'k-run' }),
  step('not_found', 'runPolicy', undefined, { id: unknown }),
  step('not_found', 'pausePolicy', {}, { id: unknown }),
  step('invalid_instant', 'pausePolicy', { until: 'tomorrow' }, { id: '$policy' }),
  step('pause_out_of_range', 'pausePolicy', { until: past }, { id: '$policy' }),
  step('invalid_request', 'pausePolicy', { reason: '' }, { id: '$policy' }),
  step('transition_refused', 'resumePolicy', undefined, { id: '$policy' }),
  step('ok', 'pausePolicy', { reason: 'a move' }, { id: '$policy', key: 'k-pause' }),
  step('ok', 'pausePolicy', { reason: 'a move' }, { id: '$policy', key: 'k-pause' }),
  step('ok', 'resumePolicy', undefined, { id: '$policy', key: 'k-resume' }),
  step('not_found', 'resumePolicy', undefined, { id: unknown }),
  step('policies_absent', 'importPolicies', { document: { policies: {} } }),
  step('policies_absent', 'importPolicies', { document: { policies: {} }, dryRun: true }),
  step('invalid_request', 'importPolicies', { document: { policies: { x: { ...entry, colour: 1 } } }, remove: true }),
  step('invalid_request', 'importPolicies', { document: { policies: { x: { ...entry, preset: 'never' } } } }),
  step('invalid_cron', 'importPolicies', {
    document: { policies: { x: { ...entry, schedules: [{ ...schedules[0], cron: 'daily' }] } } },
  }),
  step('not_found', 'importPolicies', {
    document: { policies: { x: { ...entry, selector: { projects: [unknown] } } } },
  }),
  step('ok', 'importPolicies', {
    document: { policies: { weekly: entry, gfs: { ...preset, selector: { labels: { a: 'b' } } } } },
    dryRun: true,
  }),
  step('ok', 'importPolicies', { document: { policies: { weekly: entry, gfs: preset } } }),
  step('ok', 'importPolicies', { document: { policies: { weekly: entry, gfs: preset } } }),
  step('ok', 'importPolicies', { document: { policies: { weekly: entry, daily: preset } }, remove: true }),
  step('ok', 'importPolicies', { document: { policies: { weekly: entry } }, remove: true }),
  step('project_in_use', 'removeProject', undefined, { id: '$project' }),
  step('not_found', 'requestRetentionPlan', undefined, { id: unknown }),
  step('ok', 'requestRetentionPlan', undefined, { id: '$policy', key: 'k-plan', keep: 'plan' }),
  step('ok', 'requestRetentionPlan', undefined, { id: '$policy', key: 'k-plan' }),
  step('not_found', 'approveRetentionPlan', { hash: 'a'.repeat(64) }, { id: unknown }),
  step('plan_stale', 'approveRetentionPlan', { hash: 'a'.repeat(64) }, { id: '$plan' }),
  step('ok', 'rejectRetentionPlan', undefined, { id: '$plan', key: 'k-reject' }),
  step('ok', 'rejectRetentionPlan', undefined, { id: '$plan', key: 'k-reject' }),
  step('already_decided', 'rejectRetentionPlan', undefined, { id: '$plan' }),
  step('ok', 'requestRetentionPlan', undefined, { id: '$policy', keep: 'empty' }),
  step('ok', 'approveRetentionPlan', { hash: '$emptyHash' }, { id: '$empty' }),
  step('ok', 'deletePolicy', undefined, { id: '$policy' }),
  step('not_found', 'deletePolicy', undefined, { id: '$policy' }),

  step('not_found', 'reconcileProject', undefined, { id: unknown }),
  step('ok', 'reconcileProject', undefined, { id: '$project', key: 'k-reconcile' }),
  step('ok', 'reconcileProject', undefined, { id: '$project', key: 'k-reconcile' }),
  step('not_found', 'adoptSnapshot', { neonSnapshotId: '$orphan' }, { id: unknown }),
  step('not_found', 'adoptSnapshot', { neonSnapshotId: '$orphan', branchId: unknown }, { id: '$project' }),
  step('invalid_request', 'adoptSnapshot', { neonSnapshotId: 'a b' }, { id: '$project' }),
  step('snapshot_not_in_neon', 'adoptSnapshot', { neonSnapshotId: 'snap-nowhere' }, { id: '$project' }),
  step(
    'ok',
    'adoptSnapshot',
    { neonSnapshotId: '$orphan', name: 'adopted', branchId: '$branch' },
    { id: '$project', key: 'k-adopt' },
  ),
  step(
    'ok',
    'adoptSnapshot',
    { neonSnapshotId: '$orphan', name: 'adopted', branchId: '$branch' },
    { id: '$project', key: 'k-adopt' },
  ),
  step('already_ours', 'adoptSnapshot', { neonSnapshotId: '$orphan' }, { id: '$project' }),

  step('not_found', 'requestSnapshot', { branchId: unknown }),
  step('invalid_request', 'requestSnapshot', { branchId: '$branch', at: past, lsn: '0/1' }),
  step('invalid_request', 'requestSnapshot', { branchId: '$branch', lsn: 'first' }),
  step('invalid_instant', 'requestSnapshot', { branchId: '$branch', at: '2026-03-01 09:30' }),
  step('instant_in_future', 'requestSnapshot', { branchId: '$branch', at: future }),
  step('outside_restore_window', 'requestSnapshot', { branchId: '$branch', at: past }),
  step('ok', 'requestSnapshot', { branchId: '$branch', name: 'before' }, { key: 'k-snapshot', keep: 'snapshot' }),
  step('name_taken', 'requestSnapshot', { branchId: '$branch', name: 'before' }),
  step('ok', 'requestSnapshot', { branchId: '$branch', name: 'late' }, { keep: 'late', leavesRunning: true }),
  step('transition_refused', 'deleteSnapshot', undefined, { id: '$late', leavesRunning: true }),
  step('snapshot_not_available', 'requestRestore', { source: { snapshotId: '$late' }, target: newBranch }),
  step(
    'ok',
    'requestSnapshot',
    { branchId: '$branch', name: 'unwanted' },
    { keep: 'unwanted', leavesRunning: true, slowed: 'createSnapshot' },
  ),
  step('ok', 'cancelSnapshot', undefined, { id: '$unwanted', key: 'k-cancel-snapshot', leavesRunning: true }),
  step('already_ended', 'cancelSnapshot', undefined, { id: '$unwanted' }),
  step('ok', 'cancelSnapshot', undefined, { id: '$unwanted', key: 'k-cancel-snapshot' }),
  step('idempotency_key_reused', 'cancelSnapshot', undefined, { id: '$late', key: 'k-cancel-snapshot' }),
  step('already_ended', 'cancelSnapshot', undefined, { id: '$late' }),
  step('not_found', 'cancelSnapshot', undefined, { id: unknown }),

  step('not_found', 'requestRestore', { source: { snapshotId: unknown }, target: newBranch }),
  step('invalid_request', 'requestRestore', { source: { snapshotId: '$snapshot', ...atSnapshot }, target: newBranch }),
  step('invalid_request', 'requestRestore', { source: atSnapshot, target: { kind: 'sideways' } }),
  step('invalid_request', 'requestRestore', { source: atSnapshot, target: { ...inPlace, name: 'x' } }),
  step('invalid_instant', 'requestRestore', { source: { branchId: '$branch', at: 'now' }, target: newBranch }),
  step('instant_in_future', 'requestRestore', { source: { branchId: '$branch', at: future }, target: newBranch }),
  step('outside_restore_window', 'requestRestore', { source: { branchId: '$branch', at: past }, target: newBranch }),
  step('expiry_out_of_range', 'requestRestore', { source: atSnapshot, target: { ...newBranch, expiresAt: future } }),
  step(
    'ok',
    'requestRestore',
    { source: atSnapshot, target: { ...inPlace, preserveAs: 'replaced' } },
    { keep: 'undone', leavesRunning: true, slowed: 'restoreBranch' },
  ),
  step('target_busy', 'requestRestore', { source: atSnapshot, target: inPlace }, { leavesRunning: true }),
  step('restore_not_succeeded', 'connectRestore', {}, { id: '$undone', leavesRunning: true }),
  step('past_point_of_no_return', 'cancelRestore', undefined, { id: '$undone', leavesRunning: true }),
  step('project_busy', 'removeProject', undefined, { id: '$project' }),
  step('not_found', 'deletePreservedBranch', undefined, { id: unknown }),
  step('ok', 'deletePreservedBranch', undefined, { id: '$undone' }),
  // The window of a branch that was restored in place begins with its restore.
  step('ok', 'requestSnapshot', { branchId: '$branch', name: 'after' }),
  step(
    'ok',
    'requestRestore',
    { source: atSnapshot, target: { ...newBranch, name: 'rescued' } },
    { key: 'k-restore', keep: 'restore' },
  ),
  step('name_taken', 'requestRestore', { source: atSnapshot, target: { ...newBranch, name: 'rescued' } }),
  step(
    'ok',
    'requestRestore',
    { source: atSnapshot, target: { ...newBranch, name: 'unwanted' } },
    { keep: 'unwantedRestore', leavesRunning: true, slowed: 'createBranch' },
  ),
  step('ok', 'cancelRestore', undefined, { id: '$unwantedRestore', key: 'k-cancel-restore' }),
  step('ok', 'cancelRestore', undefined, { id: '$unwantedRestore', key: 'k-cancel-restore' }),
  step('already_ended', 'cancelRestore', undefined, { id: '$unwantedRestore' }),
  step('already_ended', 'cancelRestore', undefined, { id: '$restore' }),
  step('not_found', 'cancelRestore', undefined, { id: unknown }),
  step('branch_not_root', 'requestRestore', { source: { branchId: '$child', lsn: '0/1' }, target: inPlace }),
  step('ok', 'connectRestore', {}, { id: '$restore' }),
  step('ok', 'connectRestore', { databaseName: 'neondb', roleName: 'neondb_owner', pooled: false }, { id: '$restore' }),
  step('not_found', 'connectRestore', { databaseName: 'nowhere' }, { id: '$restore' }),
  step('not_found', 'connectRestore', {}, { id: unknown }),
  step('invalid_request', 'connectRestore', { databaseName: '' }, { id: '$restore' }),
  step('no_preserved_branch', 'deletePreservedBranch', undefined, { id: '$restore' }),
  step('not_found', 'lockSnapshot', { until: lockEnd }, { id: unknown }),
  step('invalid_request', 'lockSnapshot', {}, { id: '$snapshot' }),
  step('invalid_request', 'lockSnapshot', { until: lockEnd, graceHours: -1 }, { id: '$snapshot' }),
  step('invalid_instant', 'lockSnapshot', { until: 'soon' }, { id: '$snapshot' }),
  step('lock_too_short', 'lockSnapshot', { until: past }, { id: '$snapshot' }),
  step('lock_too_long', 'lockSnapshot', { until: '9999-12-31T00:00:00Z' }, { id: '$snapshot' }),
  step('snapshot_not_available', 'lockSnapshot', { until: lockEnd }, { id: '$unwanted' }),
  step('ok', 'lockSnapshot', { until: lockEnd, graceHours: 1 }, { id: '$snapshot', key: 'k-lock' }),
  step('ok', 'lockSnapshot', { until: lockEnd, graceHours: 1 }, { id: '$snapshot', key: 'k-lock' }),
  step('idempotency_key_reused', 'lockSnapshot', { until: lockEnd }, { id: '$snapshot', key: 'k-lock' }),
  step('snapshot_locked', 'deleteSnapshot', undefined, { id: '$snapshot' }),
  step('reason_required', 'lockSnapshot', { until: null }, { id: '$snapshot' }),
  step('ok', 'lockSnapshot', { until: null, reason: 'The audit is over.' }, { id: '$snapshot' }),
  step('ok', 'lockSnapshot', { mode: 'compliance', until: lockEnd, graceHours: 0 }, { id: '$late' }),
  step('compliance_lock_fixed', 'lockSnapshot', { until: null, reason: 'I wish it.' }, { id: '$late' }),
  step('not_found', 'placeHold', { ...hold, selector: { snapshotIds: ['$snapshot', unknown] } }),
  step('not_found', 'placeHold', { ...hold, selector: { branchId: unknown, from: past } }),
  step('invalid_request', 'placeHold', { ...hold, selector: { branchId: '$branch' } }),
  step('invalid_request', 'placeHold', {
    ...hold,
    selector: { snapshotIds: ['$late'], branchId: '$branch', from: past },
  }),
  step('invalid_instant', 'placeHold', { ...hold, selector: { branchId: '$branch', from: 'then' } }),
  step('range_empty', 'placeHold', { ...hold, selector: { branchId: '$branch', from: lockEnd, until: past } }),
  step('ok', 'placeHold', { ...hold, selector: { snapshotIds: ['$late'] } }, { key: 'k-hold' }),
  step('ok', 'placeHold', { ...hold, selector: { snapshotIds: ['$late'] } }, { key: 'k-hold' }),
  step('ok', 'placeHold', { ...hold, selector: { branchId: '$branch', from: past, until: null } }, { keep: 'hold' }),
  step('snapshot_held', 'deleteSnapshot', undefined, { id: '$snapshot' }),
  step('not_found', 'releaseHold', { reason: 'It is settled.' }, { id: unknown }),
  step('invalid_request', 'releaseHold', {}, { id: '$hold' }),
  step('ok', 'releaseHold', { reason: 'It is settled.' }, { id: '$hold', key: 'k-release' }),
  step('ok', 'releaseHold', { reason: 'It is settled.' }, { id: '$hold', key: 'k-release' }),
  step('hold_released', 'releaseHold', { reason: 'It is settled.' }, { id: '$hold' }),
  step('ok', 'requestRestore', { source: { snapshotId: '$snapshot' }, target: newBranch }),
  step('ok', 'deleteSnapshot', undefined, { id: '$snapshot' }),
  step('not_found', 'deleteSnapshot', undefined, { id: unknown }),
  step('ok', 'updateProject', { limits: { rootBranches: 1 } }, { id: '$project', version: 4 }),
  step('root_branch_cap_reached', 'requestRestore', { source: atSnapshot, target: inPlace }),
];

/** When all has been read. */
export const lastSteps: readonly Step[] = [
  step('ok', 'removeProject', undefined, { id: '$project' }),
  step('not_found', 'removeProject', undefined, { id: '$project' }),
];
