// The load, in a process of its own: reads one order from its environment, sends what it names for so many seconds, and prints what came of it.

import { importOfBench } from './packages.ts';

export interface Order {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly requests: readonly AskedRequest[];
  /** An answer that holds it has failed, whatever its status. */
  readonly failedWith?: string;
}

export interface AskedRequest {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Of autocannon's result what is used here. */
export interface Load {
  readonly requests: { readonly average: number; readonly total: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly non2xx: number;
  readonly errors: number;
  readonly timeouts: number;
  /** Answers with what they must not hold. */
  readonly mismatches: number;
}

type Autocannon = (options: {
  readonly url: string;
  readonly connections: number;
  readonly duration: number;
  readonly requests: readonly AskedRequest[];
  readonly verifyBody?: (body: string) => boolean;
}) => Promise<Load>;

const { default: autocannon } = (await importOfBench('autocannon')) as { default: Autocannon };
let text = '';
for await (const part of process.stdin.setEncoding('utf8')) text += String(part);
const { url, connections, seconds, requests, failedWith } = JSON.parse(text) as Order;
const {
  requests: sent,
  latency,
  non2xx,
  errors,
  timeouts,
  mismatches,
} = await autocannon({
  url,
  connections,
  duration: seconds,
  requests,
  ...(failedWith === undefined ? {} : { verifyBody: (body: string) => !body.includes(failedWith) }),
});
const load: Load = {
  requests: { average: sent.average, total: sent.total },
  latency: { p50: latency.p50, p99: latency.p99 },
  non2xx,
  errors,
  timeouts,
  mismatches,
};
process.stdout.write(JSON.stringify(load));
