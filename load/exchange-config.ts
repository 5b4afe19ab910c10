import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes the configuration of an exchange under load: one instrument a shard (the exchange deals them so), with prices
 * in whole ticks and wide bounds. Returns the path of the file.
 */
export function writeExchangeConfig(directory: string, shards: number): string {
  const path = join(directory, 'exchange.config.json');
  const instruments = Array.from({ length: shards }, (_, shard) => ({
    symbol: `LOAD-${shard}`,
    tickSize: '0.01',
    lotSize: '1',
    minPrice: '0.01',
    maxPrice: '1000.00',
    minSize: '1',
    maxSize: '1000000',
  }));
  writeFileSync(path, `${JSON.stringify({ instruments }, undefined, 2)}\n`);
  return path;
}
