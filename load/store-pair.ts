import { LiveClock } from '../src/clock/live-clock.js';
import { measureLog } from '../src/follower/measured-log.js';
import { StoreBoard } from '../src/metrics/store-board.js';
import { Doorbell } from '../src/ring/doorbell.js';
import { OutageNews } from '../src/store/outage-news.js';
import { ShardPipe } from '../src/store/shard-pipe.js';
import type { Batch, ShardSink } from '../src/store/sink.js';

/** Two ways of the same rows into the same store: ours and the bare one. Each is prepared anew for each run. */
export interface StorePair {
  /** Name and version of the server. */
  readonly server: string;
  readonly rows: number;
  readonly commands: number;
  prepareOurs(): Promise<void>;
  ours(): Promise<void>;
  prepareBare(): Promise<void>;
  bare(): Promise<void>;
  /** Rows at which a batch of ours was full at last. */
  batchRows(): number;
  end(): Promise<void>;
}

/** Carries shard 0 of a log into a sink, to its end. Returns the size that batches had at last. */
export async function carryLog<B extends Batch>(
  log: string,
  sink: ShardSink<B>,
  writeMs: number,
): Promise<number> {
  const source = { directory: log, shard: 0 };
  const { logEnd, lastSequence } = measureLog(source);
  const board = new StoreBoard(StoreBoard.allocate(1));
  const clock = new LiveClock();
  const pipe = new ShardPipe<B>({
    source,
    logEnd,
    lastSequence: () => lastSequence,
    sink,
    clock,
    board,
    store: 0,
    shard: 0,
    writeTargetNs: writeMs * 1e6,
    delayMs: 1,
    doorbell: new Doorbell(Doorbell.allocate()),
    news: new OutageNews('bench', (sentence) => {
      throw new Error(sentence);
    }),
  });
  pipe.finish();
  await pipe.run();
  if (pipe.position.sequence !== lastSequence)
    throw new Error(
      `the store stands at sequence ${pipe.position.sequence}, and the log ends at ${lastSequence}`,
    );
  pipe.close();
  clock.close();
  return board.figures(0, 0).batchRows;
}
