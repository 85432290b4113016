// Owns the binding of use-cases to what they are given. Every call that a door may make names its action here.

import { dropOldIdempotencyKeys } from '../store/idempotency.ts';
import { countJobs } from '../store/job-counts.ts';
import { listAuditEvents } from './audit/audit.ts';
import {
  getBranch,
  getBranches,
  getTimeline,
  getTimelines,
  listBranches,
  listBranchesOfProjects,
} from './branch/branch.ts';
import { bindCommand, bindUseCase } from './command.ts';
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
import { exportPolicies, importPolicies } from './policy/document.ts';
import { fireDueSchedules } from './policy/fire.ts';
import { listFirings, listPolicyVersions } from './policy/history.ts';
import { pausePolicy, resumePolicy } from './policy/pause.ts';
import { createPolicy, deletePolicy, getPolicy, listPolicies, updatePolicy } from './policy/policy.ts';
import { runPolicy } from './policy/run.ts';
import { getProject, listProjects, registerProject, removeProject, updateProject } from './project/project.ts';
import { requestSync } from './project/sync.ts';
import { adoptSnapshot } from './reconcile/adopt.ts';
import { getReconcileReport, getReconcileReports, refreshMirrors, requestReconcile } from './reconcile/request.ts';
import { cancelRestore } from './restore/cancel.ts';
import { requestRestore } from './restore/request.ts';
import {
  connectRestore,
  deletePreservedBranch,
  getRestore,
  listRestores,
  listRestoresByBranch,
} from './restore/restore.ts';
import { cancelSnapshot } from './snapshot/cancel.ts';
import {
  deleteSnapshot,
  getSnapshot,
  listSnapshots,
  listSnapshotsByBranch,
  requestSnapshot,
} from './snapshot/snapshot.ts';
import { authenticate } from './team/authenticate.ts';

/** The use-cases, bound to the adapters that the composition root made. */
export function bindDomain(deps: Deps): Domain {
  const use = <I extends unknown[], O>(
    action: Action,
    useCase: (deps: CommandDeps, actor: Actor, ...input: I) => Promise<O>,
  ) => bindUseCase(deps, action, useCase);
  const command = <I, O>(action: Action, useCase: (deps: CommandDeps, actor: Actor, input: I) => Promise<O>) =>
    bindCommand(deps, action, useCase);
  return {
    authenticate: (presented, request) => authenticate(deps, presented, request),
    checkReady: () => checkReady(deps),
    credentials: {
      create: command('credential.write', createCredential),
      list: use('credential.read', listCredentials),
      get: use('credential.read', getCredential),
      update: use('credential.write', updateCredential),
      delete: use('credential.write', deleteCredential),
    },
    projects: {
      register: command('project.write', registerProject),
      list: use('project.read', listProjects),
      get: use('project.read', getProject),
      update: use('project.write', updateProject),
      remove: use('project.write', removeProject),
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
      listOfProjects: use('branch.read', listBranchesOfProjects),
      getMany: use('branch.read', getBranches),
      timelines: use('branch.read', getTimelines),
    },
    policies: {
      create: command('policy.write', createPolicy),
      list: use('policy.read', listPolicies),
      get: use('policy.read', getPolicy),
      update: use('policy.write', updatePolicy),
      delete: use('policy.write', deletePolicy),
      run: command('policy.run', runPolicy),
      pause: command('policy.write', pausePolicy),
      resume: command('policy.write', resumePolicy),
      versions: use('policy.read', listPolicyVersions),
      export: use('policy.read', exportPolicies),
      import: use('policy.write', importPolicies),
    },
    firings: { list: use('policy.read', listFirings) },
    snapshots: {
      request: command('snapshot.request', requestSnapshot),
      list: use('snapshot.read', listSnapshots),
      get: use('snapshot.read', getSnapshot),
      delete: use('snapshot.delete', deleteSnapshot),
      cancel: command('snapshot.cancel', cancelSnapshot),
      listOfBranches: use('snapshot.read', listSnapshotsByBranch),
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
    audit: { list: use('audit.read', listAuditEvents) },

    runJob: (job) => runJob(deps, job),
    relay: () => relay(deps),
    relayUrgent: () => relayUrgent(deps),
    reconcileQueue: () => reconcileQueue(deps),
    fireDueSchedules: () => fireDueSchedules(deps),
    refreshMirrors: () => refreshMirrors(deps),
    reapOverdue: () => reapOverdue(deps),
    recheckCredentials: () => recheckCredentials(deps),
    forgetOldJobs: () => forgetOldJobs(deps),
    dropOldKeys: () => dropOldIdempotencyKeys(deps.db),
    countJobs: () => countJobs(deps.db),
  };
}
