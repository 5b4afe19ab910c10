import { describe, expect, it } from 'vitest';
import { transportsHere } from '../support/transports.js';
import { fuzzSockets } from './socket-fuzz.js';

describe.each(await transportsHere())('an exchange on %s', (transport) => {
  it('takes 20,000 mutated inputs, while a session trades on', { timeout: 600_000 }, async () => {
    const report = await fuzzSockets({ transport, inputs: 20_000, seed: 1 });
    console.log(JSON.stringify(report));
    expect(report.inputs).toBe(20_000);
    expect(Object.keys(report.counts).sort()).toEqual([
      'binary',
      'frames',
      'handshake',
      'json',
      'msgpack',
      'request',
      'wire',
    ]);
    expect(report.rssAtMost).toBeLessThan(report.rssBound);
    expect(report.healthyFills).toBeGreaterThan(0);
  });
});
