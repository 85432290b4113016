// Owns the metrics: their names, what is counted as it happens, and what is read when somebody looks. It reads nothing itself and
// holds no global registry: each app has its own.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RateLook } from './core/rate.ts';
import type { AccessRecorder, AuditRecorder, StreamRecorder } from './domain/deps.ts';
import type { JobCount, StateCounts } from './domain/index.ts';
import type { GovernorRecorder } from './neon/governor.ts';
import { bounds, doors, type EdgeRecorder } from './rest/edge/recorder.ts';

export interface Metrics {
  readonly governor: GovernorRecorder;
  readonly access: AccessRecorder;
  readonly audits: AuditRecorder;
  readonly streams: StreamRecorder;
  readonly edge: EdgeRecorder;
  /** The Neon accounts that this process has called last, at most a hundred: as many have gauges of their own. */
  accounts(): string[];
  /** In Prometheus' text format. */
  render(seen: Seen): Promise<{ contentType: string; text: string }>;
}

/** What is read when somebody looks; what is undefined could not be read, and its gauges are absent. */
export interface Seen {
  readonly jobs: readonly JobCount[] | undefined;
  readonly branches: StateCounts | undefined;
  readonly missingSnapshots: number | undefined;
  /** By account. */
  readonly rates: ReadonlyMap<string, RateLook>;
}

/** Jobs of these names are told of also where there are none. */
export function createMetrics(jobNames: readonly string[]): Metrics {
  const registry = new Registry();
  const showJobs = jobGauges(registry, jobNames);
  const showBranches = branchGauge(registry);
  const showMissing = missingGauge(registry);
  const showRates = rateGauges(registry);
  const accounts = new Set<string>();
  return {
    governor: governorRecorder(registry, accounts),
    access: accessRecorder(registry),
    audits: auditRecorder(registry),
    streams: streamRecorder(registry),
    edge: edgeRecorder(registry),
    accounts: () => [...accounts],
    async render({ jobs, branches, missingSnapshots, rates }) {
      showJobs(jobs);
      showBranches(branches);
      showMissing(missingSnapshots);
      showRates(rates);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function accessRecorder(registry: Registry): AccessRecorder {
  const refused = new Counter({
    name: 'afterglow_unauthenticated_total',
    help: 'Requests that were refused because nobody known presented them; they belong to no audit history.',
    registers: [registry],
  });
  return { unauthenticated: () => refused.inc() };
}

function edgeRecorder(registry: Registry): EdgeRecorder {
  const registers = [registry];
  const turnedAway = new Counter({
    name: 'afterglow_turned_away_total',
    help: 'Requests, connections and subscriptions that were refused unread: by the door, the code, and whose bound was met.',
    labelNames: ['door', 'code', 'bound'],
    registers,
  });
  const slowed = new Counter({
    name: 'afterglow_sign_ins_slowed_total',
    help: 'Keys and tokens that were none, and were told so late, because of how many came from their address.',
    registers,
  });
  const kinds = Object.entries(bounds).map(([bound, code]) => ({ bound, code }));
  for (const door of doors) for (const kind of kinds) turnedAway.inc({ door, ...kind }, 0);
  return {
    turnedAway: (door, bound) => turnedAway.inc({ door, bound, code: bounds[bound] }),
    slowed: () => slowed.inc(),
  };
}

function auditRecorder(registry: Registry): AuditRecorder {
  const breaches = new Counter({
    name: 'afterglow_audit_breaches_total',
    help: 'Exports of an audit history that met an event which was removed, or added, past the service.',
    registers: [registry],
  });
  return { breached: () => breaches.inc() };
}

function streamRecorder(registry: Registry): StreamRecorder {
  const registers = [registry];
  const open = new Gauge({
    name: 'afterglow_streams_open',
    help: 'Streams that this process keeps open, by what they tell of.',
    labelNames: ['kind'],
    registers,
  });
  const ended = new Counter({
    name: 'afterglow_streams_ended_total',
    help: 'Streams that ended: `left` where the reader went, otherwise the code with which it was cut off.',
    labelNames: ['kind', 'code'],
    registers,
  });
  const refused = new Counter({
    name: 'afterglow_streams_refused_total',
    help: 'Streams that were not opened, because as many are open as may be (too_many_streams); `connection` for a WebSocket.',
    labelNames: ['kind'],
    registers,
  });
  return {
    refused: (kind) => refused.inc({ kind }),
    opened: (kind) => open.inc({ kind }),
    ended(kind, code) {
      open.dec({ kind });
      ended.inc({ kind, code });
    },
  };
}

const accountsMax = 100;

function governorRecorder(registry: Registry, accounts: Set<string>): GovernorRecorder {
  const registers = [registry];
  const calls = new Counter({
    name: 'afterglow_neon_calls_total',
    help: 'Calls to Neon by method, share of the rate limit, and outcome.',
    labelNames: ['method', 'share', 'outcome'],
    registers,
  });
  const waits = new Histogram({
    name: 'afterglow_governor_wait_seconds',
    help: 'How long calls to Neon waited for the rate limit of their account.',
    labelNames: ['share'],
    buckets: [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const denials = new Counter({
    name: 'afterglow_governor_denied_total',
    help: 'Calls to Neon that were not sent, because no slot was near.',
    labelNames: ['share'],
    registers,
  });
  const shrunk = new Set<string>();
  new Gauge({
    name: 'afterglow_governor_shrunk_accounts',
    help: 'Neon accounts whose rate is shrunk by a 429, as this process last saw it.',
    registers,
    collect() {
      this.set(shrunk.size);
    },
  });
  return {
    called: (call) => calls.inc(call),
    waited: (share, seconds) => waits.observe({ share }, seconds),
    denied: (share) => denials.inc({ share }),
    divided(accountId, divisor) {
      // The last called stands last.
      accounts.delete(accountId);
      accounts.add(accountId);
      const [oldest] = accounts;
      if (accounts.size > accountsMax && oldest !== undefined) accounts.delete(oldest);
      if (divisor > 1) shrunk.add(accountId);
      else shrunk.delete(accountId);
    },
  };
}

function rateGauges(registry: Registry): (rates: Seen['rates']) => void {
  const make = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['account'], registers: [registry] });
  const gauges = {
    perSecond: make(
      'afterglow_governor_rate',
      'Calls a second that a Neon account may make for long, as it is divided now.',
    ),
    burst: make('afterglow_governor_burst', 'Calls that a Neon account may make at once after a rest.'),
    level: make('afterglow_governor_level', 'How much of the burst is used: 0 after a rest, from 1 on calls wait.'),
  };
  return (rates) => {
    for (const [name, gauge] of Object.entries(gauges)) {
      gauge.reset();
      for (const [account, look] of rates) gauge.set({ account }, look[name as keyof RateLook]);
    }
  };
}

function missingGauge(registry: Registry): (count: number | undefined) => void {
  const missing = new Gauge({
    name: 'afterglow_snapshots_missing',
    help: 'Snapshots that are gone from Neon, and were not removed by Afterglow.',
    registers: [registry],
  });
  return (count) => missing.set(count ?? Number.NaN);
}

const jobStatuses = ['waiting', 'released', 'running', 'waits_for_neon'] as const satisfies JobCount['status'][];

function jobGauges(registry: Registry, names: readonly string[]): (jobs: readonly JobCount[] | undefined) => void {
  const registers = [registry];
  const labelNames = ['job', 'status'] as const;
  const counts = new Gauge({
    name: 'afterglow_jobs',
    help: 'Unfinished jobs: waiting, released to the queue, running, or at rest while Neon works.',
    labelNames,
    registers,
  });
  const oldest = new Gauge({
    name: 'afterglow_jobs_oldest_waiting_seconds',
    help: 'Age of the oldest waiting job of each name.',
    labelNames: ['job'],
    registers,
  });
  const counted = new Gauge({
    name: 'afterglow_jobs_counted',
    help: 'Whether the database answered when the jobs were counted.',
    registers,
  });
  return (jobs) => {
    counts.reset();
    oldest.reset();
    counted.set(jobs ? 1 : 0);
    if (jobs) for (const job of names) for (const status of jobStatuses) counts.set({ job, status }, 0);
    for (const { job, status, count, oldestSeconds } of jobs ?? []) {
      counts.set({ job, status }, count);
      if (status === 'waiting') oldest.set({ job }, oldestSeconds);
    }
  };
}

function branchGauge(registry: Registry): (branches: StateCounts | undefined) => void {
  const counts = new Gauge({
    name: 'afterglow_branches',
    help: 'Branches that a policy covers, by state, as they were last seen.',
    labelNames: ['state'],
    registers: [registry],
  });
  return (branches) => {
    counts.reset();
    for (const [state, count] of Object.entries(branches ?? {})) counts.set({ state }, count);
  };
}
