import { expect, it } from 'vitest';
import { PostgresServer, postgresMissing } from '../../load/servers/postgres-server.js';
import { nodeDisk } from '../../src/journal/disk.js';
import { segmentNumbers } from '../../src/journal/journal-reader.js';
import { shardDirectory } from '../../src/journal/segment.js';
import { temporaryDirectory } from '../support/exchange-process.js';
import { describeWith } from '../support/not-run.js';
import { type HouseExchange, startHouse, until } from './store-exchange.js';
import { StoreLoad } from './store-load.js';
import { SHARDS } from './stored-log.js';

const SEGMENT_BYTES = 64 * 1024;

describeWith(postgresMissing(), 'segments that a Postgres still needs', () => {
  it('stay while it is away, over a restart too, and go when it has passed', async () => {
    const server = await PostgresServer.start({ fsync: false });
    const data = temporaryDirectory();
    const settings = {
      data,
      postgres: server.url(),
      segmentBytes: SEGMENT_BYTES,
      snapshotCommands: 500,
      resumeCommands: 1_000,
      oldSegments: 'remove' as const,
    };
    const load = new StoreLoad(51);
    let house = await startHouse(settings);
    // The log does not begin with its first segment any more.
    await goOn(house, load, () => segments(data).every((numbers) => numbers[0]! > 1));
    const before = segments(data);

    await server.kill();
    await load.send(house.url, 6_000);
    await house.exchange.takeSnapshots();
    for (const [shard, numbers] of segments(data).entries())
      expect(numbers[0]).toBeLessThanOrEqual(before[shard]!.at(-1)!);
    // An exchange that never reached it does not know how much it needs.
    await house.exchange.stop();
    house = await startHouse(settings);
    await load.send(house.url, 3_000);
    await house.exchange.takeSnapshots();
    for (const [shard, numbers] of segments(data).entries())
      expect(numbers[0]).toBeLessThanOrEqual(before[shard]!.at(-1)!);

    await server.restart();
    await stored(house);
    await expectTold(server, load);
    await goOn(house, load, () =>
      segments(data).every((numbers, shard) => numbers[0]! > before[shard]!.at(-1)!),
    );
    await expectTold(server, load);
    expect(house.warnings.join('\n')).not.toMatch(/died|not in/);
    await house.exchange.stop();
    await server.dispose();
  });
});

/** Sends more, which the store takes, until it is so. */
async function goOn(house: HouseExchange, load: StoreLoad, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await load.send(house.url, 1_500);
    await stored(house);
    await house.exchange.takeSnapshots();
  }
}

function segments(data: string): number[][] {
  return Array.from({ length: SHARDS }, (_, shard) => segmentNumbers(nodeDisk, shardDirectory(data, shard)));
}

/** Waits until the store has all. A snapshot says where the log ends. */
async function stored({ exchange }: HouseExchange): Promise<void> {
  for (const { shard, sequence } of await exchange.takeSnapshots())
    await until(() => exchange.storeBoard.figures(0, shard).sequence === sequence);
}

/** The log is not there any more as a whole; but clients were told all events, and each stands there once. */
async function expectTold(server: PostgresServer, load: StoreLoad): Promise<void> {
  const executions = await server.psql('select place::text, event_index::text from executions');
  const rows = executions as Record<string, string>[];
  expect(load.untold(rows)).toEqual([]);
  expect(new Set(rows.map((row) => `${row['place']}/${row['event_index']}`)).size).toBe(rows.length);
}
