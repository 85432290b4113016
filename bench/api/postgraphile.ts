// The PostGraphile 5 to compare with: its preset amber with connections, on the tables of the dashboard, over Node's own http server. No key,
// no log, no GraphiQL, no mutations, no subscriptions, and its plans are cached, as in production.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importOfBench } from './packages.ts';

// Before the packages are loaded: they check much of what they do in development.
process.env['NODE_ENV'] = 'production';
process.env['GRAPHILE_ENV'] = 'production';

/** Of the packages what is used here. */
interface Preset {
  readonly extends?: readonly unknown[];
  readonly disablePlugins?: readonly string[];
  readonly pgServices?: readonly unknown[];
  readonly grafserv?: Readonly<Record<string, unknown>>;
  readonly grafast?: Readonly<Record<string, unknown>>;
  readonly schema?: Readonly<Record<string, unknown>>;
}

interface Served {
  addTo(server: Server): Promise<void>;
}

interface Instance {
  createServ(form: unknown): Served;
}

const { postgraphile } = (await importOfBench('postgraphile')) as { postgraphile: (preset: Preset) => Instance };
const { PostGraphileAmberPreset: amber } = (await importOfBench('postgraphile/presets/amber')) as {
  PostGraphileAmberPreset: unknown;
};
const { makePgService } = (await importOfBench('postgraphile/adaptors/pg')) as {
  makePgService: (options: Readonly<Record<string, unknown>>) => unknown;
};
const { grafserv } = (await importOfBench('postgraphile/grafserv/node')) as { grafserv: unknown };

const preset: Preset = {
  extends: [amber],
  pgServices: [
    makePgService({
      connectionString: process.env['DATABASE_URL'],
      schemas: ['public'],
      // As many connections as Afterglow and the bare server have.
      poolConfig: { max: 12 },
    }),
  ],
  // Or it shows no relation that has but a partial index, and filters by no column without one.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  schema: { defaultBehavior: 'connection -list -insert -update -delete' },
  grafserv: { graphqlPath: '/graphql', graphiql: false, websockets: false, watch: false },
  grafast: { explain: false },
};

const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
