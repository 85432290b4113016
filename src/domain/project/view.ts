// Owns how a project is shown.

import { limitsInForce } from '../../core/limits.ts';
import type { ProjectRow } from '../../store/projects.ts';
import type { ProjectView } from '../views.ts';
import { toWindowView } from './maintenance.ts';

export function toProjectView(row: ProjectRow): ProjectView {
  return {
    id: row.id,
    neonProjectId: row.neon_project_id,
    credentialId: row.credential_id,
    name: row.name,
    region: row.region,
    pgVersion: row.pg_version,
    plan: row.plan,
    historyRetentionSeconds: row.history_retention_seconds,
    labels: row.labels,
    limits: limitsInForce(row.plan, row.limits),
    maintenanceWindows: row.maintenance_windows.map(toWindowView),
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    syncedAt: row.synced_at.toISOString(),
    goneAt: row.gone_at?.toISOString() ?? null,
  };
}
