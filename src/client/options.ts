import type { Clock } from '../clock/clock.js';
import type { Randomness } from '../clock/randomness.js';
import {
  CLIENT_HEARTBEAT_MS,
  CONNECT_MS,
  LONGEST_RECONNECT_MS,
  MAX_MESSAGE_BYTES,
  RECONNECT_MS,
} from '../model/limits.js';
import type { ClientKey } from './client-key.js';
import type { LogPlaces } from './event-log.js';
import type { Fetch } from './platform.js';
import type { WebSocketConstructor } from './web-socket.js';

/** How long to wait before the next attempt: doubled each time, and a random half of it taken away. */
export interface ReconnectOptions {
  /** Before the first attempt, in ms. Default: 50. */
  readonly firstMs?: number | undefined;
  /** At most, in ms. Default: 5000. */
  readonly mostMs?: number | undefined;
}

export interface ConnectOptions {
  /** Where the exchange listens: `ws://127.0.0.1:9001`, `wss://…`; a path is put before `/ws`. */
  readonly url: string;
  /**
   * Accounts that the session acts for, up to 64; 0 is the operator's. Commands that name none are of the first that is
   * not 0. Default: all of the key's; 1 where there is no key.
   */
  readonly accounts?: readonly number[] | undefined;
  /** Logs in with this key. Without one only an exchange without a keys file lets the client in. */
  readonly key?: ClientKey | undefined;
  /** Name of the session for the exchange's records, 1 to 36 of [A-Za-z0-9._-]. */
  readonly session?: string | undefined;
  /**
   * Has the exchange cancel the session's orders when it has been gone for so long: 0 to 3,600,000 ms. Give reconnects
   * time: a restart of the exchange takes a second. Default: orders stay.
   */
  readonly cancelOnDisconnectMs?: number | undefined;
  /**
   * Signs of life both ways, 1000 to 60,000 ms; a connection that is silent for three of them counts as dead.
   * Default: 5000.
   */
  readonly heartbeatMs?: number | undefined;
  /** How to reconnect; false: not at all, then the client ends with its first connection. */
  readonly reconnect?: ReconnectOptions | false | undefined;
  /** How long `connect` tries to reach the exchange before it gives up, in ms. Default: 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Most bytes of a message, where the exchange was started with less than its usual 65,536 (`--message-bytes`). */
  readonly messageBytes?: number | undefined;
  /**
   * Events to go on from, as `client.places` was before a restart of this program: all that happened to the accounts
   * since is told first. Default: what happens from now on.
   */
  readonly resumeFrom?: LogPlaces | undefined;
  /** Instead of the platform's own. A test gives a clock whose time it moves. */
  readonly clock?: Clock | undefined;
  readonly randomness?: Randomness | undefined;
  readonly fetch?: Fetch | undefined;
  readonly WebSocket?: WebSocketConstructor | undefined;
}

/** Options with their defaults. */
export interface ClientSettings {
  readonly address: ExchangeAddress;
  /** undefined: all of the key's. */
  readonly accounts: readonly number[] | undefined;
  readonly session: string | undefined;
  readonly cancelOnDisconnectMs: number | undefined;
  readonly heartbeatMs: number;
  readonly reconnect: { readonly firstMs: number; readonly mostMs: number } | undefined;
  readonly connectTimeoutMs: number;
  readonly messageBytes: number;
  readonly resumeFrom: LogPlaces;
}

/** Where an exchange is reached. */
export interface ExchangeAddress {
  /** `ws://host:port` and `http://host:port`. */
  readonly wsOrigin: string;
  readonly httpOrigin: string;
  /** What stands before the exchange's own paths; mostly empty. */
  readonly prefix: string;
}

/** @throws TypeError, RangeError: one sentence that says what to do */
export function readOptions(options: ConnectOptions): ClientSettings {
  const { accounts, key, session, heartbeatMs = CLIENT_HEARTBEAT_MS, cancelOnDisconnectMs } = options;
  if (
    accounts !== undefined &&
    (accounts.length === 0 || accounts.some((account) => !isWhole(account, 0, 2 ** 31 - 1)))
  )
    throw new RangeError('accounts: give whole numbers from 0 to 2147483647, one at least.');
  if (session !== undefined && !/^[A-Za-z0-9._-]{1,36}$/.test(session))
    throw new RangeError(`session: ${JSON.stringify(session)} is not 1 to 36 of [A-Za-z0-9._-].`);
  within('heartbeatMs', heartbeatMs, 1_000, 60_000);
  if (cancelOnDisconnectMs !== undefined) within('cancelOnDisconnectMs', cancelOnDisconnectMs, 0, 3_600_000);
  const { connectTimeoutMs = CONNECT_MS, reconnect = {} } = options;
  within('connectTimeoutMs', connectTimeoutMs, 1, 2 ** 31 - 1);
  const { messageBytes = MAX_MESSAGE_BYTES } = options;
  within('messageBytes', messageBytes, 1_024, MAX_MESSAGE_BYTES);
  const { firstMs = RECONNECT_MS, mostMs = LONGEST_RECONNECT_MS } = reconnect === false ? {} : reconnect;
  within('reconnect.firstMs', firstMs, 1, 3_600_000);
  within('reconnect.mostMs', mostMs, firstMs, 3_600_000);
  return {
    address: readAddress(options.url),
    accounts: accounts ?? (key === undefined ? [1] : undefined),
    session,
    cancelOnDisconnectMs,
    heartbeatMs,
    reconnect: reconnect === false ? undefined : { firstMs, mostMs },
    connectTimeoutMs,
    messageBytes,
    resumeFrom: options.resumeFrom ?? {},
  };
}

function readAddress(url: string): ExchangeAddress {
  const parts = URL.canParse(url) ? new URL(url) : undefined;
  const scheme = parts === undefined ? undefined : /^(?:ws|http)(s?):$/.exec(parts.protocol);
  if (parts === undefined || scheme === undefined || scheme === null)
    throw new TypeError(`url: ${JSON.stringify(url)} is no address such as ws://127.0.0.1:9001.`);
  const prefix = parts.pathname.replace(/\/$/, '').replace(/\/ws$/, '');
  return {
    wsOrigin: `ws${scheme[1]}://${parts.host}`,
    httpOrigin: `http${scheme[1]}://${parts.host}`,
    prefix,
  };
}

function within(name: string, value: number, least: number, most: number): void {
  if (!isWhole(value, least, most))
    throw new RangeError(`${name}: ${value} is not a whole number from ${least} to ${most}.`);
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
