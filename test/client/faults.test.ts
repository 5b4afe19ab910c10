import { describe, expect, it } from 'vitest';
import { transportsHere } from '../support/transports.js';
import { tradeOverFaults } from './fault-run.js';

describe.each(await transportsHere())('clients of an exchange on %s', (transport) => {
  it('get one answer to each command, and each event once, while the exchange is killed again and again', async () => {
    const report = await tradeOverFaults({ transport, seed: 1, kills: 3, cutBytes: 0, answers: 200 });
    expect(report.faults).toEqual([]);
    expect(report.reconnects).toBeGreaterThanOrEqual(9);
    expect(report.events).toBeGreaterThan(report.commands);
  }, 120_000);

  it('do so while connections are cut at any byte', async () => {
    const report = await tradeOverFaults({ transport, seed: 2, kills: 0, cutBytes: 60_000, answers: 1200 });
    expect(report.faults).toEqual([]);
    expect(report.cuts).toBeGreaterThan(10);
    expect(report.events).toBeGreaterThan(report.commands);
  }, 120_000);

  it('do so under both', async () => {
    const report = await tradeOverFaults({ transport, seed: 3, kills: 2, cutBytes: 200_000, answers: 300 });
    expect(report.faults).toEqual([]);
    expect(report.events).toBeGreaterThan(report.commands);
  }, 120_000);
});
