import { HistogramLogReader } from 'hdr-histogram-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LatencyReport } from '../../../src/metrics/latency-report.js';
import { latencyStages } from '../../../src/metrics/latency-stages.js';
import { BinaryClient, kind } from '../../support/binary-client.js';
import { type RunningExchange, startExchange } from '../../support/exchange-process.js';
import { twoGatewaysHere } from '../../support/transports.js';

let exchange: RunningExchange;
const gateways = (await twoGatewaysHere()) ? 2 : 1;

beforeAll(async () => {
  exchange = await startExchange(['--shards', '2', '--gateways', String(gateways)]);
});
afterAll(async () => {
  expect((await exchange.process.stop()).code).toBe(0);
});

const get = (query = '') => fetch(`${exchange.url}/histograms${query}`);
const report = async () => (await (await get()).json()) as LatencyReport;

/** Commands by stage. */
const countsIn = ({ stages }: LatencyReport) =>
  Object.fromEntries(stages.map(({ stage, count }) => [stage, count]));

/** A gateway records when it has handed the answers on: a moment later than they may be read. */
async function untilCounted(commands: number, reads: number): Promise<LatencyReport> {
  const all = commands + reads;
  const wanted = { decode: all, ringWait: all, sync: commands, match: all, return: all, whole: all };
  for (;;) {
    const now = await report();
    if (countsIn(now)['whole'] === all) {
      expect(countsIn(now)).toEqual(wanted);
      return now;
    }
    expect(countsIn(now)['whole']).toBeLessThan(all);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('GET /histograms', () => {
  it('has every command and every read, in every stage, from all threads', async () => {
    const before = countsIn(await report());
    expect(Object.values(before)).toEqual([0, 0, 0, 0, 0, 0]);
    const clients = await Promise.all([1, 2, 3, 4].map(() => BinaryClient.open(`${exchange.ws}?account=1`)));
    let clientId = 0;
    for (let round = 0; round < 20; round++)
      for (const [i, client] of clients.entries()) {
        // Both shards; one, or many in a message; each client sees the events of all.
        const orders = Array.from({ length: 1 + 5 * (round % 2) }, () => ({
          clientId: ++clientId,
          instrument: 1 + ((round + i) % 2),
          price: 100_000,
          size: 1000,
        }));
        await client.ask(orders.length, ...orders);
        for (const other of clients) if (other !== client) await other.take(orders.length);
      }
    for (const client of clients) await client.ask(1, { kind: kind.book, instrument: 1, size: 5 });
    const order = { clientOrderId: 'by HTTP', symbol: 'ACME', side: 'buy', price: '10.00', size: '1' };
    await fetch(`${exchange.url}/orders`, { method: 'POST', body: JSON.stringify(order) });
    const now = await untilCounted(clientId + 1, clients.length);
    for (const client of clients) client.close();
    expect(now.dropped).toBe(0);
    expect(now.stages.map(({ stage }) => stage)).toEqual([...latencyStages]);
    expect(BigInt(now.timeNs)).toBeGreaterThan(BigInt(now.startedNs));
    for (const { count, minNs, maxNs, meanNs, p50Ns, p90Ns, p99Ns, p999Ns, p9999Ns, counts } of now.stages) {
      expect(counts.reduce((sum, [, times]) => sum + times, 0)).toBe(count);
      const rising = [minNs, p50Ns, p90Ns, p99Ns, p999Ns, p9999Ns, maxNs];
      expect([...rising].sort((a, b) => a - b)).toEqual(rising);
      expect(meanNs).toBeGreaterThanOrEqual(minNs);
      expect(meanNs).toBeLessThanOrEqual(maxNs);
    }
    // What a stage takes in all is what its parts take: they follow on one another, but for reads, which need no sync.
    const sumNs = (stage: string) => {
      const { meanNs, count } = now.stages.find((one) => one.stage === stage)!;
      return meanNs * count;
    };
    const parts = ['decode', 'ringWait', 'sync', 'match', 'return'].reduce((sum, one) => sum + sumNs(one), 0);
    expect(Math.abs(parts - sumNs('whole'))).toBeLessThan(6 * (clientId + 5));
  });

  it('gives the percentile text of one stage', async () => {
    const response = await get('?format=hgrm&stage=whole');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toMatch(/^# Stage whole; values in microseconds\.\n +Value +Percentile/);
  });

  it('gives a log of all stages', async () => {
    const now = await report();
    const response = await get('?format=v2');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const reader = new HistogramLogReader(await response.text(), 64);
    for (const { stage, count } of now.stages)
      expect(reader.nextIntervalHistogram()).toMatchObject({ tag: stage, totalCount: count });
    expect(reader.nextIntervalHistogram()).toBeNull();
  });

  it.each([
    ['?format=csv', 'There is no format=csv; there is json, hgrm and v2.'],
    ['?format=hgrm', 'Say which stage: stage=, one of decode, ringWait, sync, match, return, whole.'],
    [
      '?format=hgrm&stage=all',
      'There is no stage=all; there is decode, ringWait, sync, match, return, whole.',
    ],
    ['?stage=sync', 'stage= goes with format=hgrm; the other formats have all stages.'],
    ['?fromat=v2', 'There is no fromat= here; there is format=, stage=.'],
  ])('says of %s what is wrong', async (query, text) => {
    const response = await get(query);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ event: 'rejected', reason: 'malformed', text });
  });

  it('is read only', async () => {
    const response = await fetch(`${exchange.url}/histograms`, { method: 'POST' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
  });
});
