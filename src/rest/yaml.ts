// Owns YAML over HTTP: a document is read as the JSON that it stands for, and anything of YAML beyond that is refused (tags, keys that are
// no text, two keys of one name, several documents, aliases that grow). It runs nothing that a document names.

import { type Document, isScalar, parseDocument, stringify, visit } from 'yaml';
import { Refusal } from '../core/errors.ts';

export const yamlMediaType = 'application/yaml';

/** The registered one, and what was said before it was. */
export const yamlMediaTypes: readonly string[] = [yamlMediaType, 'text/yaml', 'application/x-yaml', 'text/x-yaml'];

/** The type of YAML that an Accept header prefers to JSON; undefined where JSON is as good, and where it takes neither. */
export function preferredYaml(accept = ''): string | undefined {
  const ranges = accept.split(',').flatMap((range) => {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
    const type = name === 'text/*' ? 'text/yaml' : yamlMediaTypes.find((one) => one === name);
    const isJson = ['application/json', 'application/*', '*/*'].includes(name);
    return weight > 0 && (type !== undefined || isJson) ? [{ type, weight, isNamed: !name.endsWith('*') }] : [];
  });
  const [first] = ranges.sort((a, b) => b.weight - a.weight || Number(b.isNamed) - Number(a.isNamed));
  return first?.type;
}

/** Some 1,000 policies. It is read in one go, which takes seconds for some megabytes of hostile text. */
export const yamlBytesMax = 512 * 1024;

const options = {
  version: '1.2',
  schema: 'core',
  uniqueKeys: false,
  stringKeys: true,
  merge: false,
  resolveKnownTags: false,
} as const;

/** How many of them all aliases of a document together may repeat what holds aliases itself. */
const maxAliasCount = 100;

/** Looking one up takes as long as the document is. */
const aliasesMax = 1_000;

/** Refuses with `invalid_request`, naming the line where it can. */
export function parseYaml(text: string): unknown {
  try {
    const document = parseDocument(text, { ...options, logLevel: 'error', prettyErrors: false });
    const fault = document.errors[0] ?? document.warnings[0];
    if (fault) throw refuse(`${wordsOf(fault.code)} on line ${lineOf(text, fault.pos[0])}`);
    checkNodes(document, text);
    return document.toJS({ maxAliasCount }) as unknown;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // Aliases that grow, or lead nowhere; a document nested as deep as the text is long.
    throw refuse(error instanceof RangeError ? 'it nests too deep' : 'its aliases cannot be followed');
  }
}

/** The parser's own look for keys that come twice takes the square of their number. */
function checkNodes(document: Document, text: string): void {
  let aliases = 0;
  visit(document, {
    Alias: () => {
      aliases += 1;
      if (aliases > aliasesMax) throw refuse(`it holds more than ${aliasesMax} aliases`);
    },
    Map: (_, { items }) => {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? key.value : key;
        if (keys.has(name))
          throw refuse(`a key comes twice on line ${lineOf(text, isScalar(key) ? (key.range?.[0] ?? 0) : 0)}`);
        keys.add(name);
      }
    },
  });
}

/** The same value gives the same text. */
export function writeYaml(value: unknown): string {
  return stringify(value, { ...options, lineWidth: 0, aliasDuplicateObjects: false });
}

const words: Readonly<Record<string, string>> = {
  TAG_RESOLVE_FAILED: 'there is a tag that is not read',
  NON_STRING_KEY: 'there is a key that is no text',
  MULTIPLE_DOCS: 'a second document begins',
};

/** The parser's own words quote the document, which may hold a secret. */
function wordsOf(code: string): string {
  return words[code] ?? `it does not parse (${code.toLowerCase().replaceAll('_', ' ')})`;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function refuse(what: string): Refusal {
  return new Refusal('invalid_request', `The body is not YAML that can be read: ${what}. Nothing was done.`);
}
