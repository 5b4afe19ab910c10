import {
  type GivenOptions,
  OptionsError,
  readCommandLine,
  readWhole,
} from '../native-free-bench/command-line.js';
import type { Durability } from '../src/journal/segment.js';

export const DURABILITIES = ['fsync', 'os', 'none'] as const satisfies readonly Durability[];

/** The three kinds of load runs, with what their command lines have in common. */
export type Mode = 'ws' | 'http' | 'overload';

/** How one says which run it is. */
const spoken: Readonly<Record<Mode, string>> = {
  ws: '--transport ws',
  http: '--transport http',
  overload: '--overload',
};

const ALL: readonly Mode[] = ['ws', 'http', 'overload'];
const WS: readonly Mode[] = ['ws'];

/** Options with a value, and the runs that have them. */
const texts = {
  transport: ALL,
  orders: ['ws', 'http'],
  seconds: ALL,
  'warm-up': ['ws', 'http'],
  connections: ALL,
  shards: ALL,
  gateways: ALL,
  durability: ALL,
  follower: ALL,
  data: ALL,
  config: ALL,
  seed: ALL,
  out: ALL,
  frames: WS,
  rate: WS,
  'under-way': WS,
  burst: WS,
  'every-ms': WS,
  mix: WS,
  'idle-connections': WS,
  'slow-readers': WS,
  subscribers: WS,
  'snapshot-commands': WS,
  postgres: WS,
  redis: WS,
  'store-write-ms': WS,
  rounds: ['http'],
  capacity: ['overload'],
  times: ['overload'],
  'memory-bound': ['overload'],
  'order-age-ms': ['overload'],
  'client-backlog-bytes': ALL,
  'client-stall-ms': ALL,
} as const satisfies Readonly<Record<string, readonly Mode[]>>;

const flags = {
  'no-echo': WS,
  keys: WS,
  overload: ['overload'],
  'no-limits': ['overload'],
  json: ALL,
} as const satisfies Readonly<Record<string, readonly Mode[]>>;

type Text = keyof typeof texts;
type Flag = keyof typeof flags;
export type Given = GivenOptions<Text, Flag>;

/**
 * Which run a command line asks for, and its options; undefined where it asks for help.
 *
 * @throws OptionsError where an option is unknown, malformed, or goes with another run.
 */
export function readMode(
  argv: readonly string[],
): { readonly mode: Mode; readonly given: Given } | undefined {
  const given = readCommandLine(argv, Object.keys(texts) as Text[], Object.keys(flags) as Flag[]);
  if (given.help) return undefined;
  const { transport } = given;
  if (transport !== undefined && transport !== 'ws' && transport !== 'http')
    throw new OptionsError(`--transport takes ws or http, not ${transport}`);
  if (given.overload && transport === 'http')
    throw new OptionsError('--overload goes over WebSocket; leave --transport http out');
  const mode: Mode = given.overload ? 'overload' : (transport ?? 'ws');
  const known: Readonly<Record<string, readonly Mode[]>> = { ...texts, ...flags };
  for (const name of Object.keys(given)) {
    const modes = known[name];
    if (modes !== undefined && !modes.includes(mode))
      throw new OptionsError(
        `--${name} does not go with ${spoken[mode]}; it goes with ${modes.map((other) => spoken[other]).join(' and ')}`,
      );
  }
  return { mode, given };
}

/** What every run says of its exchange. */
export interface ExchangeOptions {
  readonly shards: number;
  readonly gateways: number;
  /** What an acknowledged order has passed: a sync, the operating system, or nothing (then there is no journal). */
  readonly durability: Durability;
  /** Whether the exchange has followers. */
  readonly follower: 'on' | 'off';
  /** Where the exchange keeps its journal; undefined: a fresh temporary directory, removed afterwards. */
  readonly dataDirectory: string | undefined;
  /** Configuration of the exchange; undefined: one that the run writes, with one instrument a shard. */
  readonly configFile: string | undefined;
  /** Limits on clients that read too slowly; the exchange's own where undefined. */
  readonly clientBacklogBytes: number | undefined;
  readonly clientStallMs: number | undefined;
}

/** What every run says of itself. */
export interface CommonOptions extends ExchangeOptions {
  /** Seed of flow and masking keys, 0 to 2^32 - 1. */
  readonly seed: number;
  /** Where the report files go; undefined: nowhere. */
  readonly out: string | undefined;
  readonly json: boolean;
}

/** @throws OptionsError */
export function readCommon(given: Given): CommonOptions {
  const durability = DURABILITIES.find((name) => name === (given.durability ?? 'fsync'));
  if (durability === undefined)
    throw new OptionsError(`--durability takes fsync, os or none, not ${given.durability}`);
  if (given.follower !== undefined && given.follower !== 'on' && given.follower !== 'off')
    throw new OptionsError(`--follower takes on or off, not ${given.follower}`);
  return {
    shards: whole('shards', given.shards, 1, 32, 1),
    gateways: whole('gateways', given.gateways, 1, 16, 1),
    durability,
    follower: given.follower ?? 'on',
    dataDirectory: given.data,
    configFile: given.config,
    clientBacklogBytes: optional('client-backlog-bytes', given['client-backlog-bytes'], 1, 2 ** 31),
    clientStallMs: optional('client-stall-ms', given['client-stall-ms'], 1, 600_000),
    seed: whole('seed', given.seed, 0, 0xffffffff, 42),
    out: given.out,
    json: given.json === true,
  };
}

/** A whole number from `low` to `high`; underscores and commas between digits are ignored. */
export function whole(
  name: Text,
  text: string | undefined,
  low: number,
  high: number,
  otherwise: number,
): number {
  return readWhole(`--${name}`, text, low, high) ?? otherwise;
}

/** The same, undefined where none was given. */
export function optional(
  name: Text,
  text: string | undefined,
  low: number,
  high: number,
): number | undefined {
  return readWhole(`--${name}`, text, low, high);
}
