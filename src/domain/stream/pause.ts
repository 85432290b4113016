// Owns waiting that ends early: by a signal, or by who is handed the way to end it.

/** Resolves after so long, when the signal is aborted, or when what `hand` was given is called. */
export async function pause(
  ms: number,
  signal: AbortSignal,
  hand: (wake: () => void) => void = () => undefined,
): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    hand(end);
  });
}
