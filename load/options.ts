import { OptionsError } from '../native-free-bench/command-line.js';
import { type MixName, mixes, mixNames } from './mixes.js';
import { type CommonOptions, type Given, optional, readCommon, whole } from './modes.js';

/** What one load run over WebSocket is asked to do. */
export interface LoadOptions extends CommonOptions {
  readonly transport: 'ws';
  /** Orders in one WebSocket frame: 1 with `--frames single`, 64 with `--frames many`. */
  readonly ordersPerFrame: number;
  /** Orders of the timed part. */
  readonly orders: number;
  /** Orders before the timed part: answered and recovered, but not timed. */
  readonly warmUpOrders: number;
  /** Orders per second of an open-loop run; undefined for a closed-loop run. */
  readonly ratePerSecond: number | undefined;
  /** Orders that are due at once; 1: evenly. */
  readonly burst: number;
  /** Connections that are opened before the run, say nothing and stay. */
  readonly idleConnections: number;
  /** Connections that send orders during the run and never read. */
  readonly slowReaders: number;
  /** Clients that read the depth of the first instrument, in a process of their own. */
  readonly subscribers: number;
  readonly connections: number;
  /** Bound of the orders under way over all connections: in a closed-loop run, and in the warm-up of an open-loop one. */
  readonly underWay: number;
  readonly mix: MixName;
  /** After how many commands followers take a snapshot; the exchange's default where undefined. */
  readonly snapshotCommands: number | undefined;
  /** Stores of the exchange: as its own options say, or `server` for a Postgres or Redis that the run starts. */
  readonly postgres: string;
  readonly redis: string | undefined;
  readonly storeWriteMs: number | undefined;
  /** Whether each connection shows a key of its own, whose messages and orders are counted. */
  readonly keys: boolean;
  /** Whether the run against the bare echo server follows. */
  readonly echo: boolean;
}

/** Orders in a frame with `--frames many`. */
export const MANY_ORDERS = 64;

export const DEFAULT_ORDERS = 5_000_000;
export const DEFAULT_SECONDS = 20;
export const DEFAULT_WARM_UP = 200_000;
export const DEFAULT_CONNECTIONS = 32;
export const DEFAULT_UNDER_WAY = 8_192;
/** Orders of one connection that an open-loop run has under way in its warm-up: two writes. */
const WARM_UP_UNDER_WAY = 32;
/** A client id holds its order's index in the low 32 bits, and all frames of a run stand in memory at once. */
const MAX_ORDERS = 100_000_000;
const MAX_CONNECTIONS = 1_000;

/**
 * Reads the options of a run over WebSocket.
 *
 * @throws OptionsError where an option is malformed or contradicts another.
 */
export function readWsOptions(given: Given): LoadOptions {
  const common = readCommon(given);
  if (given.frames !== undefined && given.frames !== 'single' && given.frames !== 'many')
    throw new OptionsError(`--frames takes single or many, not ${given.frames}`);
  for (const name of ['idle-connections', 'slow-readers', 'subscribers'] as const)
    if (given.keys === true && given[name] !== undefined)
      throw new OptionsError(`--keys does not go with --${name}, whose connections show none`);
  if (given.subscribers !== undefined && (common.follower === 'off' || common.durability === 'none'))
    throw new OptionsError(
      '--subscribers needs followers, which market data comes from; leave --follower off and --durability none out',
    );
  if (given.rate === undefined && given.burst === undefined && given.seconds !== undefined)
    throw new OptionsError('--seconds goes with --rate or --burst; without them give --orders');
  if (given.seconds !== undefined && given.orders !== undefined)
    throw new OptionsError('give --seconds or --orders, not both');
  if (given.rate !== undefined && given['under-way'] !== undefined)
    throw new OptionsError(
      '--under-way bounds a closed-loop run; with --rate orders go out when they are due',
    );

  if ((given.burst === undefined) !== (given['every-ms'] === undefined))
    throw new OptionsError('--burst and --every-ms go together: so many orders at once, so often');
  if (given.burst !== undefined && (given.rate !== undefined || given['under-way'] !== undefined))
    throw new OptionsError('--burst and --every-ms are a rate; leave --rate and --under-way out');

  const ordersPerFrame = given.frames === 'many' ? MANY_ORDERS : 1;
  const burst = whole('burst', given.burst, 1, 1_000_000, 1);
  if (burst % ordersPerFrame !== 0 && given.burst !== undefined)
    throw new OptionsError(`--burst ${burst} is not a whole number of frames of ${ordersPerFrame} orders`);
  const ratePerSecond =
    given.burst !== undefined
      ? (burst * 1_000) / whole('every-ms', given['every-ms'], 1, 60_000, 0)
      : given.rate === undefined
        ? undefined
        : whole('rate', given.rate, 1, 10_000_000, 0);
  const seconds = whole('seconds', given.seconds, 1, 86_400, DEFAULT_SECONDS);
  const defaultOrders =
    ratePerSecond === undefined ? DEFAULT_ORDERS : Math.max(1, Math.round(ratePerSecond * seconds));
  const orders = whole('orders', given.orders, 1, MAX_ORDERS, defaultOrders);
  if (orders > MAX_ORDERS)
    throw new OptionsError(`${ratePerSecond} orders/s for ${seconds} s are over ${MAX_ORDERS} orders`);
  const connections = whole('connections', given.connections, 1, MAX_CONNECTIONS, DEFAULT_CONNECTIONS);
  const least = connections * ordersPerFrame;
  const underWay = whole(
    'under-way',
    given['under-way'],
    1,
    1_000_000,
    ratePerSecond === undefined
      ? Math.max(DEFAULT_UNDER_WAY, 2 * least)
      : connections * Math.max(WARM_UP_UNDER_WAY, 2 * ordersPerFrame),
  );
  if (underWay < least)
    throw new OptionsError(
      `--under-way ${underWay} is less than one frame on each of ${connections} connections; at least ${least}`,
    );
  return {
    ...common,
    transport: 'ws',
    ordersPerFrame,
    orders,
    warmUpOrders: whole('warm-up', given['warm-up'], 0, MAX_ORDERS, DEFAULT_WARM_UP),
    ratePerSecond,
    burst,
    connections,
    idleConnections: whole('idle-connections', given['idle-connections'], 0, 60_000, 0),
    slowReaders: whole('slow-readers', given['slow-readers'], 0, 1_000, 0),
    subscribers: whole('subscribers', given.subscribers, 0, 1_000, 0),
    underWay,
    mix: readMix(given.mix, ordersPerFrame),
    snapshotCommands: optional('snapshot-commands', given['snapshot-commands'], 1_000, 1_000_000_000),
    postgres: given.postgres ?? 'off',
    redis: given.redis,
    storeWriteMs: optional('store-write-ms', given['store-write-ms'], 1, 1_000),
    keys: given.keys === true,
    echo: given['no-echo'] !== true,
  };
}

function readMix(text: string | undefined, ordersPerFrame: number): MixName {
  const mix = mixNames.find((name) => name === (text ?? 'steady'));
  if (mix === undefined) throw new OptionsError(`--mix takes ${mixNames.join(', ')}, not ${text}`);
  if (mixes[mix].quoteShare > 0 && ordersPerFrame > 1)
    throw new OptionsError(`--mix ${mix} has mass quotes, which go one a frame; leave --frames many out`);
  return mix;
}
