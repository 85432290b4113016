// The names that the processes of a run share about the emulator's answers: of files in the run's folder, and of calls.

import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

export const documentFile = 'neon-document.json';
/** One line of JSON, a CheckedAnswer, for each answer. */
export const checkedFile = 'neon-answers.ndjson';

/** The option of Node that makes a process check the answers of its emulators. */
export function checkOption(folder: string): string {
  const preload = pathToFileURL(join(import.meta.dirname, 'preload.ts'));
  preload.searchParams.set('folder', folder);
  return `--import=${preload.href}`;
}

/** `GET /projects/{}/branches/{}`, from fastify's pattern (`:projectId`) as from OpenAPI's (`{project_id}`). */
export function callOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${path.replaceAll(/:\w+|\{\w+\}/g, '{}')}`;
}
