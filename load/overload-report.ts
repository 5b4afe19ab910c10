import { rejectReasons } from '../src/model/reject.js';
import type { DiskReport } from './disk-report.js';
import type { LatencyRecorder, LatencySummary } from './latency.js';
import type { Machine } from './machine.js';
import type { OverloadOptions } from './overload-options.js';
import type { SlowReadersReport } from './slow-readers.js';

/** All that the proof of overload has found out. */
export interface OverloadReport {
  readonly options: OverloadOptions;
  readonly disk: DiskReport;
  readonly capacityPerSecond: number;
  readonly offeredPerSecond: number;
  readonly quietPerSecond: number;
  /** How long more was offered than can be taken. */
  readonly seconds: number;
  readonly quietUs: LatencySummary;
  /** Of the new orders that the exchange accepted under overload. */
  readonly acceptedUs: LatencySummary;
  readonly latency: LatencyRecorder;
  /** Orders of those that read, under overload: sent, and due but not taken by a socket. */
  readonly sent: number;
  readonly shed: number;
  /** New orders among the acknowledged. */
  readonly accepted: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Sent and not answered within the patience of the run. */
  readonly unanswered: number;
  /** Rejected and refused orders by code. */
  readonly codes: ReadonlyMap<number, number>;
  /** Resident bytes before the overload, and the most that was seen; undefined where the system does not tell. */
  readonly restBytes: number | undefined;
  readonly peakBytes: number | undefined;
  readonly slow: SlowReadersReport;
  /** What ended a connection that read; undefined where none ended. */
  readonly fault: string | undefined;
  readonly failures: readonly string[];
}

type Found = Omit<OverloadReport, 'failures'>;

/** Accepted orders may take so many times what they take when it is quiet. */
const MOST_P99_RATIO = 2;
const MOST_CLOSE_MS = 5_000;
const MIB = 2 ** 20;

interface Verdict {
  readonly goal: string;
  readonly figure: string;
  /** Undefined where this system does not tell. */
  readonly passes: boolean | undefined;
}

/** What the issue asks for, each with what was found. */
export function overloadVerdicts(found: Found): readonly Verdict[] {
  const { options, peakBytes, restBytes, quietUs, acceptedUs, codes, refused, slow } = found;
  const ratio = acceptedUs.p99 / quietUs.p99;
  const nameless = [...codes.keys()].filter((code) => rejectReasons[code] === undefined);
  const mib = (bytes: number | undefined) =>
    bytes === undefined ? 'unknown' : `${Math.round(bytes / MIB)} MiB`;
  return [
    {
      goal: `memory stays under ${options.memoryBoundMib} MiB`,
      figure: `${mib(restBytes)} before, ${mib(peakBytes)} at most`,
      passes: peakBytes === undefined ? undefined : peakBytes < options.memoryBoundMib * MIB,
    },
    {
      goal: `accepted orders keep p99 within ${MOST_P99_RATIO} times the quiet one`,
      figure: `${acceptedUs.p99.toFixed(0)} us, quiet ${quietUs.p99.toFixed(0)} us: ${ratio.toFixed(2)} times`,
      passes: ratio <= MOST_P99_RATIO,
    },
    {
      goal: 'rejects carry reasons',
      figure: `${count(refused)} refused, ${nameless.length} codes without a name`,
      passes: nameless.length === 0,
    },
    {
      goal: `slow ones are closed within ${MOST_CLOSE_MS / 1_000} s`,
      figure:
        `${slow.closed} of ${slow.connections} closed` +
        (slow.closed === 0 ? '' : `, the last after ${count(slow.lastClosedMs!)} ms`),
      passes: slow.closed === slow.connections && (slow.lastClosedMs ?? 0) <= MOST_CLOSE_MS,
    },
  ];
}

/** Why the proof fails, one sentence each. */
export function overloadFailures(found: Found): string[] {
  const failures = overloadVerdicts(found)
    .filter(({ passes }) => passes === false)
    .map(({ goal, figure }) => `not so: ${goal} (${figure})`);
  if (found.fault !== undefined) failures.push(`a connection that reads has ended: ${found.fault}`);
  if (found.unanswered > 0) failures.push(`${found.unanswered} orders were sent and not answered`);
  return failures;
}

/** The report for people, in lines. */
export function overloadText(report: OverloadReport): string {
  const { options, quietUs, acceptedUs, slow } = report;
  const row = (name: string, { p50, p99, p999, max }: LatencySummary) =>
    `${name.padEnd(10)}${[p50, p99, p999, max].map((us) => us.toFixed(0).padStart(12)).join('')}`;
  const lines = [
    '',
    `load: ${options.connections} connections, ${options.slowReaders} of which never read; capacity ${count(report.capacityPerSecond)} orders/s, ` +
      `offered ${count(Math.round(report.offeredPerSecond))} for ${report.seconds.toFixed(1)} s`,
    `${''.padEnd(10)}${['p50', 'p99', 'p99.9', 'max'].map((name) => `${name} us`.padStart(12)).join('')}`,
    row('quiet', quietUs),
    row('accepted', acceptedUs),
    'latency (of the overload after its first two seconds, or a fifth of it): from the time the order was due and written to the read of its answer; orders that a full socket did not take are not sent later',
    `orders of those that read: ${count(report.sent)} sent, ${count(report.shed)} not taken by their sockets, ${count(report.acknowledged)} acknowledged (${count(report.accepted)} new orders accepted), ` +
      `${count(report.refused)} refused, ${count(report.unanswered)} not answered`,
    ...[...report.codes]
      .filter(([, times]) => times > 0)
      .sort(([, a], [, b]) => b - a)
      .map(([code, times]) => `  ${count(times)} × ${code} ${rejectReasons[code]?.name ?? 'without a name'}`),
    `slow readers: ${count(slow.sentOrders)} orders sent, their ends showed as ${JSON.stringify(slow.whys)}`,
    ...overloadVerdicts(report).map(
      ({ goal, figure, passes }) =>
        `${passes === undefined ? 'not told' : passes ? 'pass' : 'FAIL'}: ${goal}: ${figure}`,
    ),
    ...report.failures.map((failure) => `FAILED: ${failure}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The report for programs. */
export function overloadJson(report: OverloadReport, machine: Machine): object {
  const { options, latency: _, codes, ...figures } = report;
  const { json: __, out: ___, ...settings } = options;
  return {
    transport: 'ws',
    proof: 'overload',
    machine,
    settings,
    ...figures,
    codes: Object.fromEntries([...codes].map(([code, times]) => [rejectReasons[code]?.name ?? code, times])),
    goals: overloadVerdicts(report),
  };
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
