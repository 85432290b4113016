// Owns how a program of the world is told what to do, and how it says that it is ready. For programs of this folder alone.

import { flushCompileCache } from 'node:module';

/** What the parent process wants of this one. It ends when the parent does. */
export function readOrder<Order>(): Order {
  process.on('disconnect', () => process.exit(1));
  const order: Order = JSON.parse(process.env['AFTERGLOW_TEST_ORDER'] ?? '{}');
  return order;
}

export function sayReady(facts: object): void {
  process.send?.(facts);
  // One that is killed would never write it.
  flushCompileCache();
}

/** On SIGTERM everything is closed, and the process ends with 0. */
export function endOnSigterm(close: () => Promise<void>): void {
  process.once('SIGTERM', () => {
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
