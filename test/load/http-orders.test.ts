import { describe, expect, it } from 'vitest';
import { HttpOrders } from '../../load/http-orders.js';
import type { ListedInstrument } from '../../load/instruments.js';
import { SeededRandomness } from '../../src/clock/randomness.js';

const instrument = {
  id: 1,
  symbol: 'LOAD-0',
  tickSize: '0.05',
  lotSize: '10',
  priceDecimals: 2,
  sizeDecimals: 0,
  minPrice: '0.05',
  maxPrice: '5000.00',
  minSize: '10',
  maxSize: '1000000',
} as ListedInstrument;

function orders(firstClientId: number): HttpOrders {
  const target = { host: '127.0.0.1', port: 9, instrument };
  return new HttpOrders(new SeededRandomness(7), 2, target, firstClientId);
}

function bodyOf(request: Buffer): Record<string, unknown> {
  const [head, body] = request.toString('latin1').split('\r\n\r\n') as [string, string];
  expect(head).toMatch(/^POST \/orders HTTP\/1\.1\r\nHost: 127\.0\.0\.1:9\r\n/);
  expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
  return JSON.parse(body) as Record<string, unknown>;
}

describe('orders over HTTP', () => {
  it('are whole requests, each with an id that is new for its account', () => {
    const made = orders(100);
    const bodies = Array.from({ length: 400 }, (_, i) => bodyOf(made.next(i % 2)));
    expect(bodies.filter(({ account }) => account === 1).map(({ clientOrderId }) => clientOrderId)).toEqual(
      Array.from({ length: 200 }, (_, i) => 100 + i),
    );
    expect(new Set(bodies.map(({ side }) => side))).toEqual(new Set(['buy', 'sell']));
    for (const { symbol, price, size } of bodies) {
      expect(symbol).toBe('LOAD-0');
      expect(Math.round(Number(price) * 100) % 5).toBe(0);
      expect(Number(size) % 10).toBe(0);
    }
    expect(bodies.some(({ timeInForce }) => timeInForce === 'IOC')).toBe(true);
  });

  it('are the same for the same seed', () => {
    expect(orders(1).next(0)).toEqual(orders(1).next(0));
  });
});
