import { type CommonOptions, type Given, optional, readCommon, whole } from './modes.js';

/** What the proof of overload is asked to do. */
export interface OverloadOptions extends CommonOptions {
  /** All connections; a tenth of them never reads. */
  readonly connections: number;
  readonly slowReaders: number;
  /**
   * Orders per second that the exchange takes: so many its budgets let pass, an equal share for each connection's key. With
   * `noLimits` there are no keys, and it is what the machine can; then undefined: found first, in a closed loop.
   */
  readonly capacity: number | undefined;
  readonly noLimits: boolean;
  /** How many times that much is sent. */
  readonly times: number;
  /** How long it is sent. */
  readonly seconds: number;
  /** Age at which the exchange refuses an order instead of taking it. */
  readonly orderAgeMs: number;
  /** What the exchange may have resident at most, in MiB. */
  readonly memoryBoundMib: number;
}

export const OVERLOAD_DEFAULTS = {
  connections: 1_000,
  capacity: 2_500,
  times: 10,
  seconds: 15,
  memoryBoundMib: 1_024,
  orderAgeMs: 10,
} as const;

/** @throws OptionsError where an option is malformed. */
export function readOverloadOptions(given: Given): OverloadOptions {
  const connections = whole('connections', given.connections, 10, 10_000, OVERLOAD_DEFAULTS.connections);
  const noLimits = given['no-limits'] === true;
  return {
    ...readCommon(given),
    connections,
    slowReaders: Math.floor(connections / 10),
    capacity:
      optional('capacity', given.capacity, 1, 10_000_000) ??
      (noLimits ? undefined : OVERLOAD_DEFAULTS.capacity),
    noLimits,
    times: whole('times', given.times, 1, 100, OVERLOAD_DEFAULTS.times),
    seconds: whole('seconds', given.seconds, 1, 600, OVERLOAD_DEFAULTS.seconds),
    orderAgeMs: whole('order-age-ms', given['order-age-ms'], 0, 600_000, OVERLOAD_DEFAULTS.orderAgeMs),
    memoryBoundMib: whole(
      'memory-bound',
      given['memory-bound'],
      16,
      1_000_000,
      OVERLOAD_DEFAULTS.memoryBoundMib,
    ),
  };
}
