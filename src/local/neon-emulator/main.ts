/**
 * Owns `npm run neon-emulator`: the emulator as a program of its own, from its options to the signal that ends it. Never serves
 * anything itself. What it says when it is ready holds keys and a password, for whoever started it.
 */
import { parseArgs } from 'node:util';
import { startEmulator, type Emulator, type EmulatorOptions } from './index.ts';
import { limitsOf } from './limits.ts';
import type { Plan } from './state.ts';

const help = `Serves Neon's management API, and the Postgres behind it, on this machine.

  npm run neon-emulator -- [options]

  --port N          port of the API (default: that of the former start, or a free one)
  --data DIR        where everything is kept (default: .afterglow/neon-emulator)
  --api-key KEY     the key to call with (default: that of the former start, or a new one)
  --plan PLAN       free, launch, scale or custom (default: that of the former start, or scale)
  --latency MS      how long operations take (default: as long as their work takes)
  --control-port N  also serves faults and the clock, on this port (0: a free one)
  --empty           makes no sample project
  --without-rows    branches hold no rows, and all of it is forgotten at the end: for measuring its callers
  --json            says where it is in one line of JSON (with npm run -s, nothing else)
  --help            says this
`;

interface Wishes {
  readonly emulator: EmulatorOptions;
  readonly isJson: boolean;
}

async function main(): Promise<void> {
  const wishes = readWishes(process.argv.slice(2));
  if (wishes === 'help') {
    process.stdout.write(help);
    return;
  }
  const starting = startEmulator(wishes.emulator);
  const isEnding = endOnSignal(starting);
  const emulator = await starting;
  if (isEnding()) return;
  process.stdout.write(wishes.isJson ? `${JSON.stringify(placesOf(emulator))}\n` : block(emulator));
}

/** Errors: one sentence about the option that is wrong. */
function readWishes(args: string[]): Wishes | 'help' {
  const values = parseOptions(args);
  if (values.help === true) return 'help';
  const { data, plan } = values;
  const apiKey = values['api-key'];
  if (plan !== undefined && !isPlan(plan)) throw new Error('--plan must be free, launch, scale or custom.');
  if (apiKey !== undefined && !/^\S+$/.test(apiKey)) throw new Error('--api-key must not be empty or hold a space.');
  if (data === '') throw new Error('--data must name a directory.');
  const emulator = {
    dataDir: data ?? '.afterglow/neon-emulator',
    empty: values.empty === true,
    rows: values['without-rows'] === true ? ('none' as const) : ('real' as const),
    ...given('apiKey', apiKey),
    ...given('plan', plan),
    ...given('port', readNumber('--port', values.port, 65_535)),
    ...given('latencyMs', readNumber('--latency', values.latency, 3_600_000)),
    ...given('controlPort', readNumber('--control-port', values['control-port'], 65_535)),
  };
  return { emulator, isJson: values.json === true };
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): { [name in Name]?: Value } {
  const one: { [name in Name]?: Value } = {};
  if (value !== undefined) one[name] = value;
  return one;
}

function isPlan(text: string): text is Plan {
  return text === 'custom' || Object.hasOwn(limitsOf, text);
}

function readNumber(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : Infinity;
  if (number > max) throw new Error(`${name} must be a whole number from 0 to ${max}.`);
  return number;
}

function parseOptions(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args,
    strict: true,
    options: {
      port: text,
      data: text,
      'api-key': text,
      plan: text,
      latency: text,
      'control-port': text,
      empty: flag,
      'without-rows': flag,
      json: flag,
      help: flag,
    },
  });
  return values;
}

/** Once, however many signals come: a terminal and npm may each send one. The answer tells whether one came. */
function endOnSignal(starting: Promise<Emulator>): () => boolean {
  let isEnding = false;
  const end = () => {
    if (isEnding) return;
    isEnding = true;
    starting
      .then((emulator) => emulator.close())
      .then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  return () => isEnding;
}

function placesOf(emulator: Emulator) {
  const { baseUrl, apiKey, personalApiKey, projectId, branchId, connectionUri, controlUrl } = emulator;
  const project = projectId === '' ? {} : { projectId, branchId, connectionUri };
  return { baseUrl, apiKey, personalApiKey, ...project, ...(controlUrl === undefined ? {} : { controlUrl }) };
}

function block(emulator: Emulator): string {
  const lines = Object.entries(placesOf(emulator)).map(([name, value]) => `  ${name.padEnd(16)}${value}\n`);
  return `\nThe Neon emulator is ready. Ctrl-C ends it.\n\n${lines.join('')}\n`;
}

/** One sentence, without a stack. */
function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The Neon emulator did not start.\n${message.split('\n')[0]}\n`);
  process.exit(1);
}

main().catch(fail);
