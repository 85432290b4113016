// Owns which schemas have a name in the OpenAPI document, in the order in which it lists them. Routes refer to them by `$ref`.

import { Problem } from './answer.ts';
import { AuditEvent } from './audit-events.ts';
import { AuditHead, SigningKey } from './audit-heads.ts';
import { Branch, RestoreWindow, Timeline } from './branches.ts';
import { Credential } from './credentials.ts';
import { StatusChange, streamedData } from './events.ts';
import { Hold } from './holds.ts';
import { Job, JobWithAttempts } from './jobs.ts';
import { Firing, Policy, PolicyVersion } from './policies.ts';
import { PolicyDocument, PolicyImport } from './policy-documents.ts';
import { PolicyCoverage, PolicyPreview } from './policy-preview.ts';
import { Project, ProjectChange } from './projects.ts';
import { ReconcileReport } from './reconcile.ts';
import { RetentionSimulation } from './retention.ts';
import { Connection, Restore } from './restores.ts';
import { RetentionPlan } from './retention-plans.ts';
import { Snapshot } from './snapshots.ts';
import { BranchStatus, TeamStatus } from './status.ts';
import { ApiKey, Fleet, Me, Member, NewApiKey, Team } from './teams.ts';

export const namedSchemas = [
  Me,
  Fleet,
  Team,
  Member,
  ApiKey,
  NewApiKey,
  Credential,
  Project,
  ProjectChange,
  RestoreWindow,
  Branch,
  Timeline,
  BranchStatus,
  TeamStatus,
  Policy,
  RetentionPlan,
  RetentionSimulation,
  PolicyPreview,
  PolicyCoverage,
  PolicyVersion,
  Firing,
  PolicyDocument,
  PolicyImport,
  Snapshot,
  Hold,
  Restore,
  Connection,
  ReconcileReport,
  Job,
  JobWithAttempts,
  AuditEvent,
  AuditHead,
  SigningKey,
  StatusChange,
  ...streamedData,
  Problem,
];
