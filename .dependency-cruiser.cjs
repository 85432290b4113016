// Owns the architecture: the folder table of ARCHITECTURE.md as rules, each with its reason. It runs through
// `scripts/architecture.ts`, which also fails when too few modules were seen. `test/house/architecture.test.ts` breaks
// every rule once on purpose: a rule added here without its demonstration there fails that test.

/** A package by its npm name, whether its code or its types are resolved, wherever node_modules is. */
const packages = (...names) => `node_modules/(@types/)?(${names.join('|')})/`;

/** Imports that leave nothing at run time. */
const typeOnly = ['type-only'];

/** Packages and node: not of src. A path that leads nowhere is left to `imports-resolve`. */
const outside = { path: '^(?!src/)', couldNotResolve: false };

/** What a folder may import at run time and as types: all else is refused. */
function onlyFrom(name, comment, from, allowed) {
  return { name, comment, severity: 'error', from: { path: from }, to: { pathNot: allowed } };
}

/** As `onlyFrom`, but types may come from anywhere outside `src` too (from packages and node). */
function onlyFromOrTypes(name, comment, from, allowed) {
  return [
    onlyFrom(name, comment, from, [...allowed, '^(?!src/)']),
    {
      name: `${name}-packages`,
      comment: `${comment} Types may come from any package.`,
      severity: 'error',
      from: { path: from },
      to: { ...outside, pathNot: allowed, dependencyTypesNot: [...typeOnly, builtin] },
    },
  ];
}

/** A package that only some places may import. */
function packageOnlyIn(name, comment, names, places) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: '^(src|scripts|bench|migrations)/', pathNot: places },
    to: { path: packages(...names) },
  };
}

/** Node's own modules, as dependency-cruiser types them. */
const builtin = 'core';
const schedule = '^src/core/schedule(\\.ts|/)';

module.exports = {
  forbidden: [
    // --- the folder table, row by row ---------------------------------------------------------------------------
    {
      ...onlyFrom('core-only-core', 'core decides: it imports core alone, no node, no package.', '^src/core/', [
        '^src/core/',
      ]),
      from: { path: '^src/core/', pathNot: schedule },
    },
    onlyFrom('core-schedule-only-croner', 'core/schedule adds croner, and nothing else.', schedule, [
      '^src/core/',
      packages('croner'),
    ]),
    ...onlyFromOrTypes(
      'store-own-driver',
      'store: core, store, its driver and what it seals and hashes with.',
      '^src/store/',
      ['^src/(core|store)/', '^migrations/', packages('kysely', 'pg', 'jose', 'canonicalize')],
    ),
    ...onlyFromOrTypes('neon-own-driver', 'neon: core, neon, the SDK, and pg for the probe.', '^src/neon/', [
      '^src/(core|neon)/',
      packages('@neon/sdk', 'pg'),
    ]),
    ...onlyFromOrTypes('oidc-own-driver', 'oidc: core, oidc, and jose.', '^src/oidc/', [
      '^src/(core|oidc)/',
      packages('jose'),
    ]),
    ...onlyFromOrTypes('queue-own-driver', 'queue: core, queue, BullMQ and its connections.', '^src/queue/', [
      '^src/(core|queue)/',
      packages('bullmq', 'ioredis'),
    ]),
    onlyFrom(
      'neon-port-is-pure',
      'The port names Neon in our words: the domain sees it, so it imports core alone.',
      '^src/neon/api\\.ts$',
      ['^src/core/'],
    ),
    onlyFrom(
      'queue-jobs-are-pure',
      'Job names and payloads are seen by the domain, so they import core alone.',
      '^src/queue/jobs(\\.ts$|/)',
      ['^src/(core|queue/jobs)(\\.ts$|/)'],
    ),
    onlyFrom('domain-below-doors', 'domain: core, store, the port of neon, the jobs of queue.', '^src/domain/', [
      '^src/(core|store|domain)/',
      '^src/neon/api\\.ts$',
      '^src/queue/jobs(\\.ts$|/)',
      '^(?!src/)',
    ]),
    {
      name: 'domain-port-as-types',
      comment: 'The domain is given a provider, it never imports one: types only.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { path: '^src/neon/', dependencyTypesNot: typeOnly },
    },
    {
      name: 'domain-no-packages',
      comment: 'Dependencies are arguments: no package and no node module in domain, but as types.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { ...outside, dependencyTypesNot: typeOnly },
    },
    ...['rest', 'graphql'].map((door) =>
      onlyFrom(
        `${door}-through-domain-index`,
        'A door translates: domain/index, core, and its own folder.',
        `^src/${door}/`,
        [`^src/(core|${door})/`, '^src/domain/index\\.ts$', '^(?!src/)'],
      ),
    ),
    onlyFrom(
      'worker-through-domain-index',
      'The worker is a door: domain/index, core, queue, and its own folder.',
      '^src/worker/',
      ['^src/(core|queue|worker)/', '^src/domain/index\\.ts$', '^(?!src/)'],
    ),
    onlyFrom(
      'local-stands-apart',
      'local: config, core, node and packages, nothing else of the service.',
      '^src/local/',
      ['^src/(core|local)/', '^src/config\\.ts$', '^(?!src/)'],
    ),
    {
      name: 'local-from-main-alone',
      comment: 'Production never imports the embedded default: only main.ts does, and the scripts.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/local/', '^src/main\\.ts$'] },
      to: { path: '^src/local/' },
    },
    {
      name: 'local-when-asked',
      comment: 'main.ts loads local in local mode only: by import(), so that production starts without it.',
      severity: 'error',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^src/local/', dynamic: false, dependencyTypesNot: typeOnly },
    },
    onlyFrom(
      'config-schema-alone',
      'config: its schema library and node, nothing of the service.',
      '^src/config\\.ts$',
      ['^(?!src/)'],
    ),
    {
      name: 'config-read-at-the-top',
      comment: 'app.ts and main.ts read the settings and hand values on (local may, it replaces some).',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(app|main)\\.ts$', '^src/local/'] },
      to: { path: '^src/config\\.ts$' },
    },
    {
      name: 'nobody-imports-app',
      comment:
        'app.ts and main.ts are at the top: only main.ts imports app.ts, and nobody main.ts, but tests and scripts.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main\\.ts$' },
      to: { path: '^src/(app|main)\\.ts$' },
    },

    // --- drivers in their places ---------------------------------------------------------------------------------
    packageOnlyIn('kysely-in-store', 'store is the only SQL.', ['kysely'], ['^src/store/', '^migrations/', '^bench/']),
    packageOnlyIn(
      'pg-in-its-places',
      'Postgres is reached by store, the probe, local mode, and scripts.',
      ['pg'],
      ['^src/(store|local)/', '^src/neon/probe\\.ts$', '^(scripts|bench)/'],
    ),
    packageOnlyIn(
      'bullmq-in-queue',
      'The rest of the service knows a queue, not BullMQ.',
      ['bullmq', 'ioredis'],
      ['^src/queue/', '^bench/'],
    ),
    packageOnlyIn(
      'sdk-in-neon',
      'The rest of the service knows the port, not the SDK.',
      ['@neon/sdk'],
      ['^src/(neon|local)/', '^(scripts|bench)/'],
    ),
    packageOnlyIn(
      'prom-client-in-metrics',
      'Metrics have one registry, and who records is handed a recorder.',
      ['prom-client'],
      ['^src/metrics\\.ts$'],
    ),
    packageOnlyIn(
      'jose-in-its-places',
      'Secrets are sealed in one place, and tokens verified in another.',
      ['jose'],
      ['^src/(store|oidc)/'],
    ),
    packageOnlyIn(
      'graphql-in-graphql',
      'GraphQL is one door.',
      ['graphql', 'mercurius'],
      ['^src/(graphql|local)/', '^src/app\\.ts$', '^scripts/'],
    ),

    // --- the whole -------------------------------------------------------------------------------------------------
    {
      name: 'migrations-stay-as-they-are',
      comment: 'A migration is history: it imports nothing of src, which changes.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { pathNot: ['^migrations/', packages('kysely')], dependencyTypesNot: [builtin] },
    },
    {
      name: 'src-from-src',
      comment: 'What is served imports nothing of tests, scripts and benches.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts|bench)/' },
    },
    {
      name: 'src-without-dev-packages',
      comment: 'The image holds no development dependencies.',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: typeOnly },
    },
    {
      name: 'no-optional-packages',
      comment: 'The image holds no optional dependencies: only local mode may use them.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '^src/local/' },
      to: { dependencyTypes: ['npm-optional'] },
    },
    {
      name: 'imports-resolve',
      comment: 'An import that leads nowhere is seen by no other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycles',
      comment: 'The graph of imports has a direction.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nobody imports and that imports nobody is dead.',
      severity: 'error',
      from: { path: '^src/', orphan: true },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)\\.(tap|afterglow)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts'],
    },
  },
};
