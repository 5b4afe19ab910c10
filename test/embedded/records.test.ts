import { describe, expect, it } from 'vitest';
import { CommandWriter } from '../../src/embedded/command-writer.js';
import type { NewOrder } from '../../src/embedded/commands.js';
import { instrumentFrom } from '../../src/embedded/instrument-options.js';
import { OperatorWriter } from '../../src/embedded/operator-writer.js';
import { RecordWriter } from '../../src/embedded/record-writer.js';
import {
  CommandFlag,
  CommandKind,
  OrderType,
  SelfTrade,
  Side,
  TimeInForce,
} from '../../src/model/command.js';
import { InstrumentState } from '../../src/model/instrument-state.js';
import {
  orderFlags,
  orderKind,
  orderLines,
  orderSide,
  orderTimeInForce,
  orderType,
} from '../../src/wire/order-record.js';
import { readByte, readText } from '../../src/wire/text.js';
import { readBig, readWhole } from '../../src/wire/words.js';

const instrument = instrumentFrom({ symbol: 'ACME', tick: '0.05', lot: '0.001' }, 3);
const record = new RecordWriter(new Int32Array(66 * 16));
const commands = new CommandWriter(record, () => instrument);
const operator = new OperatorWriter(record, () => instrument);
const { words } = record;

/** Words that are not 0, of the lines that the head names, as numbers at the words of the layout. */
function head() {
  const terms = words[1]!;
  return {
    kind: orderKind(words[0]!),
    lines: orderLines(words[0]!),
    side: orderSide(words[0]!),
    type: orderType(terms),
    timeInForce: orderTimeInForce(terms),
    flags: orderFlags(terms),
    instrument: words[2],
    account: words[3],
  };
}

function written(order: Partial<NewOrder>) {
  commands.newOrder({ account: 7, side: 'buy', sizeLots: 10, ...order });
  return head();
}

const at = (word: number) => readWhole(words, word);

describe('a new order', () => {
  it('that is a plain limit order takes one line', () => {
    const plain = {
      kind: CommandKind.New,
      lines: 1,
      side: Side.Buy,
      type: OrderType.Limit,
      flags: 0,
      instrument: 3,
    };
    const timeInForce = TimeInForce.GoodTillCancel;
    expect(written({ price: '10.05', size: 1.5, sizeLots: undefined as never, clientOrderId: 99 })).toEqual({
      ...plain,
      timeInForce,
      account: 7,
    });
    expect([at(4), at(6), at(8), at(10), words[14]]).toEqual([99, 0, 201, 1500, 0]);
    expect(written({ priceTicks: 5, session: 12 }).lines).toBe(1);
    expect(words[14]).toBe(12);
  });

  it('has a client id made for it, one after the other, where it brings none', () => {
    written({ priceTicks: 5 });
    const first = at(4);
    expect(first).toBeGreaterThanOrEqual(2 ** 52);
    written({ priceTicks: 5 });
    expect(at(4)).toBe(first + 1);
    expect(() => written({ priceTicks: 5, takeProfitTicks: 9 })).toThrow('a bracket has both');
    written({ priceTicks: 5 });
    expect(at(4)).toBe(first + 2);
  });

  it('says its rare terms', () => {
    expect(written({ priceTicks: 5, clientOrderId: 'abc' })).toMatchObject({
      lines: 2,
      flags: CommandFlag.TextClientId,
    });
    expect([readByte(words, 91), readText(words, 92, 3), at(4)]).toEqual([3, 'abc', 0]);

    expect(written({ type: 'market' })).toMatchObject({ lines: 1, type: OrderType.Market, timeInForce: 2 });
    expect(at(8)).toBe(0);

    expect(written({ type: 'stop', stopPriceTicks: 44 })).toMatchObject({ lines: 2, type: OrderType.Stop });
    expect(at(16)).toBe(44);
    expect(written({ type: 'stopLimit', stopPrice: '2.20', priceTicks: 50 })).toMatchObject({ lines: 2 });
    expect([at(16), at(8)]).toEqual([44, 50]);

    expect(written({ type: 'trailingStop', trailTicks: 9 })).toMatchObject({ lines: 2 });
    expect([at(16), readByte(words, 88), readByte(words, 89)]).toEqual([9, 0, 1]);
    written({ type: 'trailingStop', trailBasisPoints: 25 });
    expect([at(16), readByte(words, 89)]).toEqual([25, 2]);

    expect(written({ type: 'pegged', peg: 'mid', pegOffsetTicks: -3 })).toMatchObject({ lines: 2 });
    expect([at(16), readByte(words, 88), readByte(words, 89)]).toEqual([-3, 2, 0]);
    written({ type: 'pegged', peg: 'opposite', pegOffset: '-0.10', priceTicks: 70 });
    expect([at(16), readByte(words, 88), at(8)]).toEqual([-2, 3, 70]);

    const expiresAtNs = 1_767_225_600_123_456_789n;
    expect(written({ priceTicks: 5, expiresAtNs })).toMatchObject({ lines: 2, timeInForce: 4 });
    expect(readBig(words, 18)).toBe(expiresAtNs);

    expect(written({ priceTicks: 5, timeInForce: 'IOC', minimumSizeLots: 4 })).toMatchObject({ lines: 2 });
    expect(at(20)).toBe(4);
    expect(written({ priceTicks: 5, displaySizeLots: 4 })).toMatchObject({ lines: 1 });
    expect(at(6)).toBe(4);
  });

  it('says its flags', () => {
    const flagsOf = (order: Partial<NewOrder>) => written({ priceTicks: 5, ...order }).flags;
    expect(flagsOf({ postOnly: true })).toBe(CommandFlag.PostOnly);
    expect(flagsOf({ postOnly: 'slide' })).toBe(CommandFlag.PostOnlySlide);
    expect(flagsOf({ hidden: true })).toBe(CommandFlag.Hidden);
    expect(flagsOf({ allOrNone: true })).toBe(CommandFlag.AllOrNone);
    expect(flagsOf({ selfTrade: 'decrementBoth' })).toBe(SelfTrade.DecrementBoth << 5);
    expect(flagsOf({ postOnly: false, hidden: false, allOrNone: false, selfTrade: 'allowed' })).toBe(0);
  });

  it('names the order to link with, and its exits', () => {
    expect(written({ priceTicks: 5, linkedTo: 2 ** 50 })).toMatchObject({
      lines: 3,
      flags: CommandFlag.Linked,
    });
    expect(at(42)).toBe(2 ** 50);
    const byId = CommandFlag.Linked | CommandFlag.TargetByClientId;
    expect(written({ priceTicks: 5, linkedTo: { clientOrderId: 77 } })).toMatchObject({
      lines: 3,
      flags: byId,
    });
    expect(at(42)).toBe(77);
    expect(written({ priceTicks: 5, linkedTo: { clientOrderId: 'other' } }).flags).toBe(
      byId | CommandFlag.TargetText,
    );
    expect([at(42), readByte(words, 131), readText(words, 132, 5)]).toEqual([0, 5, 'other']);

    const exits = { takeProfit: '1.00', stopLossTicks: 3 };
    expect(written({ priceTicks: 5, ...exits })).toMatchObject({ lines: 3, flags: CommandFlag.Bracket });
    expect([at(44), at(46)]).toEqual([20, 3]);
  });
});

describe('other commands', () => {
  it('name their order', () => {
    commands.cancel({ account: 7, orderId: 12, clientId: 5 });
    expect(head()).toMatchObject({ kind: CommandKind.Cancel, lines: 1, flags: 0, instrument: 0, side: 0 });
    expect([at(4), at(6)]).toEqual([5, 12]);
    commands.cancel({ account: 7, clientOrderId: 'abc', instrument: 'ACME' });
    const text = CommandFlag.TargetByClientId | CommandFlag.TargetText;
    expect(head()).toMatchObject({ lines: 3, flags: text, instrument: 3 });
    commands.amend({ account: 7, clientOrderId: 8, price: 2, sizeLots: 0 });
    const both = CommandFlag.AmendPrice | CommandFlag.AmendSize;
    expect(head()).toMatchObject({ kind: CommandKind.Amend, flags: CommandFlag.TargetByClientId | both });
    expect([at(6), at(8), at(10)]).toEqual([8, 40, 0]);
    commands.amend({ account: 7, orderId: 8 });
    expect(head()).toMatchObject({ flags: 0, instrument: 0 });
  });

  it('cancel many', () => {
    commands.cancelAll({ account: 0 });
    expect(head()).toMatchObject({
      kind: CommandKind.CancelAll,
      side: 0,
      account: 0,
      instrument: 0,
      flags: 0,
    });
    commands.cancelAll({ account: 7, side: 'sell', instrument: 3, session: 9, onlySession: true });
    expect(head()).toMatchObject({ side: Side.Sell, instrument: 3, flags: CommandFlag.OnlySession });
    expect(words[14]).toBe(9);
  });

  it('quote', () => {
    const quotes = [
      { bid: 1, bidSizeLots: 4, askTicks: 22, askSize: '0.005' },
      { askTicks: 9, askSizeLots: 1, bidTicks: 5 },
    ];
    const sides = commands.massQuote({ account: 7, quotes, selfTrade: 'cancelBoth' });
    expect(sides).toEqual([
      [true, true],
      [false, true],
    ]);
    const flags = SelfTrade.CancelBoth << 5;
    expect(head()).toMatchObject({ kind: CommandKind.MassQuote, lines: 4, flags, instrument: 3 });
    expect(at(10)).toBe(2);
    expect([words[32], at(34), at(36), at(38), at(40)]).toEqual([3, 20, 4, 22, 5]);
    expect([words[48], at(50), at(52), at(54), at(56)]).toEqual([3, 0, 0, 9, 1]);
    commands.cancel({ account: 7, orderId: 12 });
    expect(words.subarray(16, 48).every((word) => word === 0)).toBe(true);
  });

  it('are the operator’s', () => {
    operator.state({ state: 'halted', cancelOrders: true });
    expect(head()).toMatchObject({
      kind: CommandKind.State,
      type: InstrumentState.Halted,
      account: 0,
      instrument: 3,
    });
    expect(head().flags).toBe(CommandFlag.CancelOrders);
    operator.prices({ referencePrice: '1.05', markPriceTicks: 0 });
    expect(head()).toMatchObject({
      kind: CommandKind.Prices,
      flags: CommandFlag.AmendPrice | CommandFlag.AmendSize,
    });
    expect([at(8), at(10)]).toEqual([21, 0]);
    operator.prices({ markPriceTicks: 8 });
    expect([head().flags, at(8), at(10)]).toEqual([CommandFlag.AmendSize, 0, 8]);
    operator.account({
      account: 9,
      maxOrdersPerSecond: 100,
      maxOpenOrders: 0,
      selfTradeGroup: 4,
      killSwitch: true,
    });
    const { SetOrderRate, SetOpenOrders, SetGroup, SetKillSwitch } = CommandFlag;
    expect(head()).toMatchObject({ kind: CommandKind.Account, type: 1, account: 0, instrument: 4 });
    expect(head().flags).toBe(SetOrderRate | SetOpenOrders | SetGroup | SetKillSwitch);
    expect([at(6), at(8), at(10)]).toEqual([9, 100, 0]);
    operator.time();
    expect(head()).toMatchObject({ kind: CommandKind.Time, lines: 1 });
    expect(words.subarray(1, 16).every((word) => word === 0)).toBe(true);
  });
});
