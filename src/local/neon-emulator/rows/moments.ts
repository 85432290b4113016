/**
 * Owns LSNs where there is no WAL: each is an instant of the machine, so that either leads to the other, and later ones are larger.
 * As if a branch wrote eight bytes each millisecond. Pure.
 */
import { parseLsn } from '../wal.ts';

const epochMs = Date.UTC(2025, 0, 1);
const bytesPerMs = 8;
const high = 2 ** 32;

export function lsnAt(ms: number): string {
  const bytes = Math.max(0, Math.floor(ms) - epochMs) * bytesPerMs;
  return `${hex(Math.floor(bytes / high))}/${hex(bytes % high)}`;
}

/** In milliseconds. `lsn` must be an LSN. */
export function msAt(lsn: string): number {
  return epochMs + Math.floor(Number(parseLsn(lsn) ?? 0n) / bytesPerMs);
}

function hex(number: number): string {
  return number.toString(16).toUpperCase();
}
