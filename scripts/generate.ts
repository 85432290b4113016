// `npm run generate` writes every file that is made from code. `--check` writes nothing: it exits with 1 and names the files
// that differ. `--out DIR` takes DIR in place of the tree, with either.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { DoorDomain } from '../src/domain/index.ts';
import { buildRest } from '../src/rest/server.ts';
import { graphqlContracts } from './generate-graphql.ts';
import { generateRoles } from './generate-roles.ts';
import { settingsContracts } from './generate-settings.ts';
import { root } from './tools.ts';

interface Generated {
  /** Relative to the root of the tree. */
  readonly path: string;
  readonly generate: () => Promise<string>;
}

const contracts: readonly Generated[] = [
  { path: 'openapi/openapi.json', generate: async () => `${JSON.stringify(await describe(), null, 2)}\n` },
  { path: 'docs/roles.md', generate: async () => generateRoles((await describe()).paths ?? {}) },
  ...graphqlContracts,
  ...settingsContracts,
];

/** The document as the routes make it: no database, no network, the same text on every machine. */
async function describe() {
  const app = await buildRest({ domain: uncalled, logger: false, production: true, renderMetrics: never });
  try {
    await app.ready();
    return app.swagger();
  } finally {
    await app.close();
  }
}

const never = (): never => {
  throw new Error('The routes are described here, not called.');
};

const uncalled: DoorDomain = {
  authenticate: never,
  checkReady: never,
  me: { get: never },
  teams: { create: never, list: never, get: never, enter: never },
  members: { add: never, list: never, update: never, remove: never },
  apiKeys: { create: never, list: never, get: never, rotate: never, revoke: never },
  fleet: { get: never },
  credentials: { create: never, list: never, get: never, update: never, delete: never },
  projects: {
    register: never,
    list: never,
    get: never,
    update: never,
    remove: never,
    requestSync: never,
    reconcile: never,
    reconcileReport: never,
    nextFirings: never,
    reconcileReports: never,
    adopt: never,
  },
  branches: { list: never, get: never, timeline: never, listOfProjects: never, getMany: never, timelines: never },
  status: { team: never, branch: never, branches: never },
  policies: {
    create: never,
    list: never,
    get: never,
    update: never,
    delete: never,
    preview: never,
    previewOf: never,
    coverage: never,
    run: never,
    pause: never,
    resume: never,
    versions: never,
    listSaved: never,
    reaches: never,
    listOfBranches: never,
    export: never,
    import: never,
  },
  firings: { list: never },
  snapshots: {
    request: never,
    list: never,
    get: never,
    listWritten: never,
    getWritten: never,
    delete: never,
    cancel: never,
    lock: never,
    listOfBranches: never,
  },
  retentionPlans: { request: never, list: never, get: never, approve: never, reject: never },
  holds: { place: never, list: never, get: never, release: never },
  retention: { simulate: never },
  restores: {
    request: never,
    list: never,
    get: never,
    connect: never,
    deletePreservedBranch: never,
    cancel: never,
    listOfBranches: never,
  },
  jobs: { list: never, get: never, attemptsOf: never },
  audit: { list: never, export: never, heads: never, signingKeys: never },
  streams: {
    restore: never,
    snapshots: never,
    statuses: never,
    jobs: never,
    auditEvents: never,
    events: never,
    admit: never,
  },
};

async function write(folder: string): Promise<void> {
  for (const { path, generate } of contracts) {
    const file = join(folder, path);
    const text = await generate();
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    console.log(`wrote ${path}`);
  }
}

/** How many differ; a file that is not there differs. */
async function check(folder: string): Promise<number> {
  let faults = 0;
  for (const { path, generate } of contracts) {
    const [made, kept] = await Promise.all([generate(), readFile(join(folder, path), 'utf8').catch(() => undefined)]);
    if (made === kept) continue;
    faults += 1;
    console.log(`${path}: ${kept === undefined ? 'is not there' : 'is not what the code generates'}`);
  }
  return faults;
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, out: { type: 'string' } } });
const folder = values.out === undefined ? root : resolve(values.out);
if (values.check) process.exitCode = (await check(folder)) > 0 ? 1 : 0;
else await write(folder);
