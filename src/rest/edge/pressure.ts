// Owns the refusal of requests that this process cannot serve in time. What asks for no key (the probes, the metrics, the pages) is answered
// still: who restarts a process because it is busy makes the others busier.

import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../../core/errors.ts';
import { doorOf, type EdgeRecorder } from './recorder.ts';
import type { EdgeSettings } from './settings.ts';

/** With so few requests under way nobody is helped by refusing another. */
const underWayMin = 20;

/**
 * Refuses guarded routes with `overloaded` while the event loop or the heap is past its bound and requests pile up. One long pause is no
 * overload: a bound must be passed in two samples in a row, and a sample in which nothing could be measured says nothing.
 */
export async function shedLoad(
  app: FastifyInstance,
  { shedAtDelayMs, shedAtHeapPercent, shedSampleMs }: EdgeSettings,
  recorder: EdgeRecorder,
): Promise<void> {
  const lasts = makeLasts(shedSampleMs);
  // Not a number: what was answered before it came here (no route, a preflight) is answered all the same, and would be taken from it.
  const underWay = new Set<FastifyRequest>();
  // A stream is under way for hours, and asks for little.
  app.addHook('onRequest', (request, _reply, done) => {
    if (!request.routeOptions.config.streams) underWay.add(request);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    underWay.delete(request);
    done();
  });
  await app.register(underPressure, {
    maxEventLoopDelay: shedAtDelayMs,
    maxHeapUsedBytes: (getHeapStatistics().heap_size_limit * shedAtHeapPercent) / 100,
    sampleInterval: shedSampleMs,
    pressureHandler: async (request, _reply, kind, value) => {
      if (!lasts(kind, value ?? Infinity) || underWay.size <= underWayMin || request.routeOptions.config.isOpen) return;
      recorder.turnedAway(doorOf(request), 'process');
      throw new Refusal(
        'overloaded',
        'This process has more to do than it can answer in time. Nothing was done. Send the request again a little later.',
        { retryAfterSeconds: 2 },
      );
    },
  });
}

/** Whether the pressure was there in the sample before, too. Two samples are told apart by what they measured. */
function makeLasts(sampleMs: number): (kind: string, value: number) => boolean {
  let last = { kind: '', value: 0, at: -Infinity, inARow: 0 };
  return (kind, value) => {
    if (!Number.isFinite(value)) return false;
    if (last.kind === kind && last.value === value) return last.inARow >= 2;
    const at = performance.now();
    // A sample is seen by its first request: up to one length late, as may be the one before. A loop that is late samples as late.
    const lengthMs = kind === underPressure.TYPE_EVENT_LOOP_DELAY ? Math.max(sampleMs, value) : sampleMs;
    const follows = at - last.at < 3 * lengthMs;
    last = { kind, value, at, inARow: follows ? last.inARow + 1 : 1 };
    return last.inARow >= 2;
  };
}
