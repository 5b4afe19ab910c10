import { describe, expect, it } from 'vitest';
import { encodeFlow, FLOW_ACCOUNT, FLOW_INSTRUMENT } from '../../native-free-bench/order-records.js';
import { CommandFlag, CommandKind, Side, TimeInForce } from '../../src/model/command.js';
import * as order from '../../src/wire/order-record.js';
import { readWhole } from '../../src/wire/words.js';

/** A buy that rests, a sell that must not, and two cancels of the buy. */
const flow = Int32Array.from([
  ...[0, 0, 1, 29_990, 5],
  ...[2, 1, 2, 29_800, 7],
  ...[1, 0, 1, 0, 0],
  ...[1, 0, 1, 0, 0],
]);

describe('a flow as order records', () => {
  const { words, count, length } = encodeFlow(flow);
  const at = (record: number) => record * order.LINE_WORDS;

  it('has one line for each operation', () => {
    expect(count).toBe(4);
    expect(length).toBe(4 * order.LINE_WORDS);
    for (let record = 0; record < count; record++) {
      expect(order.orderLines(words[at(record)]!)).toBe(1);
      expect(words[at(record) + order.ORDER_ACCOUNT]).toBe(FLOW_ACCOUNT);
      expect(words[at(record) + order.ORDER_INSTRUMENT]).toBe(FLOW_INSTRUMENT);
    }
  });

  it('makes orders under the ids of the flow', () => {
    const orders = [0, 1].map((record) => ({
      kind: order.orderKind(words[at(record)]!),
      side: order.orderSide(words[at(record)]!),
      time: order.orderTimeInForce(words[at(record) + 1]!),
      clientId: readWhole(words, at(record) + order.ORDER_CLIENT_ID),
      price: readWhole(words, at(record) + order.ORDER_PRICE),
      size: readWhole(words, at(record) + order.ORDER_SIZE),
    }));
    const { GoodTillCancel, ImmediateOrCancel } = TimeInForce;
    expect(orders).toEqual([
      { kind: CommandKind.New, side: Side.Buy, time: GoodTillCancel, clientId: 1, price: 29_990, size: 5 },
      {
        kind: CommandKind.New,
        side: Side.Sell,
        time: ImmediateOrCancel,
        clientId: 2,
        price: 29_800,
        size: 7,
      },
    ]);
  });

  it('gives cancels ids of their own, and names their order by its client id', () => {
    const ids = [2, 3].map((record) => {
      expect(order.orderKind(words[at(record)]!)).toBe(CommandKind.Cancel);
      expect(order.orderFlags(words[at(record) + 1]!)).toBe(CommandFlag.TargetByClientId);
      expect(readWhole(words, at(record) + order.ORDER_TARGET)).toBe(1);
      return readWhole(words, at(record) + order.ORDER_CLIENT_ID);
    });
    expect(ids[1]).toBe(ids[0]! + 1);
    expect(ids[0]).toBeGreaterThan(2_000_000);
  });
});
