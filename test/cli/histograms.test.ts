import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HistogramLogReader } from 'hdr-histogram-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latencyReportFault } from '../../src/metrics/latency-report.js';
import { latencyStages } from '../../src/metrics/latency-stages.js';
import {
  type Ended,
  type RunningExchange,
  runTickloom,
  startExchange,
  temporaryDirectory,
} from '../support/exchange-process.js';

const files = [
  'histograms.json',
  ...latencyStages.map((stage) => `${stage}.hgrm`),
  'stages.hlog',
  'percentiles.svg',
];

describe('tickloom histograms', () => {
  let exchange: RunningExchange;
  const histograms = (...args: string[]): Promise<Ended> => runTickloom(['histograms', ...args]);

  beforeAll(async () => {
    exchange = await startExchange();
    for (let clientOrderId = 1; clientOrderId <= 20; clientOrderId++) {
      const order = { clientOrderId, symbol: 'ACME', side: 'buy', price: '10.00', size: '1' };
      await fetch(`${exchange.url}/orders`, { method: 'POST', body: JSON.stringify(order) });
    }
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  it('writes them all, in every format', async () => {
    const out = join(temporaryDirectory(), 'new', 'directory');
    const ended = await histograms('--out', out, '--url', exchange.url, '--json');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toEqual({ directory: out, files, commands: 20, dropped: 0 });
    expect(readdirSync(out).sort()).toEqual([...files].sort());
    const read = (name: string) => readFileSync(join(out, name), 'utf8');
    expect(latencyReportFault(JSON.parse(read('histograms.json')))).toBeUndefined();
    for (const stage of latencyStages)
      expect(read(`${stage}.hgrm`)).toMatch(new RegExp(`^# Stage ${stage};[^]*Total count +=  +20\\]`));
    const log = new HistogramLogReader(read('stages.hlog'), 64);
    for (const stage of latencyStages)
      expect(log.nextIntervalHistogram()).toMatchObject({ tag: stage, totalCount: 20 });
    const svg = read('percentiles.svg');
    expect(svg).toMatch(/^<svg /);
    expect(svg.match(/<path /g)).toHaveLength(latencyStages.length);
  });

  it('says in a sentence what it wrote', async () => {
    const out = temporaryDirectory();
    const ended = await histograms('--out', out, '--url', exchange.url);
    expect(ended.stdout).toBe(`9 files in ${out}, of 20 commands: ${files.join(', ')}.\n`);
  });

  it('sends its token', async () => {
    let asked = '';
    const server = await serve(401, { text: 'The token is not known.' }, (authorization) => {
      asked = authorization;
    });
    const ended = await histograms('--out', temporaryDirectory(), '--url', server.url, '--token', 'key.abc');
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: 'tickloom: The token is not known.\n' });
    expect(asked).toBe('Bearer key.abc');
    server.close();
  });

  it('says so where something else answers', async () => {
    const server = await serve(200, { startedNs: 1 });
    const ended = await histograms('--out', temporaryDirectory(), '--url', server.url);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toBe(
      `tickloom: what listens at ${server.url} is no exchange of this version (startedNs is no time); name one with --url\n`,
    );
    server.close();
  });

  it('says so in one sentence where nobody answers', async () => {
    const server = await serve(200, {});
    server.close();
    const ended = await histograms('--out', temporaryDirectory(), '--url', server.url);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toBe(
      `tickloom: nothing answers at ${server.url}; start the exchange, or name it with --url\n`,
    );
  });

  it.each([
    [[], 'tickloom: --out: missing; name the directory for the files\n'],
    [
      ['--out', 'x', '--url', 'here'],
      'tickloom: --url: here is no address; name it as http://127.0.0.1:9001\n',
    ],
  ])('refuses %j', async (args, stderr) => {
    expect(await histograms(...args)).toMatchObject({ code: 2, stdout: '', stderr });
  });
});

/** A server that answers everything the same, and is not an exchange. */
async function serve(
  status: number,
  body: object,
  asked: (authorization: string) => void = () => {},
): Promise<{ url: string; close(): void }> {
  const server: Server = createServer((request, response) => {
    asked(request.headers.authorization ?? '');
    response.writeHead(status).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
