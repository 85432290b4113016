// Owns every code that a refusal or a failed job may carry, and the HTTP status of the refusals. It never words a
// message: who refuses says what happened, what was not done, and what to do next.

/** Refusals answered by the doors: code -> HTTP status and title (RFC 9457 `status`, `title`). The one table for both doors. */
export const refusals = {
  unauthenticated: { status: 401, title: 'No valid API key' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  invalid_request: { status: 400, title: 'The request does not fit the schema' },
  invalid_cursor: { status: 400, title: 'The cursor is not one of ours' },
  query_too_long: { status: 400, title: 'The query is too long' },
  query_too_deep: { status: 400, title: 'The query nests too deep' },
  query_too_costly: { status: 400, title: 'The query may answer too much' },
  too_many_aliases: { status: 400, title: 'The query has too many aliases' },
  batch_too_long: { status: 400, title: 'Too many operations in one request' },
  introspection_off: { status: 400, title: 'The schema is not told here' },
  query_not_persisted: { status: 400, title: 'The query is not one of the persisted' },
  invalid_instant: { status: 400, title: 'Not an instant' },
  team_required: { status: 400, title: 'The team must be named' },
  route_not_found: { status: 404, title: 'No such route' },
  not_found: { status: 404, title: 'Not found' },
  events_gone: { status: 410, title: 'The events after it are not kept any more' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'Media type not supported' },
  forbidden: { status: 403, title: 'Not allowed' },
  if_match_required: { status: 428, title: 'If-Match is required' },
  version_stale: { status: 412, title: 'It has changed since it was read' },
  beyond_own_bounds: { status: 403, title: 'The key would be less bound than yours' },
  person_required: { status: 403, title: 'A person must do this' },
  already_decided: { status: 409, title: 'It has been decided already' },
  plan_stale: { status: 409, title: 'The plan is stale' },
  already_ended: { status: 409, title: 'It has ended already' },
  past_point_of_no_return: { status: 409, title: 'It can no longer be cancelled' },
  target_busy: { status: 409, title: 'A restore of this branch is under way' },
  slug_taken: { status: 409, title: 'The slug is taken' },
  already_member: { status: 409, title: 'The person is a member already' },
  last_admin: { status: 409, title: 'It is the last admin' },
  preset_key: { status: 409, title: 'The key is set by the settings' },
  key_ended: { status: 409, title: 'The key has ended' },
  secret_shown_once: { status: 409, title: 'The secret was in the first answer' },
  name_taken: { status: 409, title: 'The name is taken' },
  project_already_registered: { status: 409, title: 'The Neon project is registered already' },
  project_busy: { status: 409, title: 'Work is under way in the project' },
  project_in_use: { status: 409, title: 'The project is in use' },
  project_removed: { status: 409, title: 'The project is not registered' },
  already_ours: { status: 409, title: 'Afterglow knows the snapshot already' },
  snapshot_in_use: { status: 409, title: 'A restore under way uses the snapshot' },
  credential_in_use: { status: 409, title: 'The credential is in use' },
  snapshot_not_available: { status: 409, title: 'The snapshot is not available' },
  restore_not_succeeded: { status: 409, title: 'The restore has not succeeded' },
  no_preserved_branch: { status: 409, title: 'There is no preserved branch' },
  hold_released: { status: 409, title: 'The hold is released already' },
  transition_refused: { status: 409, title: 'Its present status does not allow this' },
  idempotency_key_in_flight: { status: 409, title: 'A request with this Idempotency-Key is under way' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used for another request' },
  instant_in_future: { status: 422, title: 'The instant is in the future' },
  outside_restore_window: { status: 422, title: 'Outside the restore window' },
  credential_refused: { status: 422, title: 'Neon refuses the credential' },
  credential_wrong_account: { status: 422, title: 'The key belongs to another Neon account' },
  neon_project_not_found: { status: 422, title: 'Neon does not show this project to the credential' },
  project_gone: { status: 422, title: 'The project is no longer in Neon' },
  snapshot_not_in_neon: { status: 422, title: 'Neon has no such snapshot' },
  source_branch_unknown: { status: 422, title: 'The branch of the snapshot is not known' },
  branch_not_root: { status: 422, title: 'The branch is not a root branch' },
  branch_gone: { status: 422, title: 'The branch is no longer in Neon' },
  expiry_out_of_range: { status: 422, title: 'The expiry is out of range' },
  invalid_cidr: { status: 422, title: 'Not a network' },
  invalid_cron: { status: 422, title: 'Not a cron line' },
  invalid_time_zone: { status: 422, title: 'Not an IANA time zone' },
  time_zone_unused: { status: 422, title: 'The time zone has no meaning here' },
  invalid_duration: { status: 422, title: 'Not an ISO 8601 duration' },
  duplicate_id: { status: 422, title: 'Two of a list have one id' },
  pause_out_of_range: { status: 422, title: 'The end of the pause is out of range' },
  maintenance_window_out_of_range: { status: 422, title: 'The maintenance window is out of range' },
  policies_absent: { status: 409, title: 'The document leaves out policies that are there' },
  delegation_impossible: { status: 422, title: "Neon's own schedules cannot do it" },
  retention_keeps_nothing: { status: 422, title: 'The retention keeps nothing' },
  range_empty: { status: 422, title: 'The range holds no instant' },
  lock_too_long: { status: 422, title: 'The lock would last too long' },
  lock_tier_not_kept: { status: 422, title: 'The lock names a tier that is not kept' },
  lock_too_short: { status: 422, title: 'The lock would end too soon' },
  reason_required: { status: 422, title: 'A reason is required' },
  snapshot_cap_exceeded: { status: 422, title: 'More snapshots than Neon would hold' },
  branch_cap_exceeded: { status: 422, title: 'More branches than Neon would hold' },
  root_branch_cap_reached: { status: 422, title: 'No root branch slot is free' },
  neon_refused: { status: 422, title: 'Neon refused the call' },
  too_many_streams: { status: 429, title: 'Too many streams are open' },
  reader_too_slow: { status: 408, title: 'The reader took nothing for too long' },
  snapshot_held: { status: 423, title: 'A legal hold covers the snapshot' },
  snapshot_locked: { status: 423, title: 'A retention lock covers the snapshot' },
  compliance_lock_fixed: { status: 423, title: 'The compliance lock can only be extended' },
  rate_limited: { status: 429, title: 'Too many requests' },
  sign_in_slowed: { status: 429, title: 'Too many failed sign-ins from this address' },
  overloaded: { status: 503, title: 'The process has too much to do' },
  answer_timed_out: { status: 503, title: 'The answer took too long' },
  identity_provider_unreachable: { status: 503, title: 'The identity provider cannot be reached' },
  neon_busy: { status: 503, title: 'Neon is at work on the project' },
  neon_rate_limited: { status: 503, title: "The account's rate limit leaves no call" },
  neon_unavailable: { status: 503, title: 'Neon cannot do it now' },
  neon_unreachable: { status: 503, title: 'Neon cannot be reached' },
  database_unreachable: { status: 503, title: 'The database cannot be reached' },
  database_busy: { status: 503, title: 'The database gave way to another change' },
  starting: { status: 503, title: 'Not ready yet' },
  internal: { status: 500, title: 'Something failed on our side' },
} as const satisfies Record<string, { status: number; title: string }>;

/**
 * What passes by itself: Neon is at work on what came before, too much was asked of it, it failed, or no answer of it came. Refusals, with a
 * time to wait; failures once a budget is over.
 */
export const neonNotNow = ['neon_busy', 'neon_rate_limited', 'neon_unavailable', 'neon_unreachable'] as const;

/** Why a job ended without success: `error.code` of a snapshot or restore. Refusal codes appear here too, when Neon says the same later. */
export const failures = [
  'neon_refused',
  ...neonNotNow,
  'credential_refused',
  'outside_restore_window',
  'instant_in_future',
  'root_branch_cap_reached',
  'branch_cap_reached',
  'snapshot_cap_reached',
  'project_gone',
  'branch_gone',
  'branch_not_root',
  'snapshot_gone',
  'restore_restricted',
  'name_taken',
  'operation_failed',
  'read_back_mismatch',
  'target_unreachable',
  'deadline_exceeded',
  'has_children',
  'schedule_not_ours',
  'internal',
] as const;

export type RefusalCode = keyof typeof refusals;
export type FailureCode = (typeof failures)[number];

export interface RefusalExtras {
  /** JSON members added to the problem document, for programs: the field at fault, bounds, ids. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
}

/** A request that cannot be: thrown by core and domain, rendered by the doors from the table above. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly members: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: RefusalCode, message: string, extras: RefusalExtras = {}) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.members = extras.members ?? {};
    this.retryAfterSeconds = extras.retryAfterSeconds;
  }
}

/** Work that ends without success for good: thrown by the worker's half, recorded as the resource's `error`. */
export class Failure extends Error {
  readonly code: FailureCode;
  /** Of Neon's answer, where it was the cause. */
  readonly neonRequestId: string | undefined;

  constructor(code: FailureCode, message: string, neonRequestId?: string) {
    super(message);
    this.name = 'Failure';
    this.code = code;
    this.neonRequestId = neonRequestId;
  }
}

/** The answer for an id that is unknown, malformed or another team's: always the same, so that nothing can be learnt from it. */
export function notFound(what: string, id: string): Refusal {
  return new Refusal(
    'not_found',
    `There is no ${what} with the id ${JSON.stringify(id.slice(0, 64))}. Nothing was done.`,
  );
}

/**
 * What a call to Neon came to when it did not succeed, in our words (the table is `neon/failures.ts`).
 * - `again`: safe to send again later (423, 429, 5xx, lost connections, time-outs, "branch not ready yet")
 * - `credential`: Neon refuses the key (401, 403)
 * - `missing`: what the call named is not there (404)
 * - `conflict`: a name is taken, or the effect is there already (409)
 * - `refused`: any other 4xx; final
 */
export type NeonFailureKind = 'again' | 'credential' | 'missing' | 'conflict' | 'refused';

/** A call to Neon that did not succeed. Thrown by the provider port, never shown to users as it is. */
export class NeonFailure extends Error {
  readonly kind: NeonFailureKind;
  /** The code under which a final one is recorded. */
  readonly failure: FailureCode;
  /** Neon's HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    message: string,
    facts: {
      kind: NeonFailureKind;
      failure: FailureCode;
      status?: number | undefined;
      requestId?: string | undefined;
      retryAfterSeconds?: number | undefined;
    },
  ) {
    super(message);
    this.name = 'NeonFailure';
    this.kind = facts.kind;
    this.failure = facts.failure;
    this.status = facts.status;
    this.requestId = facts.requestId;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }

  /** Neon answered that it did not do what was asked. Of 5xx, a time-out or no answer that is not known. */
  get isRefusal(): boolean {
    return this.status !== undefined && this.status >= 400 && this.status < 500 && this.status !== 408;
  }
}

/** A call to Neon that was not sent, because the account's rate limit leaves no slot soon enough. Nothing was done or charged. */
export class Throttled extends Error {
  /** Then, if nobody else comes, there is a slot. */
  readonly waitMs: number;

  constructor(waitMs: number) {
    super(
      `Nothing was sent to Neon: the rate limit of its account leaves no call for ${(waitMs / 1000).toFixed(1)} s more. Send it again then.`,
    );
    this.name = 'Throttled';
    this.waitMs = waitMs;
  }
}
