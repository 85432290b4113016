// Owns what is written of the settings' schema: .env.example, and the table in the README. Called by scripts/generate.ts.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settingsSchema } from '../src/config.ts';
import { root } from './tools.ts';

interface Setting {
  readonly name: string;
  readonly description: string;
  readonly default: string | undefined;
}

/** As JSON Schema, which is what TypeBox makes; its static types do not name the annotations. */
const schemas = JSON.parse(JSON.stringify(settingsSchema.properties)) as Record<
  string,
  { description?: string; default?: string | number }
>;

const settings: readonly Setting[] = Object.entries(schemas).map(([name, { description, default: value }]) => ({
  name,
  description: description ?? '',
  default: value === undefined ? undefined : String(value),
}));

const begin = '<!-- settings: generated from src/config.ts -->';
const end = '<!-- /settings -->';

export const settingsContracts = [
  { path: '.env.example', generate: async () => envExample() },
  { path: 'README.md', generate: readme },
] as const;

function envExample(): string {
  const lines = settings.map(
    ({ name, description, default: value }) =>
      `# ${description}\n${value === undefined ? '# ' : ''}${name}=${value ?? ''}\n`,
  );
  return `# Every setting of Afterglow (generated from src/config.ts by npm run generate).\n\n${lines.join('\n')}`;
}

/** The README with its table of settings made anew. */
async function readme(): Promise<string> {
  const text = await readFile(join(root, 'README.md'), 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`README.md has no place between ${begin} and ${end}.`);
  const rows = settings.map(
    ({ name, description, default: value }) =>
      `| \`${name}\` | ${value === undefined ? 'unset' : `\`${value}\``} | ${description} |`,
  );
  const table = ['| setting | default | what it does |', '|---|---|---|', ...rows].join('\n');
  return `${before}${begin}\n${table}\n${end}${after}`;
}
