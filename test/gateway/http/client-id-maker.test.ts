import { describe, expect, it } from 'vitest';
import { ClientIdMaker } from '../../../src/gateway/http/client-id-maker.js';

describe('client ids that a gateway makes', () => {
  it('lie from 2^52 to 2^53 - 1 and differ between runs, gateways and requests', () => {
    const ids: number[] = [];
    for (const run of [1, 2, 2 ** 20 - 1])
      for (const gateway of [0, 1, 15]) {
        const maker = new ClientIdMaker(run, gateway);
        ids.push(maker.next(), maker.next(), maker.next());
      }
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.min(...ids)).toBeGreaterThanOrEqual(2 ** 52);
    expect(ids.every(Number.isSafeInteger)).toBe(true);
    expect(new ClientIdMaker(1, 0).next()).toBe(2 ** 52 + 2 ** 32);
    expect(new ClientIdMaker(2 ** 20 - 1, 15).next()).toBe(2 ** 53 - 2 ** 28);
  });
});
