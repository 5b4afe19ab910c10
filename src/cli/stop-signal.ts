import type { Clock } from '../clock/clock.js';

export type StopSignal = 'SIGINT' | 'SIGTERM';

const exitCodes: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/**
 * A Ctrl-C under `npm start` comes twice, from the terminal and from npm: what follows so soon is the same wish. Later
 * it is impatience.
 */
const SAME_WISH_NS = 1e9;

/** The first signal that asks for a stop. One that comes a second or more after it ends the process at once. */
export function stopSignal(clock: Clock): Promise<StopSignal> {
  return new Promise((resolve) => {
    let firstNs: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        firstNs ??= clock.nowNs();
        if (clock.nowNs() - firstNs > SAME_WISH_NS) process.exit(exitCodes[signal]);
        resolve(signal);
      });
  });
}
