// Owns reading what PostgreSQL said when it refused or could not be reached, so that no other layer knows error codes.

/** The unique constraint or index that a statement violated. */
export function violatedUnique(error: unknown): string | undefined {
  const facts = error as { code?: unknown; constraint?: unknown };
  return facts.code === '23505' && typeof facts.constraint === 'string' ? facts.constraint : undefined;
}

/** Whether the database could not be reached, is starting or stopping, or cannot write: the same request may succeed later. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|08|57P0|53|25006)/.test(code))
    return true;
  if (error instanceof AggregateError) return error.errors.some(isUnreachable);
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    error.message,
  );
}
