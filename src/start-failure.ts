// Owns saying in one sentence why the process did not start.

/** One sentence, without a stack and without a secret: what is at fault and what to do. */
export function describeFailure(error: unknown): string {
  const { code, syscall, port, message } = error as {
    code?: string;
    syscall?: string;
    port?: number;
    message?: string;
  };
  if (code === 'EADDRINUSE' && syscall === 'listen') {
    return `The port ${port ?? ''} is in use by another process: stop it, or set PORT to another one (0 takes a free one).`;
  }
  if (code === 'EACCES' && syscall === 'listen') {
    return `This user may not listen on the port ${port ?? ''}: set PORT to one above 1023.`;
  }
  if (isConnectionError(error)) {
    return `The Postgres of DATABASE_URL cannot be reached (${reasonOf(error)}): check the setting and that it runs.`;
  }
  return (message ?? String(error)).split('\n')[0] ?? 'unknown reason';
}

function isConnectionError(error: unknown): boolean {
  const { code, errors, message } = error as { code?: string; errors?: unknown[]; message?: string };
  if (errors?.some(isConnectionError)) return true;
  if (/timeout exceeded when trying to connect|Connection terminated|Connection is closed/.test(message ?? ''))
    return true;
  return /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|28P01|28000|3D000|57P03)$/.test(
    code ?? '',
  );
}

function reasonOf(error: unknown): string {
  const { code, errors, message } = error as { code?: string; errors?: unknown[]; message?: string };
  if (errors?.[0] !== undefined) return reasonOf(errors[0]);
  const { address, port } = error as { address?: string; port?: number };
  return [code ?? message ?? 'no answer', ...(address ? [`at ${address}:${port ?? ''}`] : [])].join(' ');
}
