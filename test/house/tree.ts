// Small trees under the system's temporary folder, with this tree's configuration and packages, to break on purpose.

import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Test } from 'tap';
import { toolEnvironment } from '../../scripts/tools.ts';
import { plainNode } from '../harness/plain-node.ts';

export const root = resolve(import.meta.dirname, '../..');

const configuration = ['package.json', 'tsconfig.json', 'biome.json', '.oxlintrc.json', 'knip.json', '.gitignore'];
const folders = ['src', 'migrations', 'scripts', 'bench', 'test'];

/** A folder with the configuration of every tool and nothing to check; removed when `t` ends. */
export function makeTree(t: Test): string {
  const tree = mkdtempSync(join(tmpdir(), 'afterglow-house-'));
  t.teardown(() => rmSync(tree, { recursive: true, force: true }));
  for (const name of configuration) cpSync(join(root, name), join(tree, name));
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

/** As `makeTree`, with a copy of all code in it. */
export function copyTree(t: Test): string {
  const tree = makeTree(t);
  for (const folder of folders) {
    if (existsSync(join(root, folder))) cpSync(join(root, folder), join(tree, folder), { recursive: true });
  }
  return tree;
}

/** Makes the file, or adds to its end. */
export function append(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, text);
}

export function writeWhereMissing(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path)) writeFileSync(path, text);
}

/** Runs a script or tool with Node, without tap's loader, and gives all that it printed. */
export function runNode(cwd: string, command: readonly string[]): { code: number | null; output: string } {
  const { file, args } = plainNode(command);
  const env = { ...toolEnvironment(), NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(file, args, { cwd, env, encoding: 'utf8' });
  return { code: status, output: `${stdout}${stderr}` };
}
