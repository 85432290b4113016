// Owns the metrics: their names, what is counted as it happens, and what is read when somebody looks. It reads nothing itself and
// holds no global registry: each app has its own.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AccessRecorder, StreamRecorder } from './domain/deps.ts';
import type { JobCount, StateCounts } from './domain/index.ts';
import type { GovernorRecorder } from './neon/governor.ts';

export interface Metrics {
  readonly governor: GovernorRecorder;
  readonly access: AccessRecorder;
  readonly streams: StreamRecorder;
  /** In Prometheus' text format; what is undefined the database did not say, and its gauges are absent. */
  render(
    jobs: readonly JobCount[] | undefined,
    branches: StateCounts | undefined,
  ): Promise<{ contentType: string; text: string }>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const showJobs = jobGauges(registry);
  const showBranches = branchGauge(registry);
  return {
    governor: governorRecorder(registry),
    access: accessRecorder(registry),
    streams: streamRecorder(registry),
    async render(jobs, branches) {
      showJobs(jobs);
      showBranches(branches);
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
  return {
    opened: (kind) => open.inc({ kind }),
    ended(kind, code) {
      open.dec({ kind });
      ended.inc({ kind, code });
    },
  };
}

function governorRecorder(registry: Registry): GovernorRecorder {
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
      if (divisor > 1) shrunk.add(accountId);
      else shrunk.delete(accountId);
    },
  };
}

function jobGauges(registry: Registry): (jobs: readonly JobCount[] | undefined) => void {
  const registers = [registry];
  const labelNames = ['job', 'status'] as const;
  const counts = new Gauge({
    name: 'afterglow_jobs',
    help: 'Unfinished jobs: waiting, released to the queue, or running.',
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
