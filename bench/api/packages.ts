// The packages of bench/package.json, which the service's own `npm ci` does not install.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { resolve } = createRequire(join(import.meta.dirname, '../package.json'));

/** The exports of a package; what it is, the caller knows. */
export async function importOfBench(name: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(resolve(name)).href);
  } catch (error) {
    if ((error as { readonly code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(`${name} is not installed. Run: npm --prefix bench ci`, { cause: error });
  }
}
