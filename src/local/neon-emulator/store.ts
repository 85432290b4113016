/**
 * Owns the state file and the lock on the data directory. The file is replaced as a whole (written beside, flushed, renamed),
 * so that a process that dies at any moment leaves the former state or the new one. Never interprets the state.
 */
import { open, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { State } from './state.ts';

export interface Store {
  readonly state: State;
  /** Resolves when the state as of this call, or a later one, is on disk. */
  save(): Promise<void>;
}

/**
 * A state that is kept in memory alone. Errors: one sentence where the directory holds a state that outlived its process, since
 * whoever chose it may expect to find that again.
 */
export async function forgetfulStore(dataDir: string, fresh: () => State): Promise<Store> {
  const file = join(dataDir, 'state.json');
  if ((await readState(file)) !== undefined)
    throw new Error(
      `${dataDir} holds branches with rows, and an emulator without rows would not show them: choose another directory.`,
    );
  return { state: fresh(), save: async () => {} };
}

/** Reads the state, or takes `fresh()` where there is none yet. A damaged file is an error of one sentence. */
export async function openStore(dataDir: string, fresh: () => State): Promise<Store> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, 'state.json');
  const state = (await readState(file)) ?? fresh();
  let writing: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  return {
    state,
    save() {
      // Whoever asks while a write is under way shares the next one, which sees all changes made until it begins.
      waiting ??= writing
        .catch(() => {})
        .then(() => {
          waiting = undefined;
          writing = replace(file, JSON.stringify(state));
          return writing;
        });
      return waiting;
    },
  };
}

async function readState(file: string): Promise<State | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = parse(text);
  if (parsed === undefined) {
    throw new Error(
      `The Neon emulator's state in ${file} is damaged or of another version: remove its directory, as npm run reset does, to begin anew.`,
    );
  }
  return parsed;
}

function parse(text: string): State | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isState(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The version stands for the whole: nobody but this file's `save` writes it. */
function isState(value: unknown): value is State {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 2;
}

async function replace(file: string, text: string): Promise<void> {
  const beside = `${file}.new`;
  const handle = await open(beside, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
}

/** Keeps a second emulator off the directory. The answer gives the lock back; a lock of a dead process is taken over. */
export async function lockDirectory(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, 'lock');
  const mine = await identityOf(process.pid);
  const holder = await readFile(file, 'utf8').catch(() => '');
  const pid = Number.parseInt(holder, 10);
  if (pid > 0 && holder === (await identityOf(pid)) && (pid !== process.pid || held.has(dataDir))) {
    throw new Error(
      `Another Neon emulator (pid ${pid}) already serves ${dataDir}: stop it, or choose another directory.`,
    );
  }
  await writeFile(file, mine, { mode: 0o600 });
  held.add(dataDir);
  return async () => {
    held.delete(dataDir);
    await rm(file, { force: true });
  };
}

const held = new Set<string>();

/** A pid alone may be used again by another process; with its start time it is not. */
async function identityOf(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [state = 'Z', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? '' : `${pid} ${fields[18]}`;
  }
  try {
    process.kill(pid, 0);
    return `${pid}`;
  } catch {
    return '';
  }
}
