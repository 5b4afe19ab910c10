import type { EngineSettings } from '../book/engine.js';
import type { Clock } from '../clock/clock.js';
import { checkFields, checkWhole } from './input-check.js';

/** What an engine can be told besides its instruments. */
export interface EngineOptions {
  /** Where time comes from. Default: a new `TestClock`, which begins at 2026-01-01T00:00:00Z and stands still. */
  readonly clock?: Clock;
  /**
   * How many commands are remembered by their client ids after their orders are gone, 1 to 2^24: a retry within them gets
   * its first answer again. Up to 128 bytes each. Default: 65,536.
   */
  readonly clientIdWindow?: number;
  /**
   * Most open orders of an account that has no limit of its own (`setAccount`), 0 to 2^23. Default: 0, any number; or as in the
   * snapshot.
   */
  readonly maxOpenOrders?: number;
  /** Most orders that may live at a time. Default and bound: 2^23; room grows on demand. */
  readonly maxLiveOrders?: number;
  /** Most pages of 64 prices that may be in use at a time. Default and bound: 2^18; they grow on demand. */
  readonly maxPricePages?: number;
  /** How many trades are kept for `trades()`, 0 to 1,000,000. Default: 1,000, or as in the snapshot. */
  readonly tradeHistory?: number;
}

/** Names of the fields. */
export const ENGINE_FIELDS = [
  'clock',
  'clientIdWindow',
  'maxOpenOrders',
  'maxLiveOrders',
  'maxPricePages',
  'tradeHistory',
] as const satisfies readonly (keyof EngineOptions)[];

/** Smaller than an exchange's: a retry in one process is not late by a million commands. */
const CLIENT_ID_WINDOW = 65_536;

/** The settings of the engine proper. */
export function engineSettings(options: EngineOptions): Omit<EngineSettings, 'shard'> {
  const { clientIdWindow = CLIENT_ID_WINDOW, maxOpenOrders, maxLiveOrders, maxPricePages } = options;
  return {
    clientIdWindow,
    ...(maxOpenOrders === undefined ? {} : { maxOpenOrders }),
    ...(maxLiveOrders === undefined ? {} : { maxLiveOrders }),
    ...(maxPricePages === undefined ? {} : { maxPricePages }),
  };
}

/**
 * @param more names of options besides those of `EngineOptions`
 * @throws TypeError, RangeError where an option is wrong that nothing else looks at
 */
export function checkOptions(options: EngineOptions, more: readonly string[] = []): void {
  checkFields('the options', options, new Set([...ENGINE_FIELDS, ...more]));
  const { clock, tradeHistory } = options;
  if (clock !== undefined && typeof clock.nowNs !== 'function')
    throw new TypeError('clock: it must be a Clock');
  if (tradeHistory !== undefined) checkWhole('tradeHistory', tradeHistory, 0, 1_000_000);
}
