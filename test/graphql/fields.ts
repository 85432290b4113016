const warningsAndError = 'unverified warnings { code message } error { code message } cleanUp';

const need = 'needed thisPolicy otherPolicies standing beingMade cap fits isAtLeast';
const cost = 'monthlyCost { snapshots branches total isAtMost unknownBecause }';
const expiry = '{ count snapshots { snapshotId branchId pointAt reasons } needApproval }';
const schedule = 'name cron timeZone jitterSeconds window { startWithinSeconds } engine';
const rule = `selector { projects labels branches }
  retention { hourly daily weekly monthly yearly keepLast keepWithin minimumKept bucketKeeps }
  protection { lock { mode for graceHours tiers } }
  store objectives { rpoSeconds } missedFirings limits { expireAtMostShare }`;

const apiKey =
  'id name prefix role kind projects cidrs expiresAt lastUsedAt rotatedFrom isPreset createdBy { kind id } createdAt revokedAt';

/** Every field of each view, as a selection. */
export const fields = {
  me: 'kind id label isPlatform team { id slug name role } teams { id slug name role } projects actions',
  fleet: 'teams members apiKeys projects branches { ok late at_risk missing } jobs { job status count oldestSeconds }',
  team: 'id slug name role createdAt',
  member: 'id teamId issuer subject role version createdAt updatedAt',
  apiKey,
  newApiKey: `${apiKey} key`,
  credential: 'id name neonAccountId status version createdAt updatedAt',
  project: `id neonProjectId credentialId name region pgVersion plan historyRetentionSeconds labels
    limits { rootBranches snapshots } maintenanceWindows { name from until cron timeZone durationSeconds } version createdAt updatedAt syncedAt goneAt`,
  nextFirings: 'nextFirings { policyId schedule at maintenanceUntil }',
  branch: `id projectId neonBranchId name parentNeonBranchId isDefault isRoot isProtected state logicalSizeBytes
    restoreWindow { from until } expiresAt goneAt createdAt updatedAt`,
  timeline: 'branchId restoreWindow { from until } points { kind id at name status }',
  branchStatus: `branchId state reasons lastPoint { snapshotId pointAt } rpo { achievedSeconds targetSeconds } nextFiringAt
    restoreWindow { from until } policies { policyId name state reasons lastPointAt expectedAt nextFiringAt frozen paused } checkedAt`,
  statusItem: `branchId projectId name state reasons lastPoint { snapshotId pointAt } rpo { achievedSeconds targetSeconds }
    nextFiringAt policyIds changedAt`,
  simulation: 'decisions { id keep reasons }',
  policyPreview: `firings { schedule at local dst maintenance engine }
    keeps { engine total isAtLeast tiers { hourly daily weekly monthly yearly keepLast minimumKept keepWithin locked } }
    forecast { projectCount
      projects { projectId snapshots { ${need} } leftToNeon branches { ${need} included } rootSlots { needed used cap } ${cost} } ${cost} }
    wouldExpire ${expiry} wouldExpireNow ${expiry} warnings { code message }`,
  policyCoverage: `coveredCount covered { branchId projectId name kind } uncoveredCount uncovered { branchId projectId name }
    pausedCount paused { branchId projectId name }
    warnings { code message }`,
  policy: `id name ${rule} schedules { ${schedule} nextFiringAt } isPaused pausedUntil
    stops { projectId code }
    delegation { counts { pending set drifted refused } branches { branchId state error { code message } checkedAt } }
    warnings { code message }
    version createdAt updatedAt`,
  policyVersion: `version name ${rule} schedules { ${schedule} } createdAt by { kind id }`,
  firing: 'id policyId schedule branchId dueAt status reason snapshotId createdAt updatedAt',
  policyImport: 'isDryRun changes { name change insteadOf fields { path from to } nextFirings { schedule at } }',
  snapshot: `id projectId branchId policyId policyVersion name kind status requestedAt requestedLsn pointAt lsn neonId sizeBytes keptBecause
    holds lock { mode until graceUntil lockedAt lockedBy }
    ${warningsAndError} steps { name startedAt endedAt } version createdAt updatedAt availableAt endedAt`,
  retentionPlan: `id policyId policyVersion cause status hash branchIds frozenBranchIds keeps expires
    decisions { snapshotId branchId pointAt keep reasons } decidedBy { kind id } decidedAt createdAt updatedAt`,
  hold: `id matter reason selector { snapshotIds branchId from until } placedBy { kind id } placedAt turnedBack tooLate
    releasedBy { kind id } releasedAt releaseReason`,
  restore: `id projectId source { snapshotId branchId at lsn } target { kind branchId neonBranchId name expiresAt } status
    steps { name startedAt endedAt } preservedBranch { neonBranchId name status waitsFor } ${warningsAndError}
    version createdAt updatedAt startedAt endedAt`,
  job: `id job subjectId projectId lane priority state waitsFor { code jobId job subjectId at because credentialId }
    release fence failedAttempts outcome code createdAt begunAt finishedAt`,
  attempt: 'fence release worker startedAt endedAt outcome code message neonRequestId',
  reconcileReport: `id projectId requestedBy requestedAt comparedAt endedAt isProjectGone present { snapshots preservedBranches }
    findings { kind what subjectKind subjectId neonId name policyId action outcome reason } error { code message }`,
  auditHead: `kind teamId sequence hash at month signedAt signature`,
  auditEvent: `form id teamId sequence at actor { kind id label } action subject { kind id } requestId sourceAddress details before after
    previousHash hash`,
};
