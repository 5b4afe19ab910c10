import type { Clock } from '../src/clock/clock.js';
import { ClosedLoop } from './closed-loop.js';
import { Fleet, type FleetSettings, RunError } from './fleet.js';
import type { ClientFrames, Dealing } from './frames.js';
import type { LatencyRecorder, LatencySummary } from './latency.js';
import { OpenLoop } from './open-loop.js';

export interface LoadRunSettings extends Omit<FleetSettings, 'frames'> {
  readonly frames: readonly ClientFrames[];
  readonly dealing: Dealing;
  readonly clock: Clock;
  /** Orders of the closed-loop warm-up. */
  readonly warmUpOrders: number;
  /** Orders after the warm-up that are sent in the way of the timed ones, untimed: how an open loop gets going. */
  readonly leadInOrders: number;
  readonly timedOrders: number;
  readonly underWay: number;
  /** Undefined: closed loop. */
  readonly ratePerSecond: number | undefined;
  /** Orders that are due at once, at this rate; 1 where left out: evenly. */
  readonly burst?: number;
}

/** What a run against one server came to. Counts include the warm-up, except where they say otherwise. */
export interface LoadRunResult {
  /** Timed orders acknowledged, over the time from the first send to the last answer. */
  readonly acknowledgedPerSecond: number;
  readonly timedSeconds: number;
  readonly latencyUs: LatencySummary;
  readonly latency: LatencyRecorder;
  /** How late an open-loop client itself was; undefined in a closed loop. */
  readonly sendLatenessUs: LatencySummary | undefined;
  /** Bytes that the server sent for each timed order, frame headers included. */
  readonly bytesPerOrder: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly rejected: number;
  readonly trades: number;
  /** Rejected and refused orders by code. */
  readonly codes: ReadonlyMap<number, number>;
}

/**
 * Connects, warms up and measures.
 *
 * @throws RunError, ConnectionError, ProtocolError where it does not come to an end as it should.
 */
export async function runLoad(settings: LoadRunSettings, signal: AbortSignal): Promise<LoadRunResult> {
  const fleet = await Fleet.open(settings);
  const onAbort = () =>
    fleet.fail(signal.reason instanceof Error ? signal.reason : new RunError('interrupted'));
  try {
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    return await measure(fleet, settings);
  } finally {
    signal.removeEventListener('abort', onAbort);
    fleet.close();
  }
}

async function measure(fleet: Fleet, settings: LoadRunSettings): Promise<LoadRunResult> {
  const { tally, latency } = fleet;
  const { warmUpOrders, leadInOrders, timedOrders } = settings;
  const timedFrom = warmUpOrders + leadInOrders;
  const end = timedFrom + timedOrders;

  await fleet.run(closedLoop(fleet, settings, warmUpOrders), warmUpOrders);
  if (leadInOrders > 0) await fleet.run(timedLoop(fleet, settings, warmUpOrders, timedFrom), timedFrom);

  latency.reset();
  const acknowledgedBefore = tally.acknowledged;
  const bytesBefore = tally.bytes;
  const loop = timedLoop(fleet, settings, timedFrom, end);
  const lastAnswerNs = await fleet.run(loop, end);
  const timedSeconds = (lastAnswerNs - loop.firstSendNs) / 1e9;
  return {
    acknowledgedPerSecond: (tally.acknowledged - acknowledgedBefore) / timedSeconds,
    timedSeconds,
    latencyUs: latency.summaryUs(),
    latency,
    sendLatenessUs: loop instanceof OpenLoop ? loop.lateness.summaryUs() : undefined,
    bytesPerOrder: (tally.bytes - bytesBefore) / timedOrders,
    acknowledged: tally.acknowledged,
    refused: tally.refused,
    rejected: tally.rejected,
    trades: tally.trades,
    codes: tally.codes,
  };
}

/** The loop that is measured, for the orders at places `from` up to `to` of the run. */
function timedLoop(fleet: Fleet, settings: LoadRunSettings, from: number, to: number): ClosedLoop | OpenLoop {
  const { clock, dealing, ratePerSecond, burst = 1 } = settings;
  if (ratePerSecond === undefined) return closedLoop(fleet, settings, to);
  return new OpenLoop({ connections: fleet.connections, clock, dealing, ratePerSecond, burst, from, to });
}

function closedLoop(fleet: Fleet, settings: LoadRunSettings, to: number): ClosedLoop {
  const { clock, dealing, underWay } = settings;
  return new ClosedLoop({
    connections: fleet.connections,
    clock,
    underWay,
    endFrames: fleet.connections.map((connection, index) =>
      connection.frames.framesOf(dealing.share(index, to)),
    ),
  });
}
