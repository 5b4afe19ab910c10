import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Exposition } from '../../src/metrics/prometheus.js';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';

interface Metric {
  help: string;
  type: string;
  /** By name and labels as they are written. */
  readonly series: Map<string, number>;
}

const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/;

/** Reads the text format as its page says it is. @throws Error where it is not */
function parse(text: string): Map<string, Metric> {
  expect(text.endsWith('\n')).toBe(true);
  const metrics = new Map<string, Metric>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const head = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (head !== null) {
      const [, what, name = '', rest = ''] = head;
      if (what === 'HELP') {
        if (metrics.has(name)) throw new Error(`${name} comes twice`);
        metrics.set(name, { help: rest, type: '', series: new Map() });
        current = name;
      } else {
        if (name !== current) throw new Error(`the type of ${name} does not follow its help`);
        metrics.get(name)!.type = rest;
      }
      continue;
    }
    const sample = SAMPLE.exec(line);
    if (sample === null) throw new Error(`this is no sample: ${line}`);
    const [, name = '', labels = '', value = ''] = sample;
    const metric = metrics.get(name);
    if (name !== current || metric === undefined || metric.type === '')
      throw new Error(`a sample of ${name} stands outside of it`);
    if (metric.series.has(labels)) throw new Error(`${name}${labels} comes twice`);
    const number = Number(value.replace('Inf', 'Infinity'));
    if (Number.isNaN(number) && value !== 'NaN') throw new Error(`${value} is not a number`);
    metric.series.set(labels, number);
  }
  return metrics;
}

describe('the text format', () => {
  it('escapes what must be, and writes numbers as they are read', () => {
    const out = new Exposition();
    out.metric('a_total', 'counter', 'Lines\nand \\ "quotes".', [
      { labels: { path: 'C:\\x\n"y"', n: 1 }, value: 1.5e21 },
      { value: Number.POSITIVE_INFINITY },
      { labels: { n: 2 }, value: Number.NEGATIVE_INFINITY },
      { labels: { n: 3 }, value: Number.NaN },
    ]);
    expect(out.text).toBe(
      [
        '# HELP a_total Lines\\nand \\\\ "quotes".',
        '# TYPE a_total counter',
        'a_total{path="C:\\\\x\\n\\"y\\"",n="1"} 1.5e+21',
        'a_total +Inf',
        'a_total{n="2"} -Inf',
        'a_total{n="3"} NaN',
        '',
      ].join('\n'),
    );
    expect(parse(out.text).get('a_total')!.series.size).toBe(4);
  });
});

describe('GET /metrics', () => {
  let exchange: RunningExchange;

  beforeAll(async () => {
    exchange = await startExchange(['--shards', '2'], undefined, { TICKLOOM_POSTGRES: 'embedded' });
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  const scrape = async () => {
    const response = await fetch(`${exchange.url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    return await response.text();
  };

  it('has every metric once, with names as they should be', async () => {
    const metrics = parse(await scrape());
    for (const [name, { type, help, series }] of metrics) {
      expect(name).toMatch(/^tickloom_[a-z_]+$/);
      expect(['counter', 'gauge']).toContain(type);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(help).toMatch(/^[A-Z].*[.]$/);
      expect(series.size).toBeGreaterThan(0);
    }
  });

  it('counts what is done, of shards and of stores', async () => {
    const order = { clientOrderId: 1, symbol: 'ACME', side: 'buy', price: '10.00', size: '1' };
    const placed = await fetch(`${exchange.url}/orders`, { method: 'POST', body: JSON.stringify(order) });
    const { shard } = (await placed.json()) as { shard: number };
    const of = `{shard="${shard}"}`;
    const stored = `{store="postgres",shard="${shard}"}`;
    // The store and the follower come behind.
    for (; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const metrics = parse(await scrape());
      const value = (name: string, labels: string) => metrics.get(`tickloom_${name}`)!.series.get(labels);
      if (value('store_rows_total', stored) === 0 || value('live_orders', of) === 0) continue;
      if (value('store_backlog_commands', stored) !== 0 || value('follower_behind_commands', of) !== 0)
        continue;
      expect(value('commands_total', of)).toBe(1);
      expect(value('live_orders', of)).toBe(1);
      expect(value('shard_state', `{shard="${shard}",state="running"}`)).toBe(1);
      expect(value('shard_state', `{shard="${shard}",state="halted"}`)).toBe(0);
      expect(value('disk_state', `{shard="${shard}",state="well"}`)).toBe(1);
      expect(value('store_state', `{store="postgres",shard="${shard}",state="well"}`)).toBe(1);
      expect(value('store_sequence', stored)).toBe(value('shard_sequence', of));
      expect(value('follower_sequence', of)).toBe(value('shard_sequence', of));
      expect(value('store_writes_total', stored)).toBeGreaterThan(0);
      expect(value('store_write_seconds_total', stored)).toBeGreaterThan(0);
      expect(value('store_retries_total', stored)).toBe(0);
      expect(value('sessions', '{gateway="0"}')).toBe(0);
      expect(value('input_ring_lines', `{gateway="0",shard="${shard}"}`)).toBe(0);
      break;
    }
    const health = (await (await fetch(`${exchange.url}/health`)).json()) as { stores: object[] };
    expect(health.stores).toMatchObject([
      { name: 'postgres', shard: 0, state: 'well', behind: 0 },
      { name: 'postgres', shard: 1, state: 'well', behind: 0 },
    ]);
  });

  const promtool = spawnSync('promtool', ['--version']).error === undefined;
  it.runIf(promtool)('is well in the eyes of promtool', async () => {
    const check = spawnSync('promtool', ['check', 'metrics'], { input: await scrape(), encoding: 'utf8' });
    expect(check.stderr + check.stdout).toBe('');
    expect(check.status).toBe(0);
  });
});
