// One step of a team's life: a command, what it names of what was kept before, and how it ends.

import type { RefusalCode } from '../../src/core/errors.ts';
import type { Call } from '../harness/strike.ts';
import type { CommandName, Wish } from './commands.ts';
import type { World } from './world.ts';

export interface Step {
  readonly expect: 'ok' | RefusalCode;
  readonly wish: (world: World) => Wish;
  readonly command: CommandName;
  /** Keeps the answer's id under this name, and the hash of a plan as `<name>Hash`. */
  readonly keep?: string;
  /** The next step comes while the work that was promised runs. */
  readonly leavesRunning?: boolean;
  /** Neon takes seconds for what this call begins, so that the steps that follow surely find it running. */
  readonly slowed?: Call;
}

interface Rest {
  readonly id?: string;
  readonly version?: number;
  readonly key?: string;
  readonly keep?: string;
  readonly leavesRunning?: boolean;
  readonly slowed?: Call;
}

type Body = Readonly<Record<string, unknown>>;

/** `id` is the name of a kept one, or stands for itself; so does every text of the body that begins with `$`. */
export function step(
  expect: Step['expect'],
  command: CommandName,
  body?: Body,
  { id, version, key, ...rest }: Rest = {},
): Step {
  return {
    expect,
    command,
    ...rest,
    wish: (world) => ({
      command,
      ...(id === undefined ? {} : { id: resolve(world, id) }),
      ...(version === undefined ? {} : { version }),
      ...(body === undefined ? {} : { body: resolveAll(world, body) as Body }),
      ...(key === undefined ? {} : { key }),
    }),
  };
}

function resolve({ kept }: World, text: string): string {
  if (!text.startsWith('$')) return text;
  const found = kept.get(text.slice(1));
  if (found === undefined) throw new Error(`nothing is kept as ${text}`);
  return found;
}

function resolveAll(world: World, value: unknown): unknown {
  if (typeof value === 'string') return resolve(world, value);
  if (Array.isArray(value)) return value.map((item) => resolveAll(world, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolveAll(world, item)]));
}

/** The id of nothing. */
export const unknown = 'xyz_1';
