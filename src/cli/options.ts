/** The options of `tickloom start`, and where they come from. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAX_CLIENT_ID_WINDOW } from '../book/client-ids.js';
import { MAX_LIVE_ORDERS } from '../book/order-pool.js';
import type { UnlistedInstrument } from '../model/instrument.js';
import {
  BACKGROUND_NICENESS,
  CLIENT_BACKLOG_BYTES,
  CLIENT_STALL_MS,
  HANDSHAKE_MS,
  IDLE_SECONDS,
  KEY_MESSAGES_PER_SECOND,
  KEY_ORDERS_PER_SECOND,
  LEAST_IDLE_SECONDS,
  LEAST_STORE_DELAY_MS,
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_PER_ADDRESS,
  MAX_GATEWAYS,
  MAX_KEY_RATE,
  MAX_MESSAGE_BYTES,
  MAX_OPEN_ORDERS,
  MAX_SEGMENT_BYTES,
  MAX_SHARDS,
  MIN_SEGMENT_BYTES,
  MOST_IDLE_SECONDS,
  MOST_NICENESS,
  MOST_STORE_DELAY_MS,
  PROCESS_RESTARTS,
  REQUEST_MS,
  REQUEST_WINDOW_MS,
  SEGMENT_BYTES,
  SNAPSHOT_COMMANDS,
  STORE_BACKLOG_COMMANDS,
  STORE_DELAY_MS,
  STORE_WRITE_MS,
} from '../model/limits.js';

import { readConfigFile } from './config-file.js';
import { switchOption, textOption, wholeOption, wordOption } from './option-kinds.js';
import { type Command, type Environment, helpText, type OptionValues, readOptions } from './option-table.js';

const DEFAULT_CONFIG = 'tickloom.config.json';

export const startOptions = {
  port: wholeOption(0, 65_535, 9001, 'TCP port for WebSocket and HTTP; 0 takes any free one.'),
  host: textOption(
    '<address>',
    '127.0.0.1',
    'Address to listen on; any but this machine alone takes a keys file.',
  ),
  keys: textOption(
    '<file>',
    undefined,
    'Who may do what, as `tickloom keys` writes it. Without it everybody may do everything, from this machine alone.',
    { defaultText: 'keys.json in the data directory, where there is one' },
  ),
  'tls-cert': textOption('<file>', undefined, 'Certificate chain for TLS, in PEM; needs --tls-key.', {
    defaultText: 'none, connections are in the clear',
  }),
  'tls-key': textOption('<file>', undefined, 'Private key of that certificate, in PEM.', {
    defaultText: 'none',
  }),
  data: textOption('<directory>', './data', 'Directory of the journal; made where it is missing.'),
  config: textOption('<file>', DEFAULT_CONFIG, 'Instruments, and values for the options of this list.', {
    defaultText: `${DEFAULT_CONFIG}, or the one that comes with Tickloom where there is none`,
    from: ['flag', 'environment'],
  }),
  shards: wholeOption(
    1,
    MAX_SHARDS,
    1,
    'Threads that match; over one data directory their number may grow, and never shrink.',
  ),
  gateways: wholeOption(1, MAX_GATEWAYS, 1, 'Threads that serve connections, all on the one port.'),
  durability: wordOption(
    ['fsync', 'os', 'none'],
    'fsync',
    'An acknowledged order is synced to disk (fsync), handed to the operating system (os), or in memory alone (none).',
  ),
  transport: wordOption(
    ['auto', 'uws', 'node'],
    'auto',
    'What serves connections: uWebSockets.js (uws), plain Node.js (node), or the first where it runs (auto).',
  ),
  'client-id-window': wholeOption(
    1,
    MAX_CLIENT_ID_WINDOW,
    undefined,
    'Commands per shard whose client ids are remembered after their orders are gone.',
    { defaultText: 'what the log says, 1048576 in a new one' },
  ),
  'max-open-orders': wholeOption(
    0,
    MAX_LIVE_ORDERS,
    undefined,
    'Most open orders of an account in a shard, where the operator has set no limit for it; 0 for any number.',
    { defaultText: `what the log says, ${MAX_OPEN_ORDERS} in a new one` },
  ),
  'segment-bytes': wholeOption(
    MIN_SEGMENT_BYTES,
    MAX_SEGMENT_BYTES,
    SEGMENT_BYTES,
    'Size of one file of the journal, a multiple of 4096.',
    { step: 4096 },
  ),
  follower: wordOption(
    ['on', 'off'],
    'on',
    'A thread beside each shard that checks its events, writes snapshots and lets clients resume.',
  ),
  'snapshot-commands': wholeOption(
    1_000,
    1_000_000_000,
    SNAPSHOT_COMMANDS,
    'Commands of a shard after which a snapshot is taken; there is one at every clean stop besides.',
  ),
  'old-segments': wordOption(
    ['archive', 'remove', 'keep'],
    'archive',
    'What becomes of segments of the journal that no start needs any more: moved to archive/ in the data directory, removed, or left.',
  ),
  postgres: textOption(
    '<embedded|off|postgres://…>',
    'embedded',
    'Where orders and trades are kept for questions: in the data directory (embedded), on a server, or nowhere (off).',
    { defaultText: 'embedded; off with --durability none' },
  ),
  redis: textOption(
    '<redis://…>',
    undefined,
    'A Redis that gets streams of commands and events, open orders and tops of books.',
    { defaultText: 'none' },
  ),
  'store-write-ms': wholeOption(
    1,
    1_000,
    STORE_WRITE_MS,
    'How long one write into a store should take at the most; batches get as large as that allows.',
  ),
  'store-delay-ms': wholeOption(
    LEAST_STORE_DELAY_MS,
    MOST_STORE_DELAY_MS,
    STORE_DELAY_MS,
    'How long the newest events may wait for the next write into a store.',
  ),
  'store-backlog': wholeOption(
    1_000,
    1_000_000_000,
    STORE_BACKLOG_COMMANDS,
    'Commands that a store may be behind its shard; past that new orders are rejected, and cancels go on.',
  ),
  'message-bytes': wholeOption(
    1_024,
    MAX_MESSAGE_BYTES,
    MAX_MESSAGE_BYTES,
    'Largest WebSocket message or HTTP body that is read.',
  ),
  'max-connections': wholeOption(
    1,
    1_000_000,
    MAX_CONNECTIONS,
    'Connections that are served at a time; each takes a file that the process may have open (ulimit -n).',
  ),
  'max-connections-per-address': wholeOption(
    1,
    1_000_000,
    MAX_CONNECTIONS_PER_ADDRESS,
    'WebSockets that one address may have at a time.',
  ),
  'messages-per-second': wholeOption(
    1,
    MAX_KEY_RATE,
    KEY_MESSAGES_PER_SECOND,
    'Messages and requests of one key, where the keys file does not say; so many may also come at once.',
  ),
  'orders-per-second': wholeOption(
    1,
    MAX_KEY_RATE,
    KEY_ORDERS_PER_SECOND,
    'New orders, amends and quotes of one key, likewise. Cancels are free.',
  ),
  'signature-window-ms': wholeOption(
    100,
    60_000,
    REQUEST_WINDOW_MS,
    'How far the time in a signature may be from the time of the exchange.',
  ),
  'idle-seconds': wholeOption(
    LEAST_IDLE_SECONDS,
    MOST_IDLE_SECONDS,
    IDLE_SECONDS,
    'Silence after which a WebSocket is closed; it is pinged before, and an answer counts.',
  ),
  'handshake-ms': wholeOption(
    100,
    600_000,
    HANDSHAKE_MS,
    'How long a connection may take to say what it wants; uWebSockets.js has its own bound of about 10 seconds.',
  ),
  'request-ms': wholeOption(100, 600_000, REQUEST_MS, 'How long the body of a request may take to arrive.'),
  'order-age-ms': wholeOption(
    0,
    600_000,
    0,
    'Age, by the send time that it carries, at which a new order, amend or quote is refused instead of taken; 0 for never. Under overload it keeps what is taken fresh.',
  ),
  'client-backlog-bytes': wholeOption(
    65_536,
    1_073_741_824,
    CLIENT_BACKLOG_BYTES,
    'Bytes that may wait for a client that reads too slowly, before it is cut; it resumes where it was.',
  ),
  'client-stall-ms': wholeOption(
    100,
    600_000,
    CLIENT_STALL_MS,
    'How long a client may take nothing of what waits for it, before it is cut.',
  ),
  'background-niceness': wholeOption(
    0,
    MOST_NICENESS,
    BACKGROUND_NICENESS,
    'How far followers, stores and the helper threads of V8 step back behind the threads that answer orders, on Linux; 0 where other programs want the cores too.',
  ),
  log: textOption(
    '<file|-|off>',
    undefined,
    'Where notes of sessions, refusals and faults go, a line of JSON each: a file, the standard error (-), or nowhere.',
    { defaultText: 'tickloom.log in the data directory' },
  ),
  'log-level': wordOption(['debug', 'info', 'warn', 'error'], 'info', 'The least that is noted.'),
  restarts: wholeOption(
    0,
    1_000,
    PROCESS_RESTARTS,
    "Most restarts within a minute after the exchange's process has died; with 0 there is no parent process to start it again.",
  ),
  json: switchOption('Prints what there is to say as lines of JSON.'),
};

export type StartOptions = OptionValues<typeof startOptions>;

export const startCommand: Command<typeof startOptions> = {
  name: 'tickloom start',
  about: 'Starts an exchange and serves it until it is told to stop (SIGINT or SIGTERM).',
  options: startOptions,
  notes: [
    'A flag wins over its environment variable, that over the configuration file (where the key is the name of the ' +
      'option), that over the default.',
    'TICKLOOM_CLOCK=test stops the clock: time then moves by an admin command alone, from TICKLOOM_CLOCK_START on (a ' +
      'time like 2026-01-31T09:30:00Z, or nanoseconds since 1970). Without it the clock is live.',
  ],
};

export interface StartRequest {
  readonly options: StartOptions;
  /** The configuration file that was read. */
  readonly configPath: string;
  readonly instruments: readonly UnlistedInstrument[];
}

/**
 * Reads what `tickloom start` is asked to do, its configuration file included. A file that was not named and is not
 * there gives way to the one that comes with the package.
 *
 * @returns the help text where it was asked for
 * @throws UsageError with one line for each fault
 */
export function readStartOptions(args: readonly string[], environment: Environment): StartRequest | string {
  const first = readOptions(startCommand, args, environment);
  if (first === 'help') return helpText(startCommand);
  const named = first.sources.config !== 'default' || existsSync(first.values.config);
  const configPath = named ? first.values.config : packagedConfig();
  const config = readConfigFile(configPath, startOptions);
  const all = readOptions(startCommand, args, environment, config);
  if (all === 'help') return helpText(startCommand);
  // Without a journal there is nothing to keep; who names a store all the same is told so.
  const isImplied = all.sources.postgres === 'default' && all.values.durability === 'none';
  const options = isImplied ? { ...all.values, postgres: 'off' } : all.values;
  return { options, configPath, instruments: config.instruments };
}

/** The configuration file that comes with the package, whether this runs from its sources or built. */
function packagedConfig(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory)
    directory = dirname(directory);
  return join(directory, DEFAULT_CONFIG);
}
