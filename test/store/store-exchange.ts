import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Exchange, type ExchangeSettings } from '../../dist/src/exchange.js';
import { DEFAULT_RULES } from '../../src/model/instrument.js';
import { SMALL_SEGMENT_BYTES } from '../journal/journal-fixture.js';
import { type RunningExchange, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { SHARDS } from './stored-log.js';

const SYMBOLS = ['ALPHA', 'BETA', 'GAMMA', 'DELTA'];

const instruments = SYMBOLS.map((symbol) => ({
  symbol,
  priceDecimals: 0,
  sizeDecimals: 0,
  tickSize: 1,
  lotSize: 1,
  minPriceTicks: 1,
  maxPriceTicks: 1_000_000,
  minSizeLots: 1,
  maxSizeLots: 1_000_000,
  ...DEFAULT_RULES,
}));

/** An exchange in this process, whose board can be looked at. */
export interface HouseExchange {
  readonly exchange: Exchange;
  readonly data: string;
  readonly url: string;
  readonly warnings: string[];
}

export async function startHouse(settings: Partial<ExchangeSettings>): Promise<HouseExchange> {
  const warnings: string[] = [];
  const exchange = await Exchange.start({
    host: '127.0.0.1',
    port: 0,
    data: temporaryDirectory(),
    shards: SHARDS,
    gateways: 1,
    durability: 'os',
    transport: 'auto',
    clock: { mode: 'live' },
    instruments,
    segmentBytes: SMALL_SEGMENT_BYTES,
    shardHeapMb: 128,
    backgroundNiceness: 0,
    warn: (sentence) => warnings.push(sentence),
    ...settings,
  });
  const { data, port } = exchange.facts;
  return { exchange, data, url: `http://127.0.0.1:${port}`, warnings };
}

/** An exchange as users run it. */
export async function startWithStores(
  stores: readonly string[],
  data = temporaryDirectory(),
): Promise<RunningExchange> {
  return await startExchange(optionsWith(stores, data), data);
}

/** What it is started with, besides port and directory. */
export function optionsWith(stores: readonly string[], data: string): string[] {
  const config = join(data, 'store.config.json');
  const steps = { tickSize: '1', lotSize: '1', priceDecimals: 0, sizeDecimals: 0 };
  const bounds = { minPrice: '1', maxPrice: '1000000', minSize: '1', maxSize: '1000000' };
  writeFileSync(
    config,
    JSON.stringify({ instruments: SYMBOLS.map((symbol) => ({ symbol, ...steps, ...bounds })) }),
  );
  const segment = ['--segment-bytes', String(SMALL_SEGMENT_BYTES)];
  // Dead processes are started again by the tests, not by a parent.
  return ['--shards', String(SHARDS), '--config', config, '--restarts', '0', ...segment, ...stores];
}

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(10);
}
