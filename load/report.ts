import { rejectReasons } from '../src/model/reject.js';
import type { Backlog } from './backlog-watch.js';
import type { DiskReport } from './disk-report.js';
import type { IdleReport } from './idle-connections.js';
import type { JournalCount } from './journal-count.js';
import type { LatencySummary } from './latency.js';
import type { LoadRunResult } from './load-run.js';
import type { Machine } from './machine.js';
import type { LoadOptions } from './options.js';
import type { SlowReadersReport } from './slow-readers.js';
import type { SubscribersReport } from './subscribers.js';

/** All that a load run has found out. */
export interface LoadReport {
  readonly options: LoadOptions;
  readonly disk: DiskReport;
  readonly exchange: LoadRunResult;
  /** Undefined where the durability keeps no journal. */
  readonly journal: JournalCount | undefined;
  /** How far behind the stores were; none where there is no store. */
  readonly backlog: readonly Backlog[];
  /** What the idle connections cost; undefined where there were none. */
  readonly idle?: IdleReport | undefined;
  readonly slowReaders?: SlowReadersReport | undefined;
  /** What those who read market data got; undefined where there were none. */
  readonly subscribers?: SubscribersReport | undefined;
  /** Bytes of payload with which the echo server answered each order; undefined where it was left out. */
  readonly echoBytesPerOrder: number | undefined;
  readonly echo: LoadRunResult | undefined;
  /** Why the run does not count, one sentence each; empty where it does. */
  readonly failures: readonly string[];
}

/** The report for people, in lines. */
export function reportText(report: LoadReport): string {
  const { exchange, echo, journal, failures } = report;
  const lines = [
    '',
    `${''.padEnd(10)}${'orders/s'.padStart(12)}${['p50', 'p99', 'p99.9', 'max'].map((name) => `${name} us`.padStart(12)).join('')}`,
    figures('exchange', exchange),
    ...(echo === undefined ? [] : [figures('echo', echo)]),
    ...(echo === undefined ? [] : [`ratio     ${ratio(exchange, echo).toFixed(3).padStart(12)}`]),
    `latency: ${latencyKind(report.options)}`,
    ...latenessLines(exchange),
    `answers: ${count(exchange.acknowledged)} acknowledged, warm-up included (${count(exchange.rejected)} of them rejected by the book), ` +
      `${count(exchange.refused)} refused, ${count(exchange.trades)} trades, ${exchange.bytesPerOrder.toFixed(1)} bytes an order`,
    ...codeLines(exchange.codes),
    journal === undefined
      ? 'journal: none is kept'
      : `journal: ${count(journal.orders)} orders read back, in ${count(journal.frames)} frames (${(journal.commands / Math.max(1, journal.frames)).toFixed(1)} commands a frame) and ${journal.segments} segments`,
    ...report.backlog.map(backlogLine),
    ...(report.idle === undefined ? [] : [idleLine(report.idle)]),
    ...(report.slowReaders === undefined ? [] : [slowReadersLine(report.slowReaders)]),
    ...(report.subscribers === undefined ? [] : [subscribersLine(report.subscribers)]),
    ...failures.map((failure) => `FAILED: ${failure}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** What is printed before the run, in lines. */
export function headingText(options: LoadOptions, disk: DiskReport): string {
  const { p50, p99 } = disk.syncLatencyUs;
  const way =
    options.ratePerSecond === undefined
      ? `closed loop, at most ${count(options.underWay)} under way`
      : `open loop, ${count(options.ratePerSecond)} orders/s${options.burst > 1 ? ` in bursts of ${count(options.burst)}` : ''}`;
  return (
    `disk: ${disk.fileSystem}; write of 4 KiB and fdatasync: p50 ${p50.toFixed(0)} us, p99 ${p99.toFixed(0)} us\n` +
    `load: ${count(options.orders)} orders after ${count(options.warmUpOrders)} to warm up, ${options.ordersPerFrame} a frame, ` +
    `${options.connections} connections, mix ${options.mix}, ${way}, seed ${options.seed}\n` +
    `exchange: ${options.shards} shards, ${options.gateways} gateways, durability ${options.durability}, follower ${options.follower}\n`
  );
}

/** The report for programs. */
export function reportJson(report: LoadReport, machine: Machine): object {
  const { options, disk, exchange, journal, backlog, echo, echoBytesPerOrder, failures } = report;
  return {
    acknowledgedPerSecond: Math.round(exchange.acknowledgedPerSecond),
    echoPerSecond: echo === undefined ? null : Math.round(echo.acknowledgedPerSecond),
    ratio: echo === undefined ? null : round(ratio(exchange, echo), 3),
    latencyUs: rounded(exchange.latencyUs),
    echoLatencyUs: echo === undefined ? null : rounded(echo.latencyUs),
    counts: {
      acknowledged: exchange.acknowledged,
      rejected: exchange.rejected,
      refused: exchange.refused,
      trades: exchange.trades,
      journaled: journal?.orders ?? null,
      journalFrames: journal?.frames ?? null,
    },
    stores: backlog,
    idle: report.idle ?? null,
    slowReaders: report.slowReaders ?? null,
    subscribers: report.subscribers ?? null,
    machine,
    settings: {
      transport: options.transport,
      ordersPerFrame: options.ordersPerFrame,
      mix: options.mix,
      orders: options.orders,
      warmUpOrders: options.warmUpOrders,
      ratePerSecond: options.ratePerSecond ?? null,
      burst: options.burst,
      connections: options.connections,
      underWay: options.ratePerSecond === undefined ? options.underWay : null,
      latency: latencyKind(options),
      sendLatenessUs: exchange.sendLatenessUs === undefined ? null : rounded(exchange.sendLatenessUs),
      shards: options.shards,
      gateways: options.gateways,
      durability: options.durability,
      follower: options.follower,
      snapshotCommands: options.snapshotCommands ?? null,
      storeWriteMs: options.storeWriteMs ?? null,
      seed: options.seed,
      bytesPerOrder: round(exchange.bytesPerOrder, 1),
      echoBytesPerOrder: echoBytesPerOrder ?? null,
      fileSystem: disk.fileSystem,
      syncLatencyUs: { p50: round(disk.syncLatencyUs.p50, 0), p99: round(disk.syncLatencyUs.p99, 0) },
      node: machine.node,
      platform: machine.platform,
      processor: machine.processor,
      cores: machine.cores,
    },
    failures,
  };
}

/** From when to when a latency is measured. */
function latencyKind(options: LoadOptions): string {
  return options.ratePerSecond === undefined
    ? 'from the write of the order to the read of its answer, closed loop'
    : 'from the time the order was due to the read of its answer, open loop';
}

function figures(name: string, result: LoadRunResult): string {
  const { p50, p99, p999, max } = result.latencyUs;
  const numbers = [p50, p99, p999, max].map((value) => value.toFixed(0).padStart(12)).join('');
  return `${name.padEnd(10)}${count(Math.round(result.acknowledgedPerSecond)).padStart(12)}${numbers}`;
}

function latenessLines(result: LoadRunResult): string[] {
  if (result.sendLatenessUs === undefined) return [];
  const { p50, p99, max } = result.sendLatenessUs;
  return [
    `of it, the client itself was late by: p50 ${p50.toFixed(0)} us, p99 ${p99.toFixed(0)} us, max ${max.toFixed(0)} us`,
  ];
}

/** The issue asks for less than this: 10 kB. */
const MOST_IDLE_BYTES = 10_000;

function idleLine(idle: IdleReport): string {
  const { connections, ended, residentBytesEach, socketBufferBytesEach, kernelRecordBytesEach } = idle;
  if (residentBytesEach === undefined)
    return `idle: ${count(connections)} connections, ${ended} of them ended; this system does not tell what memory they took`;
  const verdict = residentBytesEach < MOST_IDLE_BYTES ? 'pass' : 'FAIL';
  const kernel = (bytes: number | undefined) => (bytes === undefined ? 'unknown' : count(bytes));
  return (
    `idle: ${verdict}: ${count(connections)} connections, ${ended} of them ended, took ${count(residentBytesEach)} bytes each in the exchange, of under ` +
    `${count(MOST_IDLE_BYTES)} that are asked for; beside it in the kernel, both ends of each: ${kernel(socketBufferBytesEach)} of buffers, ${kernel(kernelRecordBytesEach)} of records`
  );
}

function slowReadersLine(slow: SlowReadersReport): string {
  const { connections, closed, firstClosedMs, lastClosedMs, sentOrders, whys } = slow;
  const when = closed === 0 ? '' : ` after ${count(firstClosedMs!)} to ${count(lastClosedMs!)} ms`;
  const ways = Object.entries(whys).map(([why, times]) => `${times} × ${why}`);
  return `slow readers: ${connections}, ${closed} of them closed${when} (${ways.join(', ') || 'none'}); they sent ${count(sentOrders)} orders`;
}

function subscribersLine(subscribers: SubscribersReport): string {
  const { connections, symbol, messages, messagesPerSecond, seconds, newSnapshots, gaps, ended } =
    subscribers;
  return (
    `subscribers: ${connections} of the depth of ${symbol} got ${count(messages)} messages in ${seconds.toFixed(1)} s, warm-up included ` +
    `(${count(Math.round(messagesPerSecond))} per second), ${count(newSnapshots)} of them new snapshots; ${count(gaps)} gaps, ${ended} ended`
  );
}

function backlogLine({ store, shard, looks, drainedSeconds }: Backlog): string {
  const list = looks.map(({ seconds, commands }) => `${seconds.toFixed(0)} s ${count(commands)}`).join(', ');
  const end =
    drainedSeconds === null ? 'not drained' : `drained ${drainedSeconds.toFixed(1)} s after the end`;
  return `store ${store}, shard ${shard}: commands behind at ${list}; ${end}`;
}

function codeLines(codes: ReadonlyMap<number, number>): string[] {
  return [...codes]
    .sort(([, a], [, b]) => b - a)
    .map(([code, times]) => `  ${count(times)} × ${code} ${rejectReasons[code]?.name ?? 'without a name'}`);
}

function ratio(exchange: LoadRunResult, echo: LoadRunResult): number {
  return exchange.acknowledgedPerSecond / echo.acknowledgedPerSecond;
}

function rounded(latency: LatencySummary): LatencySummary {
  const { p50, p99, p999, max } = latency;
  return { p50: round(p50, 1), p99: round(p99, 1), p999: round(p999, 1), max: round(max, 1) };
}

function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
