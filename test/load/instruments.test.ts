import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { writeExchangeConfig } from '../../load/exchange-config.js';
import { fetchInstruments, type ListedInstrument } from '../../load/instruments.js';
import { readConfigFile } from '../../src/cli/config-file.js';
import { startOptions } from '../../src/cli/options.js';
import { DEFAULT_RULES } from '../../src/model/instrument.js';
import { instrumentObject } from '../../src/wire/instrument-object.js';

const base = {
  priceDecimals: 2,
  sizeDecimals: 3,
  tickSize: 5,
  lotSize: 10,
  minPriceTicks: 3,
  maxPriceTicks: 900_000,
  minSizeLots: 2,
  maxSizeLots: 70_000,
  ...DEFAULT_RULES,
};

/** Serves one answer on a free port while `use` runs. */
async function serving<T>(status: number, body: unknown, use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/instruments' ? status : 404).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

describe('the instruments under load', () => {
  it('are the first of each shard, with their bounds in ticks and lots', async () => {
    const listed: ListedInstrument[] = [
      { ...instrumentObject({ ...base, id: 4, symbol: 'B-1' }), shard: 1 },
      { ...instrumentObject({ ...base, id: 1, symbol: 'A-0' }), shard: 0 },
      { ...instrumentObject({ ...base, id: 9, symbol: 'C-1' }), shard: 1 },
    ];
    const instruments = await serving(200, listed, (port) => fetchInstruments('127.0.0.1', port));
    const bounds = { minPriceTicks: 3, maxPriceTicks: 900_000, minSizeLots: 2, maxSizeLots: 70_000 };
    expect(instruments).toEqual([
      { id: 1, ...bounds },
      { id: 4, ...bounds },
    ]);
  });

  it('must be there', async () => {
    const fetched = (status: number, body: unknown) =>
      serving(status, body, (port) => fetchInstruments('127.0.0.1', port));
    await expect(fetched(200, [])).rejects.toThrow(/lists no instrument/);
    await expect(fetched(503, {})).rejects.toThrow(/status 503/);
  });

  it('are configured by a file that the exchange takes, one a shard', () => {
    const directory = mkdtempSync(`${tmpdir()}/tickloom-test-`);
    const config = readConfigFile(writeExchangeConfig(directory, 3), startOptions);
    expect(config.instruments.map((instrument) => instrument.symbol)).toEqual(['LOAD-0', 'LOAD-1', 'LOAD-2']);
    expect(config.instruments[0]).toMatchObject({ minPriceTicks: 1, maxPriceTicks: 100_000 });
    rmSync(directory, { recursive: true });
  });
});
