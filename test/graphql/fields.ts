const warningsAndError = 'unverified warnings { code message } error { code message }';

/** Every field of each view, as a selection. */
export const fields = {
  credential: 'id name neonAccountId status version createdAt updatedAt',
  project: `id neonProjectId credentialId name region pgVersion plan historyRetentionSeconds labels
    limits { rootBranches snapshots } version createdAt updatedAt syncedAt`,
  branch: `id projectId neonBranchId name parentNeonBranchId isDefault isRoot isProtected state logicalSizeBytes
    restoreWindow { from until } expiresAt goneAt createdAt updatedAt`,
  timeline: 'branchId restoreWindow { from until } points { kind id at name status }',
  policy: `id name selector { projects branches } schedules { name cron timeZone nextFiringAt } retention { keepLast }
    version createdAt updatedAt`,
  snapshot: `id projectId branchId policyId name kind status requestedAt requestedLsn pointAt lsn neonId sizeBytes keptBecause
    ${warningsAndError} version createdAt updatedAt availableAt endedAt`,
  restore: `id projectId source { snapshotId branchId at lsn } target { kind branchId neonBranchId name expiresAt } status
    steps { name startedAt endedAt } preservedBranch { neonBranchId name status waitsFor } ${warningsAndError}
    version createdAt updatedAt startedAt endedAt`,
  auditEvent: `id sequence at actor { kind id } action subject { kind id } requestId sourceAddress details previousHash hash`,
};
