// Owns the log: JSON lines on standard error, errors without their secrets.

import { type DestinationStream, type Logger, pino } from 'pino';
import { describeError } from './core/redact.ts';

export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    { level, serializers: { err: (error: unknown) => describeError(error) } },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}
