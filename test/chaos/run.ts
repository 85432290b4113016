// Owns one chaos run: clients and blows side by side by the plan, then peace, and the question what has become of all of it.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import type { AppOptions } from '../../src/app.ts';
import { findFaults, untilAllEnded } from '../harness/world/settle.ts';
import { startWorld, type World } from '../harness/world/world.ts';
import { strike, type Target } from './blows.ts';
import { perform } from './deeds.ts';
import type { Plan, Timed } from './plan.ts';
import { startBreakableServers } from '../harness/world/breakable.ts';
import { makeTally, type Tally } from './tally.ts';
import { addTenants } from './tenants.ts';

export interface ChaosResult {
  readonly deeds: Tally;
  readonly blows: Tally;
  /** How the rows and the attempts ended. */
  readonly outcomes: Tally;
  readonly settledMs: number;
  readonly faults: readonly string[];
  /** Events and attempts of what the faults name. */
  readonly histories: readonly string[];
}

/** Budgets and deadlines that a run can reach. */
const settings: AppOptions['settings'] = {
  snapshotBudgetMs: 20_000,
  restoreBudgetMs: 30_000,
  beginWithinMs: 60_000,
  snapshotEndsWithinMs: 40_000,
  restoreEndsWithinMs: 60_000,
  purgeEndsWithinMs: 20_000,
  activeJobsPerAccountMax: 16,
  mirrorMaxAgeMs: 15_000,
  // Longer than a call that the emulator delays goes on after its caller has left it.
  lateMs: 3_500,
};
const settledWithinMs = 300_000;

export async function runChaos(t: Test, plan: Plan): Promise<ChaosResult> {
  const servers = await startBreakableServers(t);
  const world = await startWorld(t, { servers, settings, emulator: { latencyMs: 60 } });
  const tenants = await addTenants(world, plan.mode);
  const target: Target = { world, servers, tenants, down: new Set() };
  const [deeds, blows] = [makeTally(), makeTally()];
  const broken: string[] = [];
  const note = (error: unknown): void => void broken.push(error instanceof Error ? error.message : String(error));

  await Promise.all([
    inTime(plan.deeds, async (deed) => {
      const tenant = tenants[deed.project % tenants.length];
      if (tenant) await perform({ world, tenant, tally: deeds }, deed).catch(note);
    }),
    inTime(plan.blows, (blow) => strike(target, blow).then((name) => blows.add(`blows.${name}`), note)),
  ]);
  await world.neon.clear();
  await world.neon.setClock(0);
  // One that ended by itself is a fault already; what was accepted must end all the same.
  for (const service of world.services.all) if (!service.isRunning()) await service.start();
  const since = performance.now();
  const stuck = await untilAllEnded(world, settledWithinMs).then(
    () => [],
    (error: unknown) => [String(error)],
  );
  const settledMs = performance.now() - since;
  const found = stuck.length > 0 ? [...stuck, ...world.faults()] : await findFaultsTwice(world);
  const faults = [...broken, ...found];
  return {
    deeds,
    blows,
    outcomes: await countOutcomes(world),
    settledMs,
    faults,
    histories: await tellAbout(world, faults),
  };
}

/** What became of each thing that a fault names: a run cannot be played again blow by blow. */
async function tellAbout({ db }: World, faults: readonly string[]): Promise<string[]> {
  const ids = [...new Set(faults.flatMap((fault) => fault.match(/\b[a-z]{3}_[0-9a-f-]{36}\b/g) ?? []))];
  if (ids.length === 0) return [];
  const events = await db.selectFrom('audit_events').selectAll().where('subject_id', 'in', ids).orderBy('at').execute();
  const attempts = await db
    .selectFrom('attempts')
    .innerJoin('outbox', 'outbox.id', 'attempts.job_id')
    .selectAll('attempts')
    .select(['outbox.subject_id', 'outbox.job'])
    .where('subject_id', 'in', ids)
    .orderBy('attempts.job_id')
    .orderBy('attempts.fence')
    .execute();
  return [...events, ...attempts].map((one) => JSON.stringify(one));
}

/** As it is when all has ended, and once more when each project has been compared with Neon. */
async function findFaultsTwice(world: World): Promise<string[]> {
  const faults = await findFaults(world, world.asked);
  return faults.length > 0 ? faults : findFaults(world, world.asked, { after: 'reconcile' });
}

/** Each at its time, whatever the others do; resolves when all have ended. */
async function inTime<T>(plan: readonly Timed<T>[], act: (what: T) => Promise<void>): Promise<void> {
  const start = performance.now();
  const acts: Promise<void>[] = [];
  for (const { atMs, what } of plan.toSorted((a, b) => a.atMs - b.atMs)) {
    await sleep(Math.max(0, atMs - (performance.now() - start)));
    acts.push(act(what));
  }
  await Promise.all(acts);
}

async function countOutcomes({ db }: World): Promise<Tally> {
  const tally = makeTally();
  const [snapshots, restores, firings, attempts] = await Promise.all([
    db.selectFrom('snapshots').select(['status', 'error']).execute(),
    db.selectFrom('restores').select(['status', 'error']).execute(),
    db.selectFrom('firings').select('status').execute(),
    db.selectFrom('attempts').select('outcome').execute(),
  ]);
  const end = ({ status, error }: { status: string; error: { code: string } | null }): string =>
    error ? `${status} (${error.code})` : status;
  for (const row of snapshots) tally.add(`snapshots.${end(row)}`);
  for (const row of restores) tally.add(`restores.${end(row)}`);
  for (const { status } of firings) tally.add(`firings.${status}`);
  for (const { outcome } of attempts) tally.add(`attempts.${outcome}`);
  return tally;
}
