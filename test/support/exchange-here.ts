import { afterEach } from 'vitest';
import { Exchange, type ExchangeSettings } from '../../dist/src/exchange.js';
import { MIN_SEGMENT_BYTES } from '../../src/model/limits.js';
import { stock } from '../wire/instruments.js';
import { temporaryDirectory } from './exchange-process.js';

type ConfiguredInstrument = ExchangeSettings['instruments'][number];

/** An exchange in this process, whose threads can be reached. */
export interface ExchangeHere {
  readonly exchange: Exchange;
  readonly ws: string;
  readonly url: string;
}

/** Starts exchanges of two shards with the instruments AAA and BBB, of one size each, and stops them behind each test. */
export function exchangesHere(sizes: Partial<ConfiguredInstrument>): {
  readonly start: (settings?: Partial<ExchangeSettings>) => Promise<ExchangeHere>;
  /** What the last one has warned of. */
  readonly warnings: string[];
} {
  let running: Exchange | undefined;
  const warnings: string[] = [];
  const { id: _, ...plain } = { ...stock, lotSize: 1, ...sizes };
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    warnings.length = 0;
  });
  return {
    warnings,
    start: async (settings = {}) => {
      running = await Exchange.start({
        host: '127.0.0.1',
        port: 0,
        data: temporaryDirectory(),
        shards: 2,
        gateways: 1,
        durability: 'fsync',
        transport: 'auto',
        clock: { mode: 'live' },
        instruments: ['AAA', 'BBB'].map((symbol) => ({ ...plain, symbol })),
        segmentBytes: MIN_SEGMENT_BYTES,
        backgroundNiceness: 0,
        warn: (sentence) => warnings.push(sentence),
        ...settings,
      });
      const { port } = running.facts;
      return { exchange: running, ws: `ws://127.0.0.1:${port}/ws`, url: `http://127.0.0.1:${port}` };
    },
  };
}
