// Owns the place where a scenario is played: a fresh Neon project, registered, in a world that many scenarios use one after another;
// and the ways in which a scenario asks for something and says what must become of it.

import { randomUUID } from 'node:crypto';
import type {
  BranchView,
  ProjectView,
  RequestRestoreInput,
  RestoreView,
  SnapshotView,
} from '../../src/domain/index.ts';
import { until } from '../process/client.ts';
import type { Asked } from '../harness/world/asked.ts';
import { type NeonProjectMade, untilNeonRests } from '../harness/world/neon.ts';
import { untilAllEnded } from '../harness/world/settle.ts';
import type { World } from '../harness/world/world.ts';

export interface Stage {
  readonly world: World;
  readonly neonProject: NeonProjectMade;
  readonly project: ProjectView;
  readonly main: BranchView;
  /** The world's. */
  readonly asked: Asked;
  /** Ids, and the statuses in which each may end. */
  readonly wanted: Map<string, readonly string[]>;
}

export async function setStage(world: World): Promise<Stage> {
  const neonProject = await world.neon.addProject();
  const project = await world.client.ask<ProjectView>('POST', '/v1/projects', {
    neonProjectId: neonProject.id,
    credentialId: world.credential.id,
  });
  const [main] = await listBranches(world, project);
  if (!main) throw new Error('The project has no branch.');
  const { asked } = world;
  asked.given.push({ neonProjectId: neonProject.id, branchId: main.id, name: main.name });
  return { world, neonProject, project, main, asked, wanted: new Map() };
}

function listBranches({ client }: World, project: ProjectView): Promise<BranchView[]> {
  return client.list<BranchView>(`/v1/projects/${project.id}/branches`);
}

/** A child of the default branch, which the mirror knows. */
export async function addChild({ world, neonProject, project, main, asked }: Stage): Promise<BranchView> {
  const port = world.neon.port(neonProject.apiKey);
  const name = 'child';
  await port.createBranch(neonProject.id, {
    name,
    parentId: main.neonBranchId,
    point: { head: true },
    withCompute: true,
  });
  await untilNeonRests(port, neonProject.id);
  await world.client.ask('POST', `/v1/projects/${project.id}/sync`);
  await untilAllEnded(world, endedWithinMs);
  const child = (await listBranches(world, project)).find((branch) => branch.name === name);
  if (!child) throw new Error('The mirror lacks the child.');
  asked.given.push({ neonProjectId: neonProject.id, branchId: child.id, name });
  return child;
}

export const endedWithinMs = 30_000;

export async function requestSnapshot(
  { world, asked, wanted }: Stage,
  body: object,
  ends: readonly string[] = ['available'],
): Promise<string> {
  const { id } = await world.client.ask<SnapshotView>('POST', '/v1/snapshots', body);
  asked.snapshots.add(id);
  wanted.set(id, ends);
  return id;
}

export async function requestRestore(
  { world, asked, wanted }: Stage,
  body: RequestRestoreInput,
  ends: readonly string[] = ['succeeded'],
): Promise<string> {
  const { id } = await world.client.ask<RestoreView>('POST', '/v1/restores', body);
  asked.restores.add(id);
  wanted.set(id, ends);
  return id;
}

export async function takeSnapshot(stage: Stage, body: object): Promise<string> {
  const id = await requestSnapshot(stage, body);
  await untilAllEnded(stage.world, endedWithinMs);
  return id;
}

/** Waits until the subject has the status. */
export async function untilStatus({ world }: Stage, id: string, status: string): Promise<void> {
  const path = id.startsWith('snp') ? `/v1/snapshots/${id}` : `/v1/restores/${id}`;
  await until(
    () => world.client.ask<{ status: string }>('GET', path),
    (view) => view.status === status,
  );
}

/** A request that may have been done already when its answer was lost; `atOnce`: refusals that are none, because who died cost the time. */
export async function askOrDone(
  { world }: Stage,
  {
    method,
    path,
    done,
    atOnce = [],
  }: { method: string; path: string; done: readonly string[]; atOnce?: readonly string[] },
): Promise<void> {
  const { status, body, sent } = await world.client.call(method, path);
  if (status >= 200 && status < 300) return;
  if ((sent > 1 && done.includes(body.code)) || atOnce.includes(body.code)) return;
  throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
}

export function wish(): string {
  return `wished-${randomUUID().slice(0, 8)}`;
}
