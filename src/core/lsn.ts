// Owns the reading and ordering of log sequence numbers (PostgreSQL pg_lsn: two hexadecimal 32-bit halves, "16/B374D848").

const pattern = /^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/;

/** The pattern of an LSN, for request schemas. */
export const lsnPattern = pattern.source;

/** The LSN as one 64-bit number, or undefined where the text is none. */
function parseLsn(text: string): bigint | undefined {
  if (!pattern.test(text)) return undefined;
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** Whether two texts name the same position; texts that are no LSN are never the same. */
export function sameLsn(a: string, b: string): boolean {
  const left = parseLsn(a);
  return left !== undefined && left === parseLsn(b);
}
