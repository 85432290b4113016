// Owns the binding of use-cases to what they are given. Every call that a door may make names its action here.

import { dropOldIdempotencyKeys } from '../store/idempotency.ts';
import { countJobs, countMissingSnapshots } from '../store/job-counts.ts';
import { countStates } from '../store/statuses.ts';
import { exportAuditEvents, listAuditEvents } from './audit/audit.ts';
import { tellingOfSignIns } from './audit/access.ts';
import { listAuditHeads } from './audit/heads.ts';
import { tendAuditMonths } from './audit/months.ts';
import { makeNoteRefusal, tellRefusals } from './audit/refusals.ts';
import {
  getBranch,
  getBranches,
  getTimeline,
  getTimelines,
  listBranches,
  listBranchesByProject,
} from './branch/branch.ts';
import { bindCommand, bindUseCase, type Replay } from './command.ts';
import {
  createCredential,
  deleteCredential,
  getCredential,
  listCredentials,
  updateCredential,
} from './credential/credential.ts';
import { recheckCredentials } from './credential/recheck.ts';
import type { Actor } from './actor.ts';
import type { Action } from './authorize.ts';
import type { CommandDeps, Deps } from './deps.ts';
import type { Domain } from './index.ts';
import { getJob, listAttemptsByJob, listJobs } from './job/job.ts';
import { reapOverdue } from './job/reap.ts';
import { forgetOldJobs, reconcileQueue, relay, relayUrgent } from './job/relay.ts';
import { runJob } from './job/run.ts';
import { checkReady } from './ready.ts';
import { deletePolicy } from './policy/delete.ts';
import { exportPolicies, importPolicies } from './policy/document.ts';
import { fireDueSchedules } from './policy/fire.ts';
import { listFirings, listPolicyVersions } from './policy/history.ts';
import { pausePolicy, resumePolicy } from './policy/pause.ts';
import {
  createPolicy,
  getPolicy,
  getPolicyReaches,
  listPolicies,
  listPoliciesByBranch,
  listSavedPolicies,
  updatePolicy,
} from './policy/policy.ts';
import { getPolicyCoverage } from './policy/coverage-view.ts';
import { previewPolicy, previewPresentPolicy } from './policy/preview.ts';
import { runPolicy } from './policy/run.ts';
import { simulateRetention } from './policy/simulate.ts';
import { getNextFirings } from './project/firings.ts';
import { getProject, listProjects, registerProject, removeProject, updateProject } from './project/project.ts';
import { requestSync } from './project/sync.ts';
import { adoptSnapshot } from './reconcile/adopt.ts';
import { getReconcileReport, getReconcileReports, refreshMirrors, requestReconcile } from './reconcile/request.ts';
import { getHold, listHolds, placeHold, releaseHold } from './hold/hold.ts';
import { cancelRestore } from './restore/cancel.ts';
import { requestRestore } from './restore/request.ts';
import {
  connectRestore,
  deletePreservedBranch,
  getRestore,
  listRestores,
  listRestoresByBranch,
} from './restore/restore.ts';
import {
  approveRetentionPlan,
  getRetentionPlan,
  listRetentionPlans,
  rejectRetentionPlan,
  requestRetentionPlan,
} from './retention/plan.ts';
import { cancelSnapshot } from './snapshot/cancel.ts';
import { lockSnapshot } from './snapshot/lock.ts';
import {
  deleteSnapshot,
  getSnapshot,
  getSnapshotWritten,
  listSnapshots,
  listSnapshotsByBranch,
  listSnapshotsWritten,
  requestSnapshot,
} from './snapshot/snapshot.ts';
import { getBranchStatus, getBranchStatuses, getTeamStatus } from './status/status.ts';
import { makeWatch } from './status/watch.ts';
import { bindStreams } from './stream/bind.ts';
import { makeHub } from './stream/hub.ts';
import { createApiKey, getApiKey, listApiKeys, revokeApiKey, rotateApiKey, shownOnce } from './team/api-keys.ts';
import { makeAuthenticate } from './team/authenticate.ts';
import { enterTeam } from './team/enter.ts';
import { getFleet, getMe } from './team/me.ts';
import { addMember, listMembers, permitInNamedTeam, removeMember, updateMember } from './team/members.ts';
import { createTeam, getTeam, listTeams } from './team/teams.ts';

/** The use-cases, bound to the adapters that the composition root made. */
export function bindDomain(deps: Deps): Domain {
  const binding = { ...deps, noteRefusal: makeNoteRefusal(deps) };
  const hub = makeHub(deps);
  const use = <I extends unknown[], O>(
    action: Action,
    useCase: (deps: CommandDeps, actor: Actor, ...input: I) => Promise<O>,
  ) => bindUseCase(binding, action, useCase);
  const command = <I, O>(
    action: Action,
    useCase: (deps: CommandDeps, actor: Actor, input: I) => Promise<O>,
    replay?: Replay<I, O>,
  ) => bindCommand(binding, action, useCase, replay);
  return {
    authenticate: tellingOfSignIns(deps, makeAuthenticate(deps)),
    checkReady: () => checkReady(deps),
    me: { get: use('me.read', getMe) },
    teams: {
      create: command('team.create', createTeam),
      list: use('team.read', listTeams),
      get: use('team.read', getTeam),
      enter: (actor, slug) => enterTeam(deps, actor, slug),
    },
    members: {
      add: command('member.write', addMember, { permit: permitInNamedTeam }),
      list: use('member.read', listMembers),
      update: use('member.write', updateMember),
      remove: use('member.write', removeMember),
    },
    apiKeys: {
      create: command('api_key.write', createApiKey, shownOnce),
      list: use('api_key.read', listApiKeys),
      get: use('api_key.read', getApiKey),
      rotate: command('api_key.write', rotateApiKey, shownOnce),
      revoke: use('api_key.write', revokeApiKey),
    },
    fleet: { get: use('fleet.read', getFleet) },
    credentials: {
      create: command('credential.write', createCredential),
      list: use('credential.read', listCredentials),
      get: use('credential.read', getCredential),
      update: use('credential.write', updateCredential),
      delete: use('credential.write', deleteCredential),
    },
    projects: {
      register: command('project.register', registerProject),
      list: use('project.read', listProjects),
      get: use('project.read', getProject),
      update: use('project.write', updateProject),
      nextFirings: use('project.read', getNextFirings),
      remove: use('project.register', removeProject),
      requestSync: command('project.sync', requestSync),
      reconcile: command('project.reconcile', requestReconcile),
      reconcileReport: use('project.read', getReconcileReport),
      reconcileReports: use('project.read', getReconcileReports),
      adopt: command('project.adopt', adoptSnapshot),
    },
    branches: {
      list: use('branch.read', listBranches),
      get: use('branch.read', getBranch),
      timeline: use('branch.read', getTimeline),
      listOfProjects: use('branch.read', listBranchesByProject),
      getMany: use('branch.read', getBranches),
      timelines: use('branch.read', getTimelines),
    },
    status: {
      team: use('status.read', getTeamStatus),
      branch: use('status.read', getBranchStatus),
      branches: use('status.read', getBranchStatuses),
    },
    policies: {
      create: command('policy.write', createPolicy),
      list: use('policy.read', listPolicies),
      get: use('policy.read', getPolicy),
      update: use('policy.write', updatePolicy),
      delete: use('policy.write', deletePolicy),
      preview: use('policy.preview', previewPolicy),
      previewOf: use('policy.preview', previewPresentPolicy),
      coverage: use('policy.read', getPolicyCoverage),
      run: command('policy.run', runPolicy),
      pause: command('policy.write', pausePolicy),
      resume: command('policy.write', resumePolicy),
      versions: use('policy.read', listPolicyVersions),
      listSaved: use('policy.read', listSavedPolicies),
      reaches: use('policy.read', getPolicyReaches),
      listOfBranches: use('policy.read', listPoliciesByBranch),
      export: use('policy.read', exportPolicies),
      import: use('policy.import', importPolicies),
    },
    retentionPlans: {
      request: command('retention_plan.request', requestRetentionPlan),
      list: use('retention_plan.read', listRetentionPlans),
      get: use('retention_plan.read', getRetentionPlan),
      approve: command('retention_plan.decide', approveRetentionPlan),
      reject: command('retention_plan.decide', rejectRetentionPlan),
    },
    retention: { simulate: use('retention.simulate', simulateRetention) },
    firings: { list: use('firing.read', listFirings) },
    snapshots: {
      request: command('snapshot.request', requestSnapshot),
      list: use('snapshot.read', listSnapshots),
      get: use('snapshot.read', getSnapshot),
      listWritten: use('snapshot.read', listSnapshotsWritten),
      getWritten: use('snapshot.read', getSnapshotWritten),
      delete: use('snapshot.delete', deleteSnapshot),
      cancel: command('snapshot.cancel', cancelSnapshot),
      lock: command('lock.set', lockSnapshot),
      listOfBranches: use('snapshot.read', listSnapshotsByBranch),
    },
    holds: {
      place: command('hold.place', placeHold),
      list: use('hold.read', listHolds),
      get: use('hold.read', getHold),
      release: command('hold.release', releaseHold),
    },
    restores: {
      request: command('restore.request', requestRestore),
      list: use('restore.read', listRestores),
      get: use('restore.read', getRestore),
      connect: use('restore.connect', connectRestore),
      deletePreservedBranch: use('preserved_branch.delete', deletePreservedBranch),
      cancel: command('restore.cancel', cancelRestore),
      listOfBranches: use('restore.read', listRestoresByBranch),
    },
    jobs: {
      list: use('job.read', listJobs),
      get: use('job.read', getJob),
      attemptsOf: use('job.read', listAttemptsByJob),
    },
    audit: {
      list: use('audit.read', listAuditEvents),
      export: use('audit.read', exportAuditEvents),
      heads: use('audit.read', listAuditHeads),
      signingKeys: () => deps.signer.publicKeys,
    },
    streams: bindStreams(binding, hub),

    runJob: (job) => runJob(deps, job),
    relay: () => relay(deps),
    relayUrgent: () => relayUrgent(deps),
    reconcileQueue: () => reconcileQueue(deps),
    fireDueSchedules: () => fireDueSchedules(deps),
    watchBranches: makeWatch(deps),
    refreshMirrors: () => refreshMirrors(deps),
    reapOverdue: () => reapOverdue(deps),
    recheckCredentials: () => recheckCredentials(deps),
    tendAuditMonths: () => tendAuditMonths(deps),
    tellRefusals: () => tellRefusals(deps),
    forgetOldJobs: () => forgetOldJobs(deps),
    dropOldKeys: () => dropOldIdempotencyKeys(deps.db),
    countJobs: () => countJobs(deps.db),
    countMissingSnapshots: () => countMissingSnapshots(deps.db),
    countStates: () => countStates(deps.db),
    heard: (news) => hub.heard(news),
    endStreams: () => hub.end(),
  };
}
