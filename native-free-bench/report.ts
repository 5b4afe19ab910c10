import { cpus } from 'node:os';
import { CLIENT_ID_WINDOW } from '../src/model/limits.js';
import type { Allocation } from './allocation.js';
import { NODE_FLAGS } from './child-process.js';
import type { FeatureResult } from './feature-section.js';
import { FLOW_OPERATIONS } from './flow-file.js';
import { type FlowResult, type FlowResults, flowRatios } from './flow-section.js';
import type { MemoryResults } from './memory-section.js';
import type { BenchOptions } from './options.js';
import { FLAT_UP_TO_ORDERS, FLAT_WITHIN, SCALING_WINDOW } from './scaling.js';
import { pointText, type ScalingSeries } from './scaling-section.js';

/** All that the benchmark has found out; undefined where a part was not asked for. */
export interface BenchReport {
  readonly options: BenchOptions;
  readonly flows: FlowResults | undefined;
  readonly features: readonly FeatureResult[] | undefined;
  readonly scaling: readonly ScalingSeries[] | undefined;
  readonly memory: MemoryResults | undefined;
  readonly allocation: Allocation | undefined;
  /** Why it does not count, one sentence each; empty where it does. */
  readonly failures: readonly string[];
}

/** The report for people, in lines. */
export function reportText(report: BenchReport): string {
  const { flows, features, scaling, memory, allocation, failures } = report;
  const lines = [
    machineText(),
    ...(flows === undefined ? [] : flowLines(flows, report.options)),
    ...(features === undefined ? [] : featureLines(features)),
    ...(scaling === undefined ? [] : scaling.flatMap(scalingLines)),
    ...(memory === undefined ? [] : memoryLines(memory)),
    ...(allocation === undefined ? [] : allocationLines(allocation)),
    ...failures.map((failure) => `FAILED: ${failure}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The report for programs: one line of JSON. */
export function reportJson(report: BenchReport): string {
  const { options, flows, features, scaling, memory, allocation, failures } = report;
  return JSON.stringify({
    flows: mapValues(flows ?? {}, (engines) => mapValues(engines, flowJson)),
    ratios: mapValues(flowRatios(flows ?? {}), (peers) => mapValues(peers, (ratio) => round(ratio, 2))),
    features: features?.map(({ name, costNs, factor }) => ({
      name,
      costNs: round(costNs, 1),
      factor: round(factor, 3),
    })),
    scaling: scaling?.map(({ name, points, spread, flat }) => ({
      name,
      points: points.map((point) => ({
        ...point,
        costNs: round(point.costNs, 1),
        factor: round(point.factor, 3),
      })),
      spread: round(spread, 3),
      flat,
    })),
    memory: memory && {
      orders: memory.orders.map(({ perOrder, ...rest }) => ({
        ...rest,
        perOrder: mapValues(perOrder, (bytes) => round(bytes, 1)),
      })),
      priceRanges: memory.priceRanges,
    },
    allocation: allocation && {
      ...allocation,
      heapBytesPerOperation: round(allocation.heapBytesPerOperation, 4),
    },
    settings: {
      runs: options.runs,
      nodeFlags: NODE_FLAGS,
      clientIdWindow: CLIENT_ID_WINDOW,
      scalingClientIdWindow: SCALING_WINDOW,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
    },
    failures,
  });
}

function flowJson({ operations, runs, opsPerSecond, outcome, checkedBy }: FlowResult) {
  return {
    opsPerSecond: Math.round(opsPerSecond),
    costNs: round(1e9 / opsPerSecond, 1),
    runs: runs.map(Math.round),
    operations,
    wholeFlow: operations === FLOW_OPERATIONS,
    ...outcome,
    checkedBy,
  };
}

function machineText(): string {
  const processors = cpus();
  return `Node.js ${process.version} on ${processors.length} × ${processors[0]?.model ?? 'unknown'}, flags ${NODE_FLAGS.join(' ')}`;
}

function flowLines(flows: FlowResults, options: BenchOptions): string[] {
  const ratios = flowRatios(flows);
  const lines = [
    '',
    `Operations a second: median of ${options.runs}, each in a process of its own, after one run of the same to warm up.`,
    'The ratio is Tickloom over the engine. A slow engine runs only the first operations, which are its fastest. What comes',
    'out is checked in every run: as is known of the whole flow, or as Tickloom has it on the same operations.',
  ];
  for (const [flow, engines] of Object.entries(flows)) {
    lines.push(
      '',
      row(flow, ['operations/s', 'ns', 'ratio', 'operations', 'trades', 'lots', 'bid', 'ask', 'as']),
    );
    for (const [engine, result] of Object.entries(engines)) {
      const { opsPerSecond, operations, outcome, checkedBy } = result;
      const ratio = (ratios as Record<string, Record<string, number>>)[flow]?.[engine];
      const cells = [
        count(Math.round(opsPerSecond)),
        (1e9 / opsPerSecond).toFixed(1),
        ratio === undefined ? '' : ratio.toFixed(1),
        count(operations),
        count(outcome.trades),
        count(outcome.tradedLots),
        count(outcome.bestBidTicks),
        count(outcome.bestAskTicks),
        checkedBy === 'known outcome' ? 'known' : 'tickloom',
      ];
      lines.push(row(engine, cells));
    }
  }
  return lines;
}

function featureLines(features: readonly FeatureResult[]): string[] {
  return [
    '',
    'The steady flow on a book that holds something rare',
    row('', ['ns', 'of plain']),
    ...features.map(({ name, costNs, factor }) => row(name, [costNs.toFixed(1), factor.toFixed(3)])),
  ];
}

function scalingLines({ name, points, spread, flat }: ScalingSeries): string[] {
  return [
    '',
    `Cost of a command by ${name} (client-id window ${count(SCALING_WINDOW)})`,
    row('', ['ns', 'of first']),
    ...points.map((point) => row(pointText(point), [point.costNs.toFixed(1), point.factor.toFixed(2)])),
    `up to ${count(FLAT_UP_TO_ORDERS)} orders dearest over cheapest is ${spread.toFixed(2)}: ${flat ? '' : 'NOT '}flat within ${FLAT_WITHIN}`,
  ];
}

function memoryLines({ orders, priceRanges }: MemoryResults): string[] {
  return [
    '',
    `Bytes of a resting order, ${count(orders[0]?.restingOrders ?? 0)} of them (memory grows by doubling)`,
    row('', ['typed arrays', 'heap', 'resident']),
    ...orders.map(({ clientIdWindow, perOrder }) =>
      row(
        `client-id window ${count(clientIdWindow)}`,
        [perOrder.arrayBytes, perOrder.heapBytes, perOrder.residentBytes].map((bytes) => bytes.toFixed(1)),
      ),
    ),
    '',
    'Bytes of a whole engine with two orders, at prices in ticks',
    row('', ['typed arrays', 'heap']),
    ...priceRanges.map(({ bidTicks, askTicks, arrayBytes, heapBytes }) =>
      row(`at ${count(bidTicks)} and ${count(askTicks)}`, [count(arrayBytes), count(heapBytes)]),
    ),
  ];
}

function allocationLines(allocation: Allocation): string[] {
  const { operations, restingOrders } = allocation;
  return [
    '',
    `Allocation over ${count(operations)} commands, ${count(restingOrders)} orders resting`,
    row('heap, bytes', [count(allocation.heapBytes)]),
    row('heap, bytes a command', [allocation.heapBytesPerOperation.toFixed(4)]),
    row('typed arrays, bytes', [count(allocation.arrayBytes)]),
    row('scavenges', [count(allocation.scavenges)]),
    row('other collections', [count(allocation.otherCollections)]),
  ];
}

const NAME_WIDTH = 34;
const CELL_WIDTH = 13;

function row(name: string, cells: readonly string[]): string {
  return `${name.padEnd(NAME_WIDTH)}${cells.map((cell) => cell.padStart(CELL_WIDTH)).join('')}`;
}

function mapValues<Values extends object, Result>(
  values: Values,
  change: (value: NonNullable<Values[keyof Values]>) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
