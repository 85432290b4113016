// Where the tools are: in node_modules of this tree, run by the Node that runs this script.

import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');

/** The file of a tool that node_modules/.bin names: to be run with `process.execPath` unless it is a program itself. */
export function tool(name: string): string {
  return realpathSync(join(root, 'node_modules', '.bin', name));
}

/** The environment of a tool: this Node comes first, for tools that start `node` themselves. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
}
