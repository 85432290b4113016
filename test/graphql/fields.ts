const warningsAndError = 'unverified warnings { code message } error { code message } cleanUp';

const schedule = 'name cron timeZone jitterSeconds window { startWithinSeconds }';
const rule = `selector { projects labels branches }
  retention { hourly daily weekly monthly yearly keepLast keepWithin minimumKept bucketKeeps }
  store objectives { rpoSeconds } missedFirings limits { expireAtMostShare }`;

/** Every field of each view, as a selection. */
export const fields = {
  credential: 'id name neonAccountId status version createdAt updatedAt',
  project: `id neonProjectId credentialId name region pgVersion plan historyRetentionSeconds labels
    limits { rootBranches snapshots } maintenanceWindows { name from until cron timeZone durationSeconds } version createdAt updatedAt syncedAt goneAt`,
  branch: `id projectId neonBranchId name parentNeonBranchId isDefault isRoot isProtected state logicalSizeBytes
    restoreWindow { from until } expiresAt goneAt createdAt updatedAt`,
  timeline: 'branchId restoreWindow { from until } points { kind id at name status }',
  policy: `id name ${rule} schedules { ${schedule} nextFiringAt } isPaused pausedUntil
    stops { projectId code } warnings { code message }
    version createdAt updatedAt`,
  policyVersion: `version name ${rule} schedules { ${schedule} } createdAt by { kind id }`,
  firing: 'id policyId schedule branchId dueAt status reason snapshotId createdAt updatedAt',
  policyImport: 'isDryRun changes { name change insteadOf fields { path from to } }',
  snapshot: `id projectId branchId policyId policyVersion name kind status requestedAt requestedLsn pointAt lsn neonId sizeBytes keptBecause
    ${warningsAndError} steps { name startedAt endedAt } version createdAt updatedAt availableAt endedAt`,
  restore: `id projectId source { snapshotId branchId at lsn } target { kind branchId neonBranchId name expiresAt } status
    steps { name startedAt endedAt } preservedBranch { neonBranchId name status waitsFor } ${warningsAndError}
    version createdAt updatedAt startedAt endedAt`,
  job: `id job subjectId projectId lane priority state waitsFor { code jobId job subjectId at because credentialId }
    release fence failedAttempts createdAt begunAt finishedAt`,
  attempt: 'fence release worker startedAt endedAt outcome code message neonRequestId',
  reconcileReport: `id projectId requestedBy requestedAt comparedAt endedAt isProjectGone present { snapshots preservedBranches }
    findings { kind what subjectKind subjectId neonId name policyId action outcome reason } error { code message }`,
  auditEvent: `id sequence at actor { kind id } action subject { kind id } requestId sourceAddress details previousHash hash`,
};
