import type { DiskReport } from './disk-report.js';
import type { CannonResult } from './http-cannon.js';
import type { HttpOptions } from './http-options.js';
import { LatencyRecorder, type LatencySummary } from './latency.js';
import type { Machine } from './machine.js';

/** Who is loaded over HTTP. */
export type HttpServer = 'exchange' | 'bare' | 'fastify';

/** What one server came to over all rounds. */
export interface ServerFigures {
  /** Answers with status 201 a second in the timed part of each round. */
  readonly perSecond: readonly number[];
  readonly medianPerSecond: number;
  /** Of all timed requests of all rounds. */
  readonly latency: LatencyRecorder;
  readonly latencyUs: LatencySummary;
  /** Answers by HTTP status, of the warm-ups too; so is what follows. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly sent: number;
  readonly answered: number;
  readonly errors: number;
  readonly timeouts: number;
}

/** All that a load run over HTTP has found out. */
export interface HttpReport {
  readonly options: HttpOptions;
  readonly disk: DiskReport;
  /** Bytes of the bodies with which the bare server answered. */
  readonly answerBytes: number;
  readonly exchange: ServerFigures;
  readonly bare: ServerFigures;
  readonly fastify: ServerFigures;
  /** Orders read back from the journal; undefined where none is kept. */
  readonly journaledOrders: number | undefined;
  /** Why the run does not count, one sentence each; empty where it does. */
  readonly failures: readonly string[];
}

/** What the issue asks for: at least so many of the one's orders for each of the other's. */
const goals = [
  { name: 'bare', label: 'bare uWebSockets.js route', least: 0.8 },
  { name: 'fastify', label: 'Fastify with an empty handler', least: 2 },
] as const;

const ACCEPTED = '201';

/** Timed answers of one run that took an order. */
export function answersOf({ timed }: CannonResult): number {
  return timed.statuses[ACCEPTED] ?? 0;
}

export function serverFigures(results: readonly CannonResult[]): ServerFigures {
  const latency = new LatencyRecorder();
  const statuses: Record<string, number> = {};
  let [sent, errors, timeouts] = [0, 0, 0];
  for (const { warmUp, timed, histogram } of results) {
    latency.addEncoded(histogram);
    for (const part of [warmUp, timed]) {
      for (const [status, count] of Object.entries(part.statuses))
        statuses[status] = (statuses[status] ?? 0) + count;
      sent += part.sent;
      errors += part.errors;
      timeouts += part.timeouts;
    }
  }
  const perSecond = results.map((result) => answersOf(result) / result.seconds);
  return {
    perSecond,
    medianPerSecond: median(perSecond),
    latency,
    latencyUs: latency.summaryUs(),
    statuses,
    sent,
    answered: Object.values(statuses).reduce((sum, count) => sum + count, 0),
    errors,
    timeouts,
  };
}

/** Why a run does not count. Where autocannon cut requests off, the journal may hold those too. */
export function httpFailures(report: Omit<HttpReport, 'failures'>): string[] {
  const failures: string[] = [];
  for (const name of ['exchange', 'bare', 'fastify'] as const) {
    const { statuses, errors, timeouts, sent, answered } = report[name];
    for (const [status, count] of Object.entries(statuses))
      if (status !== ACCEPTED) failures.push(`${name}: ${count} answers with status ${status}`);
    if (errors > 0) failures.push(`${name}: ${errors} errors, ${timeouts} of them timeouts`);
    if (sent !== answered) failures.push(`${name}: ${sent} requests were sent and ${answered} answered`);
  }
  const { exchange, journaledOrders } = report;
  if (journaledOrders === undefined) return failures;
  const accepted = exchange.statuses[ACCEPTED] ?? 0;
  const most = accepted + exchange.sent - exchange.answered;
  if (journaledOrders < accepted || journaledOrders > most)
    failures.push(`the journal holds ${journaledOrders} orders and ${accepted} were answered with 201`);
  return failures;
}

/** The report for people, in lines. */
export function httpText(report: HttpReport): string {
  const { options, disk, exchange, journaledOrders, failures } = report;
  const head = ['orders/s', 'p50 us', 'p99 us', 'p99.9 us', 'max us', 'errors', 'non-201'];
  const cut = exchange.sent - exchange.answered;
  const lines = [
    `disk: ${disk.fileSystem}; write of 4 KiB and fdatasync: p50 ${disk.syncLatencyUs.p50.toFixed(0)} us, p99 ${disk.syncLatencyUs.p99.toFixed(0)} us`,
    `load: autocannon, POST /orders, ${options.connections} connections, ${options.rounds} rounds in turns, ` +
      `medians of orders/s, ${options.warmUpOrders} orders to warm up each, seed ${options.seed}`,
    `exchange: ${options.shards} shards, ${options.gateways} gateways, durability ${options.durability}, follower ${options.follower}; ` +
      `the bare route answers with ${report.answerBytes} bytes`,
    '',
    `${''.padEnd(10)}${head.map((name) => name.padStart(11)).join('')}`,
    ...(['exchange', 'bare', 'fastify'] as const).map((name) => serverLine(name, report[name])),
    ...ratios(report).map(
      ({ label, ratio, least, passes }) =>
        `${passes ? 'pass' : 'FAIL'}: ${ratio.toFixed(2)} times the ${label}, of ${least} that are asked for`,
    ),
    journaledOrders === undefined
      ? 'journal: none is kept'
      : `journal: ${count(journaledOrders)} orders read back, ${count(exchange.statuses[ACCEPTED] ?? 0)} answered with 201` +
        (cut === 0 ? '' : `, ${cut} under way when autocannon ended`),
    ...failures.map((failure) => `FAILED: ${failure}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The report for programs. */
export function httpJson(report: HttpReport, machine: Machine): object {
  const { options, disk, answerBytes, journaledOrders, failures } = report;
  const { json: _, out: __, ...settings } = options;
  const of = ({ latency: _latency, ...figures }: ServerFigures) => ({
    ...figures,
    medianPerSecond: Math.round(figures.medianPerSecond),
    perSecond: figures.perSecond.map(Math.round),
  });
  return {
    transport: 'http',
    machine,
    settings: { ...settings, answerBytes },
    disk,
    exchange: of(report.exchange),
    bare: of(report.bare),
    fastify: of(report.fastify),
    goals: ratios(report),
    journaledOrders: journaledOrders ?? null,
    failures,
  };
}

function ratios(report: HttpReport) {
  return goals.map(({ name, label, least }) => {
    const ratio = report.exchange.medianPerSecond / report[name].medianPerSecond;
    return { name, label, ratio: Math.round(ratio * 1_000) / 1_000, least, passes: ratio >= least };
  });
}

function serverLine(name: HttpServer, figures: ServerFigures): string {
  const { p50, p99, p999, max } = figures.latencyUs;
  const others = figures.answered - (figures.statuses[ACCEPTED] ?? 0);
  const cells = [
    count(Math.round(figures.medianPerSecond)),
    ...[p50, p99, p999, max].map((us) => us.toFixed(0)),
  ];
  return `${name.padEnd(10)}${[...cells, `${figures.errors}`, `${others}`].map((cell) => cell.padStart(11)).join('')}`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
