// Owns reading what PostgreSQL said when it refused or could not be reached, so that no other layer knows error codes.

/** The unique constraint or index that a statement violated. */
export function violatedUnique(error: unknown): string | undefined {
  const facts = error as { code?: unknown; constraint?: unknown };
  return facts.code === '23505' && typeof facts.constraint === 'string' ? facts.constraint : undefined;
}

/** What the triggers that protect snapshots refused: the constraint that they name is the code of the refusal. */
export function violatedProtection(error: unknown): { code: ProtectionCode; told: string } | undefined {
  const facts = error as { code?: unknown; constraint?: unknown; message?: unknown };
  const code = facts.code === '23514' ? protectionCodes.find((one) => one === facts.constraint) : undefined;
  return code && { code, told: String(facts.message) };
}

const protectionCodes = ['snapshot_held', 'snapshot_locked', 'compliance_lock_fixed'] as const;
type ProtectionCode = (typeof protectionCodes)[number];

/** Whether a lock was not had within `lock_timeout`: nothing of the transaction was done. */
export function foundLocked(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === '55P03';
}

/** Whether PostgreSQL ended the transaction in favour of another (class 40, such as a deadlock): nothing of it was done. */
export function gaveWay(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return error instanceof Error && typeof code === 'string' && code.startsWith('40');
}

/** Whether PostgreSQL answered, and refused to write: read-only, or no room left. Nothing of the transaction was done. */
export function isReadOnly(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return error instanceof Error && typeof code === 'string' && /^(25006|53100)$/.test(code);
}

/** Whether the database could not be reached, is starting or stopping, or cannot write: the same request may succeed later. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|08|57P0|53|25006)/.test(code))
    return true;
  if (error instanceof AggregateError) return error.errors.some(isUnreachable);
  // The last one: whoever asked has left a process that ends.
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|driver has already been destroyed/.test(
    error.message,
  );
}
