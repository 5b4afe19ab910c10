import { describe, expect, it } from 'vitest';
import { transportsHere } from '../support/transports.js';
import { fuzzSockets } from './socket-fuzz.js';

const transports = await transportsHere();

describe.each(
  transports.flatMap((transport) => [
    { transport, keys: false, inputs: 15_000 },
    { transport, keys: true, inputs: 5_000 },
  ]),
)('an exchange on $transport, with keys: $keys', ({ transport, keys, inputs }) => {
  it(`takes ${inputs} mutated inputs, while a session trades on`, { timeout: 600_000 }, async () => {
    const report = await fuzzSockets({ transport, keys, inputs, seed: 1 });
    console.log(JSON.stringify(report));
    expect(report.inputs).toBe(inputs);
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
