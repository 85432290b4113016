// Owns the list of use-cases: what the doors and the worker may ask of Afterglow. Both doors call these and nothing else.

import type { Actor } from './actor.ts';
import type * as commands from './commands.ts';
import type { CommandOptions, PageRequest, PartRequest } from './commands.ts';
import type * as views from './views.ts';
import type { Page, Part } from './views.ts';
import type { JobCount } from '../store/job-counts.ts';
import type { HeardNews } from '../store/news.ts';
import type { StateCounts } from '../store/statuses.ts';
import type { Delivery } from './stream/delivery.ts';
import type { Reader } from './stream/follow.ts';
import type { Authenticate } from './team/authenticate.ts';

export { type Actor, noTeam } from './actor.ts';
export { type Action, actions, isAction, rules as actionRules } from './authorize.ts';
export type { Change, Delivery } from './stream/delivery.ts';
export type { Reader } from './stream/follow.ts';
export type { JobCount } from '../store/job-counts.ts';
export type { StateCounts } from '../store/statuses.ts';
export type * from './commands.ts';
export type * from './views.ts';
export type { JobName } from '../queue/jobs.ts';
export { hasEnded } from '../core/lifecycle.ts';
/** The cursor of the row with this key. */
export { writeCursor as cursorOf } from '../store/page.ts';
/** What the cursors of lists are made of that are not in the order of their ids. */
export { auditKeyOf } from '../store/audit.ts';
export { versionKeyOf } from '../store/policies.ts';
export { statusKeyOf } from '../store/statuses.ts';

/** How an attempt of a job ended; the outbox row has been settled accordingly. */
export type JobOutcome =
  | { readonly kind: 'done' }
  /** To be looked at again by the same release: no worker is held. */
  | { readonly kind: 'look_again'; readonly inMs: number };

export interface DoorDomain {
  /** The actor of a presented API key or token, in the team that the request names; refuses with `unauthenticated`. */
  authenticate: Authenticate;
  /** Refuses with `database_unreachable` while the database does not answer or cannot be written to, and with `starting` once the process is to end. */
  checkReady(): Promise<views.ReadinessView>;

  me: {
    /** Who asks, and what it may do. */
    get(actor: Actor): Promise<views.MeView>;
  };
  teams: {
    create(actor: Actor, input: commands.CreateTeamInput, options?: CommandOptions): Promise<views.TeamView>;
    /** The actor's own; all of them for the platform. */
    list(actor: Actor, page: PageRequest): Promise<Page<views.TeamView>>;
    get(actor: Actor, id: string): Promise<views.TeamView>;
    /** The same actor in another of its teams; refuses with `not_found`. */
    enter(actor: Actor, slug: string): Promise<Actor>;
  };
  members: {
    add(actor: Actor, input: commands.AddMemberInput, options?: CommandOptions): Promise<views.MemberView>;
    list(actor: Actor, teamId: string, page: PageRequest): Promise<Page<views.MemberView>>;
    update(actor: Actor, input: commands.UpdateMemberInput): Promise<views.MemberView>;
    remove(actor: Actor, input: commands.RemoveMemberInput): Promise<void>;
  };
  apiKeys: {
    /** The answer alone holds the secret: asked again under its Idempotency-Key it refuses with `secret_shown_once`, as `rotate` does. */
    create(actor: Actor, input: commands.CreateApiKeyInput, options?: CommandOptions): Promise<views.NewApiKeyView>;
    list(actor: Actor, page: PageRequest): Promise<Page<views.ApiKeyView>>;
    get(actor: Actor, id: string): Promise<views.ApiKeyView>;
    rotate(actor: Actor, input: commands.RotateApiKeyInput, options?: CommandOptions): Promise<views.NewApiKeyView>;
    revoke(actor: Actor, id: string): Promise<void>;
  };
  fleet: {
    /** Figures of the installation, for the platform. */
    get(actor: Actor): Promise<views.FleetView>;
  };
  credentials: {
    create(
      actor: Actor,
      input: commands.CreateCredentialInput,
      options?: CommandOptions,
    ): Promise<views.CredentialView>;
    list(actor: Actor, page: PageRequest): Promise<Page<views.CredentialView>>;
    get(actor: Actor, id: string): Promise<views.CredentialView>;
    update(actor: Actor, input: commands.UpdateCredentialInput): Promise<views.CredentialView>;
    delete(actor: Actor, id: string): Promise<void>;
  };
  projects: {
    register(actor: Actor, input: commands.RegisterProjectInput, options?: CommandOptions): Promise<views.ProjectView>;
    list(actor: Actor, filter: commands.ListProjectsFilter, page: PageRequest): Promise<Page<views.ProjectView>>;
    get(actor: Actor, id: string): Promise<views.ProjectView>;
    update(actor: Actor, input: commands.UpdateProjectInput): Promise<views.ProjectChangeView>;
    /** Of the schedules that select each, by project id. */
    nextFirings(actor: Actor, ids: readonly string[]): Promise<Map<string, views.ProjectFiringView[]>>;
    /** Forgets the registration; nothing is removed in Neon. */
    remove(actor: Actor, id: string): Promise<void>;
    requestSync(actor: Actor, id: string, options?: CommandOptions): Promise<views.ProjectView>;
    /** Compares it with Neon; the answer is the report that will say what was found. */
    reconcile(actor: Actor, id: string, options?: CommandOptions): Promise<views.ReconcileReportView>;
    /** The newest report. */
    reconcileReport(actor: Actor, id: string): Promise<views.ReconcileReportView>;
    /** By project id; those without a report are absent. */
    reconcileReports(actor: Actor, ids: readonly string[]): Promise<Map<string, views.ReconcileReportView>>;
    /** Makes a snapshot ours that somebody else took in Neon. */
    adopt(actor: Actor, input: commands.AdoptSnapshotInput, options?: CommandOptions): Promise<views.SnapshotView>;
  };
  branches: {
    list(actor: Actor, projectId: string, page: PageRequest): Promise<Page<views.BranchView>>;
    get(actor: Actor, id: string): Promise<views.BranchView>;
    timeline(actor: Actor, id: string): Promise<views.TimelineView>;
    /** For nested reads, in one statement each: a page of the present branches of each project, by project id, with the members that are asked for. */
    listOfProjects(
      actor: Actor,
      projectIds: readonly string[],
      page: PartRequest,
    ): Promise<Map<string, Page<Part<views.BranchView>>>>;
    /** By branch id; ids that are not the team's are absent. */
    getMany(actor: Actor, ids: readonly string[]): Promise<Map<string, views.BranchView>>;
    /** With at most `limit` snapshots and as many restores; 200 otherwise. */
    timelines(actor: Actor, ids: readonly string[], limit?: number): Promise<Map<string, views.TimelineView>>;
  };
  status: {
    /** How the team's covered branches are, as the watch last saw them; a page of those that are not ok, or of one state. */
    team(actor: Actor, filter: commands.ListStatusesFilter, page: PageRequest): Promise<views.TeamStatusView>;
    /** As it is now. */
    branch(actor: Actor, id: string): Promise<views.BranchStatusView>;
    /** For nested reads, by branch id; ids that are not the team's are absent. */
    branches(actor: Actor, ids: readonly string[]): Promise<Map<string, views.BranchStatusView>>;
  };
  policies: {
    create(actor: Actor, input: commands.CreatePolicyInput, options?: CommandOptions): Promise<views.PolicyView>;
    list(actor: Actor, page: PageRequest): Promise<Page<views.PolicyView>>;
    get(actor: Actor, id: string): Promise<views.PolicyView>;
    update(actor: Actor, input: commands.UpdatePolicyInput): Promise<views.PolicyView>;
    /** Its snapshots stay; the answer holds the last ones, where they were asked for. */
    delete(actor: Actor, input: commands.DeletePolicyInput): Promise<{ snapshots: views.SnapshotView[] }>;
    /** What a policy would do if it were saved; nothing is. */
    preview(actor: Actor, input: commands.PreviewPolicyInput): Promise<views.PolicyPreviewView>;
    /** What the policy will do, as it is. */
    previewOf(actor: Actor, id: string, range: commands.PreviewRange): Promise<views.PolicyPreviewView>;
    /** Which branches the policy covers, and which of the team's no policy covers. */
    coverage(actor: Actor, id: string): Promise<views.PolicyCoverageView>;
    /** Takes a snapshot of every branch that the policy selects, now. */
    run(actor: Actor, id: string, options?: CommandOptions): Promise<{ snapshots: views.SnapshotView[] }>;
    /** Nothing fires until its end, or until it is resumed. */
    pause(actor: Actor, input: commands.PausePolicyInput, options?: CommandOptions): Promise<views.PolicyView>;
    resume(actor: Actor, id: string, options?: CommandOptions): Promise<views.PolicyView>;
    versions(actor: Actor, id: string, page: PageRequest): Promise<Page<views.PolicyVersionView>>;
    /** Without what becomes of them, which `reaches` says of those for which it is asked, by policy id, in one statement. */
    listSaved(actor: Actor, page: PageRequest): Promise<Page<views.SavedPolicyView>>;
    reaches(actor: Actor, ids: readonly string[]): Promise<Map<string, views.PolicyReachView>>;
    /** For nested reads: those that cover each branch, by branch id, in one statement. */
    listOfBranches(actor: Actor, branchIds: readonly string[]): Promise<Map<string, views.PolicyView[]>>;
    /** Every policy of the team as one document. */
    export(actor: Actor): Promise<views.PolicyDocument>;
    /** Makes the team's policies what the document says, or says what that would change. */
    import(actor: Actor, input: commands.ImportPoliciesInput): Promise<views.PolicyImportView>;
  };
  firings: {
    list(actor: Actor, filter: commands.ListFiringsFilter, page: PageRequest): Promise<Page<views.FiringView>>;
  };
  retentionPlans: {
    /** Of the policy: what would expire now. Nothing does until it is approved. */
    request(actor: Actor, policyId: string, options?: CommandOptions): Promise<views.RetentionPlanView>;
    list(
      actor: Actor,
      filter: commands.ListRetentionPlansFilter,
      page: PageRequest,
    ): Promise<Page<views.RetentionPlanView>>;
    get(actor: Actor, id: string): Promise<views.RetentionPlanView>;
    /** Expires what the plan names. */
    approve(
      actor: Actor,
      input: commands.ApproveRetentionPlanInput,
      options?: CommandOptions,
    ): Promise<views.RetentionPlanView>;
    reject(actor: Actor, id: string, options?: CommandOptions): Promise<views.RetentionPlanView>;
  };
  retention: {
    /** What a rule would keep of any list of points. Nothing is read or saved. */
    simulate(actor: Actor, input: commands.SimulateRetentionInput): Promise<views.RetentionSimulationView>;
  };
  snapshots: {
    request(actor: Actor, input: commands.RequestSnapshotInput, options?: CommandOptions): Promise<views.SnapshotView>;
    list(actor: Actor, filter: commands.ListSnapshotsFilter, page: PageRequest): Promise<Page<views.SnapshotView>>;
    get(actor: Actor, id: string): Promise<views.SnapshotView>;
    /** As `list` and `get`, not read: what a door passes on. */
    listWritten(
      actor: Actor,
      filter: commands.ListSnapshotsFilter,
      page: PageRequest,
    ): Promise<Page<views.WrittenView>>;
    getWritten(actor: Actor, id: string): Promise<views.WrittenView>;
    delete(actor: Actor, id: string): Promise<views.SnapshotView>;
    /** Ends one that is not available yet; what was made for it is removed. */
    cancel(actor: Actor, id: string, options?: CommandOptions): Promise<views.SnapshotView>;
    /** Makes, extends, shortens or lifts its retention lock. */
    lock(actor: Actor, input: commands.LockSnapshotInput, options?: CommandOptions): Promise<views.SnapshotView>;
    /** A page of those of each branch, by branch id, with the members that are asked for. */
    listOfBranches(
      actor: Actor,
      branchIds: readonly string[],
      filter: commands.NestedSnapshotsFilter,
      page: PartRequest,
    ): Promise<Map<string, Page<Part<views.SnapshotView>>>>;
  };
  holds: {
    place(actor: Actor, input: commands.PlaceHoldInput, options?: CommandOptions): Promise<views.HoldView>;
    list(actor: Actor, filter: commands.ListHoldsFilter, page: PageRequest): Promise<Page<views.HoldView>>;
    get(actor: Actor, id: string): Promise<views.HoldView>;
    /** It covers nothing any more, and stays listed. */
    release(actor: Actor, input: commands.ReleaseHoldInput, options?: CommandOptions): Promise<views.HoldView>;
  };
  restores: {
    request(actor: Actor, input: commands.RequestRestoreInput, options?: CommandOptions): Promise<views.RestoreView>;
    list(actor: Actor, filter: commands.ListRestoresFilter, page: PageRequest): Promise<Page<views.RestoreView>>;
    get(actor: Actor, id: string): Promise<views.RestoreView>;
    /** A connection URI of the target: a secret, audited, never kept. */
    connect(actor: Actor, input: commands.ConnectRestoreInput): Promise<views.ConnectionView>;
    deletePreservedBranch(actor: Actor, id: string): Promise<views.RestoreView>;
    /** Ends it between two steps; what was made for it is removed. */
    cancel(actor: Actor, id: string, options?: CommandOptions): Promise<views.RestoreView>;
    /** A page of those of each branch, by (source) branch id, with the members that are asked for. */
    listOfBranches(
      actor: Actor,
      branchIds: readonly string[],
      filter: commands.NestedRestoresFilter,
      page: PartRequest,
    ): Promise<Map<string, Page<Part<views.RestoreView>>>>;
  };
  jobs: {
    list(actor: Actor, filter: commands.ListJobsFilter, page: PageRequest): Promise<Page<views.JobView>>;
    get(actor: Actor, id: string): Promise<views.JobWithAttemptsView>;
    /** For nested reads: the attempts of each job as `get` has them, by job id. */
    attemptsOf(actor: Actor, ids: readonly string[]): Promise<Map<string, views.AttemptView[]>>;
  };
  audit: {
    list(actor: Actor, filter: commands.ListAuditEventsFilter, page: PageRequest): Promise<Page<views.AuditEventView>>;
    /** The chain itself, or a piece of it without gaps, oldest first. */
    export(actor: Actor, input: commands.ExportAuditEventsInput): Promise<commands.AuditExport>;
    /** The signed head of now, and the closing heads of the months that retention let go. */
    heads(actor: Actor): Promise<{ items: views.AuditHeadView[] }>;
    /** What their signatures are verified with: for everybody. */
    signingKeys(): { keys: readonly views.SigningKeyView[] };
  };
  /** What changes, as it does. Whoever opens one aborts the reader's signal when nobody reads any more. */
  streams: {
    restore: OpenStream<commands.StreamPoint & { readonly id: string }>;
    snapshots: OpenStream<commands.StreamPoint & { readonly projectId: string }>;
    statuses: OpenStream<commands.StreamPoint>;
    jobs: OpenStream<commands.StreamPoint>;
    auditEvents: OpenStream<commands.StreamPoint>;
    /** Of several things. */
    events: OpenStream<commands.OpenEventsInput>;
    /** Counts a connection of the actor's as a stream until the returned function is called. Refuses with `too_many_streams`. */
    admit(actor: Actor): () => void;
  };
}

type OpenStream<I> = (actor: Actor, input: I, reader: Reader) => Promise<AsyncGenerator<Delivery>>;

export interface StreamingDomain {
  /** What any process has changed, as it is heard. */
  heard(news: HeardNews): void;
  /** Ends all streams, and opens none any more: the process is to end. */
  endStreams(): void;
}

export interface WorkerDomain {
  /** Runs one release of a job: claims it, executes it, settles it. */
  runJob(job: { outboxId: string; release: number }): Promise<JobOutcome>;
  /** Hands due rows to the queue; returns how many. Restores have a relay of their own. */
  relay(): Promise<number>;
  relayUrgent(): Promise<number>;
  /** Releases again what was released and is in no queue; returns how many. */
  reconcileQueue(): Promise<number>;
  /** Fires the schedules that are due; returns how many. */
  fireDueSchedules(): Promise<number>;
  /** Looks at every covered branch of every team and tells what has changed; returns how many have. */
  watchBranches(): Promise<number>;
  /** Promises a comparison with Neon of each project whose mirror is old; returns how many. */
  refreshMirrors(): Promise<number>;
  /** Ends what is past its deadline; returns how many. */
  reapOverdue(): Promise<number>;
  /** Asks Neon again about credentials that it refused; returns how many it accepts. */
  recheckCredentials(): Promise<number>;
  /** Makes the months of the audit history ahead, and lets go those past their retention; returns how many went. */
  tendAuditMonths(): Promise<number>;
  /** Tells of refused requests that were counted only; returns of how many actors and actions. */
  tellRefusals(): Promise<number>;
  /** Forgets jobs that ended long ago; returns how many. */
  forgetOldJobs(): Promise<number>;
  /** Drops idempotency keys past their day. */
  dropOldKeys(): Promise<void>;
}

export interface WatchedDomain {
  /** Unfinished jobs by name and status, over all teams: for metrics, never for an actor. */
  countJobs(): Promise<JobCount[]>;
  /** Over all teams. */
  countMissingSnapshots(): Promise<number>;
  /** Covered branches by state, over all teams, as they were last seen. */
  countStates(): Promise<StateCounts>;
}

export type Domain = DoorDomain & WorkerDomain & WatchedDomain & StreamingDomain;
