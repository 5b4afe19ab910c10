import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSystemName, isInMemory } from '../../load/disk-report.js';

const script = fileURLToPath(new URL('../../dist/load/main.js', import.meta.url));
const MEMORY = '/dev/shm';

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

describe('a whole load run, built and in processes of its own', () => {
  /** Stands in for the system's temporary directory, so that what is left behind can be seen. */
  let temporary: string;

  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'tickloom-test-'));
  });
  afterEach(() => rmSync(temporary, { recursive: true }));

  /** Runs the command; where its error output matches `stopAt`, it gets SIGINT. */
  function load(line: string, stopAt?: RegExp): Promise<Outcome> {
    const child = spawn(process.execPath, [script, ...line.split(' ')], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    let stopped = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
      if (!stopped && stopAt?.test(errors)) stopped = child.kill('SIGINT');
    });
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, output, errors })));
  }

  function lastLine(outcome: Outcome): unknown {
    expect(outcome).toMatchObject({ code: 0 });
    return JSON.parse(outcome.output.trimEnd().split('\n').at(-1)!);
  }

  it('acknowledges every order, finds each in the journal, and has an echo run beside it', async () => {
    const outcome = await load('--orders 20001 --warm-up 3000 --connections 5 --json');
    const report = lastLine(outcome) as { counts: { trades: number } };
    expect(report).toMatchObject({
      acknowledgedPerSecond: expect.any(Number),
      echoPerSecond: expect.any(Number),
      ratio: expect.any(Number),
      latencyUs: { p50: expect.any(Number), max: expect.any(Number) },
      echoLatencyUs: { p50: expect.any(Number) },
      counts: { acknowledged: 23_001, journaled: 23_001, refused: 0 },
      settings: { orders: 20_001, warmUpOrders: 3_000, connections: 5, durability: 'fsync' },
      failures: [],
    });
    expect(report.counts.trades).toBeGreaterThan(0);
    expect(outcome.output.trimEnd()).not.toContain('\n');
    expect(outcome.errors).toMatch(/disk: \w+; write of 4 KiB and fdatasync: p50/);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('runs open-loop, with frames of many orders, on two shards and two gateways', async () => {
    const data = join(temporary, 'kept');
    const outcome = await load(
      `--rate 6400 --seconds 1 --warm-up 640 --frames many --connections 4 --shards 2 --gateways 2 --no-echo --json --data ${data}`,
    );
    expect(lastLine(outcome)).toMatchObject({
      echoPerSecond: null,
      counts: { acknowledged: 13_440, journaled: 13_440 },
      settings: { ratePerSecond: 6_400, ordersPerFrame: 64, shards: 2, gateways: 2, underWay: null },
    });
    expect(readdirSync(temporary)).toEqual(['kept']);
    expect(readdirSync(data).length).toBeGreaterThan(0);
    const again = await load(`--orders 10 --data ${data}`);
    expect(again.code).toBe(2);
    expect(again.errors).toContain('is not empty');
  });

  it('sends orders over HTTP in turns to an exchange, a bare route and Fastify, and writes its reports', async () => {
    const out = join(temporary, 'reports');
    const outcome = await load(
      `--transport http --orders 400 --warm-up 50 --connections 5 --rounds 2 --json --out ${out}`,
    );
    expect(lastLine(outcome)).toMatchObject({
      transport: 'http',
      machine: { tickloom: expect.any(String), command: expect.stringContaining('--transport http') },
      exchange: { statuses: { 201: 900 }, sent: 900, errors: 0 },
      bare: { statuses: { 201: 900 } },
      fastify: { statuses: { 201: 900 } },
      goals: [
        { name: 'bare', least: 0.8 },
        { name: 'fastify', least: 2 },
      ],
      journaledOrders: 900,
      failures: [],
    });
    expect(readdirSync(out).sort()).toEqual(['latency.hgrm', 'latency.svg', 'report.json']);
    expect(readFileSync(join(out, 'latency.hgrm'), 'utf8')).toMatch(/Value +Percentile/);
    const plot = readFileSync(join(out, 'latency.svg'), 'utf8');
    expect(plot).toContain('Latency of orders');
    expect(plot).toContain('<path');
  });

  it('sends every mix, and bursts beside connections that are idle or do not read', async () => {
    for (const mix of ['grow', 'cancel-heavy', 'varied'])
      expect(lastLine(await load(`--orders 3000 --warm-up 0 --mix ${mix} --no-echo --json`))).toMatchObject({
        counts: { journaled: 3_000 },
        failures: [],
      });
    const line =
      '--burst 50 --every-ms 20 --seconds 1 --warm-up 0 --mix quotes --idle-connections 30 --no-echo --json';
    expect(lastLine(await load(line))).toMatchObject({
      counts: { acknowledged: 2_500, journaled: 2_500 },
      idle: { connections: 30, ended: 0 },
      settings: { burst: 50, ratePerSecond: 2_500, mix: 'quotes' },
      failures: [],
    });
  });

  it('has subscribers beside it, in a process of their own, who are told of every change', async () => {
    const line = '--rate 2000 --seconds 4 --warm-up 1000 --subscribers 5 --no-echo --json';
    const outcome = await load(line);
    const { subscribers } = lastLine(outcome) as { subscribers: { messages: number } };
    expect(subscribers).toMatchObject({
      connections: 5,
      symbol: 'LOAD-0',
      messagesPerSecond: expect.any(Number),
      gaps: 0,
      ended: 0,
    });
    // The snapshot of each, and changes behind it: how many is for the machine to say, since followers step back.
    expect(subscribers.messages).toBeGreaterThan(5);
    expect(outcome.errors).toMatch(
      /subscribers: 5 of the depth of LOAD-0 got \d+ messages .* 0 gaps, 0 ended/,
    );
  });

  it('proves or disproves that an exchange stays up under overload, with every figure', async () => {
    const outcome = await load('--overload --connections 20 --capacity 2000 --times 2 --seconds 1 --json');
    expect(JSON.parse(outcome.output)).toMatchObject({
      proof: 'overload',
      capacityPerSecond: 2_000,
      offeredPerSecond: 4_000,
      shed: 0,
      unanswered: 0,
      slow: { connections: 2 },
      goals: [
        { goal: expect.stringContaining('memory'), passes: true },
        { goal: expect.stringContaining('p99') },
        { goal: 'rejects carry reasons', passes: true },
        { goal: expect.stringContaining('slow ones') },
      ],
    });
  });

  it('refuses a data directory in memory', async (context) => {
    if (!existsSync(MEMORY) || !isInMemory(fileSystemName(MEMORY))) return context.skip();
    const memory = mkdtempSync(join(MEMORY, 'tickloom-test-'));
    const outcome = await load(`--orders 10 --data ${memory}`);
    rmSync(memory, { recursive: true });
    expect(outcome.code).toBe(1);
    expect(outcome.errors).toMatch(/is on tmpfs, in memory/);
  });

  it('says what is wrong with an option, and shows its help', async () => {
    const wrong = await load('--transport tcp');
    expect(wrong).toMatchObject({ code: 2, output: '' });
    expect(wrong.errors).toContain('--transport takes ws or http, not tcp');
    const help = await load('--help');
    expect(help).toMatchObject({ code: 0, errors: '' });
    expect(help.output).toContain('--under-way');
  });

  it('ends cleanly when it is interrupted', async () => {
    const outcome = await load('--rate 1000 --seconds 60 --warm-up 0', /exchange: 1 s/);
    expect(outcome.code).toBe(130);
    expect(outcome.errors).toContain('ended by SIGINT');
    expect(readdirSync(temporary)).toEqual([]);
  });
});
