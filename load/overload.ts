import type { Clock } from '../src/clock/clock.js';
import { LiveClock } from '../src/clock/live-clock.js';
import { SeededRandomness } from '../src/clock/randomness.js';
import { ClosedLoop } from './closed-loop.js';
import { type DataDirectory, openDataDirectory } from './data-directory.js';
import { reportDisk } from './disk-report.js';
import { startExchange } from './exchange-process.js';
import { Fleet } from './fleet.js';
import { type FlowInstrument, OrderFlow } from './flow.js';
import { type ClientFrames, Dealing, encodeFrames } from './frames.js';
import { fetchInstruments } from './instruments.js';
import { LatencyRecorder } from './latency.js';
import { accountsFrom, LoadKeys } from './load-keys.js';
import { OpenLoop } from './open-loop.js';
import type { OverloadOptions } from './overload-options.js';
import { type OverloadReport, overloadFailures } from './overload-report.js';
import { checkOpenFiles, lookAtMemory } from './process-memory.js';
import type { ServerProcess } from './server-process.js';
import { SheddingLoop } from './shedding-loop.js';
import { SlowReaders } from './slow-readers.js';

/*
 * The proof that an exchange stays up under more than it can take: how much that is, how it is when it is quiet, and then so
 * many times more, while a tenth of the clients never reads.
 */

const HOST = '127.0.0.1';
const STALL_SECONDS = 30;
/** For questions over HTTP beside the run. */
const SPARE_CONNECTIONS = 10;
/** Orders with which the capacity is looked for, after so many to warm up. */
const WARM_UP_ORDERS = 100_000;
const CAPACITY_ORDERS = 400_000;
const CAPACITY_UNDER_WAY = 8_192;
/** The quiet rate is this part of the capacity, for so long. */
const QUIET_SHARE = 0.02;
/** Where budgets say what is taken: half of that. */
const QUIET_SHARE_OF_LIMITS = 0.5;
const QUIET_SECONDS = 4;
/** Some connections have more turns than others. */
const FRAMES_SLACK = 1.25;
/** Frames of all connections stand in memory: 70 bytes an order. */
const MOST_OVERLOAD_ORDERS = 20_000_000;
const FIRST_ACCOUNT = 100_000;
const FIRST_SLOW_ACCOUNT = 900_000;
const SLOW_ORDERS = 5_000;
/** How long answers are waited for when nothing more is sent. */
const DRAIN_MS = 15_000;
const LOOK_MS = 200;
/**
 * How the overload begins is not timed, since both programs compile what they have not done before: two seconds, of a short
 * one a fifth.
 */
const LEAD_IN_MS = 2_000;
const LEAD_IN_SHARE = 0.2;

export async function runOverload(
  options: OverloadOptions,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<OverloadReport> {
  checkOpenFiles(options.connections);
  const data = openDataDirectory(options.dataDirectory);
  try {
    return await prove(options, data, signal, note);
  } finally {
    data.remove();
  }
}

async function prove(
  options: OverloadOptions,
  data: DataDirectory,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<OverloadReport> {
  const clock = new LiveClock();
  const disk = reportDisk(data.path, clock);
  const readers = options.connections - options.slowReaders;
  const keys = options.noLimits ? undefined : makeKeys(options, data);
  const target = keys && ((account: number) => keys.target(account, clock));
  const server = await startExchange(
    options,
    data,
    [
      '--postgres',
      'off',
      '--order-age-ms',
      String(options.orderAgeMs),
      ...(keys === undefined ? [] : ['--keys', keys.path]),
    ],
    SPARE_CONNECTIONS + 2 * options.connections,
  );
  const end = () => void server.kill();
  signal.addEventListener('abort', end, { once: true });
  let slow: SlowReaders | undefined;
  let fleet: Fleet | undefined;
  try {
    const instruments = await fetchInstruments(HOST, server.port);
    // Where the capacity is not given, the frames of the last phase are made when it is known.
    const capacity = options.capacity ?? (await findCapacity(options, server, instruments, clock, note));
    const offeredPerSecond = capacity * options.times;
    const quietShare = options.noLimits ? QUIET_SHARE : QUIET_SHARE_OF_LIMITS;
    const quietPerSecond = Math.max(100, Math.round(capacity * quietShare));
    const quietOrders = quietPerSecond * QUIET_SECONDS;
    const overloadOrders = Math.min(
      MOST_OVERLOAD_ORDERS,
      Math.ceil(offeredPerSecond * options.seconds * FRAMES_SLACK),
    );
    note(`quiet: ${quietPerSecond} orders/s on ${readers} connections\n`);
    const frames = makeFrames(
      readers,
      2 * quietOrders + overloadOrders,
      instruments,
      options.seed,
      FIRST_ACCOUNT,
    );
    fleet = await openFleet(server.port, frames, clock, target);
    slow = await SlowReaders.open(
      HOST,
      server.port,
      makeFrames(
        options.slowReaders,
        options.slowReaders * SLOW_ORDERS,
        instruments,
        options.seed,
        FIRST_SLOW_ACCOUNT,
      ),
      offeredPerSecond / options.connections,
      clock,
      target,
    );

    fleet.tally.measuresAccepted = true;
    // Once to warm up, and once for its figures.
    await fleet.run(quietLoop(fleet, clock, quietPerSecond, 0, quietOrders), quietOrders);
    fleet.latency.reset();
    const timed = quietLoop(fleet, clock, quietPerSecond, quietOrders, 2 * quietOrders);
    await fleet.run(timed, 2 * quietOrders);
    const quiet = new LatencyRecorder();
    quiet.addEncoded(fleet.latency.encoded());
    const before = { ...fleet.tally, codes: new Map(fleet.tally.codes) };
    fleet.latency.reset();
    const restBytes = lookAtMemory(server.pid).residentBytes;

    note(`overload: ${Math.round(offeredPerSecond)} orders/s for up to ${options.seconds} s\n`);
    let peakBytes = restBytes;
    const watch = setInterval(() => {
      const { residentBytes } = lookAtMemory(server.pid);
      if (residentBytes !== undefined) peakBytes = Math.max(peakBytes ?? 0, residentBytes);
    }, LOOK_MS);
    const loop = new SheddingLoop({
      connections: fleet.connections,
      clock,
      ratePerSecond: offeredPerSecond * (readers / options.connections),
      seconds: options.seconds,
      randomness: new SeededRandomness(options.seed),
    });
    const measured = fleet;
    let fault: Error | undefined;
    const startNs = clock.nowNs();
    slow.start();
    const running = fleet.run(loop, Number.POSITIVE_INFINITY).catch((error: Error) => {
      fault = error;
    });
    const leadInMs = Math.min(LEAD_IN_MS, options.seconds * LEAD_IN_SHARE * 1_000);
    const started = setTimeout(() => measured.latency.reset(), leadInMs);
    await Promise.race([loop.done, running, server.died]);
    clearTimeout(started);
    const seconds = (clock.nowNs() - startNs) / 1e9;
    await drained(fleet, () => fault !== undefined);
    clearInterval(watch);
    slow.stop();
    const endedBy = fault;
    // The fleet waits for more answers than there can be: it is told that this was all.
    fleet.fail(new Error('over'));
    await running;
    const { tally } = fleet;
    const codes = new Map(
      [...tally.codes].map(([code, times]) => [code, times - (before.codes.get(code) ?? 0)]),
    );
    const found = {
      options,
      disk,
      capacityPerSecond: capacity,
      offeredPerSecond,
      quietPerSecond,
      seconds,
      quietUs: quiet.summaryUs(),
      acceptedUs: fleet.latency.summaryUs(),
      latency: fleet.latency,
      sent: loop.sent,
      shed: loop.shed,
      accepted: tally.accepted - before.accepted,
      acknowledged: tally.acknowledged - before.acknowledged,
      refused: tally.refused - before.refused,
      unanswered: fleet.sentOrders - tally.answered,
      codes,
      restBytes,
      peakBytes,
      slow: slow.report(),
      fault: endedBy?.message,
    };
    return { ...found, failures: overloadFailures(found) };
  } finally {
    signal.removeEventListener('abort', end);
    slow?.stop();
    fleet?.close();
    await server.kill();
    clock.close();
  }
}

/** Orders per second in a closed loop over as many connections as read. */
async function findCapacity(
  options: OverloadOptions,
  server: ServerProcess,
  instruments: readonly FlowInstrument[],
  clock: Clock,
  note: (text: string) => void,
): Promise<number> {
  const readers = options.connections - options.slowReaders;
  const orders = WARM_UP_ORDERS + CAPACITY_ORDERS;
  const frames = makeFrames(readers, orders, instruments, options.seed, 1);
  const fleet = await openFleet(server.port, frames, clock);
  try {
    const underWay = Math.max(CAPACITY_UNDER_WAY, readers);
    const dealing = new Dealing(readers, 1, 1);
    const loopTo = (to: number) =>
      new ClosedLoop({
        connections: fleet.connections,
        clock,
        underWay,
        endFrames: fleet.connections.map((_, index) => dealing.share(index, to)),
      });
    await fleet.run(loopTo(WARM_UP_ORDERS), WARM_UP_ORDERS);
    const loop = loopTo(orders);
    const lastNs = await fleet.run(loop, orders);
    const capacity = Math.round(CAPACITY_ORDERS / ((lastNs - loop.firstSendNs) / 1e9));
    note(`capacity: ${capacity} orders/s in a closed loop on ${readers} connections\n`);
    return capacity;
  } finally {
    fleet.close();
  }
}

/** A key for each connection, with its share of what the exchange is to take. */
function makeKeys(
  { connections, slowReaders, capacity = 0 }: OverloadOptions,
  data: DataDirectory,
): LoadKeys {
  const accounts = [
    ...accountsFrom(FIRST_ACCOUNT, connections - slowReaders),
    ...accountsFrom(FIRST_SLOW_ACCOUNT, slowReaders),
  ];
  return new LoadKeys(data.scratch, accounts, Math.max(1, Math.round(capacity / connections)));
}

function makeFrames(
  connections: number,
  orders: number,
  instruments: readonly FlowInstrument[],
  seed: number,
  firstAccount: number,
): readonly ClientFrames[] {
  const flow = new OrderFlow(new SeededRandomness(seed), connections, instruments);
  const masks = new SeededRandomness((seed + 1) >>> 0);
  return encodeFrames(new Dealing(connections, 1, 1), flow, orders, masks, 1, firstAccount);
}

function openFleet(
  port: number,
  frames: readonly ClientFrames[],
  clock: Clock,
  target?: (account: number) => string,
): Promise<Fleet> {
  return Fleet.open({
    target,
    host: HOST,
    port,
    frames,
    clock,
    server: 'exchange',
    onProgress: () => {},
    stallSeconds: STALL_SECONDS,
  });
}

function quietLoop(fleet: Fleet, clock: Clock, ratePerSecond: number, from: number, to: number): OpenLoop {
  const dealing = new Dealing(fleet.connections.length, 1, 1);
  return new OpenLoop({ connections: fleet.connections, clock, dealing, ratePerSecond, from, to });
}

/** Waits until all that was sent is answered, or for as long as is sensible. */
async function drained(fleet: Fleet, hasFailed: () => boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < DRAIN_MS; waitedMs += 50) {
    if (hasFailed() || fleet.tally.answered >= fleet.sentOrders) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
