import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../src/book/engine.js';
import type { Clock } from '../src/clock/clock.js';
import { nodeDisk } from '../src/journal/disk.js';
import { readJournal } from '../src/journal/journal-reader.js';
import { shardDirectory } from '../src/journal/segment.js';
import { SnapshotWriting } from '../src/journal/snapshot-file.js';
import { Side, TimeInForce } from '../src/model/command.js';
import { openShard, recoverShard } from '../src/shard/recovery.js';
import { EventHash } from '../src/wire/event-hash.js';
import { median } from './median.js';
import { OrderRecords } from './order-records.js';
import { writeLog } from './recovery-log.js';

const ACCOUNTS = 1_000;
const PRICES = 20_000;

export interface SnapshotReport {
  readonly restingOrders: number;
  readonly bytes: number;
  /** Seconds: to make the snapshot in memory, and to start from it (read, check, restore, reserve; and the empty rest of the log). */
  readonly takenIn: number;
  readonly startedIn: number;
}

/** Times a start from a snapshot of so many resting orders, and as many remembered client ids, up to the whole window. */
export function measureSnapshotStart(restingOrders: number, runs: number, clock: Clock): SnapshotReport {
  const directory = mkdtempSync(join(tmpdir(), 'tickloom-snapshot-'));
  try {
    const source = { directory, shard: 0 };
    writeLog(directory, restingRecords(restingOrders));
    const engine = new Engine({ shard: 0 });
    const hash = new EventHash();
    const { tail, lastTimeNs, run, lastCursors, nextSequence } = recoverShard(source, engine, hash);
    const beganNs = clock.nowNs();
    const snapshot = engine.snapshot();
    const takenIn = (clock.nowNs() - beganNs) / 1e9;
    const position = {
      segment: tail.segment,
      offset: tail.end,
      nextSequence,
      timeNs: lastTimeNs,
      run,
      cursors: lastCursors,
    };
    const head = { position, hash: { low: hash.low, high: hash.high } };
    const writing = new SnapshotWriting(nodeDisk, shardDirectory(directory, 0), 0, head, snapshot);
    while (!writing.step());
    readJournal(source, () => {});
    const seconds = Array.from({ length: runs }, () => {
      const startNs = clock.nowNs();
      const { engine: restored } = openShard(source);
      restored.reserveClientIds();
      if (restored.liveOrders !== restingOrders)
        throw new Error(`${restored.liveOrders} orders came back of ${restingOrders}`);
      return (clock.nowNs() - startNs) / 1e9;
    });
    return { restingOrders, bytes: writing.bytes, takenIn, startedIn: median(seconds) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Bids below asks, spread over prices and accounts. */
function restingRecords(count: number): OrderRecords {
  const records = new OrderRecords(count);
  for (let i = 0; i < count; i++) {
    const isBid = i % 2 === 0;
    const away = Math.imul(i, 7919) % PRICES;
    records.addOrder({
      instrument: 1,
      account: 1 + (i % ACCOUNTS),
      clientId: i + 1,
      side: isBid ? Side.Buy : Side.Sell,
      timeInForce: TimeInForce.GoodTillCancel,
      priceTicks: isBid ? 50_000 - Math.abs(away) : 50_001 + Math.abs(away),
      sizeLots: 1 + (i % 50),
    });
  }
  return records;
}
