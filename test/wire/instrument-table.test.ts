import { describe, expect, it } from 'vitest';
import { Priority } from '../../src/model/instrument.js';
import { instrumentObject, instrumentObjectSchema, notionalText } from '../../src/wire/instrument-object.js';
import { bitcoin, stock, testInstruments } from './instruments.js';

describe('InstrumentTable', () => {
  it('finds instruments by number and by symbol, with their shard', () => {
    const table = testInstruments();
    expect(table.byId(7)).toBe(bitcoin);
    expect(table.byId(8)).toBeUndefined();
    expect(table.bySymbol('ACME')).toBe(stock);
    expect(table.bySymbol('acme')).toBeUndefined();
    expect(table.bySymbol('constructor')).toBeUndefined();
    expect([table.shardOf(7), table.shardOf(300), table.shardOf(0), table.shardOf(-1)]).toEqual([
      0, 3, -1, -1,
    ]);
    expect(table.all()).toEqual([bitcoin, stock]);
  });

  it('takes the same listing again', () => {
    const table = testInstruments();
    table.add({ ...stock }, 3);
    expect(table.all()).toEqual([bitcoin, stock]);
  });

  it.each([
    ['another shard', stock, 4],
    ['other bounds', { ...stock, maxSizeLots: 5 }, 3],
    ['another symbol', { ...stock, symbol: 'ACME2' }, 3],
    ['another number', { ...stock, id: 301 }, 3],
  ])('refuses a listing with %s', (_, instrument, shard) => {
    const table = testInstruments();
    expect(() => table.add(instrument, shard)).toThrow(/ACME.* is listed already as 300 \(ACME\) of shard 3/);
    expect(table.all()).toEqual([bitcoin, stock]);
  });
});

describe('instrumentObject', () => {
  it('shows steps and bounds as decimals', () => {
    const object = instrumentObject(bitcoin);
    expect(object).toEqual({
      id: 7,
      symbol: 'BTC-USD',
      priceDecimals: 2,
      sizeDecimals: 4,
      tickSize: '0.05',
      lotSize: '0.0001',
      minPrice: '0.05',
      maxPrice: '1000000.00',
      minSize: '0.0001',
      maxSize: '1000.0000',
      priority: 'priceTime',
    });
    expect(instrumentObjectSchema.parse(object)).toEqual(object);
    expect(instrumentObject(stock)).toMatchObject({ lotSize: '10', minSize: '10', maxSize: '10000000' });
  });

  it('shows the rules that it has, and leaves out what bounds nothing', () => {
    const rules = {
      priority: Priority.ProRataTopOrder,
      minNotional: 3,
      maxNotional: 20_000,
      collarTicks: 40,
    };
    const object = instrumentObject({ ...bitcoin, ...rules });
    // A tick of 0.05 times a lot of 0.0001 is 0.000005.
    expect(object).toMatchObject({
      priority: 'proRataTopOrder',
      minNotional: '0.000015',
      maxNotional: '0.100000',
      collar: '2.00',
    });
    expect(instrumentObjectSchema.parse(object)).toEqual(object);
    expect(notionalText(Number.MAX_SAFE_INTEGER, stock)).toBe('900719925474099.10');
  });
});
