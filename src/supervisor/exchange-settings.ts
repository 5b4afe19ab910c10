import type { ClockSettings } from '../clock/settings.js';
import type { OldSegments } from '../follower/retention.js';
import type { GatewayLimits } from '../gateway/gateway-limits.js';
import type { TransportChoice } from '../gateway/gateway-messages.js';
import type { LogNote } from '../gateway/log-note.js';
import type { TlsFiles } from '../gateway/transport/transport.js';
import type { Durability } from '../journal/segment.js';
import type { UnlistedInstrument } from '../model/instrument.js';
import { CLIENT_ID_WINDOW } from '../model/limits.js';
import type { LogSettings } from '../wire/instrument-record.js';

/** What an exchange is started with. */
export interface ExchangeSettings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The data directory; made where it is missing. */
  readonly data: string;
  readonly shards: number;
  readonly gateways: number;
  readonly durability: Durability;
  readonly transport: TransportChoice;
  readonly clock: ClockSettings;
  readonly instruments: readonly UnlistedInstrument[];
  /** Commands whose client ids are remembered; the log's own where undefined. */
  readonly clientIdWindow?: number | undefined;
  /** Most open orders of an account that has no limit of its own, 0 for any number; the log's own where undefined. */
  readonly maxOpenOrders?: number | undefined;
  /** The same for logs that are new, where `maxOpenOrders` is undefined; by default any number. */
  readonly maxOpenOrdersOfNewLog?: number | undefined;
  readonly segmentBytes?: number | undefined;
  /** Whether each shard has a follower, which writes snapshots and lets clients resume; by default it has. */
  readonly follower?: 'on' | 'off' | undefined;
  /** What becomes of segments behind a snapshot; by default they are archived. */
  readonly oldSegments?: OldSegments | undefined;
  /** Heap of a shard's or follower's thread in MiB. */
  readonly shardHeapMb?: number | undefined;
  /** Commands of a shard after which a snapshot is taken. */
  readonly snapshotCommands?: number | undefined;
  /** Commands whose events a client that reconnects can be given, at least. */
  readonly resumeCommands?: number | undefined;
  /**
   * Where orders and trades are kept for questions: `embedded` in the data directory, a server at `postgres://…`, or
   * nowhere (`off`, which it is by default).
   */
  readonly postgres?: string | undefined;
  /** `redis://…`, where a Redis is to have streams and keys. */
  readonly redis?: string | undefined;
  /** How long a write into a store should take at the most, and how long the newest events may wait for one. */
  readonly storeWriteMs?: number | undefined;
  readonly storeDelayMs?: number | undefined;
  /** Commands that a store may be behind before new orders are rejected. */
  readonly storeBacklog?: number | undefined;
  /** How far followers and stores step back behind the threads that answer orders, on Linux. */
  readonly backgroundNiceness?: number | undefined;
  /** How long to wait for a data directory that another exchange holds; by default not at all. */
  readonly lockWaitMs?: number | undefined;
  /** The keys file; `keys.json` in the data directory where it is there. Without one everybody may do everything. */
  readonly keys?: string | undefined;
  /** Budgets of keys that have none of their own, and how far the time in a signature may be off. */
  readonly messagesPerSecond?: number | undefined;
  readonly ordersPerSecond?: number | undefined;
  readonly signatureWindowMs?: number | undefined;
  /** How much of the exchange a client may take up; what is left out is as usual. */
  readonly limits?: Partial<GatewayLimits> | undefined;
  /** Certificate and key of TLS; in the clear where there are none. */
  readonly tls?: TlsFiles | undefined;
  /** Takes what is worth remembering: sessions that open and close, requests that are refused. */
  readonly log?: ((note: LogNote) => void) | undefined;
  /** Takes a sentence where something is not as it should be, and the exchange goes on. */
  readonly warn?: (sentence: string) => void;
}

/**
 * What a shard is to log before it serves anybody; undefined where its log says all of it.
 *
 * @param logged what its log says; undefined for a new one, which always names its settings: matching depends on them, and a later
 *   version may have other defaults
 */
export function newSettings(
  { clientIdWindow, maxOpenOrders, maxOpenOrdersOfNewLog = 0 }: ExchangeSettings,
  logged: LogSettings | undefined,
): LogSettings | undefined {
  const wanted = {
    clientIdWindow: clientIdWindow ?? logged?.clientIdWindow ?? CLIENT_ID_WINDOW,
    maxOpenOrders: maxOpenOrders ?? logged?.maxOpenOrders ?? maxOpenOrdersOfNewLog,
  };
  const isSaid =
    wanted.clientIdWindow === logged?.clientIdWindow && wanted.maxOpenOrders === logged.maxOpenOrders;
  return isSaid ? undefined : wanted;
}
