// Makes what two installations hold comparable: ids become their order of appearance, and what no two runs share (instants,
// positions, hashes, sizes) becomes its kind.

import type { World } from './world.ts';

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const ids = new RegExp(
  [`(?<ours>[a-z]{3})[_-]${uuid}`, `(?<operation>${uuid})`, '(?<neon>br|snap|ep)-[a-z]+-[a-z]+-[a-z0-9]{8}'].join('|'),
  'g',
);

const kinds: ReadonlyArray<readonly [RegExp, string]> = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:\d\d)?)/g, '<instant>'],
  // Neon says the position of a snapshot of the present when it finds the time, as it does with sizes.
  [/"lsn":(null|"[0-9A-F]+\/[0-9A-F]+")/g, '"lsn":"<lsn>"'],
  [/"[0-9A-F]+\/[0-9A-F]+"/g, '"<lsn>"'],
  [/\b(\\\\x)?[0-9a-f]{64}\b/g, '<hash>'],
  [/"(sizeBytes|logicalSizeBytes|size_bytes|logical_size_bytes)":("?\d+"?|null)/g, '"$1":"<size>"'],
  [/ag_[\w-]{43}/g, '<key>'],
  [/ag_[\w-]{5}/g, '<prefix>'],
  [/postgres(ql)?:\/\/[^"]+/g, '<uri>'],
];

/** Remembers the ids that it has seen, so use one for each world, and show both the same things in the same order. */
export function makeLikeness(world: World): (value: unknown) => unknown {
  const seen = new Map<string, string>();
  const counts = new Map<string, number>();
  const fixed = [
    [world.emulator.projectId, '<neon project>'],
    [world.emulator.accountId, '<neon account>'],
  ] as const;
  return (value) => {
    let text = JSON.stringify(value ?? null);
    for (const [id, name] of fixed) text = text.replaceAll(id, name);
    for (const [pattern, kind] of kinds) text = text.replace(pattern, kind);
    text = text.replace(ids, (id, ...rest) => nameOf(id.replace('_', '-'), rest.at(-1) as Record<string, string>));
    return JSON.parse(text) as unknown;
  };

  function nameOf(id: string, groups: Readonly<Record<string, string | undefined>>): string {
    const before = seen.get(id);
    if (before !== undefined) return before;
    const kind = groups['ours'] ?? groups['neon'] ?? 'operation';
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    seen.set(id, `<${kind} ${count}>`);
    return `<${kind} ${count}>`;
  }
}
