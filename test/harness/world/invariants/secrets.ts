// Invariant 10: no key and no connection URI is in a table, in the queue or in a log.

/** A connection URI with a password in it. */
const uri = /postgres(ql)?:\/\/[^\s"'@/]+:[^\s"'@/]+@/;

/** What is found where it must not be; it is not said itself. */
export function findSecrets(where: ReadonlyMap<string, string>, secrets: readonly string[]): string[] {
  return [...where].flatMap(([place, text]) => [
    ...secrets.flatMap((secret, index) => (text.includes(secret) ? [`the secret ${index} is in ${place}`] : [])),
    ...(uri.test(text) ? [`a connection URI is in ${place}`] : []),
  ]);
}
