// What a stream gives, one of each kind.

import type { AuditEventView, Delivery, JobView, RestoreView, SnapshotView } from '../../src/domain/index.ts';

export interface Streamed {
  readonly restore: RestoreView;
  readonly snapshot: SnapshotView;
  readonly job: JobView;
  readonly auditEvent: AuditEventView;
}

export function deliveriesOf({ restore, snapshot, job, auditEvent }: Streamed): readonly Delivery[] {
  const change = {
    branchId: 'brn_1',
    projectId: 'prj_1',
    name: 'main',
    from: 'ok',
    to: 'late',
    reasons: ['point_late'],
    changedAt: auditEvent.at,
  } as const;
  return [
    { kind: 'ready', sequence: 1, resumeAt: 1 },
    { kind: 'restoreChanged', restore, sequence: 2, resumeAt: 2 },
    { kind: 'snapshotChanged', snapshot, sequence: 3, resumeAt: 3 },
    { kind: 'statusChanged', change, sequence: 4, resumeAt: 4 },
    { kind: 'jobsChanged', jobs: [job], missed: false, sequence: 4, resumeAt: 4 },
    { kind: 'auditEventAdded', event: auditEvent, sequence: 5, resumeAt: 5 },
    { kind: 'beat', sequence: 6, resumeAt: 6 },
  ];
}
