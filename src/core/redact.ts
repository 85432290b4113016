// Owns what of an error, or of a text from elsewhere, may be written down: nothing that opens something (invariant 10).

/** Texts that open something: a URI with a password, a bearer token, a Neon API key. */
const secrets: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s"'`<>]*@/gi, '$1[redacted]@'],
  [/\b(Bearer|Basic)\s+[^\s"',]+/gi, '$1 [redacted]'],
  [/\bnapi_\w+/gi, '[redacted]'],
];

/** The text without what opens something. */
export function withoutSecrets(text: string): string {
  return secrets.reduce((clean, [pattern, by]) => clean.replaceAll(pattern, by), text);
}

/** The members of an error that are safe to keep; drivers and SDKs hang whole requests and connections on theirs. */
export function describeError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { message: withoutSecrets(String(error)) };
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  const goesDeeper = depth < 3;
  return {
    type: error.name,
    message: withoutSecrets(error.message),
    stack: withoutSecrets(error.stack ?? ''),
    ...(typeof code === 'string' ? { code } : {}),
    ...(error.cause !== undefined && goesDeeper ? { cause: describeError(error.cause, depth + 1) } : {}),
    ...(Array.isArray(errors) && goesDeeper ? { errors: errors.map((one) => describeError(one, depth + 1)) } : {}),
  };
}
