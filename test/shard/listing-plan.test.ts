import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES, Priority } from '../../src/model/instrument.js';
import { planListings } from '../../src/shard/listing-plan.js';

const named = (symbol: string, tickSize = 1) => ({
  symbol,
  priceDecimals: 0,
  sizeDecimals: 0,
  tickSize,
  lotSize: 1,
  minPriceTicks: 1,
  maxPriceTicks: 100,
  minSizeLots: 1,
  maxSizeLots: 100,
  ...DEFAULT_RULES,
});

describe('the plan of listings', () => {
  it('numbers instruments from 1 and divides them evenly', () => {
    const plan = planListings(
      ['A', 'B', 'C', 'D', 'E'].map((symbol) => named(symbol)),
      [[], []],
    );
    expect(plan.map((shard) => shard.map(({ id, symbol }) => `${id}${symbol}`))).toEqual([
      ['1A', '3C', '5E'],
      ['2B', '4D'],
    ]);
  });

  it('leaves listed ones where they are, goes on counting, and fills the emptiest shard', () => {
    const listed = [
      [
        { id: 4, ...named('A') },
        { id: 2, ...named('B') },
      ],
      [{ id: 7, ...named('C') }],
      [],
    ];
    const plan = planListings([named('C'), named('D'), named('A'), named('E')], listed);
    expect(plan.map((shard) => shard.map(({ id, symbol }) => `${id}${symbol}`))).toEqual([
      [],
      ['9E'],
      ['8D'],
    ]);
  });

  it('refuses one that contradicts itself, and one symbol with two definitions', () => {
    expect(() =>
      planListings([{ ...named('A'), maxPriceTicks: 2 ** 40, maxSizeLots: 2 ** 40 }], [[]]),
    ).toThrow('instrument A: its largest price');
    expect(() => planListings([named('A'), named('A', 2)], [[], []])).toThrow('instrument A: tickSize');
    expect(planListings([named('A'), named('A')], [[], []]).flat()).toHaveLength(1);
  });

  it('refuses to change one that is listed, and says which field', () => {
    expect(() => planListings([named('A', 2)], [[{ id: 1, ...named('A') }]])).toThrow(
      'instrument A: tickSize is 2',
    );
    const rules = { priority: Priority.ProRata, minNotional: 5, maxNotional: 50, collarTicks: 7 };
    for (const [field, value] of Object.entries(rules))
      expect(() => planListings([{ ...named('A'), [field]: value }], [[{ id: 1, ...named('A') }]])).toThrow(
        `instrument A: ${field} is ${value} in the configuration and 0 in the log`,
      );
  });
});
