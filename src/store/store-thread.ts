/*
 * The thread of one store: an event loop that carries the logs of all shards into it, and answers what is asked of it. It gives
 * way to everybody else.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { LiveClock } from '../clock/live-clock.js';
import { SystemRandomness } from '../clock/randomness.js';
import { giveWay } from '../follower/give-way.js';
import { ForeignPosition, LogGone } from '../follower/log-feed.js';
import { ReachableSnapshot } from '../follower/reachable-snapshot.js';
import { exhaustMemory } from '../metrics/drill.js';
import { ShardBoard } from '../metrics/shard-board.js';
import { StoreBoard } from '../metrics/store-board.js';
import { Doorbell } from '../ring/doorbell.js';
import { OutageNews } from './outage-news.js';
import type { Pipe } from './shard-pipe.js';
import { StoreDamaged, StoreRefused } from './sink.js';
import { openStore, type Store } from './store.js';
import type { StoreOrder, StoreReport, StoreThreadData } from './store-messages.js';

const data = workerData as StoreThreadData;
const port = parentPort;
if (port === null) throw new Error('store-thread.ts runs as a worker thread only');
const report = (message: StoreReport) => port.postMessage(message);
const warn = (sentence: string) => report({ event: 'warning', sentence });

const clock = new LiveClock();
const board = new ShardBoard(data.board);
const storeBoard = new StoreBoard(data.storeBoard);
let store: Store | undefined;
let pipes: Pipe[] = [];
let isFinishing = false;

port.on('message', (message: StoreOrder) => {
  if (message.order === 'finish') {
    isFinishing = true;
    for (const pipe of pipes) pipe.finish();
  } else if (message.order === 'query') void answer(message.id, message.query);
  else {
    if (message.how === 'memory') exhaustMemory();
    throw new Error('a drill');
  }
});

try {
  giveWay(data.niceness);
  await run();
  // Before it says so: nobody waits for it then, and the embedded one would have to be recovered at the next start.
  await close();
  report({ event: 'finished' });
} catch (error) {
  fail(error);
  await close();
} finally {
  clock.close();
  port.close();
}

async function run(): Promise<void> {
  const snapshots = new ReachableSnapshot(data.directory);
  store = await openStore(data.target, (shard) => snapshots.sequence(shard), warn);
  try {
    await carry(store);
  } catch (error) {
    const isUseless = error instanceof ForeignPosition || error instanceof StoreDamaged;
    if (!isUseless || !(await store.setAside(error.message))) throw error;
    await carry(store);
  }
}

async function close(): Promise<void> {
  await store?.close().catch(() => {});
}

/** Until the exchange ends, or one of the shards cannot go on. */
async function carry(into: Store): Promise<void> {
  let reached = 0;
  const news = new OutageNews(storeBoard.name(data.store), warn);
  pipes = Array.from({ length: data.shards }, (_, shard) => {
    let isReached = false;
    return into.pipe(shard, {
      source: { directory: data.directory, shard },
      logEnd: { segment: () => board.journalSegment(shard), end: () => board.journalEnd(shard) },
      lastSequence: () => board.figures(shard).sequence,
      clock,
      board: storeBoard,
      store: data.store,
      shard,
      writeTargetNs: data.writeMs * 1e6,
      delayMs: data.delayMs,
      hashSalt: new SystemRandomness().next32(),
      doorbell: new Doorbell(data.doorbells[shard]!),
      news,
      reached: () => {
        if (isReached) return;
        isReached = true;
        if (++reached === data.shards) report({ event: 'reached' });
      },
    });
  });
  if (isFinishing) for (const pipe of pipes) pipe.finish();
  const runs = pipes.map((pipe) => pipe.run());
  try {
    await Promise.all(runs);
  } finally {
    for (const pipe of pipes) pipe.stop();
    await Promise.allSettled(runs);
    for (const pipe of pipes) pipe.close();
  }
}

async function answer(id: number, query: Extract<StoreOrder, { order: 'query' }>['query']): Promise<void> {
  try {
    if (store?.reads === undefined) throw new Error('the store is not open yet');
    report({ event: 'answer', id, answer: await store.reads.ask(query) });
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    report({ event: 'answer', id, answer: { positions: {}, rows: [], fault } });
  }
}

/** What will come again at every start is said once; anything else is this thread's own trouble. */
function fail(error: unknown): void {
  const known = error instanceof Error ? error : new Error(String(error));
  const name = storeBoard.name(data.store);
  const isRefusal =
    known instanceof StoreRefused ||
    known instanceof ForeignPosition ||
    known instanceof LogGone ||
    known instanceof StoreDamaged;
  if (isRefusal) report({ event: 'refused', message: `store ${name}: ${known.message}` });
  else report({ event: 'failed', message: `store ${name}: ${known.message}`, stack: known.stack });
}
