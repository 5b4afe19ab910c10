import { OptionsError, readCommandLine, readWhole } from '../native-free-bench/command-line.js';
import type { Durability } from '../src/journal/segment.js';

export const DURABILITIES = ['fsync', 'os', 'none'] as const satisfies readonly Durability[];

/** What one load run is asked to do. */
export interface LoadOptions {
  readonly transport: 'ws';
  /** Orders in one WebSocket frame: 1 with `--frames single`, 64 with `--frames many`. */
  readonly ordersPerFrame: number;
  /** Orders of the timed part. */
  readonly orders: number;
  /** Orders before the timed part: answered and recovered, but not timed. */
  readonly warmUpOrders: number;
  /** Orders per second of an open-loop run; undefined for a closed-loop run. */
  readonly ratePerSecond: number | undefined;
  readonly connections: number;
  /** Bound of the orders under way over all connections: in a closed-loop run, and in the warm-up of an open-loop one. */
  readonly underWay: number;
  readonly shards: number;
  readonly gateways: number;
  /** What an acknowledged order has passed: a sync, the operating system, or nothing (then there is no journal). */
  readonly durability: Durability;
  /** Whether the exchange has followers, and after how many commands they take a snapshot; its default where undefined. */
  readonly follower: 'on' | 'off';
  readonly snapshotCommands: number | undefined;
  /** Stores of the exchange: as its own options say, or `server` for a Postgres or Redis that the run starts. */
  readonly postgres: string;
  readonly redis: string | undefined;
  readonly storeWriteMs: number | undefined;
  /** Where the exchange keeps its journal; undefined: a fresh temporary directory, removed afterwards. */
  readonly dataDirectory: string | undefined;
  /** Configuration of the exchange; undefined: one that the run writes, with one instrument a shard. */
  readonly configFile: string | undefined;
  /** Whether the run against the bare echo server follows. */
  readonly echo: boolean;
  /** Seed of flow and masking keys, 0 to 2^32 - 1. */
  readonly seed: number;
  readonly json: boolean;
}

/** Orders in a frame with `--frames many`. */
export const MANY_ORDERS = 64;

const DEFAULT_ORDERS = 5_000_000;
const DEFAULT_SECONDS = 20;
const DEFAULT_WARM_UP = 200_000;
const DEFAULT_CONNECTIONS = 32;
const DEFAULT_UNDER_WAY = 8_192;
/** Orders of one connection that an open-loop run has under way in its warm-up: two writes. */
const WARM_UP_UNDER_WAY = 32;
/** A client id holds its order's index in the low 32 bits, and all frames of a run stand in memory at once. */
const MAX_ORDERS = 100_000_000;
const MAX_CONNECTIONS = 1_000;

const TEXTS = [
  'transport',
  'frames',
  'orders',
  'rate',
  'seconds',
  'warm-up',
  'connections',
  'under-way',
  'shards',
  'gateways',
  'durability',
  'follower',
  'snapshot-commands',
  'postgres',
  'redis',
  'store-write-ms',
  'data',
  'config',
  'seed',
] as const;

export const loadHelp = `Usage: npm run --silent load -- [options]

Starts an exchange in a process of its own, sends it orders over WebSocket, checks that its journal holds exactly what
it acknowledged, then sends the same frames to a bare uWebSockets.js echo server.

  --transport ws        how orders travel (only ws)
  --frames single|many  one order a frame, or ${MANY_ORDERS} (default single)
  --orders N            timed orders (default ${DEFAULT_ORDERS}; with --rate: rate x seconds)
  --rate R              open-loop at R orders/s, each measured from the time at which it was due
  --seconds S           length of a run with --rate (default ${DEFAULT_SECONDS})
  --warm-up N           orders before the timed ones (default ${DEFAULT_WARM_UP})
  --connections N       WebSocket connections, each an account of its own (default ${DEFAULT_CONNECTIONS})
  --under-way N         most orders under way over all connections (default ${DEFAULT_UNDER_WAY}; not with --rate)
  --shards N            shards of the exchange (default 1)
  --gateways N          gateways of the exchange (default 1)
  --durability MODE     of the exchange: fsync, os or none (default fsync)
  --follower on|off     whether the exchange has followers, which write snapshots (default on)
  --snapshot-commands N commands after which they write one (default: that of the exchange)
  --postgres WHERE      off, embedded, postgres://..., or server for one that the run starts (default off)
  --redis WHERE         redis://..., or server for one that the run starts (default none)
  --store-write-ms N    how long one write into a store should take (default: that of the exchange)
  --data DIR            data directory, absent or empty, kept afterwards (default: a temporary one, removed)
  --config FILE         configuration of the exchange (default: one instrument a shard)
  --no-echo             leave out the run against the echo server
  --seed N              seed of the order flow (default 42)
  --json                text to stderr, one line of JSON to stdout
  --help                this text`;

/**
 * Reads the command line.
 *
 * @returns undefined where help was asked for.
 * @throws OptionsError where an option is unknown, malformed or contradicts another.
 */
export function readOptions(argv: readonly string[]): LoadOptions | undefined {
  const values = readCommandLine(argv, TEXTS, ['no-echo', 'json']);
  if (values.help) return undefined;
  if (values.transport !== undefined && values.transport !== 'ws')
    throw new OptionsError(`--transport ${values.transport} is not built; only ws is`);
  if (values.frames !== undefined && values.frames !== 'single' && values.frames !== 'many')
    throw new OptionsError(`--frames takes single or many, not ${values.frames}`);
  if (values.rate === undefined && values.seconds !== undefined)
    throw new OptionsError('--seconds goes with --rate; without it give --orders');
  if (values.seconds !== undefined && values.orders !== undefined)
    throw new OptionsError('give --seconds or --orders, not both');
  if (values.rate !== undefined && values['under-way'] !== undefined)
    throw new OptionsError(
      '--under-way bounds a closed-loop run; with --rate orders go out when they are due',
    );
  const durability = DURABILITIES.find((name) => name === (values.durability ?? 'fsync'));
  if (durability === undefined)
    throw new OptionsError(`--durability takes fsync, os or none, not ${values.durability}`);
  if (values.follower !== undefined && values.follower !== 'on' && values.follower !== 'off')
    throw new OptionsError(`--follower takes on or off, not ${values.follower}`);

  const ordersPerFrame = values.frames === 'many' ? MANY_ORDERS : 1;
  const ratePerSecond = values.rate === undefined ? undefined : whole('--rate', values.rate, 1, 10_000_000);
  const seconds = whole('--seconds', values.seconds, 1, 86_400, DEFAULT_SECONDS);
  const orders = whole(
    '--orders',
    values.orders,
    1,
    MAX_ORDERS,
    ratePerSecond === undefined ? DEFAULT_ORDERS : ratePerSecond * seconds,
  );
  if (orders > MAX_ORDERS)
    throw new OptionsError(`${ratePerSecond} orders/s for ${seconds} s are over ${MAX_ORDERS} orders`);
  const connections = whole('--connections', values.connections, 1, MAX_CONNECTIONS, DEFAULT_CONNECTIONS);
  const least = connections * ordersPerFrame;
  const underWay = whole(
    '--under-way',
    values['under-way'],
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
    transport: 'ws',
    ordersPerFrame,
    orders,
    warmUpOrders: whole('--warm-up', values['warm-up'], 0, MAX_ORDERS, DEFAULT_WARM_UP),
    ratePerSecond,
    connections,
    underWay,
    shards: whole('--shards', values.shards, 1, 32, 1),
    gateways: whole('--gateways', values.gateways, 1, 16, 1),
    durability,
    follower: values.follower ?? 'on',
    snapshotCommands:
      values['snapshot-commands'] === undefined
        ? undefined
        : whole('--snapshot-commands', values['snapshot-commands'], 1_000, 1_000_000_000),
    postgres: values.postgres ?? 'off',
    redis: values.redis,
    storeWriteMs:
      values['store-write-ms'] === undefined
        ? undefined
        : whole('--store-write-ms', values['store-write-ms'], 1, 1_000),
    dataDirectory: values.data,
    configFile: values.config,
    echo: values['no-echo'] !== true,
    seed: whole('--seed', values.seed, 0, 0xffffffff, 42),
    json: values.json === true,
  };
}

/** A whole number from `low` to `high`; underscores and commas between digits are ignored. */
function whole(
  name: string,
  text: string | undefined,
  low: number,
  high: number,
  otherwise?: number,
): number {
  if (text === undefined) {
    if (otherwise === undefined) throw new OptionsError(`${name} needs a number`);
    return otherwise;
  }
  return readWhole(name, text, low, high)!;
}
