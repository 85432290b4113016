// Reports of elsewhere about retention that lost data, and about schedules and jobs that failed, and where each is answered here.

/** By a decision: there is a scenario that names it. */
export const decidedReports = [
  'eduardolat/pgbackweb#121',
  'wal-g#1768',
  'wal-g#1127',
  'wal-g#1152',
  'barman#1081',
  'kopia#3758',
  'restic#5193',
  'databasement#26',
  'databasus/databasus#773',
  'restic#4415',
  'restic#4484',
  'restic#2233',
  'garethgeorge/backrest#330',
  'kopia#3736',
  'velero#6932',
  'cloudnative-pg#7623',
  'k8up#370',
  'velero#2433',
  'k8up#256',
  'xen-orchestra#4024',
  'duplicati#1364',
  'OptimalBits/bull#2207',
] as const;

export interface HeldReports {
  readonly reports: readonly string[];
  /** From `test/`. */
  readonly file: string;
  /** Part of the title of the test. */
  readonly title: string;
}

/** By what happens around a decision: there is a test. */
export const heldReports: readonly HeldReports[] = [
  {
    reports: ['eduardolat/pgbackweb#121', 'Portabase/portabase#332', 'vatesfr/xen-orchestra#2524'],
    file: 'domain/policies.test.ts',
    title: 'a snapshot that fails expires nothing',
  },
  {
    reports: ['duplicati#3421', 'pgbackrest#2151', 'velero#6932'],
    file: 'domain/policies.test.ts',
    title: 'keepLast expires the oldest after the newest is there',
  },
  {
    reports: ['pgbackrest#2622'],
    file: 'domain/leftovers.test.ts',
    title: 'a snapshot that a restore brings back is not deleted meanwhile',
  },
  { reports: ['pgbackrest#2622'], file: 'store/outbox.test.ts', title: 'an old fence changes nothing' },
  {
    reports: ['wal-g#230'],
    file: 'domain/retention-plans.test.ts',
    title: 'a pass that would let too much go makes a plan and lets nothing go',
  },
  {
    reports: ['simplyblock/vela#198'],
    file: 'unit/core/reconciliation.test.ts',
    title: 'a branch that a policy names is not there',
  },
  {
    reports: ['simplyblock/vela#198'],
    file: 'domain/last-snapshot.test.ts',
    title: 'a policy is deleted with a last snapshot: it is taken afterwards, can be held, and nothing lets it go',
  },
  {
    reports: ['wal-g#1869'],
    file: 'domain/reconcile.test.ts',
    title: 'a snapshot removed in the console is missing: audited, warned of',
  },
  {
    reports: ['velero#3852', 'velero#4503', 'cloudnative-pg#10562'],
    file: 'domain/deadlines.test.ts',
    title: 'a snapshot that nobody begins within a day fails, and its firing is missed',
  },
  {
    reports: ['cloudnative-pg#7623', 'k8up#370'],
    file: 'domain/policies.test.ts',
    title: 'after an outage the missed instants that retention would keep are captured, the others coalesce',
  },
  {
    reports: ['percona/percona-postgresql-operator#1731'],
    file: 'domain/policies.test.ts',
    title: 'four schedulers at once: one firing and one snapshot for the instant',
  },
  {
    reports: ['velero#2433', 'k8up#256'],
    file: 'domain/policies.test.ts',
    title: 'editing a schedule never fires it',
  },
  {
    reports: ['taskforcesh/bullmq#390', 'taskforcesh/bullmq#393', 'taskforcesh/bullmq#1658', 'taskforcesh/bullmq#2889'],
    file: 'process/wiped-queue.test.ts',
    title: 'wiped while a job waits for Neon and others for the lane: all of them run',
  },
  {
    reports: ['OptimalBits/bull#308', 'taskforcesh/bullmq#3183'],
    file: 'crash/stale-delivery.test.ts',
    title: 'an attempt outlives its lease and another took over: the effect is that of one',
  },
  {
    reports: ['eduardolat/pgbackweb#105', 'percona/pmm#2696'],
    file: 'domain/cancel.test.ts',
    title: 'a snapshot, while it is made and while Neon works: nothing is left of it',
  },
  {
    reports: ['kislerdm/terraform-provider-neon#211'],
    file: 'domain/lineage.test.ts',
    title: 'after a sync the lineage id is with the served branch',
  },
];
