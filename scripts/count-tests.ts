// Counts tests in what tap wrote. A test is a subtest that holds no further subtest (a file without subtests is one).

import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { tool } from './tools.ts';

export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

type Events = readonly unknown[];

/**
 * Reads raw TAP (`tap run --output-file`) with tap's own parser. A failure that no innermost test accounts for (an assertion
 * between subtests, a file that crashed, timed out, or held no test) counts as one more; a file that cannot be read as one.
 */
export function countTests(tapFile: string): TestCount {
  if (!existsSync(tapFile)) return { passed: 0, failed: 1, skipped: 0 };
  const input = openSync(tapFile, 'r');
  try {
    const { stdout } = spawnSync(process.execPath, [tool('tap-parser'), '-j'], {
      stdio: [input, 'pipe', 'ignore'],
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    });
    return countEvents(parseEvents(stdout), true).count;
  } finally {
    closeSync(input);
  }
}

function parseEvents(json: string): Events {
  try {
    const events: unknown = JSON.parse(json);
    return Array.isArray(events) ? events : [['bailout', 'not an array']];
  } catch {
    return [['bailout', 'not JSON']];
  }
}

/** `hasTests`: whether any subtest was in there. What failed outside of them counts as one. */
function countEvents(events: Events, isRoot: boolean): { count: TestCount; hasTests: boolean } {
  let count: TestCount = { passed: 0, failed: 0, skipped: 0 };
  let hasTests = false;
  let inner: { count: TestCount; hasTests: boolean } | undefined;
  let outside = 0;
  for (const event of events) {
    if (!Array.isArray(event)) continue;
    const entry: Events = event;
    const [kind, value] = entry;
    if (kind === 'child' && Array.isArray(value)) {
      inner = countEvents(value, false);
      hasTests = true;
    } else if (kind === 'bailout') {
      outside = 1;
    } else if (kind === 'assert' && isPoint(value)) {
      if (value.closingTestPoint) count = add(count, countPoint(value, inner));
      else if (value.skip !== false) count = add(count, { passed: 0, failed: isRoot ? 1 : 0, skipped: 1 });
      else if (!value.ok && value.todo === false) outside = 1;
      inner = undefined;
    }
  }
  return { count: hasTests || isRoot ? add(count, { passed: 0, failed: outside, skipped: 0 }) : count, hasTests };
}

/** A subtest counts as its own subtests do, or as one. */
function countPoint(point: Point, inner: { count: TestCount; hasTests: boolean } | undefined): TestCount {
  const none = { passed: 0, failed: 0, skipped: 0 };
  if (point.todo !== false) return none;
  // tap lets a file without any test pass as skipped ("no tests found"): it has proven nothing, so it has failed.
  const isOk = point.ok && point.skip === false;
  if (!inner?.hasTests) {
    const skipped = inner?.count.skipped ?? 0;
    if (skipped > 0 && isOk) return { ...none, skipped };
    return isOk ? { ...none, passed: 1 } : { ...none, failed: 1 };
  }
  return !isOk && inner.count.failed === 0 ? add(inner.count, { ...none, failed: 1 }) : inner.count;
}

function add(a: TestCount, b: TestCount): TestCount {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

interface Point {
  readonly ok: boolean;
  readonly closingTestPoint: boolean;
  /** A reason, or true, where it was skipped. */
  readonly skip: unknown;
  readonly todo: unknown;
}

function isPoint(value: unknown): value is Point {
  return typeof value === 'object' && value !== null && 'ok' in value && 'closingTestPoint' in value;
}
