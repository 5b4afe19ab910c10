import { OptionsError } from '../native-free-bench/command-line.js';
import { type CommonOptions, type Given, optional, readCommon, whole } from './modes.js';

/** What a load run over HTTP is asked to do. */
export interface HttpOptions extends CommonOptions {
  readonly connections: number;
  /** Timed orders of each server in each round; undefined: what `seconds` take. */
  readonly orders: number | undefined;
  readonly seconds: number;
  /** Orders before the timed ones, for each server in each round. */
  readonly warmUpOrders: number;
  /** How often each server has its turn. */
  readonly rounds: number;
}

export const HTTP_DEFAULTS = {
  connections: 100,
  seconds: 5,
  warmUpOrders: 20_000,
  rounds: 3,
} as const;

/** @throws OptionsError where an option is malformed or contradicts another. */
export function readHttpOptions(given: Given): HttpOptions {
  if (given.seconds !== undefined && given.orders !== undefined)
    throw new OptionsError('give --seconds or --orders, not both');
  const options = {
    ...readCommon(given),
    connections: whole('connections', given.connections, 1, 1_000, HTTP_DEFAULTS.connections),
    orders: optional('orders', given.orders, 1, 10_000_000),
    seconds: whole('seconds', given.seconds, 1, 3_600, HTTP_DEFAULTS.seconds),
    warmUpOrders: whole('warm-up', given['warm-up'], 1, 10_000_000, HTTP_DEFAULTS.warmUpOrders),
    rounds: whole('rounds', given.rounds, 1, 99, HTTP_DEFAULTS.rounds),
  };
  const { orders, warmUpOrders, connections } = options;
  if (Math.min(orders ?? warmUpOrders, warmUpOrders) < connections)
    throw new OptionsError(
      `--orders and --warm-up must be at least the ${connections} of --connections, so that each has one`,
    );
  return options;
}
