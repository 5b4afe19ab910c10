import { LogFeed } from '../src/follower/log-feed.js';
import { measureLog } from '../src/follower/measured-log.js';
import { OrderMirror } from '../src/store/order-mirror.js';
import { RowBatch } from '../src/store/row-batch.js';
import { RowWriter } from '../src/store/row-writer.js';
import type { SqlCopy } from '../src/store/sql-session.js';

/** Rows of a piece of a table, so that no message gets too large. */
const PIECE_ROWS = 65_536;

/** The rows that the tables hold when a log has been carried into them, ready for COPY. */
export interface FinalRows {
  readonly copies: readonly SqlCopy[];
  readonly months: readonly string[];
  readonly rows: number;
}

/** Makes the final rows of shard 0 of a log: each order once, as it ends. */
export function finalRows(directory: string): FinalRows {
  const source = { directory, shard: 0 };
  const { logEnd } = measureLog(source);
  const feed = LogFeed.open(source, logEnd, { sequence: 0, hash: undefined });
  const writer = new RowWriter(0, new OrderMirror());
  const copies: SqlCopy[] = [];
  const months = new Set<string>();
  let rows = 0;
  const keep = (batch: RowBatch) => {
    copies.push(...batch.copies());
    rows += batch.copiedRows;
    for (const month of batch.months) months.add(month);
  };
  let batch = new RowBatch();
  while (feed.read((run) => writer.add(run, batch)))
    if (batch.rows >= PIECE_ROWS) {
      keep(batch);
      writer.cut();
      batch = new RowBatch();
    }
  feed.close();
  writer.seal(batch);
  keep(batch);
  return { copies, months: [...months], rows };
}
