// Owns which schemas have a name in the OpenAPI document, in the order in which it lists them. Routes refer to them by `$ref`.

import { Problem } from './answer.ts';
import { AuditEvent } from './audit-events.ts';
import { Branch, RestoreWindow, Timeline } from './branches.ts';
import { Credential } from './credentials.ts';
import { Job, JobWithAttempts } from './jobs.ts';
import { Firing, Policy, PolicyDocument, PolicyImport, PolicyVersion } from './policies.ts';
import { Project } from './projects.ts';
import { ReconcileReport } from './reconcile.ts';
import { Connection, Restore } from './restores.ts';
import { Snapshot } from './snapshots.ts';

export const namedSchemas = [
  Credential,
  Project,
  RestoreWindow,
  Branch,
  Timeline,
  Policy,
  PolicyVersion,
  Firing,
  PolicyDocument,
  PolicyImport,
  Snapshot,
  Restore,
  Connection,
  ReconcileReport,
  Job,
  JobWithAttempts,
  AuditEvent,
  Problem,
];
