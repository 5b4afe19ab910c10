import { describe, expect, it } from 'vitest';
import { type FlowInstrument, OrderFlow } from '../../load/flow.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { CommandKind, Side, TimeInForce } from '../../src/model/command.js';

const instrument: FlowInstrument = {
  id: 7,
  minPriceTicks: 1,
  maxPriceTicks: 1_000_000,
  minSizeLots: 1,
  maxSizeLots: 1_000,
};

interface Order {
  readonly connection: number;
  readonly kind: number;
  readonly side: number;
  readonly timeInForce: number;
  readonly priceTicks: number;
  readonly sizeLots: number;
  readonly target: number;
  readonly clientId: number;
  readonly instrument: number;
}

function take(orders: number, connections: number, seed: number, instruments = [instrument]): Order[] {
  const flow = new OrderFlow(new SeededRandomness(seed), connections, instruments);
  return Array.from({ length: orders }, (_, i) => {
    const connection = i % connections;
    flow.next(connection);
    const { kind, side, timeInForce, priceTicks, sizeLots, target, clientId } = flow;
    return {
      connection,
      kind,
      side,
      timeInForce,
      priceTicks,
      sizeLots,
      target,
      clientId,
      instrument: flow.instrument,
    };
  });
}

describe('the order flow', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(take(5_000, 4, 42)).toEqual(take(5_000, 4, 42));
    expect(take(5_000, 4, 42)).not.toEqual(take(5_000, 4, 43));
  });

  it('has the mix of the steady flow once its orders are outstanding', () => {
    const orders = take(220_000, 8, 42).slice(20_000);
    const share = (test: (order: Order) => boolean) => orders.filter(test).length / orders.length;
    const isIoc = (order: Order) => order.timeInForce === TimeInForce.ImmediateOrCancel;
    expect(share((order) => order.kind === CommandKind.Cancel)).toBeCloseTo(0.487, 2);
    expect(share((order) => order.kind === CommandKind.New && isIoc(order))).toBeCloseTo(0.025, 2);
    expect(share((order) => order.side === Side.Buy)).toBeCloseTo(
      share((order) => order.side === Side.Sell),
      2,
    );
  });

  it('numbers each account from 1 and cancels only what that account has outstanding', () => {
    const connections = 3;
    const next = new Array<number>(connections).fill(1);
    const outstanding = Array.from({ length: connections }, () => new Set<number>());
    for (const order of take(60_000, connections, 1)) {
      const own = outstanding[order.connection]!;
      expect(order.clientId).toBe(next[order.connection]!++);
      if (order.kind === CommandKind.Cancel) expect(own.delete(order.target)).toBe(true);
      else if (order.timeInForce === TimeInForce.GoodTillCancel) own.add(order.clientId);
    }
  });

  it('keeps prices and sizes inside the bounds of each instrument', () => {
    const narrow = { id: 2, minPriceTicks: 100, maxPriceTicks: 1_000, minSizeLots: 5, maxSizeLots: 20 };
    for (const order of take(50_000, 4, 9, [instrument, narrow])) {
      expect(order.instrument).toBe(order.connection % 2 === 0 ? 7 : 2);
      if (order.kind === CommandKind.Cancel || order.instrument === 7) continue;
      expect(order.priceTicks).toBeGreaterThanOrEqual(100);
      expect(order.priceTicks).toBeLessThanOrEqual(1_000);
      expect(order.sizeLots).toBeGreaterThanOrEqual(5);
      expect(order.sizeLots).toBeLessThanOrEqual(20);
    }
  });

  it('refuses an instrument without room for its prices', () => {
    const randomness = new SeededRandomness(1);
    expect(() => new OrderFlow(randomness, 1, [{ ...instrument, maxPriceTicks: 500 }])).toThrow(RangeError);
    expect(() => new OrderFlow(randomness, 1, [])).toThrow(RangeError);
  });
});
