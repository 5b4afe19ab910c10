import { fileURLToPath } from 'node:url';
import type { Clock } from '../src/clock/clock.js';
import { LiveClock } from '../src/clock/live-clock.js';
import { SeededRandomness } from '../src/clock/randomness.js';
import { BacklogWatch } from './backlog-watch.js';
import { windowOf } from './closed-loop.js';
import { type DataDirectory, openDataDirectory } from './data-directory.js';
import { reportDisk } from './disk-report.js';
import { startExchange } from './exchange-process.js';
import type { Progress } from './fleet.js';
import { type FlowInstrument, OrderFlow } from './flow.js';
import { type ClientFrames, Dealing, encodeFrames, QUOTE_LINES } from './frames.js';
import { IdleConnections } from './idle-connections.js';
import { fetchInstruments } from './instruments.js';
import { countJournal, type JournalCount } from './journal-count.js';
import { accountsFrom, LoadKeys } from './load-keys.js';
import { type LoadRunResult, runLoad } from './load-run.js';
import { mixes } from './mixes.js';
import type { LoadOptions } from './options.js';
import { checkOpenFiles } from './process-memory.js';
import { headingText, type LoadReport } from './report.js';
import { ServerProcess } from './server-process.js';
import { SlowReaders, type SlowReadersReport } from './slow-readers.js';
import { StoreServers } from './store-servers.js';
import { Subscribers, type SubscribersReport, subscriberFailures } from './subscribers.js';

/*
 * The load run over WebSocket, top down: disk, exchange, orders, journal, echo.
 */

const HOST = '127.0.0.1';
const STALL_SECONDS = 30;
/** For questions over HTTP beside the run. */
const SPARE_CONNECTIONS = 10;
/** The masking keys have a sequence of their own, so that they do not change the flow. */
const MASK_SEED_OFFSET = 1;

interface LoadPlan {
  readonly dealing: Dealing;
  readonly warmUpOrders: number;
  readonly leadInOrders: number;
}

/** Where text for people goes while a run is under way. */
export type Note = (text: string) => void;

/** @throws ServerError, RunError, ConnectionError, ProtocolError where the run does not come to its end. */
export async function runWs(options: LoadOptions, signal: AbortSignal, note: Note): Promise<LoadReport> {
  const data = openDataDirectory(options.dataDirectory);
  try {
    return await run(options, data, signal, note);
  } finally {
    data.remove();
  }
}

async function run(
  options: LoadOptions,
  data: DataDirectory,
  signal: AbortSignal,
  note: Note,
): Promise<LoadReport> {
  const clock = new LiveClock();
  const connections =
    options.idleConnections + options.slowReaders + options.subscribers + options.connections;
  checkOpenFiles(connections);

  // 1. The disk: refused where it is memory.
  const disk = reportDisk(data.path, clock);
  const plan = makePlan(options);
  const settings = { ...options, warmUpOrders: plan.warmUpOrders + plan.leadInOrders };
  note(headingText(settings, disk));

  // 2. The exchange with its stores, and all frames in memory before the first is sent.
  const keys = options.keys ? new LoadKeys(data.scratch, accountsFrom(1, options.connections)) : undefined;
  const stores = await StoreServers.start(options);
  const server = await startExchange(
    options,
    data,
    exchangeArguments(options, stores, keys),
    connections + SPARE_CONNECTIONS,
  ).catch(async (error: unknown) => {
    await stores.stop();
    throw error;
  });
  const target = keys === undefined ? undefined : (account: number) => keys.target(account, clock);
  const backlogs = new BacklogWatch(HOST, server.port);
  let frames: readonly ClientFrames[];
  let exchange: LoadRunResult;
  let idle: IdleConnections | undefined;
  let slow: SlowReaders | undefined;
  let subscribers: Subscribers | undefined;
  let subscribersReport: SubscribersReport | undefined;
  try {
    frames = await encode(options, plan, server.port);
    if (options.idleConnections > 0)
      idle = await IdleConnections.open(HOST, server.port, server.pid, options.idleConnections);
    if (options.slowReaders > 0) slow = await openSlowReaders(options, server.port, clock);
    if (options.subscribers > 0) subscribers = await Subscribers.open(HOST, server.port, options.subscribers);
    slow?.start();
    const look = (progress: Progress) => backlogs.look(progress);
    exchange = await measure('exchange', server, options, plan, frames, clock, signal, look, target);
    subscribersReport = await subscribers?.report();
    await subscribers?.close();
    if (slow !== undefined) await waitForSlowReaders(slow);
    slow?.stop();
    idle?.close();
    await backlogs.drained();

    // 3. A clean stop, and the journal read back.
    await server.stop();
  } finally {
    slow?.stop();
    idle?.close();
    await subscribers?.close();
    await server.kill();
    await stores.stop();
  }
  signal.throwIfAborted();
  const journal = options.durability === 'none' ? undefined : countJournal(data.path, options.shards);

  // 4. The same frames to the echo server, which answers with as many bytes.
  let echoBytesPerOrder: number | undefined;
  let echo: LoadRunResult | undefined;
  if (options.echo) {
    echoBytesPerOrder = Math.max(1, Math.round(exchange.bytesPerOrder));
    const echoServer = await startEcho(echoBytesPerOrder * options.ordersPerFrame);
    try {
      echo = await measure('echo', echoServer, options, plan, frames, clock, signal);
      await echoServer.stop();
    } finally {
      await echoServer.kill();
    }
  }
  const slowReaders = slow?.report();
  return {
    options: settings,
    disk,
    exchange,
    journal,
    backlog: backlogs.summary(),
    idle: idle?.report(),
    slowReaders,
    subscribers: subscribersReport,
    echoBytesPerOrder,
    echo,
    failures: [
      ...findFailures(options, exchange, journal, slowReaders),
      ...(subscribersReport === undefined ? [] : subscriberFailures(subscribersReport)),
    ],
  };
}

/** Rounds the parts of the run to whole frames, and gives an open loop a second to get going. */
function makePlan(options: LoadOptions): LoadPlan {
  const { connections, ordersPerFrame, underWay, ratePerSecond } = options;
  const { refill } = windowOf(underWay, connections, ordersPerFrame);
  const wholeFrames = (orders: number) => Math.ceil(orders / ordersPerFrame) * ordersPerFrame;
  return {
    dealing: new Dealing(connections, ordersPerFrame, refill),
    warmUpOrders: wholeFrames(options.warmUpOrders),
    leadInOrders: options.warmUpOrders === 0 ? 0 : wholeFrames(ratePerSecond ?? 0),
  };
}

function exchangeArguments(options: LoadOptions, stores: StoreServers, keys: LoadKeys | undefined): string[] {
  return [
    ...(keys === undefined ? [] : ['--keys', keys.path]),
    ...(options.snapshotCommands === undefined
      ? []
      : ['--snapshot-commands', String(options.snapshotCommands)]),
    ...['--postgres', stores.postgres],
    ...(stores.redis === undefined ? [] : ['--redis', stores.redis]),
    ...(options.storeWriteMs === undefined ? [] : ['--store-write-ms', String(options.storeWriteMs)]),
  ];
}

function startEcho(answerBytes: number): Promise<ServerProcess> {
  const script = fileURLToPath(new URL('./echo-server.js', import.meta.url));
  return ServerProcess.start('the echo server', script, ['--answer-bytes', String(answerBytes)]);
}

async function encode(options: LoadOptions, plan: LoadPlan, port: number): Promise<readonly ClientFrames[]> {
  const instruments = await fetchInstruments(HOST, port);
  const flow = new OrderFlow(
    new SeededRandomness(options.seed),
    options.connections,
    instruments,
    options.mix,
  );
  const masks = new SeededRandomness(options.seed + MASK_SEED_OFFSET);
  const orders = plan.warmUpOrders + plan.leadInOrders + options.orders;
  const mostLines = mixes[options.mix].quoteShare > 0 ? QUOTE_LINES : 1;
  return encodeFrames(plan.dealing, flow, orders, masks, mostLines);
}

/** Accounts that send and never read; nobody else has them. */
const FIRST_SLOW_ACCOUNT = 900_000;
/** Orders that each slow reader has before it begins again, and how fast it sends them. */
const SLOW_ORDERS = 20_000;
const SLOW_ORDERS_PER_SECOND = 10_000;
/** How long after the run one that is still open is waited for. */
const SLOW_PATIENCE_MS = 10_000;

async function openSlowReaders(options: LoadOptions, port: number, clock: Clock): Promise<SlowReaders> {
  const instruments = await fetchInstruments(HOST, port);
  const frames = slowFrames(options.slowReaders, instruments, options.seed);
  return SlowReaders.open(HOST, port, frames, SLOW_ORDERS_PER_SECOND, clock);
}

/** What slow readers send. */
function slowFrames(
  count: number,
  instruments: readonly FlowInstrument[],
  seed: number,
): readonly ClientFrames[] {
  const flow = new OrderFlow(new SeededRandomness(seed), count, instruments);
  const dealing = new Dealing(count, 1, 1);
  const masks = new SeededRandomness(seed + MASK_SEED_OFFSET);
  return encodeFrames(dealing, flow, count * SLOW_ORDERS, masks, 1, FIRST_SLOW_ACCOUNT);
}

async function waitForSlowReaders(slow: SlowReaders): Promise<void> {
  for (let waitedMs = 0; slow.open > 0 && waitedMs < SLOW_PATIENCE_MS; waitedMs += 50)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

function measure(
  kind: 'exchange' | 'echo',
  server: ServerProcess,
  options: LoadOptions,
  plan: LoadPlan,
  frames: readonly ClientFrames[],
  clock: Clock,
  signal: AbortSignal,
  look: (progress: Progress) => void = () => {},
  target?: (account: number) => string,
): Promise<LoadRunResult> {
  const run = runLoad(
    {
      host: HOST,
      port: server.port,
      server: kind,
      target,
      frames,
      ...plan,
      clock,
      timedOrders: options.orders,
      underWay: options.underWay,
      ratePerSecond: options.ratePerSecond,
      burst: options.burst,
      onProgress: (progress) => {
        showProgress(options, kind, progress);
        look(progress);
      },
      stallSeconds: STALL_SECONDS,
    },
    signal,
  );
  // A server that has died says why; the connections only say that it is gone.
  const named = run.catch(async (error: unknown) => {
    await Promise.race([server.died, new Promise((resolve) => setTimeout(resolve, 500))]);
    throw error;
  });
  return Promise.race([named, server.died]);
}

/** Why the run does not count, one sentence each. */
function findFailures(
  options: LoadOptions,
  exchange: LoadRunResult,
  journal: JournalCount | undefined,
  slowReaders: SlowReadersReport | undefined,
): string[] {
  const failures: string[] = [];
  // Nobody knows how many orders of a client that does not read were taken.
  const most = exchange.acknowledged + (slowReaders?.sentOrders ?? 0);
  if (journal !== undefined && (journal.orders < exchange.acknowledged || journal.orders > most))
    failures.push(
      `the journal holds ${journal.orders} orders and ${exchange.acknowledged} were acknowledged`,
    );
  if (exchange.refused > 0 && options.ratePerSecond === undefined)
    failures.push(`${exchange.refused} orders were refused by a gateway`);
  return failures;
}

function showProgress(options: LoadOptions, kind: string, progress: Progress): void {
  if (options.json && !process.stderr.isTTY) return;
  const { sent, answered, orders, seconds } = progress;
  process.stderr.write(
    `${kind}: ${seconds.toFixed(0)} s, ${answered} of ${orders} answered, ${sent - answered} under way\n`,
  );
}
