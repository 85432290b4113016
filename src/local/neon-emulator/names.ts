/**
 * Owns names that nobody chose. Never says whether a name that somebody chose is taken.
 */

/** The wished name, or, where one of these has it, that name with a number. */
export function freeName(named: readonly { readonly name: string }[], wished: string): string {
  const taken = new Set(named.map(({ name }) => name));
  let name = wished;
  for (let number = 2; taken.has(name); number += 1) name = `${wished} ${number}`;
  return name;
}
