// Puts restores into the outbox as the command does.

import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { planRestore } from '../../src/core/restore-plan.ts';
import type { Db } from '../../src/store/database.ts';
import { promiseJobs } from '../../src/store/outbox/promise.ts';
import { insertRestore } from '../../src/store/restores.ts';
import type { BenchProject } from './projects.ts';

/** One restore of the present moment to a new branch for each of the projects. */
export async function promiseRestores(db: Db, projects: readonly BenchProject[]): Promise<void> {
  for (const project of projects) {
    await db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ now: Date }>`select date_trunc('milliseconds', now()) as now`.execute(tx);
      const now = rows[0]?.now ?? new Date();
      const { id } = await insertRestore(tx, {
        id: `rst_${uuidv7()}`,
        team_id: project.teamId,
        project_id: project.id,
        branch_id: project.branchId,
        source_kind: 'point',
        source_at: now,
        target_kind: 'new_branch',
        status: 'requested',
        steps: JSON.stringify(
          planRestore('point', 'new_branch').map((name) => ({ name, startedAt: null, endedAt: null })),
        ),
        created_at: now,
        updated_at: now,
        snapshot_id: null,
        source_lsn: null,
        target_name: null,
        preserve_as: null,
        expires_at: null,
      });
      await promiseJobs(tx, [
        {
          id: `job_${uuidv7()}`,
          teamId: project.teamId,
          job: 'restore.run',
          subjectId: id,
          lane: project.neonProjectId,
          priority: 10,
        },
      ]);
    });
  }
}
