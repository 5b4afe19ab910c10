import { describe, expect, it } from 'vitest';
import { TickloomClient } from '../../src/client/index.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { startExchange } from '../support/exchange-process.js';
import { transportsHere } from '../support/transports.js';
import { CuttingProxy } from './cutting-proxy.js';
import { tradeOverFaults } from './fault-run.js';

describe.each(await transportsHere())('clients of an exchange on %s', (transport) => {
  it('get one answer to each command, and each event once, while the exchange is killed again and again', async () => {
    const report = await tradeOverFaults({ transport, seed: 1, kills: 3, cutBytes: 0, answers: 200 });
    expect(report.faults).toEqual([]);
    expect(report.reconnects).toBeGreaterThanOrEqual(9);
    expect(report.events).toBeGreaterThan(report.commands);
  });

  it('do so while connections are cut at any byte', async () => {
    const report = await tradeOverFaults({ transport, seed: 2, kills: 0, cutBytes: 60_000, answers: 1200 });
    expect(report.faults).toEqual([]);
    expect(report.cuts).toBeGreaterThan(10);
    expect(report.events).toBeGreaterThan(report.commands);
  });

  it('get on by each connection, though none lasts for all that was missed', async () => {
    const exchange = await startExchange(['--transport', transport]);
    const maker = await TickloomClient.connect({ url: exchange.ws.replace('/ws', ''), accounts: [1] });
    const order = { symbol: 'ACME', side: 'buy', price: '1.00', size: '1' } as const;
    await Promise.all(Array.from({ length: 600 }, () => maker.submit(order)));
    maker.close();
    const proxy = await CuttingProxy.to(exchange.port, new SeededRandomness(4), 40_000);
    const reader = await TickloomClient.connect({
      url: proxy.url,
      accounts: [1],
      resumeFrom: { 0: { sequence: 0, index: 0 } },
      reconnect: { firstMs: 1, mostMs: 5 },
    });
    const ids: number[] = [];
    reader.on('accepted', ({ orderId }) => ids.push(orderId));
    reader.on('gap', ({ text }) => expect.fail(text));
    await new Promise((resolve) => reader.on('connected', resolve));
    reader.close();
    proxy.close();
    expect(proxy.cuts).toBeGreaterThan(1);
    expect(ids.length).toBe(600);
    expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other));
    expect((await exchange.process.stop()).code).toBe(0);
  });

  it('do so under both', async () => {
    const report = await tradeOverFaults({ transport, seed: 3, kills: 2, cutBytes: 200_000, answers: 300 });
    expect(report.faults).toEqual([]);
    expect(report.events).toBeGreaterThan(report.commands);
  });
});
