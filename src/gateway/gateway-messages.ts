import type { Instrument } from '../model/instrument.js';

/** What a person may ask for; `auto` is settled before the gateways start. */
export type TransportChoice = 'auto' | 'uws' | 'node';

/** What a gateway's thread is started with. */
export interface GatewayThreadData {
  readonly gateway: number;
  /** Which start of the exchange on its data directory this is, from 1: the journal's number. */
  readonly run: number;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly transport: 'uws' | 'node';
  readonly clock: SharedArrayBuffer;
  readonly board: SharedArrayBuffer;
  readonly doorbell: SharedArrayBuffer;
  /** By shard. */
  readonly inputRings: readonly SharedArrayBuffer[];
  readonly eventRings: readonly SharedArrayBuffer[];
  readonly shardDoorbells: readonly SharedArrayBuffer[];
  readonly instruments: readonly { readonly instrument: Instrument; readonly shard: number }[];
  readonly about: Readonly<Record<string, string | number>>;
}

/** What the main thread tells a gateway: first to take no more orders, then, the shards being done, to end. */
export type GatewayOrder = { readonly order: 'close-intake' } | { readonly order: 'end' };

/** What a gateway's thread says. */
export type GatewayReport =
  | { readonly event: 'listening'; readonly port: number; readonly transport: 'uws' | 'node' }
  | { readonly event: 'intake-closed' }
  | { readonly event: 'ended' }
  /** The message names the thread; the stack is for whoever looks for the cause. */
  | { readonly event: 'failed'; readonly message: string; readonly stack?: string | undefined };
