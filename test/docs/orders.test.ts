import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CommandFlag, CommandKind, OrderType, TimeInForce } from '../../src/model/command.js';
import { accepts, InstrumentState } from '../../src/model/instrument-state.js';
import { timesInForceOf } from '../../src/model/order-terms.js';

const page = readFileSync(new URL('../../docs/orders.md', import.meta.url), 'utf8');

/** The rows of the table under a heading, cells without their spaces. */
function tableUnder(heading: string): string[][] {
  const [, after = ''] = page.split(`\n## ${heading}\n`);
  const lines = after.split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const rows = lines.slice(
    first,
    lines.findIndex((line, i) => i > first && !line.startsWith('|')),
  );
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const timeNames: Readonly<Record<string, number>> = {
  GTC: TimeInForce.GoodTillCancel,
  IOC: TimeInForce.ImmediateOrCancel,
  FOK: TimeInForce.FillOrKill,
  GTD: TimeInForce.GoodTillDate,
  DAY: TimeInForce.Day,
  'at the open': TimeInForce.AtOpen,
  'at the close': TimeInForce.AtClose,
};

describe('docs/orders.md', () => {
  it('has the types and times in force of the model', () => {
    const types: Readonly<Record<string, number>> = {
      limit: OrderType.Limit,
      market: OrderType.Market,
      stop: OrderType.Stop,
      'stop-limit': OrderType.StopLimit,
      'trailing stop': OrderType.TrailingStop,
      pegged: OrderType.Pegged,
    };
    const rows = tableUnder('New orders').slice(2);
    expect(rows.map(([name]) => name)).toEqual(Object.keys(types));
    for (const [name, , , times] of rows) {
      const numbers = times!.replace(/ \(.*\)/, '').split(', ');
      expect(numbers.map((time) => timeNames[time])).toEqual(timesInForceOf[types[name!]!]);
    }
  });

  it('has the states of the model, and what each accepts', () => {
    const [head, , ...rows] = tableUnder('Instrument states');
    const { PreOpen, Auction, Continuous, Halted, Closed } = InstrumentState;
    expect(head).toEqual(['', 'pre-open', 'auction', 'continuous', 'halted', 'closed']);
    const { New, Amend, MassQuote, Cancel, CancelAll } = CommandKind;
    const { Limit, Market, Stop, StopLimit, TrailingStop, Pegged } = OrderType;
    const resting = ['GTC', 'GTD', 'DAY'].map((name) => timeNames[name]!);
    const atOnce = [TimeInForce.ImmediateOrCancel, TimeInForce.FillOrKill];
    const order = (types: number[], times: number[], flags = 0) =>
      types.flatMap((type) => times.map((time) => [New, type, time, flags] as const));
    const meant: (readonly (readonly [number, number, number, number])[])[] = [
      [...order([Limit], resting), ...order([Limit], resting, CommandFlag.Hidden)],
      [
        ...order([Limit, Market], atOnce),
        ...order([Pegged], resting),
        ...order([Limit], resting, CommandFlag.PostOnly),
      ],
      order([Stop, StopLimit, TrailingStop], resting),
      order([Limit, Market], [TimeInForce.AtOpen]),
      order([Limit, Market], [TimeInForce.AtClose]),
      [
        [Amend, 0, 0, 0],
        [MassQuote, 0, 0, 0],
      ],
      [
        [Cancel, 0, 0, 0],
        [CancelAll, 0, 0, 0],
      ],
    ];
    expect(rows).toHaveLength(meant.length);
    rows.forEach((row, i) => {
      [PreOpen, Auction, Continuous, Halted, Closed].forEach((state, column) => {
        for (const [kind, type, time, flags] of meant[i]!)
          expect(accepts(state, kind, type, time, flags)).toBe(row[column + 1] === 'yes');
      });
    });
  });
});
